/* tenant.c - mpos tenant create|list: provisions a business from a template (tenants/). Words: template, PIN verifier. */
#include <jansson.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const char *const help =
    "Usage: mpos tenant create [NAME] --template cafe|shop|diner-us|FILE [--slug SLUG] [--db CONNINFO]\n"
    "       mpos tenant create FILE\n"
    "       mpos tenant list [--db CONNINFO]\n\n"
    "create makes a business from a template: outlets, devices, staff, catalogue, stock. NAME and SLUG "
    "replace those\n"
    "of the template; the slug is what people type to sign in. PINs are stored as argon2id verifiers only.\n"
    "list prints one business a line: slug, id, outlets, name.\n\n"
    "The connection is that of the owner of the database: --db, else MPOS_DB_ADMIN.\n";

/* Path of a template: a file as it is, else a name of build/tenants beside this program. */
static char *
template_path(const char *name)
{
    char self[4096];
    char *path;
    ssize_t size;

    if (access(name, R_OK) == 0 && strchr(name, '.') != NULL) {
        return cli_strdup(name);
    }
    size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0) {
        cli_fail("cannot find my own place");
    }
    self[size] = '\0';
    if (asprintf(&path, "%s/../tenants/%s.json", dirname(self), name) < 0) {
        cli_fail("out of memory");
    }
    if (access(path, R_OK) != 0) {
        cli_fail("no template \"%s\": give a file, or build the ready-made ones with make build", name);
    }
    return path;
}

static json_t *
load_template(const char *name)
{
    char *path = template_path(name);
    json_error_t error;
    json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!json_is_object(doc)) {
        cli_fail("%s, line %d: %s", path, error.line, doc == NULL ? error.text : "not an object");
    }
    free(path);
    return doc;
}

/*
 * Replaces every "pin" by its verifier. The cost is libsodium's "interactive" level: a four-digit PIN is guarded by the
 * rate limit, and a till must not wait seconds for a sign-in.
 */
static void
hash_pins(json_t *doc)
{
    json_t *member;
    size_t i;

    json_array_foreach(json_object_get(doc, "staff"), i, member)
    {
        const char *pin = json_string_value(json_object_get(member, "pin"));
        char verifier[crypto_pwhash_STRBYTES];

        if (pin == NULL || strlen(pin) < 4) {
            cli_fail("staff member %zu of the template has no PIN of at least four digits", i + 1);
        }
        if (crypto_pwhash_str(verifier, pin, strlen(pin), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
            cli_fail("not enough memory to hash a PIN (64 MiB are needed)");
        }
        json_object_set_new(member, "pin_verifier", json_string(verifier));
        json_object_del(member, "pin");
    }
}

/* "Café Morgenrot" becomes "caf-morgenrot": lower case letters, digits and single dashes. */
static char *
slug_of(const char *name)
{
    char *slug = cli_alloc(strlen(name) + 1);
    size_t size = 0;

    for (const char *c = name; *c != '\0'; c++) {
        char lower = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;

        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
            slug[size++] = lower;
        } else if (size > 0 && slug[size - 1] != '-' && (*c == ' ' || *c == '-')) {
            slug[size++] = '-';
        }
    }
    slug[size] = '\0';
    return slug;
}

static int
create(int argc, char **argv)
{
    const char *template = NULL, *slug = NULL, *db = NULL, *name = NULL;
    const cli_option options[] = {
        {"--template", .text = &template}, {"--slug", .text = &slug}, {"--db", .text = &db}, {0}};
    int count = cli_options("tenant", help, options, argc, argv);
    const char *values[1];
    json_t *doc;
    char *text;
    PGconn *conn;
    PGresult *result;

    if (count > 1 || (count == 0 && template == NULL)) {
        cli_usage("tenant", "create needs a template");
    }
    if (template == NULL) {
        template = argv[0];
    } else if (count == 1) {
        name = argv[0];
    }
    doc = load_template(template);
    if (name != NULL) {
        json_object_set_new(doc, "name", json_string(name));
        json_object_set_new(doc, "slug", json_string(slug_of(name)));
    }
    if (slug != NULL) {
        json_object_set_new(doc, "slug", json_string(slug));
    }
    hash_pins(doc);
    text = json_dumps(doc, JSON_COMPACT);
    values[0] = text;
    conn = cli_connect(db);
    result = cli_query(conn, "SELECT pos.provision($1::jsonb)", 1, values, false);
    printf("%s\t%s\n", json_string_value(json_object_get(doc, "slug")), PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    free(text);
    json_decref(doc);
    return CLI_OK;
}

static int
list(int argc, char **argv)
{
    const char *db = NULL;
    const cli_option options[] = {{"--db", .text = &db}, {0}};
    PGconn *conn;
    PGresult *result;

    if (cli_options("tenant", help, options, argc, argv) > 0) {
        cli_usage("tenant", "list takes no argument");
    }
    conn = cli_connect(db);
    result = cli_query(
        conn,
        "SELECT t.slug, t.tenant_id, (SELECT string_agg(o.code, ',' ORDER BY o.code) FROM pos.outlet o "
        "WHERE o.tenant_id = t.tenant_id), t.name FROM pos.tenant t ORDER BY t.slug",
        0, NULL, false);
    for (int i = 0; i < PQntuples(result); i++) {
        printf("%s\t%s\t%s\t%s\n", PQgetvalue(result, i, 0), PQgetvalue(result, i, 1),
               PQgetvalue(result, i, 2), PQgetvalue(result, i, 3));
    }
    PQclear(result);
    PQfinish(conn);
    return CLI_OK;
}

int
cli_tenant(int argc, char **argv)
{
    if (sodium_init() < 0) {
        cli_fail("libsodium does not start");
    }
    if (argc > 0 && strcmp(argv[0], "create") == 0) {
        return create(argc - 1, argv + 1);
    }
    if (argc > 0 && strcmp(argv[0], "list") == 0) {
        return list(argc - 1, argv + 1);
    }
    if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
        fputs(help, stdout);
        return CLI_OK;
    }
    cli_usage("tenant", "create or list?");
}
