/*
 * verify_walk.c - one journal from its first entry to its head. Everything is recomputed from the stored bytes with the
 * core's own functions; columns beside them are only compared.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "epoch.h"
#include "journal_header.h"
#include "payload.h"
#include "sha.h"
#include "verify.h"

/* Days from 1970-01-01 to 2000-01-01, where PostgreSQL's binary dates begin. */
#define PG_EPOCH_DAYS 10957

/* One row of journal.entry, as it lies in the result. */
typedef struct entry {
    uint32_t epoch;
    uint64_t seq;
    int month_days; /* since 1970 */
    const uint8_t *header;
    int header_size;
    const uint8_t *leaf;
    int leaf_size;
    const uint8_t *payload; /* NULL: erased */
    int payload_size;
} entry;

static uint32_t
read_u32(const char *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof value);
    return ntohl(value);
}

static uint64_t
read_u64(const char *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof value);
    return be64toh(value);
}

static entry
read_entry(const PGresult *row)
{
    return (entry){
        .epoch = read_u32(PQgetvalue(row, 0, 0)),
        .seq = read_u64(PQgetvalue(row, 0, 1)),
        .month_days = (int32_t)read_u32(PQgetvalue(row, 0, 2)) + PG_EPOCH_DAYS,
        .header = (const uint8_t *)PQgetvalue(row, 0, 3),
        .header_size = PQgetlength(row, 0, 3),
        .leaf = (const uint8_t *)PQgetvalue(row, 0, 4),
        .leaf_size = PQgetlength(row, 0, 4),
        .payload = PQgetisnull(row, 0, 5) ? NULL : (const uint8_t *)PQgetvalue(row, 0, 5),
        .payload_size = PQgetlength(row, 0, 5),
    };
}

/* What the first entry of an epoch after the first says; false when it does not say it in the one form there is. */
static bool
read_epoch_open(const entry *e, mpos_epoch_open *out)
{
    mpos_payload_reader reader;
    mpos_section section;

    if (e->payload == NULL || mpos_payload_open(e->payload, (size_t)e->payload_size, &reader) != MPOS_OK) {
        return false;
    }
    while (mpos_payload_next(&reader, &section)) {
        if (section.kind == MPOS_SECTION_AUDIT) {
            return mpos_epoch_open_decode((const char *)section.body, section.body_size, out) == MPOS_OK;
        }
    }
    return false;
}

/* first: the epoch's first entry, NULL for epoch 0. */
static void
begin_epoch(verify_journal *journal, uint32_t epoch, const entry *first)
{
    mpos_epoch_open open = {.has_note = false};
    char origin[512];

    if (first != NULL) {
        (void)read_epoch_open(first, &open);
    }
    snprintf(origin, sizeof origin, "%s/%u", journal->origin, epoch);
    journal->ended_size = journal->next_seq;
    memcpy(journal->ended_leaf, journal->last_leaf, 32);
    journal->parts_left = 0;
    journal->epoch = epoch;
    journal->next_seq = 0;
    mpos_merkle_init(&journal->tree);
    mpos_journal_genesis(&cli_digest, origin, (uint16_t)strlen(origin), epoch,
                         open.has_note ? open.from_note : NULL, journal->last_leaf);
}

static bool
month_is_right(int64_t recorded_us, int month_days)
{
    time_t seconds = (time_t)(recorded_us / 1000000);
    struct tm recorded;

    gmtime_r(&seconds, &recorded);
    return seconds / 86400 - (recorded.tm_mday - 1) == month_days;
}

/* The parts of one transaction follow each other without anything in between. */
static void
check_parts(verify_run *run, verify_journal *journal, const entry *e, const mpos_journal_header *h)
{
    bool follows = journal->parts_left > 0;

    if (follows ? h->parts - h->part != journal->parts_left ||
                      memcmp(h->transaction, journal->transaction, 16) != 0
                : h->part != 0) {
        verify_report(run, journal, e->epoch, e->seq, "part", "part %u of %u does not belong here",
                      h->part + 1, h->parts);
    }
    journal->parts_left = (uint16_t)(h->parts - h->part - 1);
    memcpy(journal->transaction, h->transaction, 16);
}

