/* fields.c - checking and copying of the fields of a small body. */
#include "api/fields.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static mpos_err
check_field(const field_rule *rule, const json_t *value)
{
    if (value == NULL) {
        return rule->required ? MPOS_E_MISSING_FIELD : MPOS_OK;
    }
    if (!json_is_string(value)) {
        return MPOS_E_WRONG_TYPE;
    }
    return json_string_length(value) < rule->min || json_string_length(value) > rule->max
               ? MPOS_E_OUT_OF_RANGE
               : MPOS_OK;
}

static bool
is_known(const char *name, const field_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rules[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static mpos_err
check_fields(json_t *body, const field_rule *rules, size_t count, http_refusal *refusal)
{
    const char *name;
    json_t *value;

    if (!json_is_object(body)) {
        return MPOS_E_WRONG_TYPE;
    }
    for (size_t i = 0; i < count; i++) {
        mpos_err err = check_field(&rules[i], json_object_get(body, rules[i].name));

        if (err != MPOS_OK) {
            snprintf(refusal->field, sizeof refusal->field, "/%s", rules[i].name);
            return err;
        }
    }
    json_object_foreach(body, name, value)
    {
        if (!is_known(name, rules, count)) {
            snprintf(refusal->field, sizeof refusal->field, "/%s", name);
            return MPOS_E_UNKNOWN_FIELD;
        }
    }
    return MPOS_OK;
}

json_t *
fields_read(h2o_iovec_t body, const field_rule *rules, size_t count, mpos_err *err, http_refusal *refusal)
{
    json_t *object = json_loadb(body.base, body.len, 0, NULL);

    *err = check_fields(object, rules, count, refusal);
    if (*err != MPOS_OK) {
        fields_free(object, rules, count);
        return NULL;
    }
    return object;
}

void
fields_params(text_buf *out, const json_t *body, const field_rule *rules, size_t count)
{
    bool first = true;

    text_add_z(out, "{");
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(body, rules[i].name);

        if (value != NULL && !rules[i].secret) {
            text_addf(out, "%s\"%s\":", first ? "" : ",", rules[i].name);
            text_add_json(out, json_string_value(value), json_string_length(value));
            first = false;
        }
    }
    text_add_z(out, "}");
}

bool
fields_copy(const json_t *object, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (text == NULL || strlen(text) >= size) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

void
fields_free(json_t *body, const field_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(body, rules[i].name);

        if (rules[i].secret && json_is_string(value)) {
            sodium_memzero((char *)json_string_value(value), json_string_length(value));
        }
    }
    json_decref(body);
}
