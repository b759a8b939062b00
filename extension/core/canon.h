/*
 * canon.h - writes canonical JSON: the narrow profile of RFC 8785 that the journal hashes.
 * Words: canonical, member.
 *
 * Integers within +-(2^53 - 1), decimals as strings, times YYYY-MM-DDThh:mm:ss.ffffffZ, bytes and uuids as
 * base64url without padding, no white space. Member names are ASCII and the caller writes them in byte order,
 * which is the order RFC 8785 asks for. The writer adds commas; the caller names the structure:
 *
 *     mpos_canon_begin(&w, '['); mpos_canon_text(&w, "orders", 6); mpos_canon_int(&w, 3); mpos_canon_end(&w,
 * ']');
 *
 * The first error sticks and later calls do nothing, so one check at the end (mpos_canon_finish) is enough.
 */
#ifndef MPOS_CORE_CANON_H
#define MPOS_CORE_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base64.h"
#include "err.h"

#define MPOS_CANON_INT_MAX INT64_C(9007199254740991)
#define MPOS_UUID_TEXT_SIZE 22

typedef struct mpos_canon {
    char *out;       /* caller's buffer, may be NULL with capacity 0 to ask for the size */
    size_t capacity; /* nothing is written beyond it */
    size_t size;     /* bytes that the text needs so far */
    bool comma;      /* the next value needs a comma before it */
    mpos_err err;
} mpos_canon;

void
mpos_canon_init(mpos_canon *w, char *out, size_t capacity);

/* '[' or '{' as a value; ']' or '}' closes it. */
void
mpos_canon_begin(mpos_canon *w, char bracket);
void
mpos_canon_end(mpos_canon *w, char bracket);

/* Name of a member; its value follows. NUL-terminated ASCII without characters that need escaping. */
void
mpos_canon_name(mpos_canon *w, const char *name);

/* A string; INVALID_VALUE when the bytes are not UTF-8. */
void
mpos_canon_text(mpos_canon *w, const char *text, size_t size);

/* An integer; OUT_OF_RANGE outside +-MPOS_CANON_INT_MAX. */
void
mpos_canon_int(mpos_canon *w, int64_t value);
void
mpos_canon_bool(mpos_canon *w, bool value);
void
mpos_canon_null(mpos_canon *w);

/* Bytes (a uuid: 16) as a base64url string without padding. */
void
mpos_canon_bytes(mpos_canon *w, const uint8_t *bytes, size_t size);

/* A time, µs since 1970; OUT_OF_RANGE outside the years 1970 to 9999. */
void
mpos_canon_time(mpos_canon *w, int64_t us);

/* Text that already is one canonical value. */
void
mpos_canon_raw(mpos_canon *w, const char *text, size_t size);

/*
 * The first error; else *size_out = bytes needed, with BUFFER_TOO_SMALL when capacity was not enough.
 * After BUFFER_TOO_SMALL the buffer's contents are not defined.
 */
mpos_err
mpos_canon_finish(const mpos_canon *w, size_t *size_out);

#endif
