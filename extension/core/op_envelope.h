/*
 * op_envelope.h - reads the bytes of an operation: what every one of them says, and where its body lies.
 * Words: envelope, member, body.
 *
 *   {"v":1,"id":UUID,"dev":UUID,"gen":n,"seq":n,"prev":64 hex,"t":text,"ts":text,"core":text,"root":UUID,"by":UUID,"b":{...}}
 *
 * Members in any order, each exactly once (by may be absent), no others: two readers of the same bytes must not see two operations. Texts of
 * the envelope are UTF-8 without escapes. Numbers are integers. The body is only checked for being an object of valid JSON.
 */
#ifndef MPOS_CORE_OP_ENVELOPE_H
#define MPOS_CORE_OP_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MPOS_OP_TYPE_SIZE_MAX 64
#define MPOS_OP_TIME_SIZE_MAX 40
#define MPOS_OP_CORE_SIZE_MAX 64
#define MPOS_OP_DEPTH_MAX 32 /* of objects and arrays in one another, the envelope counted */

/* A piece of the bytes that were read; without terminator. */
typedef struct mpos_op_text {
    const char *at;
    size_t size;
} mpos_op_text;

typedef struct mpos_op_envelope {
    int64_t version; /* 1 to 2^31 - 1 */
    int64_t gen;     /* 1 to 2^31 - 1 */
    int64_t seq;     /* 1 to 2^53 - 1 */
    uint8_t id[16];
    uint8_t device[16];
    uint8_t root[16];
    uint8_t by[16]; /* session of whoever did it, when has_by */
    bool has_by;
    uint8_t prev[32];
    mpos_op_text type; /* 1 to MPOS_OP_TYPE_SIZE_MAX bytes */
    mpos_op_text time; /* 1 to MPOS_OP_TIME_SIZE_MAX bytes */
    mpos_op_text core; /* 0 to MPOS_OP_CORE_SIZE_MAX bytes */
    mpos_op_text body; /* the object with its braces */
} mpos_op_envelope;

/*
 * Reads an operation of `size` bytes; *out is untouched on failure. Errors: BODY_TOO_LARGE (above MPOS_OP_SIZE_MAX),
 * MALFORMED_JSON, TOO_MANY (too deep), UNKNOWN_FIELD, MISSING_FIELD, WRONG_TYPE, OUT_OF_RANGE, INVALID_VALUE (a member
 * twice, or not of its form). *member is then the name of the member that is wrong, static storage, "" where there is none.
 */
mpos_err
mpos_op_envelope_read(const char *bytes, size_t size, mpos_op_envelope *out, const char **member);

#endif
