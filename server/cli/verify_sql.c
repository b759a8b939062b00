/* verify_sql.c - the books as a database has them: all journals in one snapshot, their heads and segments, the rows. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bytes.h"
#include "cli.h"
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
    PGresult *list =
        cli_query(run->conn,
                  "SELECT journal_id::text, tenant_id::text, coalesce(outlet_id::text, ''), origin, kind "
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

static verify_entry
read_entry(const copy_row *row)
{
    return (verify_entry){
        .epoch = copy_u32(row, 0),
        .seq = copy_u64(row, 1),
        .month_known = true,
        .month_days = (int32_t)copy_u32(row, 2) + PG_EPOCH_DAYS,
        .header = row->values[3],
        .header_size = row->sizes[3] < 0 ? 0 : (size_t)row->sizes[3],
        .leaf = row->values[4],
        .leaf_size = row->sizes[4] < 0 ? 0 : (size_t)row->sizes[4],
        .payload_known = true,
        .payload = row->values[5],
        .payload_size = row->sizes[5] < 0 ? 0 : (size_t)row->sizes[5],
    };
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

/* A segment that is wrong sends readers to the wrong partition. */
static void
check_segments(verify_run *run, verify_journal *journal)
{
    const char *values[] = {journal->id};
    PGresult *wrong = cli_query(
        run->side,
        "SELECT coalesce(s.epoch, e.epoch)::text, coalesce(s.month, e.month)::text "
        "FROM (SELECT epoch, month, first_seq FROM journal.segment WHERE journal_id = $1) s "
        "FULL JOIN (SELECT epoch, month, min(seq) AS first_seq FROM journal.entry WHERE journal_id = $1 "
        "GROUP BY epoch, month) e USING (epoch, month, first_seq) WHERE s.first_seq IS NULL OR "
        "(e.first_seq IS NULL AND month > coalesce((SELECT max(month) FROM journal.retired WHERE journal_id "
        "= $1), '-infinity'))",
        1, values, false);

    for (int i = 0; i < PQntuples(wrong); i++) {
        verify_report(run, journal, (uint32_t)strtoul(PQgetvalue(wrong, i, 0), NULL, 10), VERIFY_NO_SEQ,
                      "segment", "the segment of %s does not fit the entries", PQgetvalue(wrong, i, 1));
    }
    PQclear(wrong);
}

static void
walk(verify_run *run, int index)
{
    verify_journal *journal = &run->journals[index];
    char query[256];
    copy_stream stream;
    const copy_row *row;

    snprintf(query, sizeof query,
             "SELECT epoch, seq, month, header, leaf, mpos.unpack(packed) FROM journal.entry WHERE "
             "journal_id = '%s' "
             "ORDER BY epoch, seq, month",
             journal->id);
    verify_walk_begin(run, index);
    verify_retired_begin(run, index);
    copy_begin(&stream, run->conn, query);
    while ((row = copy_next(&stream)) != NULL) {
        verify_entry entry = read_entry(row);

        verify_walk_entry(run, index, &entry);
    }
    verify_walk_end(run, index);
    check_head(run, journal);
    check_segments(run, journal);
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
    }
    verify_ring_end(run);
    verify_rows(run);
    PQfinish(run->conn);
    PQfinish(run->side);
}
