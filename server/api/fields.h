/*
 * fields.h - small bodies that the server reads itself, because they hold secrets: an object of strings, checked as
 * strictly as docs/openapi.yaml says. Words: field, rule.
 */
#ifndef API_FIELDS_H
#define API_FIELDS_H

#include <jansson.h>

#include "base/text.h"
#include "err.h"
#include "http/input.h"

typedef struct field_rule {
    const char *name;
    size_t min; /* bytes */
    size_t max;
    bool required;
    bool secret; /* stays in the server */
} field_rule;

/* Reads and checks a body; NULL with the error and its field when it breaks a rule. The caller owns the object. */
json_t *
fields_read(h2o_iovec_t body, const field_rule *rules, size_t count, mpos_err *err, http_refusal *refusal);

/* Adds `{"name":"value",...}` of those fields that are given and no secret. */
void
fields_params(text_buf *out, const json_t *body, const field_rule *rules, size_t count);

/* Copies a string member; false when it is absent or too long. */
bool
fields_copy(const json_t *object, const char *name, char *out, size_t size);

/* Frees the object after overwriting the strings of its secret fields. */
void
fields_free(json_t *body, const field_rule *rules, size_t count);

#endif
