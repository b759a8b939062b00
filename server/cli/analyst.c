/*
 * analyst.c - mpos analyst create|password|drop|list: PostgreSQL logins that read one business. Words: analyst, verifier.
 *
 * A password is made here and shown once; the database gets its SCRAM verifier only, so that no log can hold it.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PASSWORD_BYTES 24
#define PASSWORD_SIZE sodium_base64_ENCODED_LEN(PASSWORD_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)

static const char *const help =
    "Usage: mpos analyst create NAME --tenant SLUG [--db CONNINFO]\n"
    "       mpos analyst password NAME --tenant SLUG [--db CONNINFO]\n"
    "       mpos analyst drop NAME --tenant SLUG [--db CONNINFO]\n"
    "       mpos analyst list [--tenant SLUG] [--db CONNINFO]\n\n"
    "An analyst is a PostgreSQL login that reads the views of schema analytics, and in them the rows of one\n"
    "business. create makes it and prints name, login and password, separated by tabs; the password is "
    "shown\n"
    "this once. The login is named at random, because every login of the cluster can read the names of all.\n"
    "password gives it another one and prints the same. drop ends its sessions and removes it. list prints "
    "one\n"
    "analyst a line: business, name, login, when it was made; a login that is not there any more is "
    "\"-\".\n\n"
    "The connection is that of the owner of the database: --db, else MPOS_DB_ADMIN.\n";

typedef struct analyst_arguments {
    const char *name;
    const char *tenant;
    const char *db;
} analyst_arguments;

static analyst_arguments
take_arguments(const char *command, bool named, int argc, char **argv)
{
    analyst_arguments out = {0};
    const cli_option options[] = {{"--tenant", .text = &out.tenant}, {"--db", .text = &out.db}, {0}};
    int count = cli_options("analyst", help, options, argc, argv);

    if (count != (named ? 1 : 0)) {
        cli_usage("analyst", named ? "%s needs one name" : "%s takes no name", command);
    }
    if (named && out.tenant == NULL) {
        cli_usage("analyst", "%s needs --tenant", command);
    }
    out.name = named ? argv[0] : NULL;
    return out;
}

/* Runs a function of (slug, name, verifier) that returns the login, and prints what the analyst has to know. */
static void
set_password(const analyst_arguments *arguments, const char *sql)
{
    unsigned char random[PASSWORD_BYTES];
    char password[PASSWORD_SIZE];
    PGconn *conn = cli_connect(arguments->db);
    PGresult *result;
    char *verifier;

    randombytes_buf(random, sizeof random);
    sodium_bin2base64(password, sizeof password, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    /* The name is part of md5 verifiers only. */
    verifier = PQencryptPasswordConn(conn, password, "analyst", "scram-sha-256");
    if (verifier == NULL) {
        cli_fail("cannot make a verifier: %s", PQerrorMessage(conn));
    }
    result =
        cli_query(conn, sql, 3, (const char *const[]){arguments->tenant, arguments->name, verifier}, false);
    printf("%s\t%s\t%s\n", arguments->name, PQgetvalue(result, 0, 0), password);
    fprintf(stderr, "psql \"host=%s port=%s dbname=%s user=%s\"\n", PQhost(conn), PQport(conn), PQdb(conn),
            PQgetvalue(result, 0, 0));
    sodium_memzero(password, sizeof password);
    sodium_memzero(random, sizeof random);
    PQfreemem(verifier);
    PQclear(result);
    PQfinish(conn);
}

static int
create(int argc, char **argv)
{
    analyst_arguments arguments = take_arguments("create", true, argc, argv);

    set_password(&arguments, "SELECT pos.analyst_create($1, $2, $3)");
    return CLI_OK;
}

static int
password(int argc, char **argv)
{
    analyst_arguments arguments = take_arguments("password", true, argc, argv);

    set_password(&arguments, "SELECT pos.analyst_password($1, $2, $3)");
    return CLI_OK;
}

static int
drop(int argc, char **argv)
{
    analyst_arguments arguments = take_arguments("drop", true, argc, argv);
    PGconn *conn = cli_connect(arguments.db);

    PQclear(cli_query(conn, "SELECT pos.analyst_drop($1, $2)", 2,
                      (const char *const[]){arguments.tenant, arguments.name}, false));
    PQfinish(conn);
    return CLI_OK;
}

static int
list(int argc, char **argv)
{
    analyst_arguments arguments = take_arguments("list", false, argc, argv);
    PGconn *conn = cli_connect(arguments.db);
    PGresult *result =
        cli_query(conn,
                  "SELECT t.slug, a.name, coalesce(r.rolname, '-'), to_char(a.created_at AT TIME ZONE 'UTC', "
                  "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM pos.analyst a JOIN pos.tenant t USING (tenant_id) "
                  "LEFT JOIN pg_roles r ON r.oid = a.role_oid AND r.rolname = a.role_name "
                  "WHERE t.slug = coalesce($1, t.slug) ORDER BY t.slug, a.name",
                  1, (const char *const[]){arguments.tenant}, false);

    for (int i = 0; i < PQntuples(result); i++) {
        printf("%s\t%s\t%s\t%s\n", PQgetvalue(result, i, 0), PQgetvalue(result, i, 1),
               PQgetvalue(result, i, 2), PQgetvalue(result, i, 3));
    }
    PQclear(result);
    PQfinish(conn);
    return CLI_OK;
}

int
cli_analyst(int argc, char **argv)
{
    static const struct {
        const char *name;
        cli_command_fn run;
    } commands[] = {{"create", create}, {"password", password}, {"drop", drop}, {"list", list}};

    if (sodium_init() < 0) {
        cli_fail("libsodium does not start");
    }
    for (size_t i = 0; argc > 0 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[0], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    (void)cli_options("analyst", help, (const cli_option[]){{0}}, argc, argv);
    cli_usage("analyst", "it knows create, password, drop and list");
}
