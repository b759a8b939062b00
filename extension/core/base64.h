/*
 * base64.h - standard base64 with padding (RFC 4648 section 4), as the public log formats use it, and base64url without
 * (section 5), as the journal's own texts do. Reading is strict: one text for one value.
 */
#ifndef MPOS_CORE_BASE64_H
#define MPOS_CORE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* Characters that size bytes take. */
#define MPOS_BASE64_SIZE(size) (((size) + 2) / 3 * 4)

/* Writes MPOS_BASE64_SIZE(size) characters, no NUL, and returns that number. */
size_t
mpos_base64(const uint8_t *bytes, size_t size, char *out);

/*
 * Checks the whole text and keeps the first bytes of its value, at most capacity; *size_out is the size of the value,
 * which may be more. INVALID_VALUE for characters outside the alphabet (line ends too), missing or superfluous padding,
 * and bits that are set behind the value.
 */
mpos_err
mpos_base64_decode(const char *text, size_t text_size, uint8_t *out, size_t capacity, size_t *size_out);

/* Writes base64url without padding, (size * 4 + 2) / 3 characters, and returns that number. */
size_t
mpos_base64url(const uint8_t *bytes, size_t size, char *out);

/* Reads base64url without padding into at most capacity bytes. INVALID_VALUE unless canonical; BUFFER_TOO_SMALL. */
mpos_err
mpos_base64url_decode(const char *text, size_t text_size, uint8_t *out, size_t capacity, size_t *size_out);

#endif
