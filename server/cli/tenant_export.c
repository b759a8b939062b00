/* tenant_export.c - mpos tenant export: one snapshot of a business, written whole or not at all. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "export.h"
#include "tenant.h"
#include "tenant_wait.h"

static void
tell(export_run *run, double now, const char *end)
{
    double seconds = now - run->began_s, rate = seconds > 0 ? (double)run->rows / seconds : 0;

    fprintf(stderr, "\r%llu of %llu rows, %.0f a second, %.0f s left  %s", (unsigned long long)run->rows,
            (unsigned long long)run->rows_all, rate,
            rate > 0 && run->rows < run->rows_all ? (double)(run->rows_all - run->rows) / rate : 0, end);
    run->told_s = now;
}

void
export_count(export_run *run)
{
    run->rows++;
    if ((run->rows & 1023) == 0 && isatty(STDERR_FILENO)) {
        double now = tenant_now_s();

        if (now - run->told_s >= 1) {
            tell(run, now, "");
        }
    }
}

static void
command(PGconn *conn, const char *sql)
{
    PQclear(cli_query(conn, sql, 0, NULL, false));
}

/* Texts of all values are the same everywhere, whatever the server or the role is set to. */
static void
begin_snapshot(export_run *run)
{
    const char *tenant = run->tenant;

    command(run->conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    command(run->conn, "SET LOCAL timezone = 'UTC'");
    command(run->conn, "SET LOCAL datestyle = 'ISO, YMD'");
    command(run->conn, "SET LOCAL intervalstyle = 'iso_8601'");
    command(run->conn, "SET LOCAL bytea_output = 'hex'");
    command(run->conn, "SET LOCAL extra_float_digits = 1");
    PQclear(cli_query(run->conn, "SELECT mpos.assume($1)", 1, &tenant, false));
}

static uint64_t
count_rows(PGconn *conn, const char *sql, const char *tenant)
{
    PGresult *result = cli_query(conn, sql, 1, &tenant, false);
    uint64_t count = strtoull(PQgetvalue(result, 0, 0), NULL, 10);

    PQclear(result);
    return count;
}

/* How much there is to do, when somebody wants to know. */
static void
count_all(export_run *run)
{
    PGresult *tables;

    if (!isatty(STDERR_FILENO)) {
        return;
    }
    run->rows_all =
        count_rows(run->conn,
                   "SELECT count(*) FROM journal.entry JOIN journal.journal USING (journal_id) WHERE "
                   "tenant_id = $1",
                   run->tenant);
    tables = cli_query(run->conn, "SELECT name FROM pos.tenant_tables()", 0, NULL, false);
    for (int i = 0; i < PQntuples(tables); i++) {
        char sql[256];

        snprintf(sql, sizeof sql, "SELECT count(*) FROM %.160s WHERE tenant_id = $1",
                 PQgetvalue(tables, i, 0));
        run->rows_all += count_rows(run->conn, sql, run->tenant);
    }
    PQclear(tables);
}

static void
describe(export_run *run, const char *slug)
{
    const char *tenant = run->tenant;
    PGresult *result = cli_query(
        run->conn,
        "SELECT name, state, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
        "mpos.version() FROM pos.tenant WHERE tenant_id = $1",
        1, &tenant, false);

    run->manifest = json_pack("{sssssssssssssssb}", "format", EXPORT_FORMAT, "software",
                              PQgetvalue(result, 0, 3), "taken_at", PQgetvalue(result, 0, 2), "tenant_id",
                              run->tenant, "slug", slug, "name", PQgetvalue(result, 0, 0), "state",
                              PQgetvalue(result, 0, 1), "personal_data", run->personal);
    PQclear(result);
}

static void
write_manifest(export_run *run)
{
    char sum[65];
    char *text;

    export_close_sums(&run->files, sum);
    json_object_set_new(run->manifest, "sums_sha256", json_string(sum));
    text = json_dumps(run->manifest, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    export_put(&run->files, "manifest.json", text, strlen(text));
    free(text);
}

/* Who takes personal data along is an entry of the journal of the business. */
static void
note_personal(PGconn *conn, const char *tenant)
{
    PQclear(cli_query(conn, "SELECT pos.export_note($1)", 1, &tenant, false));
}

static int
export_to(const char *slug, const char *target, bool personal, const char *db)
{
    export_run run = {.conn = cli_connect(db), .personal = personal, .began_s = tenant_now_s()};
    char digest[65];

    memcpy(run.tenant, tenant_find(run.conn, slug).id, sizeof run.tenant);
    export_begin(&run.files, target);
    if (personal) {
        note_personal(run.conn, run.tenant);
    }
    tenant_wait_signed(run.conn, run.tenant);
    begin_snapshot(&run);
    count_all(&run);
    describe(&run, slug);
    export_tables(&run);
    export_journals(&run);
    write_manifest(&run);
    export_commit(&run.files);
    if (isatty(STDERR_FILENO)) {
        tell(&run, tenant_now_s(), "\n");
    }
    export_digest(run.files.target, digest);
    printf("%s\t%llu rows\t%llu files\t%s\n", run.files.target, (unsigned long long)run.rows,
           (unsigned long long)run.files.count, digest);
    json_decref(run.manifest);
    PQfinish(run.conn);
    return CLI_OK;
}

int
tenant_export(int argc, char **argv)
{
    const char *target = NULL, *check = NULL, *db = NULL;
    bool personal = false;
    const cli_option options[] = {{"--to", .text = &target},
                                  {"--check", .text = &check},
                                  {"--with-personal-data", .flag = &personal},
                                  {"--db", .text = &db},
                                  {0}};
    int count = cli_options("tenant", tenant_help, options, argc, argv);

    if (check != NULL && count == 0 && target == NULL) {
        return export_check(check) == 0 ? CLI_OK : CLI_FINDINGS;
    }
    if (check != NULL || count != 1 || target == NULL) {
        cli_usage("tenant", "export needs the short name of a business and --to, or --check alone");
    }
    return export_to(argv[0], target, personal, db);
}
