/*
 * verify_copy.h - reading much from PostgreSQL: the rows of a query as COPY ... (FORMAT binary), which costs a third of what
 * single rows cost. Words: row, value.
 */
#ifndef MPOS_CLI_VERIFY_COPY_H
#define MPOS_CLI_VERIFY_COPY_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#define COPY_VALUES_MAX 16

/* A row in PostgreSQL's binary formats; valid until the next one is taken. */
typedef struct copy_row {
    int count;
    const uint8_t *values[COPY_VALUES_MAX]; /* NULL: null */
    int sizes[COPY_VALUES_MAX];
} copy_row;

typedef struct copy_stream {
    PGconn *conn;
    char *buffer;
    bool begun;    /* the header of the format was read */
    uint64_t rows; /* taken so far */
    copy_row row;
} copy_stream;

/* Lets libpq's buffer grow, as it does for a large row and not for many small ones: they are then read many at a time. */
void
copy_prepare(PGconn *conn);

/* Starts the query; ends the program when it cannot. The connection is busy until copy_next gives NULL. */
void
copy_begin(copy_stream *stream, PGconn *conn, const char *query);

/* The next row, NULL after the last. Ends the program when the server breaks off. */
const copy_row *
copy_next(copy_stream *stream);

/* Values of fixed types. A null or another size ends the program: the query asks for what it knows. */
uint32_t
copy_u32(const copy_row *row, int column);
uint64_t
copy_u64(const copy_row *row, int column);

/* A text as a string of its own. The caller frees. */
char *
copy_text(const copy_row *row, int column);

#endif
