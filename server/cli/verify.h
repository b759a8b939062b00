/*
 * verify.h - checking the books: the walk over the entries of a journal, the tree they make against stored tiles and
 * checkpoints, then the live rows against what the entries said last. Words: journal, entry, leaf, head, finding (one
 * damage with its place), source (where entries come from: SQL or a server's address).
 */
#ifndef MPOS_CLI_VERIFY_H
#define MPOS_CLI_VERIFY_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "judge.h"
#include "row_map.h"
#include "verify_ring.h"
#include "verify_tree.h"

/* One entry as its source has it. */
typedef struct verify_entry {
    uint32_t epoch;
    uint64_t seq;
    bool month_known;
    int month_days;        /* first day of the partition it lies in, since 1970 */
    const uint8_t *header; /* header_size should be 200 */
    size_t header_size;
    const uint8_t *leaf; /* as stored, NULL when the source has none; leaf_size should be 32 */
    size_t leaf_size;
    bool payload_known;     /* the source speaks of payloads */
    const uint8_t *payload; /* NULL: it is gone */
    size_t payload_size;
} verify_entry;

/* base64url of the digest that an entry keeps of a manifest */
enum { MANIFEST_DIGEST_SIZE = 43 };

typedef struct verify_journal {
    char id[37];
    char tenant[37];
    char outlet[37]; /* empty for the tenant's own journal */
    uint8_t id_bytes[16];
    uint8_t tenant_bytes[16];
    uint8_t outlet_bytes[16];
    bool tenant_known;
    bool platform;
    char *origin; /* without the epoch; NULL when it is not known, then genesis is not checked */
    bool asked;   /* is to be checked in this run */
    bool closed;  /* its business is being erased */
    /* found by the walk */
    uint64_t entries; /* of all epochs */
    uint32_t epoch;   /* the last one */
    uint64_t next_seq;
    bool prev_known;       /* false behind a gap */
    uint8_t last_leaf[32]; /* genesis when the epoch is empty */
    bool leaf_doubtful;    /* the last entry's stored leaf is another than its header's */
    uint8_t stored_leaf[32];
    int64_t last_time;
    int month_days;      /* a first day of a month, of the last entry */
    uint16_t parts_left; /* of the transaction at hand */
    bool parts_known;    /* false behind a gap or a damaged header */
    uint8_t transaction[16];
    uint64_t ended_size; /* of the epoch before */
    uint8_t ended_leaf[32];
    verify_tree tree; /* of the last epoch, without the leaf that is doubtful */
    bool tree_whole;  /* no leaf is missing */
    /* months that were retired: where the entries begin, the leaf before, and the entry that must say so */
    uint64_t retired; /* leaves that stand for entries */
    bool retired_open;
    uint32_t start_epoch;
    uint64_t start_seq;
    uint8_t start_leaf[32];
    bool retired_by_known; /* false by URL */
    uint32_t retired_by_epoch;
    uint64_t retired_by_seq;
    char retired_digest[MANIFEST_DIGEST_SIZE];
    uint64_t outside; /* entries of changes made outside mpos.call: legal, and worth a line */
    uint64_t checkpoints;
    uint64_t findings;
} verify_journal;

/* A signed size and root of another journal, from the platform's journal. */
typedef struct verify_witnessed {
    uint8_t journal[16];
    uint32_t epoch;
    uint64_t size;
    uint8_t root[32];
} verify_witnessed;

/* A payload that is gone: a later entry must say that it was erased. */
typedef struct verify_missing {
    int journal;
    uint32_t epoch;
    uint64_t seq;
    uint8_t leaf[32];
    bool taken; /* an entry that erased it was found */
} verify_missing;

/* A business that was erased, as the platform's journal says. */
typedef struct verify_erased_tenant {
    uint8_t tenant[16];
    bool ended;
    uint64_t journals;
    uint64_t entries; /* that they had */
} verify_erased_tenant;

/* An entry that says anew which rows an entity has. */
typedef struct verify_forgotten {
    int journal;
    char *entity;
    uint32_t epoch;
    uint64_t seq;
} verify_forgotten;

typedef struct verify_run {
    PGconn *conn; /* NULL: by URL; in one read-only snapshot; busy with entries during a walk */
    PGconn *side; /* in the same snapshot, for what is looked up during a walk */
    verify_journal *journals;
    int journal_count;
    judge_keys keys; /* of the signer: given, or as the database names them */
    verify_witnessed *witnessed;
    size_t witnessed_count;
    verify_missing *missing;
    size_t missing_count;
    verify_forgotten *forgotten;
    size_t forgotten_count;
    verify_erased_tenant *erased;
    size_t erased_count;
    bool rows_skipped; /* only the journals are asked for */
    row_map rows;
    ring_map ring;
    uint64_t rows_checked;
    uint64_t findings;
    long findings_shown_max;
    uint8_t retired_tile[MPOS_TILE_BYTES]; /* by URL: the last one that stands for retired entries */
    bool replica_mode;                     /* of the entry at hand: its rows are reported one by one */
} verify_run;