static void
check_header(verify_run *run, verify_journal *journal, const entry *e)
{
    mpos_journal_header h;

    run->replica_mode = false;
    if (mpos_journal_header_decode(e->header, &h) != MPOS_OK) {
        verify_report(run, journal, e->epoch, e->seq, "header", "the header is not one of a journal entry");
        return;
    }
    if (h.seq != e->seq || h.epoch != e->epoch || memcmp(h.journal, journal->id_bytes, 16) != 0 ||
        memcmp(h.tenant, journal->tenant_bytes, 16) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "misplaced", "the header names another place");
    }
    if (memcmp(h.prev, journal->last_leaf, 32) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "chain", "prev is not the leaf of the entry before");
    }
    check_parts(run, journal, e, &h);
    if (e->seq == 0 && e->epoch > 0 && h.kind != MPOS_ENTRY_EPOCH) {
        verify_report(run, journal, e->epoch, e->seq, "epoch_end",
                      "the epoch does not begin with the end of the one before");
    }
    if (!month_is_right(h.recorded_us, e->month_days)) {
        verify_report(run, journal, e->epoch, e->seq, "month", "it lies in a partition of another month");
    }
    if (h.recorded_us < journal->last_time) {
        verify_report(run, journal, e->epoch, e->seq, "time", "it was recorded before the entry before it");
    }
    run->replica_mode = (h.flags & MPOS_ENTRY_REPLICA_MODE) != 0;
    journal->outside += (h.flags & MPOS_ENTRY_OUTSIDE_CALL) != 0;
    journal->last_time = h.recorded_us;
}

/* An epoch's first entry names the end of the one before that this walk has seen. */
static void
check_epoch_end(verify_run *run, verify_journal *journal, const entry *e)
{
    mpos_epoch_open open;

    if (!read_epoch_open(e, &open) || open.from_epoch != e->epoch - 1 ||
        open.from_size != journal->ended_size || memcmp(open.from_leaf, journal->ended_leaf, 32) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "epoch_end",
                      "epoch %u did not end where this entry says", e->epoch - 1);
    }
}

static void
check_payload(verify_run *run, int index, const entry *e)
{
    verify_journal *journal = &run->journals[index];
    uint8_t hash[32];
    mpos_payload_reader reader;
    mpos_section section;

    if (e->payload == NULL) {
        verify_report(run, journal, e->epoch, e->seq, "payload_missing",
                      "the payload is gone and no erasure names it");
        return;
    }
    mpos_journal_payload_hash(&cli_digest, e->payload, (size_t)e->payload_size, hash);
    /* Where the header keeps it; a damaged header was reported already. */
    if (memcmp(hash, e->header + 136, 32) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "payload",
                      "the payload is not the one that was hashed");
        return;
    }
    if (mpos_payload_open(e->payload, (size_t)e->payload_size, &reader) != MPOS_OK) {
        verify_report(run, journal, e->epoch, e->seq, "payload_form", "the payload's sections do not fit");
        return;
    }
    while (mpos_payload_next(&reader, &section)) {
        if (section.kind == MPOS_SECTION_AUDIT && e->seq == 0 && e->epoch > 0) {
            check_epoch_end(run, journal, e);
        } else if (section.kind == MPOS_SECTION_AUDIT) {
            verify_audit(run, index, e->epoch, e->seq, (const char *)section.body, section.body_size);
        }
    }
}

/* A missing number is reported once, as a range; the walk goes on behind it. */
static void
check_number(verify_run *run, verify_journal *journal, const entry *e)
{
    if (e->epoch != journal->epoch) {
        begin_epoch(journal, e->epoch, e);
    }
    if (e->seq != journal->next_seq) {
        verify_report(run, journal, e->epoch, journal->next_seq, "gap", "the next entry is number %llu",
                      (unsigned long long)e->seq);
    }
}

