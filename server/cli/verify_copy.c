/* verify_copy.c - see verify_copy.h. */
#include "verify_copy.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "cli.h"

/* Signature, flags and length of the extension, which is empty. */
static const char copy_head[19] = "PGCOPY\n\377\r\n\0";

/* A pause of less than half a millisecond, in which a fast server does not fill the socket; from that row on. */
enum { PAUSE_ROWS = 64, PAUSE_NS = 400000 };

void
copy_prepare(PGconn *conn)
{
    PQclear(cli_query(conn, "SELECT repeat(' ', 262144)", 0, NULL, false));
}

void
copy_begin(copy_stream *stream, PGconn *conn, const char *query)
{
    size_t size = strlen(query) + 48;
    char *copy = cli_alloc(size);
    PGresult *result;

    snprintf(copy, size, "COPY (%s) TO STDOUT (FORMAT binary)", query);
    result = PQexec(conn, copy);
    if (PQresultStatus(result) != PGRES_COPY_OUT) {
        cli_fail("%s", PQerrorMessage(conn));
    }
    PQclear(result);
    free(copy);
    *stream = (copy_stream){.conn = conn};
}

static void
end(copy_stream *stream)
{
    PGresult *result;

    while ((result = PQgetResult(stream->conn)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            cli_fail("%s", PQresultErrorMessage(result));
        }
        PQclear(result);
    }
}

/* Takes one message apart; false for the trailer. */
static bool
read_row(copy_stream *stream, const uint8_t *at, const uint8_t *limit)
{
    copy_row *row = &stream->row;

    if (!stream->begun) {
        if (limit - at < (int)sizeof copy_head || memcmp(at, copy_head, sizeof copy_head) != 0) {
            cli_fail("the server sends another COPY format");
        }
        at += sizeof copy_head;
        stream->begun = true;
    }
    row->count = limit - at < 2 ? -1 : (int16_t)mpos_get_u16(at);
    if (row->count < 0) {
        return false;
    }
    at += 2;
    for (int i = 0; i < row->count; i++) {
        if (i == COPY_VALUES_MAX || limit - at < 4) {
            cli_fail("a row from the server is cut off");
        }
        row->sizes[i] = (int32_t)mpos_get_u32(at);
        at += 4;
        row->values[i] = row->sizes[i] < 0 ? NULL : at;
        if (row->sizes[i] > limit - at) {
            cli_fail("a row from the server is cut off");
        }
        at += row->sizes[i] < 0 ? 0 : row->sizes[i];
    }
    return true;
}

/*
 * Waits for more. The server sends 8 kB at a time and wakes us for each; once much is coming, it is given the time to fill the
 * socket, so that one waking serves for dozens of rows.
 */
static void
wait_for_more(copy_stream *stream)
{
    struct pollfd ready = {.fd = PQsocket(stream->conn), .events = POLLIN};

    if (poll(&ready, 1, -1) < 0 && errno != EINTR) {
        cli_fail("waiting for the server: %s", strerror(errno));
    }
    if (stream->rows >= PAUSE_ROWS) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    if (PQconsumeInput(stream->conn) == 0) {
        cli_fail("%s", PQerrorMessage(stream->conn));
    }
}

const copy_row *
copy_next(copy_stream *stream)
{
    int size;

    do {
        PQfreemem(stream->buffer);
        stream->buffer = NULL;
        while ((size = PQgetCopyData(stream->conn, &stream->buffer, 1)) == 0) {
            wait_for_more(stream);
        }
        if (size == -2) {
            cli_fail("%s", PQerrorMessage(stream->conn));
        }
        if (size == -1) {
            end(stream);
            return NULL;
        }
    } while (!read_row(stream, (const uint8_t *)stream->buffer, (const uint8_t *)stream->buffer + size));
    stream->rows++;
    return &stream->row;
}

static const uint8_t *
fixed(const copy_row *row, int column, int size)
{
    if (row->values[column] == NULL || row->sizes[column] != size) {
        cli_fail("column %d from the server has another type", column + 1);
    }
    return row->values[column];
}

uint32_t
copy_u32(const copy_row *row, int column)
{
    return mpos_get_u32(fixed(row, column, 4));
}

uint64_t
copy_u64(const copy_row *row, int column)
{
    return mpos_get_u64(fixed(row, column, 8));
}

char *
copy_text(const copy_row *row, int column)
{
    size_t size = row->values[column] == NULL ? 0 : (size_t)row->sizes[column];
    char *text = cli_alloc(size + 1);

    if (size > 0) {
        memcpy(text, row->values[column], size);
    }
    text[size] = '\0';
    return text;
}
