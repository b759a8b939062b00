/* tenant_create.c - mpos tenant create: a business from a template, in one transaction. Words: template, first manager. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "pin.h"
#include "template.h"
#include "tenant.h"

static const char first_number[] = "101";

typedef struct wish {
    const char *template, *name, *slug, *country, *currency, *manager, *pin, *db;
    bool demo;
} wish;

static void
take_options(wish *w, int argc, char **argv)
{
    const cli_option options[] = {{"--template", .text = &w->template},
                                  {"--slug", .text = &w->slug},
                                  {"--country", .text = &w->country},
                                  {"--currency", .text = &w->currency},
                                  {"--manager", .text = &w->manager},
                                  {"--pin", .text = &w->pin},
                                  {"--demo", .flag = &w->demo},
                                  {"--db", .text = &w->db},
                                  {0}};
    int count = cli_options("tenant", tenant_help, options, argc, argv);

    if (count > 1 || (count == 0 && w->template == NULL)) {
        cli_usage("tenant", "create needs a name and --template, or a file");
    }
    if (w->template == NULL) {
        w->template = argv[0];
    } else if (count == 1) {
        w->name = argv[0];
    }
}

static bool
is_code(const char *text, size_t size)
{
    return strlen(text) == size && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == size;
}

/* Decimal places where they are not two (ISO 4217). */
static int
exponent_of(const char *currency)
{
    static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
                      three[] = "BHD IQD JOD KWD LYD OMR TND";

    return strstr(none, currency) != NULL ? 0 : strstr(three, currency) != NULL ? 3 : 2;
}

static void
take_currency(json_t *doc, const char *currency)
{
    json_int_t exponent = json_integer_value(json_object_get(doc, "exponent"));

    if (!is_code(currency, 3)) {
        cli_usage("tenant", "--currency needs three capital letters, such as EUR");
    }
    if (exponent_of(currency) != exponent) {
        cli_fail("prices of the template have %d decimals and %s has %d: copy it and set the prices",
                 (int)exponent, currency, exponent_of(currency));
    }
    json_object_set_new(doc, "currency", json_string(currency));
}

static void
take_slug(json_t *doc, const wish *w)
{
    const char *name = json_string_value(json_object_get(doc, "name"));
    char *slug = w->slug != NULL ? cli_strdup(w->slug) : template_slug(name);
    size_t size = strlen(slug);

    if (w->slug == NULL && w->name == NULL && json_object_get(doc, "slug") != NULL) {
        free(slug);
        return;
    }
    if (size == 0 || size > 63 || slug[0] == '-' ||
        strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != size) {
        cli_usage("tenant", "\"%s\" gives no short name of letters a to z, digits and dashes: set --slug",
                  w->slug != NULL ? w->slug : name);
    }
    json_object_set_new(doc, "slug", json_string(slug));
    free(slug);
}

static void
take_wishes(json_t *doc, const wish *w)
{
    template_take_demo(doc, w->demo);
    if (w->name != NULL) {
        json_object_set_new(doc, "name", json_string(w->name));
    }
    if (w->name != NULL && (strlen(w->name) == 0 || strlen(w->name) > 200)) {
        cli_usage("tenant", "a name has 1 to 200 characters");
    }
    take_slug(doc, w);
    if (w->country != NULL && !is_code(w->country, 2)) {
        cli_usage("tenant", "--country needs two capital letters, such as DE");
    }
    if (w->country != NULL) {
        json_object_set_new(doc, "country", json_string(w->country));
    }
    if (w->currency != NULL) {
        take_currency(doc, w->currency);
    }
}

