/* tenant.c - mpos tenant: finds the part; lists, suspends and resumes businesses. */
#include "tenant.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

const char *const tenant_help =
    "Usage: mpos tenant create [NAME] --template TEMPLATE [--slug SLUG] [--country CC] [--currency CCC]\n"
    "                          [--manager NAME] [--pin PIN|-] [--demo] [--db CONNINFO]\n"
    "       mpos tenant create FILE [OPTION]...\n"
    "       mpos tenant list [--db CONNINFO]\n"
    "       mpos tenant suspend SLUG [--reason TEXT] [--db CONNINFO]\n"
    "       mpos tenant resume SLUG [--reason TEXT] [--db CONNINFO]\n"
    "       mpos tenant export SLUG --to DIR [--with-personal-data] [--db CONNINFO]\n"
    "       mpos tenant export --check DIR\n"
    "       mpos tenant delete SLUG --export-checked DIR --confirm SLUG [--db CONNINFO]\n\n"
    "create makes a business from a template (docs/reference/templates.md): a ready-made one (cafe, "
    "restaurant, shop,\n"
    "kitchen, kiosk, fridge, diner-us) or a file. The slug is what people type to sign in; without --slug it "
    "is made from\n"
    "NAME. Unless the template names a manager, the first one gets the number 101 and a PIN: --pin, - reads "
    "it from the\n"
    "standard input, else a random one, which is printed this once. PINs are stored as argon2id verifiers "
    "only.\n\n"
    "  --manager NAME   name of the first manager (default Manager)\n"
    "  --demo           with the people, simple PINs and unpaired registers of the template's demo\n\n"
    "Prints slug, id and, when it made one, the manager's number and PIN, separated by tabs.\n\n"
    "list prints one business a line: slug, id, outlets, name, state.\n\n"
    "suspend ends all sessions of a business; nobody can sign in until resume. Registers sell on offline "
    "and push their\n"
    "sales when somebody has signed in again.\n\n"
    "export writes everything of a business, as of one moment, into a new directory "
    "(docs/reference/export.md): tables,\n"
    "entries, and logs that mpos log verify checks. The directory appears when all of it is on the disk. "
    "Secrets stay\n"
    "behind; names of people and of customers leave only --with-personal-data, which is an entry of the "
    "journal. Prints\n"
    "directory, rows, files and the export's SHA-256. --check needs no database and names what is wrong, a "
    "line each.\n\n"
    "delete erases a suspended business after checking that DIR is a whole export of it up to its last "
    "entry: all rows, all\n"
    "journals, and what the platform's journal says of them. Other businesses go on. Broken off, the same "
    "command goes on.\n"
    "Prints the path of a certificate, DIR.erased.json; the platform's journal proves it. The short name is "
    "not given again.\n\n"
    "The connection is that of the owner of the database: --db, else MPOS_DB_ADMIN.\n";

tenant_row
tenant_find(PGconn *conn, const char *slug)
{
    PGresult *result = cli_query(conn,
                                 "SELECT t.tenant_id, t.state FROM pos.directory d JOIN pos.tenant t USING "
                                 "(tenant_id) WHERE d.slug = $1",
                                 1, &slug, false);
    tenant_row row;

    if (PQntuples(result) == 0) {
        cli_fail("no business \"%s\": mpos tenant list shows them", slug);
    }
    snprintf(row.id, sizeof row.id, "%s", PQgetvalue(result, 0, 0));
    snprintf(row.state, sizeof row.state, "%s", PQgetvalue(result, 0, 1));
    PQclear(result);
    return row;
}

static int
list(int argc, char **argv)
{
    const char *db = NULL;
    const cli_option options[] = {{"--db", .text = &db}, {0}};
    PGconn *conn;
    PGresult *result;

    if (cli_options("tenant", tenant_help, options, argc, argv) > 0) {
        cli_usage("tenant", "list takes no argument");
    }
    conn = cli_connect(db);
    result = cli_query(
        conn,
        "SELECT t.slug, t.tenant_id, (SELECT string_agg(o.code, ',' ORDER BY o.code) FROM pos.outlet o "
        "WHERE o.tenant_id = t.tenant_id), t.name, t.state FROM pos.tenant t ORDER BY t.slug",
        0, NULL, false);
    for (int i = 0; i < PQntuples(result); i++) {
        printf("%s\t%s\t%s\t%s\t%s\n", PQgetvalue(result, i, 0), PQgetvalue(result, i, 1),
               PQgetvalue(result, i, 2), PQgetvalue(result, i, 3), PQgetvalue(result, i, 4));
    }
    PQclear(result);
    PQfinish(conn);
    return CLI_OK;
}

/* function: pos.suspend or pos.resume; both take business and reason and say how many sessions they ended. */
static int
change_state(const char *function, const char *word, int argc, char **argv)
{
    const char *db = NULL, *reason = "";
    const cli_option options[] = {{"--reason", .text = &reason}, {"--db", .text = &db}, {0}};
    const char *values[2];
    char sql[64];
    tenant_row row;
    PGconn *conn;
    PGresult *result;

    if (cli_options("tenant", tenant_help, options, argc, argv) != 1) {
        cli_usage("tenant", "%s needs the short name of a business", word);
    }
    conn = cli_connect(db);
    row = tenant_find(conn, argv[0]);
    values[0] = row.id;
    values[1] = reason;
    snprintf(sql, sizeof sql, "SELECT %s($1, $2)", function);
    result = cli_query(conn, sql, 2, values, false);
    printf("%s\t%s\t%s\n", argv[0], word, PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return CLI_OK;
}

static int
suspend(int argc, char **argv)
{
    return change_state("pos.suspend", "suspended", argc, argv);
}

static int
resume(int argc, char **argv)
{
    return change_state("pos.resume", "active", argc, argv);
}

static const struct {
    const char *name;
    cli_command_fn run;
} parts[] = {{"create", tenant_create}, {"list", list},           {"suspend", suspend}, {"resume", resume},
             {"export", tenant_export}, {"delete", tenant_delete}};

int
cli_tenant(int argc, char **argv)
{
    if (sodium_init() < 0) {
        cli_fail("libsodium does not start");
    }
    for (size_t i = 0; argc > 0 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[0], parts[i].name) == 0) {
            return parts[i].run(argc - 1, argv + 1);
        }
    }
    if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
        fputs(tenant_help, stdout);
        return CLI_OK;
    }
    cli_usage("tenant", "create, list, suspend, resume, export or delete?");
}
