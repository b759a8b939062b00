/*
 * verify_rows.c - the rows behind the books. What the newest audit line says of a row is compared with mpos.row_digest
 * of the row as it is now: a row changed behind the triggers' back is found here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "cli.h"
#include "verify.h"
#include "verify_copy.h"

/* Columns of the query over a table: tenant, outlet or null, digest, then the key as bytes or text. */
enum { COLUMN_TENANT, COLUMN_OUTLET, COLUMN_DIGEST, COLUMN_KEY };
enum { KEYS_MAX = COPY_VALUES_MAX - COLUMN_KEY, ID_SIZE_MAX = 1024 };

typedef struct guarded_table {
    const char *relation;
    const char *entity;
    const char *forms; /* of each key column: b base64url of bytes, t text */
    const char *query;
    int journal; /* that its last row belonged to; rows of a journal often lie together */
} guarded_table;

static bool
is_journal_of(const verify_journal *journal, const uint8_t *tenant, const uint8_t *outlet)
{
    return !journal->platform && memcmp(journal->tenant_bytes, tenant, 16) == 0 &&
           (journal->outlet[0] == '\0') == (outlet == NULL) &&
           (outlet == NULL || memcmp(journal->outlet_bytes, outlet, 16) == 0);
}

/* The journal that speaks of rows of that tenant and outlet (NULL for none); -1 when there is none. */
static int
journal_of(const verify_run *run, guarded_table *table, const uint8_t *tenant, const uint8_t *outlet)
{
    if (table->journal >= 0 && is_journal_of(&run->journals[table->journal], tenant, outlet)) {
        return table->journal;
    }
    for (int i = 0; i < run->journal_count; i++) {
        if (is_journal_of(&run->journals[i], tenant, outlet)) {
            return table->journal = i;
        }
    }
    return -1;
}

/* The row's id as audit lines have it. */
static size_t
make_id(const guarded_table *table, const copy_row *row, char out[ID_SIZE_MAX])
{
    size_t size = 0;

    for (int i = 0; table->forms[i] != '\0'; i++) {
        const uint8_t *value = row->values[COLUMN_KEY + i];
        size_t value_size = value == NULL ? 0 : (size_t)row->sizes[COLUMN_KEY + i];

        if (size + value_size * 2 + 8 > ID_SIZE_MAX) {
            cli_fail("%s has a key of more than %d bytes", table->relation, ID_SIZE_MAX);
        }
        if (i > 0) {
            out[size++] = '.';
        }
        if (table->forms[i] == 'b') {
            size += mpos_base64url(value, value_size, out + size);
        } else {
            memcpy(out + size, value, value_size);
            size += value_size;
        }
    }
    return size;
}

static void
compare(verify_run *run, verify_journal *journal, row_record *record, const uint8_t digest[16])
{
    char text[ROW_DIGEST_TEXT_SIZE + 1];

    record->seen = true;
    mpos_base64url(digest, 16, text);
    if (record->deleted) {
        verify_report(run, journal, record->epoch, record->seq, "row_unrecorded",
                      "%s %s: the entry deleted it, and it is there", record->entity, record->id);
    } else if (memcmp(record->digest, text, ROW_DIGEST_TEXT_SIZE) != 0) {
        verify_report(run, journal, record->epoch, record->seq, "row_changed",
                      "%s %s: not as the entry left it; changed behind the triggers", record->entity,
                      record->id);
    }
}

static void
check_row(verify_run *run, guarded_table *table, const copy_row *row)
{
    char id[ID_SIZE_MAX];
    size_t id_size = make_id(table, row, id);
    int index = journal_of(run, table, row->values[COLUMN_TENANT], row->values[COLUMN_OUTLET]);
    row_record *record;

    if (index >= 0 && !run->journals[index].asked) {
        return;
    }
    run->rows_checked++;
    if (index < 0) {
        verify_report(run, NULL, 0, VERIFY_NO_SEQ, "row_homeless",
                      "%s %.*s: no journal for its tenant and outlet", table->entity, (int)id_size, id);
        return;
    }
    record = row_map_find(&run->rows, index, table->entity, strlen(table->entity), id, id_size);
    if (record == NULL) {
        verify_report(run, &run->journals[index], run->journals[index].epoch, VERIFY_NO_SEQ, "row_unrecorded",
                      "%s %.*s: no entry speaks of it", table->entity, (int)id_size, id);
    } else {
        compare(run, &run->journals[index], record, row->values[COLUMN_DIGEST]);
    }
}

