/*
 * tenant_delete.c - mpos tenant delete: erases a business after an export of it was checked, step by step, and leaves a certificate.
 * Broken off at any moment, the same command goes on. Words: certificate, step.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "export.h"
#include "tenant.h"
#include "tenant_certificate.h"

/* Rows of one transaction: some tens of milliseconds in which nothing of another business is locked. */
#define STEP_ROWS "2000"
#define STEP_NOTES "1000"

typedef struct erasure {
    PGconn *conn;
    const char *slug;
    const char *directory; /* of the export */
    json_t *manifest;
    const char *tenant;
    char digest[65]; /* of the manifest */
    uint64_t removed;
} erasure;

static json_t *
load_manifest(const char *directory)
{
    char path[EXPORT_PATH_MAX + 32];
    json_error_t error;
    json_t *manifest;

    snprintf(path, sizeof path, "%.500s/manifest.json", directory);
    manifest = json_load_file(path, 0, &error);
    if (json_string_value(json_object_get(manifest, "tenant_id")) == NULL) {
        cli_fail("%s: %s", path, manifest == NULL ? error.text : "no export of a business");
    }
    return manifest;
}

/* Where each journal ended when it was exported, as pos.erase_begin takes it. The caller frees. */
static char *
ends_of(const json_t *manifest)
{
    json_t *ends = json_array();
    const json_t *journal, *epoch;
    size_t i, k;
    char *text;

    json_array_foreach(json_object_get(manifest, "journals"), i, journal)
    {
        json_array_foreach(json_object_get(journal, "epochs"), k, epoch)
        {
            json_array_append_new(
                ends, json_pack("{sOsOsOsO}", "journal_id", json_object_get(journal, "journal_id"), "epoch",
                                json_object_get(epoch, "epoch"), "next_seq",
                                json_object_get(epoch, "next_seq"), "leaf", json_object_get(epoch, "leaf")));
        }
    }
    text = json_dumps(ends, JSON_COMPACT);
    json_decref(ends);
    return text;
}

/* An erasure that ended before: then only the certificate is still to be written. */
static bool
has_ended(const erasure *e)
{
    PGresult *found =
        cli_query(e->conn, "SELECT ended_at IS NOT NULL FROM journal.erased WHERE tenant_id = $1", 1,
                  &e->tenant, false);
    bool ended = PQntuples(found) > 0 && PQgetvalue(found, 0, 0)[0] == 't';

    PQclear(found);
    return ended;
}

static void
begin(erasure *e)
{
    char *ends = ends_of(e->manifest);
    const char *values[3] = {e->tenant, e->digest, ends};

    if (strcmp(tenant_find(e->conn, e->slug).id, e->tenant) != 0) {
        cli_fail("%s is the export of another business than \"%s\"", e->directory, e->slug);
    }
    PQclear(cli_query(e->conn, "SELECT pos.erase_begin($1, decode($2, 'hex'), $3::jsonb)", 3, values, false));
    free(ends);
}

static void
tell(erasure *e, uint64_t gone)
{
    e->removed += gone;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%llu rows removed  ", (unsigned long long)e->removed);
    }
}

static void
remove_rows(erasure *e)
{
    const char *values[2] = {e->tenant, STEP_ROWS};
    uint64_t gone;

    do {
        PGresult *step = cli_query(e->conn, "SELECT pos.erase_step($1, $2::integer)", 2, values, false);

        gone = strtoull(PQgetvalue(step, 0, 0), NULL, 10);
        PQclear(step);
        tell(e, gone);
    } while (gone > 0);
}

/* Each batch begins behind the last one, so that the platform's journal is read once. */
static void
remove_notes(erasure *e)
{
    char epoch[16] = "0", seq[24] = "-1";
    const char *values[4] = {e->tenant, epoch, seq, STEP_NOTES};
    int found;

    do {
        PGresult *step =
            cli_query(e->conn, "SELECT * FROM pos.erase_notes($1, $2::integer, $3::bigint, $4::integer)", 4,
                      values, false);

        found = PQntuples(step);
        if (found > 0) {
            snprintf(epoch, sizeof epoch, "%s", PQgetvalue(step, 0, 1));
            snprintf(seq, sizeof seq, "%s", PQgetvalue(step, 0, 2));
        }
        PQclear(step);
    } while (found > 0);
}

static void
erase(erasure *e)
{
    begin(e);
    remove_rows(e);
    remove_notes(e);
    PQclear(cli_query(e->conn, "SELECT pos.erase_end($1)", 1, &e->tenant, false));
    if (isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }
}

int
tenant_delete(int argc, char **argv)
{
    const char *confirm = NULL, *db = NULL;
    erasure e = {.conn = NULL};
    const cli_option options[] = {{"--export-checked", .text = &e.directory},
                                  {"--confirm", .text = &confirm},
                                  {"--db", .text = &db},
                                  {0}};
    char path[EXPORT_PATH_MAX];

    if (cli_options("tenant", tenant_help, options, argc, argv) != 1 || e.directory == NULL ||
        confirm == NULL) {
        cli_usage("tenant",
                  "delete needs the short name, --export-checked DIR and --confirm with the short name");
    }
    if (strcmp(argv[0], confirm) != 0) {
        cli_usage("tenant", "--confirm says \"%s\", not \"%s\": nothing was done", confirm, argv[0]);
    }
    e.slug = argv[0];
    e.manifest = load_manifest(e.directory);
    e.tenant = json_string_value(json_object_get(e.manifest, "tenant_id"));
    e.conn = cli_connect(db);
    if (!has_ended(&e)) {
        if (export_check(e.directory) != 0) {
            cli_fail("%s is not whole: nothing was done", e.directory);
        }
        export_digest(e.directory, e.digest);
        erase(&e);
    }
    certificate_write(e.conn, e.tenant, e.directory, path, sizeof path);
    printf("%s\terased\t%s\n", e.slug, path);
    json_decref(e.manifest);
    PQfinish(e.conn);
    return CLI_OK;
}