/* The first line of the standard input: a PIN that no process list shows. */
static const char *
read_pin(void)
{
    static char line[64];

    if (fgets(line, sizeof line, stdin) == NULL) {
        cli_usage("tenant", "--pin - needs a line on the standard input");
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static bool
has_manager(const json_t *staff)
{
    const json_t *person;
    size_t i;

    json_array_foreach(staff, i, person)
    {
        if (strcmp(json_string_value(json_object_get(person, "role")), "manager") == 0) {
            return true;
        }
    }
    return false;
}

static void
check_free(const json_t *staff, const char *pin)
{
    const json_t *person;
    size_t i;

    json_array_foreach(staff, i, person)
    {
        if (strcmp(json_string_value(json_object_get(person, "number")), first_number) == 0) {
            cli_fail("the template gives the number %s of the first manager to somebody else", first_number);
        }
        if (pin != NULL && strcmp(json_string_value(json_object_get(person, "pin")), pin) == 0) {
            cli_fail("that PIN is somebody else's in the template");
        }
    }
}

/* Makes the first manager when the template names none; the PIN to print, empty when nobody needs to be told. */
static void
add_manager(json_t *doc, const wish *w, char made[PIN_MADE_DIGITS + 1])
{
    json_t *staff = json_object_get(doc, "staff");
    const char *pin = w->pin != NULL && strcmp(w->pin, "-") == 0 ? read_pin() : w->pin, *why;

    made[0] = '\0';
    if (has_manager(staff)) {
        if (pin != NULL || w->manager != NULL) {
            cli_usage("tenant",
                      "the template names a manager: --pin and --manager are for one that does not");
        }
        return;
    }
    if (pin != NULL && (why = pin_refusal(pin)) != NULL) {
        cli_fail("the PIN is refused: %s", why);
    }
    check_free(staff, pin);
    if (pin == NULL) {
        pin_make(made);
        pin = made;
    }
    if (staff == NULL) {
        staff = json_array();
        json_object_set_new(doc, "staff", staff);
    }
    json_array_append_new(staff, json_pack("{ssssssss}", "number", first_number, "name",
                                           w->manager != NULL ? w->manager : "Manager", "role", "manager",
                                           "pin", pin));
}

/* Replaces every PIN by its verifier. What is simple is for a demo only. */
static void
hash_pins(json_t *doc, const wish *w)
{
    json_t *person;
    size_t i;

    json_array_foreach(json_object_get(doc, "staff"), i, person)
    {
        const char *pin = json_string_value(json_object_get(person, "pin")), *why = pin_refusal(pin);
        char *verifier;

        if (why != NULL && !w->demo) {
            cli_fail("%s: $.staff[%zu].pin: the PIN is refused: %s (only --demo takes it)", w->template, i,
                     why);
        }
        verifier = pin_verifier(pin);
        json_object_set_new(person, "pin_verifier", json_string(verifier));
        json_object_del(person, "pin");
        free(verifier);
    }
}

/* Time zones are what the database says they are. */
static void
check_zones(PGconn *conn, const json_t *doc, const wish *w)
{
    const json_t *outlet;
    size_t i;

    json_array_foreach(json_object_get(doc, "outlets"), i, outlet)
    {
        const char *zone = json_string_value(json_object_get(outlet, "timezone"));
        PGresult *result = cli_query(conn, "SELECT FROM pg_timezone_names WHERE name = $1", 1, &zone, false);

        if (PQntuples(result) == 0) {
            cli_fail("%s: $.outlets[%zu].timezone: there is no time zone \"%s\"", w->template, i, zone);
        }
        PQclear(result);
    }
}

static void
check_slug(PGconn *conn, const json_t *doc)
{
    const char *slug = json_string_value(json_object_get(doc, "slug"));
    PGresult *result = cli_query(conn, "SELECT pos.slug_taken($1)", 1, &slug, false);

    if (PQgetvalue(result, 0, 0)[0] == 't') {
        cli_fail("the short name \"%s\" is taken: set another one with --slug", slug);
    }
    PQclear(result);
}

/* Prints slug, id and, when one was made, number and PIN of the manager. */
static void
provision(PGconn *conn, const json_t *doc, const char *made)
{
    char *text = json_dumps(doc, JSON_COMPACT);
    const char *values[1] = {text};
    PGresult *result = cli_query(conn, "SELECT pos.provision($1::jsonb)", 1, values, false);

    printf("%s\t%s", json_string_value(json_object_get(doc, "slug")), PQgetvalue(result, 0, 0));
    if (made[0] != '\0') {
        printf("\t%s\t%s", first_number, made);
        fputs("mpos: the manager's PIN is shown this once; only a verifier of it is kept\n", stderr);
    }
    putchar('\n');
    PQclear(result);
    free(text);
}

int
tenant_create(int argc, char **argv)
{
    wish w = {.template = NULL};
    char made[PIN_MADE_DIGITS + 1];
    json_t *doc;
    PGconn *conn;

    take_options(&w, argc, argv);
    doc = template_load(w.template);
    take_wishes(doc, &w);
    add_manager(doc, &w, made);
    conn = cli_connect(w.db);
    check_slug(conn, doc);
    check_zones(conn, doc, &w);
    hash_pins(doc, &w);
    provision(conn, doc, made);
    PQfinish(conn);
    json_decref(doc);
    return CLI_OK;
}
