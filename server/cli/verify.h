/*
 * verify.h - checking the books: the walk over the entries of a journal, then the live rows against what the entries
 * said last. Words: journal, entry, leaf, head, finding (one damage with its place).
 */
#ifndef MPOS_CLI_VERIFY_H
#define MPOS_CLI_VERIFY_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "merkle.h"
#include "row_map.h"

typedef struct verify_journal {
    char id[37];
    char tenant[37];
    char outlet[37]; /* empty for the tenant's own journal */
    uint8_t id_bytes[16];
    uint8_t tenant_bytes[16];
    char *origin;
    bool asked; /* is to be checked in this run */
    /* found by the walk */
    uint64_t entries; /* of all epochs */
    uint32_t epoch;   /* the last one */
    uint64_t next_seq;
    uint8_t last_leaf[32]; /* genesis when the epoch is empty */
    int64_t last_time;
    uint16_t parts_left; /* of the transaction at hand */
    uint8_t transaction[16];
    uint64_t ended_size; /* of the epoch before */
    uint8_t ended_leaf[32];
    mpos_merkle_frontier tree; /* of the last epoch */
    uint64_t outside;          /* entries of changes made outside mpos.call: legal, and worth a line */
    uint64_t findings;
} verify_journal;

typedef struct verify_run {
    PGconn *conn; /* in one read-only snapshot */
    verify_journal *journals;
    int journal_count;
    row_map rows;
    uint64_t rows_checked;
    uint64_t findings;
    long findings_shown_max;
    bool replica_mode; /* of the entry at hand: its rows are reported one by one */
} verify_run;

/* Counts a finding and prints it: journal, epoch and seq (no_seq for none), kind, place. */
#define VERIFY_NO_SEQ UINT64_MAX
void
verify_report(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t seq, const char *kind,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Walks one journal: headers, chain, payloads, numbers, head, segments; fills the journal and run->rows. */
void
verify_walk(verify_run *run, int journal);

/* Notes the rows of one audit section in run->rows; reports what is not readable. */
void
verify_audit(verify_run *run, int journal, uint32_t epoch, uint64_t seq, const char *body, size_t size);

/* Compares the rows of every journalled table with run->rows, after all walks. */
void
verify_rows(verify_run *run);

#endif
