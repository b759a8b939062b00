/*
 * input.h - reads the parameters and the body of a call into a C structure, by table, strictly as docs/openapi.yaml
 * says: no unknown field, no other type, no value outside its range. Words: shape, field, parameter.
 *
 * A structure begins with `uint32 given`, whose bit i says that field i of its shape was there. Strings and lists live
 * in the current memory context. Refusals name the place as a JSON pointer ("/lines/3/qty") or the parameter's name.
 */
#ifndef MPOS_INPUT_H
#define MPOS_INPUT_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "call.h"

typedef enum mpos_field_kind {
    MPOS_IN_UUID,    /* uint8[16] */
    MPOS_IN_ID,      /* the same; as a parameter a malformed one is NOT_FOUND like any other unknown id */
    MPOS_IN_INT,     /* int64 within min and max; in parameters, decimal digits */
    MPOS_IN_TEXT,    /* const char *, min to max characters */
    MPOS_IN_WORD,    /* int, index into words */
    MPOS_IN_BOOL,    /* bool */
    MPOS_IN_QTY,     /* int64, scale 6, above zero */
    MPOS_IN_RATE,    /* int64, scale 9, from a string; above zero and at most max */
    MPOS_IN_HASH,    /* uint8[32] */
    MPOS_IN_OBJECT,  /* structure of the shape */
    MPOS_IN_OBJECTS, /* mpos_list of structures of the shape, min to max of them */
    MPOS_IN_UUIDS,   /* mpos_list of uint8[16] */
    MPOS_IN_WORDS,   /* mpos_list of int, indexes into words */
    MPOS_IN_TEXTS,   /* mpos_list of const char * of 1 to 64 characters, min to max of them */
    MPOS_IN_CELLS, /* mpos_list of const char * of at most 4000 characters, none looked at for card numbers */
    MPOS_IN_DECIMAL, /* int64, scale 9, from a string of up to nine digits and nine decimals, within min and max */
    MPOS_IN_LOCAL, /* int64, minutes since 1970 on some outlet's clock, from "YYYY-MM-DDTHH:MM" */
    MPOS_IN_CLOCK, /* int64, minute of the day, from "HH:MM" */
    MPOS_IN_ANY,   /* const JsonbContainer *: an object that somebody else reads */
    MPOS_IN_UNREAD /* nothing: whatever it is, somebody else reads it */
} mpos_field_kind;

/*
 * A text of a body that looks like a card number (core/card.h) is refused with CARD_NUMBER; in an operation of a device's log,
 * which tells what has happened already, it is masked and counted in call->cards. MPOS_IN_DIGITS says that a field holds long
 * numbers by nature (barcodes, signatures, secrets) and is not looked at.
 */
typedef enum mpos_field_flag {
    MPOS_IN_REQUIRED = 1,
    MPOS_IN_NULLABLE = 2,
    MPOS_IN_DIGITS = 4
} mpos_field_flag;

typedef struct mpos_list {
    int count;
    void *items;
} mpos_list;

struct mpos_shape;

typedef struct mpos_field {
    const char *name;
    mpos_field_kind kind;
    int flags; /* mpos_field_flag */
    size_t offset;
    int64 min;
    int64 max;
    const char *const *words; /* ended by NULL */
    const struct mpos_shape *shape;
} mpos_field;

#define MPOS_SHAPE_FIELDS_MAX 32

typedef struct mpos_shape {
    const mpos_field *fields;
    int count;   /* at most MPOS_SHAPE_FIELDS_MAX */
    size_t size; /* of the structure */
} mpos_shape;

#define MPOS_SHAPE(name, type)                                                                               \
    static const mpos_shape name##_shape = {name##_fields, lengthof(name##_fields), sizeof(type)}

/* Was field i of the shape there? */
#define MPOS_GIVEN(structure, i) (((structure)->given & (1u << (i))) != 0)

/* Reads the call's body into *out (zeroed first). */
mpos_err
mpos_input_body(mpos_call *call, const mpos_shape *shape, void *out);

/* Reads the call's parameters into *out (zeroed first). */
mpos_err
mpos_input_params(mpos_call *call, const mpos_shape *shape, void *out);

/* A body that must be an object without members. */
mpos_err
mpos_input_empty(mpos_call *call);

/* Reads any object; refusals go to call as for a body. */
mpos_err
mpos_input_object(mpos_call *call, const JsonbContainer *object, const mpos_shape *shape, void *out);

/* "YYYY-MM-DDTHH:MM" of the years 1970 to 9999 as minutes since 1970, and "HH:MM" as the minute of the day; false for else. */
bool
mpos_local_parse(const char *text, size_t size, int64 *out);
bool
mpos_clock_parse(const char *text, size_t size, int64 *out);

/* Writes minutes since 1970, not negative, as mpos_local_parse reads them. */
void
mpos_local_format(int64 minutes, char out[17]);

/* A uuid in its usual form of 36 characters; false for anything else. */
bool
mpos_uuid_parse(const char *text, size_t size, uint8 out[16]);

#endif