/* Counts a finding and prints it: journal, epoch and seq (no_seq for none), kind, place. */
#define VERIFY_NO_SEQ UINT64_MAX
void
verify_report(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t seq, const char *kind,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

/*
 * The walk, in this order: begin, the entries ascending by epoch and number, end. Headers, chain, payloads, numbers,
 * parts, times, and the claims of the tree; fills the journal and run->rows.
 */
void
verify_walk_begin(verify_run *run, int journal);
void
verify_walk_entry(verify_run *run, int journal, const verify_entry *entry);
void
verify_walk_end(verify_run *run, int journal);

/* After begin, before the first entry: the leaf of an entry whose month was retired, ascending too. */
void
verify_walk_leaf(verify_run *run, int journal, uint32_t epoch, uint64_t seq, const uint8_t hash[32]);

/* The same when there are no such leaves: the walk goes on at that number, without the tree. */
void
verify_walk_resume(verify_run *run, int journal, uint32_t epoch, uint64_t seq, const uint8_t leaf[32]);

/* Takes a leaf into the tree and asks the claims about the size so reached. */
void
verify_walk_push(verify_run *run, verify_journal *journal, const uint8_t leaf[32]);

/* What the database keeps beside the entries of an epoch: claims and sealed size before, tiles after. */
void
verify_stored_begin(verify_run *run, verify_journal *journal);
void
verify_stored_end(verify_run *run, verify_journal *journal);

/* Leaves of entries that are not there any more, from stored tiles. False unless all of [from, to) are kept. */
bool
verify_stored_leaves(verify_run *run, verify_journal *journal, uint64_t from, uint64_t to);

/* The whole run by SQL: journals (only: one of them, or NULL), walks, rows. */
void
verify_sql(verify_run *run, const char *conninfo, const char *only);

/* Notes the rows of one audit section in run->rows; reports what is not readable. */
void
verify_audit(verify_run *run, int journal, const verify_entry *entry, uint8_t kind, const char *body,
             size_t size);

/*
 * Notes that the payload of the entry with that leaf is gone; what an entry of kind 4 says was erased is taken off again,
 * and its rows are noted; what is left at the end of a walk is reported.
 */
void
verify_missing_add(verify_run *run, int journal, const verify_entry *entry, const uint8_t leaf[32]);
bool
verify_erasure(verify_run *run, int journal, const verify_entry *entry, const char *body, size_t size);
void
verify_missing_end(verify_run *run, int journal);

/* Takes a payload off the list of those that are gone; NULL when it is not on it. Valid until the next one is added. */
const verify_missing *
verify_missing_take(verify_run *run, int journal, uint32_t epoch, uint64_t seq);

/* Notes what an entry of kind 4 of the platform's journal says of businesses that were erased. */
void
verify_erased(verify_run *run, int journal, const verify_entry *entry, const char *body, size_t size);

/*
 * After the platform's journal: journals that are closed must be those of a business that is being erased, and are left out;
 * journals of one that was erased, and such as the platform's journal has checkpoints of, must be gone and there.
 */
void
verify_erased_journals(verify_run *run);

/* A line for each of them. */
void
verify_erased_print(const verify_run *run);

/* Room for one more in a list that grows by doubling: for count none or a power of two. */
void *
verify_room(void *list, size_t count, size_t size);

/* Notes the rows of the manifest that an entry of kind 6 commits to. */
void
verify_manifest(verify_run *run, int journal, const verify_entry *entry, const char *body, size_t size);

/* Text of the manifest of an entry; the caller frees. Its digest. Its rows, as if the entry e had them; false: another form. */
char *
verify_manifest_load(verify_run *run, const verify_journal *journal, uint32_t epoch, uint64_t seq,
                     size_t *size_out);
void
verify_manifest_digest(const char *text, size_t size, char out[MANIFEST_DIGEST_SIZE]);
bool
verify_manifest_rows(verify_run *run, int journal, const verify_entry *e, const char *text, size_t size);

/*
 * Months that were retired. begin: takes leaves and rows of what left, by SQL, before the first entry. An entry that says
 * that it retired something is compared with that; end reports when none did.
 */
void
verify_retired_begin(verify_run *run, int journal);
void
verify_retirement(verify_run *run, int journal, const verify_entry *entry, const json_t *audit);
void
verify_retired_end(verify_run *run, int journal);

/* An entry of kind 6 of the platform's journal: a change of the schema, which may have lowered a guard. */
void
verify_schema_change(verify_run *run, int journal, const verify_entry *entry, const char *body, size_t size);

/* Compares the rows of every journalled table with run->rows, after all walks. */
void
verify_rows(verify_run *run);

/* Checks a note about a tree: signatures, origin, size and root. Reports what does not fit; true when it is one. */
bool
verify_note(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t size, const uint8_t root[32],
            const char *note, size_t note_size);

#endif
