/*
 * value.h - a column's value as canonical JSON (feed, full image) and as bytes (row digest). Words: value,
 * kind.
 */
#ifndef MPOS_VALUE_H
#define MPOS_VALUE_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

typedef enum mpos_value_kind {
    MPOS_VALUE_INT2,
    MPOS_VALUE_INT4,
    MPOS_VALUE_INT8,
    MPOS_VALUE_BOOL,
    MPOS_VALUE_UUID,
    MPOS_VALUE_BYTES,
    MPOS_VALUE_TEXT, /* text, varchar, char(n) */
    MPOS_VALUE_ENUM,
    MPOS_VALUE_TIME, /* timestamptz */
    MPOS_VALUE_DATE,
    MPOS_VALUE_JSON, /* jsonb */
    MPOS_VALUE_ARRAY,
    MPOS_VALUE_COMPOSITE, /* its text form as a string; its attributes by name in a digest */
    MPOS_VALUE_OTHER      /* its text form as a string; its own binary form in a digest */
} mpos_value_kind;

typedef struct mpos_value_type {
    Oid oid;
    mpos_value_kind kind;
    int16 len;
    bool by_value;
    char align;
    FmgrInfo output;                 /* OTHER, COMPOSITE */
    FmgrInfo send;                   /* OTHER */
    struct mpos_value_type *element; /* ARRAY */
} mpos_value_type;

/* Describes a type; domains as their base type. What it points to lives in the given context. */
void
mpos_value_type_init(mpos_value_type *type, Oid oid, MemoryContext context);

/*
 * Appends the value in the narrow RFC 8785 profile. Raises 22003 for an integer outside ±(2^53-1) and 22023
 * for a number in jsonb that is not an integer.
 */
void
mpos_value_json(const mpos_value_type *type, Datum value, StringInfo out);

/*
 * Appends the bytes that the type's send function makes, with text in the database's encoding whatever the
 * client's is.
 */
void
mpos_value_bytes(const mpos_value_type *type, Datum value, StringInfo out);

/*
 * Appends the value as part of an entity id: uuid and bytes in base64url, everything else as its JSON without
 * quotes.
 */
void
mpos_value_id(const mpos_value_type *type, Datum value, StringInfo out);

/* Appends a JSON string of len bytes of valid UTF-8, escaped as RFC 8785 says. */
void
mpos_json_string(StringInfo out, const char *text, size_t len);

/* Appends a jsonb in canonical form (keys sorted by bytes). Raises as mpos_value_json. */
void
mpos_json_canonical(StringInfo out, Jsonb *jsonb);

#endif
