/*
 * verify_rows.c - the rows behind the books. What the newest audit line says of a row is compared with mpos.row_digest
 * of the row as it is now: a row changed behind the triggers' back is found here.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "verify.h"

static void
note_row(verify_run *run, int journal, uint32_t epoch, uint64_t seq, const json_t *line)
{
    const json_t *entity = json_array_get(line, 0), *id = json_array_get(line, 1),
                 *digest = json_array_get(line, 2), *op = json_array_get(line, 3);
    row_record *record;

    if (!json_is_string(entity) || !json_is_string(id) ||
        json_string_length(digest) != ROW_DIGEST_TEXT_SIZE || json_string_length(op) != 1) {
        verify_report(run, &run->journals[journal], epoch, seq, "audit", "an audit line has another form");
        return;
    }
    record = row_map_put(&run->rows, journal, json_string_value(entity), json_string_length(entity),
                         json_string_value(id), json_string_length(id));
    record->epoch = epoch;
    record->seq = seq;
    memcpy(record->digest, json_string_value(digest), ROW_DIGEST_TEXT_SIZE);
    record->deleted = json_string_value(op)[0] == 'D';
    if (run->replica_mode) {
        verify_report(run, &run->journals[journal], epoch, seq, "replica_mode",
                      "%s %s: changed under session_replication_role = replica", record->entity, record->id);
    }
}

void
verify_audit(verify_run *run, int journal, uint32_t epoch, uint64_t seq, const char *body, size_t size)
{
    json_error_t error;
    json_t *audit = json_loadb(body, size, 0, &error);
    const json_t *line;
    size_t i;

    if (!json_is_object(audit)) {
        verify_report(run, &run->journals[journal], epoch, seq, "audit",
                      "the audit section is not a JSON object");
    }
    json_array_foreach(json_object_get(audit, "rows"), i, line)
    {
        note_row(run, journal, epoch, seq, line);
    }
    json_decref(audit);
}

/* The journal that speaks of rows of that tenant and outlet ("" for none); -1 when there is none. */
static int
journal_of(const verify_run *run, const char *tenant, const char *outlet)
{
    for (int i = 0; i < run->journal_count; i++) {
        if (strcmp(run->journals[i].tenant, tenant) == 0 && strcmp(run->journals[i].outlet, outlet) == 0) {
            return i;
        }
    }
    return -1;
}

static void
check_row(verify_run *run, const char *entity, const PGresult *row)
{
    const char *id = PQgetvalue(row, 0, 2);
    int index = journal_of(run, PQgetvalue(row, 0, 0), PQgetvalue(row, 0, 1));
    row_record *record;
    verify_journal *journal;

    if (index >= 0 && !run->journals[index].asked) {
        return;
    }
    run->rows_checked++;
    if (index < 0) {
        verify_report(run, NULL, 0, VERIFY_NO_SEQ, "row_homeless",
                      "%s %s: no journal for tenant %s, outlet %s", entity, id, PQgetvalue(row, 0, 0),
                      PQgetvalue(row, 0, 1));
        return;
    }
    journal = &run->journals[index];
    record = row_map_find(&run->rows, index, entity, strlen(entity), id, strlen(id));
    if (record == NULL) {
        verify_report(run, journal, journal->epoch, VERIFY_NO_SEQ, "row_unrecorded",
                      "%s %s: no entry speaks of it", entity, id);
        return;
    }
    record->seen = true;
    if (record->deleted) {
        verify_report(run, journal, record->epoch, record->seq, "row_unrecorded",
                      "%s %s: the entry deleted it, and it is there", entity, id);
    } else if (memcmp(record->digest, PQgetvalue(row, 0, 3), ROW_DIGEST_TEXT_SIZE) != 0) {
        verify_report(run, journal, record->epoch, record->seq, "row_changed",
                      "%s %s: not as the entry left it; changed behind the triggers", entity, id);
    }
}

/* The SQL that gives a table's rows as tenant, outlet, id as in audit lines, digest. The caller frees. */
static char *
rows_query(PGconn *conn, const PGresult *guarded, int i)
{
    const char *values[] = {PQgetvalue(guarded, i, 0), PQgetvalue(guarded, i, 3),
                            PQgetisnull(guarded, i, 2) ? NULL : PQgetvalue(guarded, i, 2)};
    PGresult *made = cli_query(
        conn,
        "SELECT format('SELECT t.tenant_id::text, %s, %s, "
        "translate(encode(mpos.row_digest(t), ''base64''), ''+/='', ''-_'') FROM %s t', "
        "CASE WHEN $3::text IS NULL THEN '''''' ELSE format('coalesce(t.%I::text, '''''''')', $3) END, "
        "string_agg(CASE a.atttypid WHEN 'uuid'::regtype THEN "
        "format('translate(encode(uuid_send(t.%I), ''base64''), ''+/='', ''-_'')', k.name) "
        "WHEN 'bytea'::regtype THEN format('translate(encode(t.%I, ''base64''), E''+/=\\n'', ''-_'')', "
        "k.name) "
        "ELSE format('t.%I::text', k.name) END, ' || ''.'' || ' ORDER BY k.n), $1::regclass) "
        "FROM unnest($2::text[]) WITH ORDINALITY k(name, n) "
        "JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attname = k.name",
        3, values, false);
    char *sql = cli_strdup(PQgetvalue(made, 0, 0));

    PQclear(made);
    return sql;
}

static void
check_table(verify_run *run, const char *entity, const char *sql)
{
    PGresult *row;

    if (!PQsendQuery(run->conn, sql) || !PQsetSingleRowMode(run->conn)) {
        cli_fail("%s", PQerrorMessage(run->conn));
    }
    while ((row = PQgetResult(run->conn)) != NULL) {
        if (PQresultStatus(row) == PGRES_SINGLE_TUPLE) {
            check_row(run, entity, row);
        } else if (PQresultStatus(row) != PGRES_TUPLES_OK) {
            cli_fail("reading %s: %s", entity, PQresultErrorMessage(row));
        }
        PQclear(row);
    }
}

/* What the journal speaks of and nobody has seen. */
static void
check_missing(verify_run *run)
{
    for (size_t i = 0; i < run->rows.capacity; i++) {
        const row_record *record = &run->rows.slots[i];

        if (record->id != NULL && !record->seen && !record->deleted) {
            verify_report(run, &run->journals[record->journal], record->epoch, record->seq, "row_missing",
                          "%s %s: the row is gone without an entry", record->entity, record->id);
        }
    }
}

void
verify_rows(verify_run *run)
{
    PGresult *guarded = cli_query(
        run->conn,
        "SELECT relation::text, entity, outlet_column, key_columns::text, enabled FROM mpos.guarded()", 0,
        NULL, false);

    for (int i = 0; i < PQntuples(guarded); i++) {
        const char *entity = PQgetvalue(guarded, i, 1);
        char *sql;

        if (strcmp(PQgetvalue(guarded, i, 4), "A") != 0) {
            verify_report(run, NULL, 0, VERIFY_NO_SEQ, "trigger_off", "the capture of %s is not always on",
                          PQgetvalue(guarded, i, 0));
        }
        sql = rows_query(run->conn, guarded, i);
        check_table(run, entity, sql);
        free(sql);
    }
    PQclear(guarded);
    check_missing(run);
}
