/*
 * json.h - writes the JSON of answers. Words: member, value.
 *
 * Each function appends one value; with a key it is a member of an object, with NULL an element of an array. Commas
 * come by themselves. Nothing fails; text must be UTF-8, as everything in the database is.
 */
#ifndef MPOS_JSON_H
#define MPOS_JSON_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* '{' or '[', and its counterpart. */
void
mpos_json_open(StringInfo out, const char *key, char bracket);
void
mpos_json_close(StringInfo out, char bracket);

/* A string; null for NULL. */
void
mpos_json_text(StringInfo out, const char *key, const char *text);
void
mpos_json_int(StringInfo out, const char *key, int64 value);
void
mpos_json_bool(StringInfo out, const char *key, bool value);
void
mpos_json_null(StringInfo out, const char *key);

/* A uuid in its usual form; null for NULL. */
void
mpos_json_uuid(StringInfo out, const char *key, const uint8 *id);

/* Bytes as lower-case hex or as base64 with padding. */
void
mpos_json_hex(StringInfo out, const char *key, const uint8 *bytes, size_t size);
void
mpos_json_base64(StringInfo out, const char *key, const uint8 *bytes, size_t size);

/* value / 10^scale as a decimal string. */
void
mpos_json_decimal(StringInfo out, const char *key, int64 value, int scale);

/* A time, µs since 1970, as RFC 3339 UTC with microseconds. */
void
mpos_json_time(StringInfo out, const char *key, int64 us);

/* Text that already is one JSON value. */
void
mpos_json_raw(StringInfo out, const char *key, const char *json);

#endif
