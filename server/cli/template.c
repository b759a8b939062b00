/* template.c - where templates lie, and reading one. */
#include "template.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "schema.h"
#include "template_check.h"

static const char ready_made[] = "cafe, restaurant, shop, kitchen, kiosk, fridge, diner-us";

/* A file of build/tenants beside this program. The caller frees. */
static char *
ready_path(const char *name)
{
    char self[4096];
    char *path;
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);

    if (size <= 0) {
        cli_fail("cannot find my own place");
    }
    self[size] = '\0';
    if (asprintf(&path, "%s/../tenants/%s.json", dirname(self), name) < 0) {
        cli_fail("out of memory");
    }
    return path;
}

/* A name with a dot or a slash is a file; the others are ready-made. */
static char *
path_of(const char *name)
{
    char *path;

    if (strpbrk(name, "./") != NULL) {
        return cli_strdup(name);
    }
    path = ready_path(name);
    if (access(path, R_OK) != 0) {
        cli_fail("no template \"%s\": there are %s; or give a file", name, ready_made);
    }
    return path;
}

static json_t *
load_json(const char *path)
{
    json_error_t error;
    json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (doc == NULL && error.line < 0) {
        cli_fail("%s: %s", path, error.text);
    }
    if (doc == NULL) {
        cli_fail("%s: line %d, column %d: %s", path, error.line, error.column, error.text);
    }
    return doc;
}

json_t *
template_load(const char *name)
{
    char *path = path_of(name), *schema_path = ready_path("template.schema");
    json_t *doc = load_json(path), *schema = load_json(schema_path);
    schema_fault fault;

    if (!schema_check(schema, doc, &fault) || !template_check(doc, &fault)) {
        cli_fail("%s: %s: %s", path, fault.place, fault.reason);
    }
    json_decref(schema);
    free(schema_path);
    free(path);
    return doc;
}

void
template_take_demo(json_t *doc, bool demo)
{
    if (demo) {
        json_object_update(doc, json_object_get(doc, "demo"));
    }
    json_object_del(doc, "demo");
}

/* Letters of U+00C0 to U+017F without what stands on them. */
static const char letters[] = "aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnooooo-ouuuuyty"
                              "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                              "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* One character of a slug for the next one of a name, '\0' when it has none; moves on. */
static char
next_letter(const unsigned char **text)
{
    const unsigned char *at = *text;

    *text = at + 1;
    if (*at >= 'A' && *at <= 'Z') {
        return (char)(*at - 'A' + 'a');
    }
    if ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9')) {
        return (char)*at;
    }
    if (*at >= 0xC3 && *at <= 0xC5 && (at[1] & 0xC0) == 0x80) {
        *text = at + 2;
        return letters[((*at - 0xC3) << 6) + (at[1] & 0x3F)];
    }
    return strchr(" -_/&+.,", *at) != NULL ? '-' : '\0';
}

char *
template_slug(const char *name)
{
    enum { SLUG_MAX = 63 };
    char *slug = cli_alloc(SLUG_MAX + 1);
    const unsigned char *at = (const unsigned char *)name;
    size_t size = 0;

    while (*at != '\0' && size < SLUG_MAX) {
        char letter = next_letter(&at);

        if (letter != '\0' && (letter != '-' || (size > 0 && slug[size - 1] != '-'))) {
            slug[size++] = letter;
        }
    }
    while (size > 0 && slug[size - 1] == '-') {
        size--;
    }
    slug[size] = '\0';
    return slug;
}