static void
check_entry(verify_run *run, int index, const entry *e)
{
    verify_journal *journal = &run->journals[index];
    uint8_t leaf[32];

    check_number(run, journal, e);
    journal->entries++;
    journal->next_seq = e->seq + 1;
    if (e->header_size != MPOS_JOURNAL_HEADER_SIZE || e->leaf_size != 32) {
        verify_report(run, journal, e->epoch, e->seq, "header", "header or leaf has another length");
        return;
    }
    mpos_journal_leaf(&cli_digest, e->header, leaf);
    if (memcmp(leaf, e->leaf, 32) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "leaf", "the stored leaf is not the header's");
    }
    check_header(run, journal, e);
    check_payload(run, index, e);
    memcpy(journal->last_leaf, leaf, 32);
    mpos_merkle_push(&cli_digest, &journal->tree, leaf);
}

static void
check_head(verify_run *run, verify_journal *journal)
{
    const char *values[] = {journal->id};
    PGresult *head =
        cli_query(run->conn, "SELECT epoch, next_seq, last_leaf FROM journal.head WHERE journal_id = $1", 1,
                  values, true);

    if (PQntuples(head) != 1) {
        verify_report(run, journal, journal->epoch, VERIFY_NO_SEQ, "head", "the journal has no head");
    } else if (read_u32(PQgetvalue(head, 0, 0)) != journal->epoch ||
               read_u64(PQgetvalue(head, 0, 1)) != journal->next_seq) {
        verify_report(run, journal, journal->epoch, journal->next_seq, "head",
                      "the head says epoch %u, next number %llu", read_u32(PQgetvalue(head, 0, 0)),
                      (unsigned long long)read_u64(PQgetvalue(head, 0, 1)));
    } else if (PQgetlength(head, 0, 2) != 32 || memcmp(PQgetvalue(head, 0, 2), journal->last_leaf, 32) != 0) {
        verify_report(run, journal, journal->epoch, journal->next_seq - 1, "head",
                      "the head's leaf is not that of the last entry");
    }
    PQclear(head);
}

/* A segment that is wrong sends readers to the wrong partition. */
static void
check_segments(verify_run *run, verify_journal *journal)
{
    const char *values[] = {journal->id};
    PGresult *wrong = cli_query(
        run->conn,
        "SELECT coalesce(s.epoch, e.epoch)::text, coalesce(s.month, e.month)::text "
        "FROM (SELECT epoch, month, first_seq FROM journal.segment WHERE journal_id = $1) s "
        "FULL JOIN (SELECT epoch, month, min(seq) AS first_seq FROM journal.entry WHERE journal_id = $1 "
        "GROUP BY epoch, month) e USING (epoch, month, first_seq) WHERE s.first_seq IS NULL OR e.first_seq "
        "IS NULL",
        1, values, false);

    for (int i = 0; i < PQntuples(wrong); i++) {
        verify_report(run, journal, (uint32_t)strtoul(PQgetvalue(wrong, i, 0), NULL, 10), VERIFY_NO_SEQ,
                      "segment", "the segment of %s does not fit the entries", PQgetvalue(wrong, i, 1));
    }
    PQclear(wrong);
}

void
verify_walk(verify_run *run, int index)
{
    verify_journal *journal = &run->journals[index];
    const char *values[] = {journal->id};
    PGresult *row;

    begin_epoch(journal, 0, NULL);
    if (!PQsendQueryParams(
            run->conn,
            "SELECT epoch, seq, month, header, leaf, payload FROM journal.entry WHERE journal_id = $1 "
            "ORDER BY epoch, seq, month",
            1, NULL, values, NULL, NULL, 1) ||
        !PQsetSingleRowMode(run->conn)) {
        cli_fail("%s", PQerrorMessage(run->conn));
    }
    while ((row = PQgetResult(run->conn)) != NULL) {
        if (PQresultStatus(row) == PGRES_SINGLE_TUPLE) {
            entry e = read_entry(row);

            check_entry(run, index, &e);
        } else if (PQresultStatus(row) != PGRES_TUPLES_OK) {
            cli_fail("reading journal %s: %s", journal->id, PQresultErrorMessage(row));
        }
        PQclear(row);
    }
    if (journal->parts_left > 0) {
        verify_report(run, journal, journal->epoch, journal->next_seq, "part",
                      "the last transaction is not complete");
    }
    check_head(run, journal);
    check_segments(run, journal);
}
