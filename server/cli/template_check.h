/* template_check.h - what a schema cannot say of a template: unique codes, references, PINs, rights. */
#ifndef MPOS_CLI_TEMPLATE_CHECK_H
#define MPOS_CLI_TEMPLATE_CHECK_H

#include <jansson.h>
#include <stdbool.h>

#include "schema.h"

/* The first fault of a template that fits the schema; true when there is none. */
bool
template_check(const json_t *doc, schema_fault *fault);

#endif
