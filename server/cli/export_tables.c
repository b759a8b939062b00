/* export_tables.c - one file of JSON Lines per table, rows in the order of the key, values as PostgreSQL writes them. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "export.h"
#include "verify_copy.h"

/* {"name","type","rule"} of every column; *values becomes the SQL of those that leave, separated by commas. */
static json_t *
describe_columns(const PGresult *columns, char **values)
{
    json_t *list = json_array();
    size_t size = 1;

    for (int i = 0; i < PQntuples(columns); i++) {
        size += (size_t)PQgetlength(columns, i, 3) + 2;
    }
    *values = cli_alloc(size);
    **values = '\0';
    for (int i = 0; i < PQntuples(columns); i++) {
        const char *rule = PQgetvalue(columns, i, 2);

        if (PQgetisnull(columns, i, 3)) {
            continue;
        }
        strcat(strcat(*values, **values == '\0' ? "" : ", "), PQgetvalue(columns, i, 3));
        json_array_append_new(list, json_pack("{ssss}", "name", PQgetvalue(columns, i, 0), "type",
                                              *rule == '\0' ? PQgetvalue(columns, i, 1) : "text"));
    }
    return list;
}

/* Columns that stay behind, with the reason. */
static json_t *
describe_rest(const PGresult *columns)
{
    json_t *list = json_object();

    for (int i = 0; i < PQntuples(columns); i++) {
        if (PQgetisnull(columns, i, 3)) {
            json_object_set_new(list, PQgetvalue(columns, i, 0), json_string(PQgetvalue(columns, i, 2)));
        }
    }
    return list;
}

static uint64_t
write_rows(export_run *run, const char *name, const char *values, const char *order, const char *path,
           char sum[65])
{
    char *query;
    export_file file;
    copy_stream stream;
    const copy_row *row;
    uint64_t rows = 0;

    if (asprintf(
            &query,
            "SELECT array_to_json(ARRAY[%s]::text[])::text FROM %s x WHERE x.tenant_id = '%s' ORDER BY %s",
            values, name, run->tenant, order) < 0) {
        cli_fail("out of memory");
    }
    export_open(&run->files, &file, path);
    copy_begin(&stream, run->conn, query);
    while ((row = copy_next(&stream)) != NULL) {
        export_write(&file, row->values[0], (size_t)row->sizes[0]);
        export_write(&file, "\n", 1);
        export_count(run);
        rows++;
    }
    export_close(&run->files, &file, sum);
    free(query);
    return rows;
}

static json_t *
write_table(export_run *run, const char *relation, const char *name, const char *order)
{
    const char *arguments[2] = {relation, run->personal ? "t" : "f"};
    PGresult *columns =
        cli_query(run->conn, "SELECT * FROM pos.export_columns($1::oid, $2::boolean)", 2, arguments, false);
    char *values, path[EXPORT_PATH_MAX], sum[65] = "";
    json_t *list = describe_columns(columns, &values), *entry;

    entry = json_pack("{ssso}", "name", name, "left_out", describe_rest(columns));
    if (*values != '\0') {
        snprintf(path, sizeof path, "tables/%.400s.jsonl", name);
        json_object_set_new(entry, "rows",
                            json_integer((json_int_t)write_rows(run, name, values, order, path, sum)));
        json_object_set_new(entry, "file", json_string(path));
        json_object_set_new(entry, "sha256", json_string(sum));
        json_object_set_new(entry, "order", json_string(order));
        json_object_set(entry, "columns", list);
    }
    json_decref(list);
    free(values);
    PQclear(columns);
    return entry;
}

void
export_tables(export_run *run)
{
    PGresult *tables = cli_query(
        run->conn,
        "SELECT relation, name, (SELECT string_agg(quote_ident(k), ', ' ORDER BY n) FROM unnest(key) "
        "WITH ORDINALITY u(k, n)) FROM pos.tenant_tables() ORDER BY depth, name",
        0, NULL, false);
    json_t *list = json_array();

    for (int i = 0; i < PQntuples(tables); i++) {
        json_array_append_new(list, write_table(run, PQgetvalue(tables, i, 0), PQgetvalue(tables, i, 1),
                                                PQgetvalue(tables, i, 2)));
    }
    json_object_set_new(run->manifest, "tables", list);
    PQclear(tables);
}
