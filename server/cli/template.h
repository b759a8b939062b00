/*
 * template.h - templates of businesses (docs/reference/templates.md): reading one and finding what is wrong with it.
 * Words: template, place.
 */
#ifndef MPOS_CLI_TEMPLATE_H
#define MPOS_CLI_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>

/*
 * The template of a file, or the ready-made one of that name. Ends the program with one line (file, place, reason) unless it is whole:
 * it fits tenants/template.schema.json, codes are unique, and what it refers to is there. The caller decrefs.
 */
json_t *
template_load(const char *name);

/* With demo, the member of that name replaces what it has; without, it is dropped. */
void
template_take_demo(json_t *doc, bool demo);

/* "Café Morgenrot" becomes "cafe-morgenrot": lower case letters, digits, single dashes; may be empty. The caller frees. */
char *
template_slug(const char *name);

#endif
