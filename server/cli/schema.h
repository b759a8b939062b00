/*
 * schema.h - checks a JSON value against a JSON Schema, the part of it that our own schemas use: type, enum, pattern,
 * lengths, limits, required, properties, additionalProperties, items, $ref into $defs. Words: schema, place.
 */
#ifndef MPOS_CLI_SCHEMA_H
#define MPOS_CLI_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

#define SCHEMA_PLACE_SIZE 256

/* Where something is wrong, such as "$.items[3].price", and why. */
typedef struct schema_fault {
    char place[SCHEMA_PLACE_SIZE];
    char reason[SCHEMA_PLACE_SIZE];
} schema_fault;

/* The first fault of the value in the order of the schema; true when there is none. Ends the program for a schema that is none. */
bool
schema_check(const json_t *schema, const json_t *value, schema_fault *fault);

/* Writes a place; what is too long is cut. */
void
schema_place(char out[SCHEMA_PLACE_SIZE], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fills in a fault; returns false, so that a check can end with it. */
bool
schema_fail(schema_fault *fault, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
