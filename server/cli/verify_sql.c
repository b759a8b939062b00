/* verify_sql.c - the books as a database has them: all journals in one snapshot, their heads and segments, the rows. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bytes.h"
#include "cli.h"
#include "unpack.h"
#include "verify.h"
#include "verify_copy.h"

/* Days from 1970-01-01 to 2000-01-01, where PostgreSQL's binary dates begin. */
#define PG_EPOCH_DAYS 10957

static void
run_command(PGconn *conn, const char *sql)
{
    PQclear(cli_query(conn, sql, 0, NULL, false));
}

/* Two connections that see the same: entries stream through one while the other looks things up. */
static void
open_snapshot(verify_run *run, const char *conninfo)
{
    PGresult *snapshot;
    char sql[128];

    run->conn = cli_connect(conninfo);
    copy_prepare(run->conn);
    run_command(run->conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    snapshot = cli_query(run->conn, "SELECT pg_export_snapshot()", 0, NULL, false);
    run->side = cli_connect(conninfo);
    run_command(run->side, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    snprintf(sql, sizeof sql, "SET TRANSACTION SNAPSHOT '%s'", PQgetvalue(snapshot, 0, 0));
    run_command(run->side, sql);
    PQclear(snapshot);
}

static void
read_uuid(const char *text, uint8_t out[16])
{
    for (int i = 0; i < 16; text++) {
        if (*text != '-') {
            sscanf(text, "%2hhx", &out[i++]);
            text++;
        }
    }
}

static void
fill_journal(verify_journal *journal, const PGresult *list, int i)
{
    snprintf(journal->id, sizeof journal->id, "%s", PQgetvalue(list, i, 0));
    snprintf(journal->tenant, sizeof journal->tenant, "%s", PQgetvalue(list, i, 1));
    snprintf(journal->outlet, sizeof journal->outlet, "%s", PQgetvalue(list, i, 2));
    journal->origin = cli_strdup(PQgetvalue(list, i, 3));
    journal->platform = strcmp(PQgetvalue(list, i, 4), "platform") == 0;
    journal->closed = strcmp(PQgetvalue(list, i, 5), "closed") == 0;
    read_uuid(journal->id, journal->id_bytes);
    read_uuid(journal->tenant, journal->tenant_bytes);
    if (journal->outlet[0] != '\0') {
        read_uuid(journal->outlet, journal->outlet_bytes);
    }
    journal->tenant_known = true;
}

/*
 * All journals are read, also when one is asked for: rows have to find the journal that they belong to. The platform's
 * comes first: it keeps checkpoints of the others.
 */
static void
load_journals(verify_run *run, const char *only)
{
    PGresult *list = cli_query(
        run->conn,
        "SELECT journal_id::text, tenant_id::text, coalesce(outlet_id::text, ''), origin, kind, state "
        "FROM journal.journal ORDER BY kind <> 'platform', origin",
        0, NULL, false);
    bool found = only == NULL;

    run->journal_count = PQntuples(list);
    run->journals = cli_alloc(sizeof *run->journals * (size_t)(run->journal_count + 1));
    memset(run->journals, 0, sizeof *run->journals * (size_t)(run->journal_count + 1));
    for (int i = 0; i < run->journal_count; i++) {
        verify_journal *journal = &run->journals[i];

        fill_journal(journal, list, i);
        journal->asked = only == NULL || strcasecmp(only, journal->id) == 0;
        found = found || journal->asked;
    }
    PQclear(list);
    if (!found) {
        cli_fail("no journal %s", only);
    }
}

/* Without keys from outside, the ones that the database names must do; that they are there is said in the summary. */
static void
load_keys(verify_run *run)
{
    PGresult *list;
    cli_list vkeys = {.count = 0}, none = {.count = 0};

    if (run->keys.count > 0) {
        return;
    }
    list = cli_query(run->conn, "SELECT vkey FROM journal.signing_key ORDER BY active_from DESC", 0, NULL,
                     false);
    for (int i = 0; i < PQntuples(list) && i < CLI_LIST_MAX; i++) {
        vkeys.items[vkeys.count++] = PQgetvalue(list, i, 0);
    }
    if (!judge_keys_init(&run->keys, &vkeys, &none)) {
        verify_report(run, NULL, 0, VERIFY_NO_SEQ, "key", "journal.signing_key has a key that is none");
    }
    /* Names and bytes point into the result: it stays as long as the program. */
}

static size_t
size_of(const copy_row *row, int column)
{
    return row->sizes[column] < 0 ? 0 : (size_t)row->sizes[column];
}

/* A payload that cannot be unpacked counts as one that is there and not the one that was hashed. */
static verify_entry
read_entry(const copy_row *row)
{
    static const uint8_t damaged[1];
    verify_entry entry = {
        .epoch = copy_u32(row, 0),
        .seq = copy_u64(row, 1),
        .month_known = true,
        .month_days = (int32_t)copy_u32(row, 2) + PG_EPOCH_DAYS,
        .header = row->values[3],
        .header_size = size_of(row, 3),
        .leaf = row->values[4],
        .leaf_size = size_of(row, 4),
        .payload_known = true,
    };

    if (row->values[5] != NULL) {
        entry.payload = cli_unpack(row->values[5], size_of(row, 5), &entry.payload_size);
        if (entry.payload == NULL) {
            entry.payload = damaged;
            entry.payload_size = 0;
        }
    }
    return entry;
}

static void
check_head(verify_run *run, verify_journal *journal)
{
    char query[160];
    copy_stream stream;
    const copy_row *row;
    int heads = 0;

    snprintf(query, sizeof query,
             "SELECT epoch, next_seq, last_leaf FROM journal.head WHERE journal_id = '%s'", journal->id);
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        heads++;
        if (copy_u32(row, 0) != journal->epoch || copy_u64(row, 1) != journal->next_seq) {
            verify_report(run, journal, journal->epoch, journal->next_seq, "head",
                          "the head says epoch %u, next number %llu", copy_u32(row, 0),
                          (unsigned long long)copy_u64(row, 1));
        } else if (row->sizes[2] != 32 || memcmp(row->values[2], journal->last_leaf, 32) != 0) {
            verify_report(run, journal, journal->epoch, journal->next_seq - (journal->next_seq > 0), "head",
                          "the head's leaf is not that of the last entry");
        }
    }
    if (heads != 1) {
        verify_report(run, journal, journal->epoch, VERIFY_NO_SEQ, "head", "the journal has no head");
    }
}

/* Where the entries of a month of an epoch begin. */
typedef struct segment {
    uint32_t epoch;
    int month_days;
    uint64_t first_seq;
    bool met; /* journal.segment says so too */
} segment;

typedef struct segment_list {
    segment *items;
    size_t count;
} segment_list;

static segment *
find_segment(const segment_list *list, uint32_t epoch, int month_days)
{
    for (size_t i = list->count; i-- > 0;) {
        if (list->items[i].epoch == epoch && list->items[i].month_days == month_days) {
            return &list->items[i];
        }
    }
    return NULL;
}

/* Entries come ascending: the first of a month is its smallest. */
static void
note_segment(segment_list *list, const verify_entry *e)
{
    if (find_segment(list, e->epoch, e->month_days) == NULL) {
        list->items = verify_room(list->items, list->count, sizeof *list->items);
        list->items[list->count++] = (segment){e->epoch, e->month_days, e->seq, false};
    }
}

static void
report_segment(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t first_seq)
{
    verify_report(run, journal, epoch, first_seq, "segment", "the segment does not fit the entries");
}

/* A segment that is wrong sends readers to the wrong partition. Those of months that were retired stay. */
static void
check_segments(verify_run *run, verify_journal *journal, segment_list *list)
{
    char query[256];
    copy_stream stream;
    const copy_row *row;

    snprintf(query, sizeof query,
             "SELECT epoch, month, first_seq, month <= (SELECT max(month) FROM journal.retired r WHERE "
             "r.journal_id = s.journal_id) FROM journal.segment s WHERE journal_id = '%s'",
             journal->id);
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        uint32_t epoch = copy_u32(row, 0);
        segment *found = find_segment(list, epoch, (int32_t)copy_u32(row, 1) + PG_EPOCH_DAYS);
        bool retired = row->values[3] != NULL && row->values[3][0] != 0;

        if (found != NULL && found->first_seq == copy_u64(row, 2)) {
            found->met = true;
        } else if (!retired) {
            report_segment(run, journal, epoch, copy_u64(row, 2));
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        if (!list->items[i].met) {
            report_segment(run, journal, list->items[i].epoch, list->items[i].first_seq);
        }
    }
    free(list->items);
}

static void
walk(verify_run *run, int index)
{
    verify_journal *journal = &run->journals[index];
    char query[256];
    copy_stream stream;
    const copy_row *row;
    segment_list segments = {.count = 0};

    snprintf(query, sizeof query,
             "SELECT epoch, seq, month, header, leaf, packed FROM journal.entry WHERE "
             "journal_id = '%s' "
             "ORDER BY epoch, seq, month",
             journal->id);
    verify_walk_begin(run, index);
    verify_retired_begin(run, index);
    copy_begin(&stream, run->conn, query);
    while ((row = copy_next(&stream)) != NULL) {
        verify_entry entry = read_entry(row);

        note_segment(&segments, &entry);
        verify_walk_entry(run, index, &entry);
    }
    verify_walk_end(run, index);
    check_head(run, journal);
    check_segments(run, journal, &segments);
}

void
verify_sql(verify_run *run, const char *conninfo, const char *only)
{
    open_snapshot(run, conninfo);
    load_journals(run, only);
    load_keys(run);
    for (int i = 0; i < run->journal_count; i++) {
        if (run->journals[i].asked || run->journals[i].platform) {
            walk(run, i);
        }
        if (run->journals[i].platform) {
            verify_erased_journals(run);
        }
    }
    verify_ring_end(run);
    if (!run->rows_skipped) {
        verify_rows(run);
    }
    PQfinish(run->conn);
    PQfinish(run->side);
}
