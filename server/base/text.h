/*
 * text.h - growing text, JSON strings, hex, base64url and UUID text. Words: buffer.
 *
 * A buffer owns its memory; allocation failure stops the process (nothing sensible can be answered without memory).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_SIZE 16
#define UUID_TEXT_SIZE 37

typedef struct text_buf {
    char *data; /* NUL-terminated once something was added */
    size_t len;
    size_t cap;
} text_buf;

void
text_add(text_buf *buf, const void *data, size_t len);

void
text_add_z(text_buf *buf, const char *text);

void
text_addf(text_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a JSON string with its quotes; zero bytes and what is no UTF-8 become U+FFFD. */
void
text_add_json(text_buf *buf, const char *text, size_t len);

void
text_free(text_buf *buf);

/* Lower-case hex with a NUL: out has 2 * len + 1 bytes. */
void
text_hex(const uint8_t *data, size_t len, char *out);

/* Exactly 2 * len hex digits of either case. */
bool
text_unhex(const char *text, size_t text_len, uint8_t *out, size_t len);

void
text_uuid(const uint8_t id[UUID_SIZE], char out[UUID_TEXT_SIZE]);

/* The canonical 36-character form, either case. */
bool
text_parse_uuid(const char *text, size_t len, uint8_t out[UUID_SIZE]);

/* Length of a leading valid UTF-8 sequence of text, 0 when there is none. */
size_t
text_utf8_step(const uint8_t *text, size_t len);

#endif
