/*
 * host.h - where the core runs: this program, PostgreSQL, or the WASM module in node. Words: host, question, answer.
 *
 * Questions and answers are those of extension/core/answer.h. One host is current; its name stands in the output.
 */
#ifndef MPOS_VECTORS_HOST_H
#define MPOS_VECTORS_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A host: open and close once; ask gives its answer, valid until the next, NULL when the host has failed. */
typedef struct host {
    const char *name;
    int (*open)(void); /* 0 when it cannot be opened; it has said why */
    const uint8_t *(*ask)(const uint8_t *question, size_t size, size_t *answer_size);
    void (*close)(void);
} host;

extern const host native_host;
extern const host sql_host;
extern const host wasm_host;

extern const host *current_host;

/* A question or answer among many. */
typedef struct span {
    const uint8_t *data;
    size_t size;
} span;

/* Asks PostgreSQL many at once; the answers are valid until the next question. Returns 0 when the host has failed. */
int
ask_sql_many(const span *questions, size_t count, span *answers);

/* A question or answer that grows. */
typedef struct bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
} bytes;

/* `size` more bytes, to be filled in. */
uint8_t *
bytes_add(bytes *b, size_t size);
void
bytes_u8(bytes *b, uint8_t value);
void
bytes_u16(bytes *b, uint16_t value);
void
bytes_i64(bytes *b, int64_t value);
void
bytes_free(bytes *b);

/* The next amount of an answer. */
int64_t
take_i64(const uint8_t **at);

/*
 * Asks the current host. The body of the answer (valid until the next question), or NULL and the error in *err; INTERNAL when
 * the host failed.
 */
const uint8_t *
ask(const bytes *question, size_t *size, mpos_err *err);

#endif