static void
check_table(verify_run *run, guarded_table *table)
{
    copy_stream stream;
    const copy_row *row;

    if (strlen(table->forms) > KEYS_MAX) {
        cli_fail("the key of %s has more than %d columns", table->relation, KEYS_MAX);
    }
    copy_begin(&stream, run->conn, table->query);
    while ((row = copy_next(&stream)) != NULL) {
        if (row->sizes[COLUMN_TENANT] != 16 || row->sizes[COLUMN_DIGEST] != 16) {
            cli_fail("%s has no tenant or digest", table->relation);
        }
        check_row(run, table, row);
    }
}

/*
 * An entity that entries speak of and that no table has any more is one finding, not one for each row: at an entry that
 * speaks of one that should be there.
 */
static bool
is_guarded(const PGresult *tables, const char *entity)
{
    for (int i = 0; i < PQntuples(tables); i++) {
        if (strcmp(PQgetvalue(tables, i, 1), entity) == 0) {
            return true;
        }
    }
    return false;
}

static void
report_unguarded(verify_run *run, const PGresult *tables)
{
    for (size_t i = 0; i < run->rows.entity_count; i++) {
        const char *entity = run->rows.entities[i];
        const row_record *last = NULL;

        for (size_t n = 0; n < run->rows.count; n++) {
            const row_record *record = &run->rows.records[n];

            last = record->entity == entity && !record->deleted ? record : last;
        }
        if (last != NULL && !is_guarded(tables, entity)) {
            verify_report(run, &run->journals[last->journal], last->epoch, last->seq, "trigger_off",
                          "%s is captured no longer", entity);
        }
    }
}

/* What the journal speaks of and nobody has seen. */
static void
check_missing(verify_run *run, const PGresult *tables)
{
    for (size_t i = 0; i < run->rows.count; i++) {
        const row_record *record = &run->rows.records[i];

        if (!record->seen && !record->deleted && run->journals[record->journal].asked &&
            is_guarded(tables, record->entity)) {
            verify_report(run, &run->journals[record->journal], record->epoch, record->seq, "row_missing",
                          "%s %s: the row is gone without an entry", record->entity, record->id);
        }
    }
    report_unguarded(run, tables);
}

/* A table and the query over its rows, made from the catalogue. */
static const char *const tables_query =
    "SELECT g.relation::text, g.entity, "
    "string_agg(CASE WHEN a.atttypid IN ('uuid'::regtype, 'bytea'::regtype) THEN 'b' ELSE 't' END, '' ORDER "
    "BY k.n), "
    "format('SELECT t.tenant_id, %s, mpos.row_digest(t), %s FROM %s t', "
    "CASE WHEN g.outlet_column IS NULL THEN 'NULL' ELSE format('t.%I', g.outlet_column) END, "
    "string_agg(CASE WHEN a.atttypid IN ('uuid'::regtype, 'bytea'::regtype) THEN format('t.%I', k.name) "
    "ELSE format('t.%I::text', k.name) END, ', ' ORDER BY k.n), g.relation) "
    "FROM mpos.guarded() g CROSS JOIN unnest(g.key_columns) WITH ORDINALITY k(name, n) "
    "JOIN pg_attribute a ON a.attrelid = g.relation AND a.attname = k.name "
    "GROUP BY g.relation, g.entity, g.outlet_column ORDER BY g.entity";

/* What the catalogue says of guards that are not as they should be. */
static void
check_guards(verify_run *run)
{
    PGresult *findings =
        cli_query(run->conn, "SELECT finding FROM mpos.guard_findings() finding", 0, NULL, false);

    for (int i = 0; i < PQntuples(findings); i++) {
        verify_report(run, NULL, 0, VERIFY_NO_SEQ, "trigger_off", "%s", PQgetvalue(findings, i, 0));
    }
    PQclear(findings);
}

void
verify_rows(verify_run *run)
{
    PGresult *tables = cli_query(run->conn, tables_query, 0, NULL, false);

    for (int i = 0; i < PQntuples(tables); i++) {
        guarded_table table = {
            .relation = PQgetvalue(tables, i, 0),
            .entity = PQgetvalue(tables, i, 1),
            .forms = PQgetvalue(tables, i, 2),
            .query = PQgetvalue(tables, i, 3),
            .journal = -1,
        };

        check_table(run, &table);
    }
    check_missing(run, tables);
    PQclear(tables);
    check_guards(run);
}
