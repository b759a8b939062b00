/* schema.c - see schema.h. The place is one buffer that grows and shrinks on the way down and up. */
#include "schema.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

typedef struct walk {
    const json_t *root;
    schema_fault *fault;
    char place[SCHEMA_PLACE_SIZE];
} walk;

static bool
check(walk *w, const json_t *schema, const json_t *value);

void
schema_place(char out[SCHEMA_PLACE_SIZE], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(out, SCHEMA_PLACE_SIZE, format, args);
    va_end(args);
}

bool
schema_fail(schema_fault *fault, const char *place, const char *format, ...)
{
    va_list args;

    snprintf(fault->place, sizeof fault->place, "%s", place);
    va_start(args, format);
    vsnprintf(fault->reason, sizeof fault->reason, format, args);
    va_end(args);
    return false;
}

static const char *
type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_NULL:
        return "null";
    default:
        return "boolean";
    }
}

/* `#/$defs/name` is the only form of reference. */
static const json_t *
resolve(const walk *w, const json_t *schema)
{
    static const char prefix[] = "#/$defs/";
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    const json_t *target;

    if (ref == NULL) {
        return schema;
    }
    target = strncmp(ref, prefix, sizeof prefix - 1) == 0
                 ? json_object_get(json_object_get(w->root, "$defs"), ref + sizeof prefix - 1)
                 : NULL;
    if (target == NULL) {
        cli_fail("the schema refers to %s, which it does not have", ref);
    }
    return target;
}

static bool
check_type(const walk *w, const json_t *schema, const json_t *value)
{
    const json_t *type = json_object_get(schema, "type"), *one;
    const char *is = type_of(value);
    char wanted[96] = "";
    size_t i;

    if (type == NULL || (json_is_string(type) && strcmp(json_string_value(type), is) == 0)) {
        return true;
    }
    if (json_is_string(type)) {
        return schema_fail(w->fault, w->place, "must be of type %s, not %s", json_string_value(type), is);
    }
    json_array_foreach(type, i, one)
    {
        if (strcmp(json_string_value(one), is) == 0) {
            return true;
        }
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s%s", i == 0 ? "" : " or ",
                 json_string_value(one));
    }
    return schema_fail(w->fault, w->place, "must be of type %s, not %s", wanted, is);
}

static bool
check_enum(const walk *w, const json_t *schema, const json_t *value)
{
    const json_t *list = json_object_get(schema, "enum"), *one;
    char wanted[SCHEMA_PLACE_SIZE / 2] = "";
    size_t i;

    if (list == NULL) {
        return true;
    }
    json_array_foreach(list, i, one)
    {
        if (json_equal(one, value)) {
            return true;
        }
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s%s", i == 0 ? "" : ", ",
                 json_string_value(one));
    }
    return schema_fail(w->fault, w->place, "\"%.40s\" is not one of %s", json_string_value(value), wanted);
}

/* Characters, not bytes. */
static json_int_t
length_of(const char *text)
{
    json_int_t count = 0;

    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

static bool
limit_of(const json_t *schema, const char *name, json_int_t *out)
{
    const json_t *limit = json_object_get(schema, name);

    *out = json_integer_value(limit);
    return limit != NULL;
}

static bool
check_range(const walk *w, json_int_t value, const json_t *schema, const char *low, const char *high,
            const char *unit)
{
    json_int_t limit;

    if (limit_of(schema, low, &limit) && value < limit) {
        return schema_fail(w->fault, w->place,
                           "%" JSON_INTEGER_FORMAT "%s is less than %" JSON_INTEGER_FORMAT, value, unit,
                           limit);
    }
    if (limit_of(schema, high, &limit) && value > limit) {
        return schema_fail(w->fault, w->place,
                           "%" JSON_INTEGER_FORMAT "%s is more than %" JSON_INTEGER_FORMAT, value, unit,
                           limit);
    }
    return true;
}

static bool
check_string(const walk *w, const json_t *schema, const char *text)
{
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    regex_t regex;
    int miss;

    if (!check_range(w, length_of(text), schema, "minLength", "maxLength", " characters")) {
        return false;
    }
    if (pattern == NULL) {
        return true;
    }
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        cli_fail("the schema has a pattern that is none: %s", pattern);
    }
    miss = regexec(&regex, text, 0, NULL, 0);
    regfree(&regex);
    return miss == 0 || schema_fail(w->fault, w->place, "\"%.40s\" does not have the form %s", text, pattern);
}

static bool
check_array(walk *w, const json_t *schema, const json_t *value)
{
    const json_t *items = json_object_get(schema, "items"), *one;
    size_t end = strlen(w->place), i;

    if (!check_range(w, (json_int_t)json_array_size(value), schema, "minItems", "maxItems", " elements")) {
        return false;
    }
    json_array_foreach(value, i, one)
    {
        snprintf(w->place + end, sizeof w->place - end, "[%zu]", i);
        if (items != NULL && !check(w, items, one)) {
            return false;
        }
    }
    w->place[end] = '\0';
    return true;
}

static bool
check_object(walk *w, const json_t *schema, const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties"), *name, *one;
    bool closed = json_is_false(json_object_get(schema, "additionalProperties"));
    size_t end = strlen(w->place), i;
    const char *key;

    json_array_foreach(json_object_get(schema, "required"), i, name)
    {
        if (json_object_get(value, json_string_value(name)) == NULL) {
            return schema_fail(w->fault, w->place, "has no \"%s\"", json_string_value(name));
        }
    }
    json_object_foreach((json_t *)value, key, one)
    {
        const json_t *property = json_object_get(properties, key);

        snprintf(w->place + end, sizeof w->place - end, ".%s", key);
        if (property == NULL && closed) {
            return schema_fail(w->fault, w->place, "is not known here");
        }
        if (property != NULL && !check(w, property, one)) {
            return false;
        }
    }
    w->place[end] = '\0';
    return true;
}

static bool
check(walk *w, const json_t *schema, const json_t *value)
{
    schema = resolve(w, schema);
    if (!check_type(w, schema, value) || !check_enum(w, schema, value)) {
        return false;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return check_object(w, schema, value);
    case JSON_ARRAY:
        return check_array(w, schema, value);
    case JSON_STRING:
        return check_string(w, schema, json_string_value(value));
    case JSON_INTEGER:
        return check_range(w, json_integer_value(value), schema, "minimum", "maximum", "");
    default:
        return true;
    }
}

bool
schema_check(const json_t *schema, const json_t *value, schema_fault *fault)
{
    walk w = {.root = schema, .fault = fault, .place = "$"};

    return check(&w, schema, value);
}
