/* host_sql.c - the core inside PostgreSQL: mpos.answer(bytea), in the database that libpq's environment names. */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "host.h"

/* Types by their numbers in pg_type, which never change. */
enum { BYTEA = 17, BYTEA_ARRAY = 1001 };

static PGconn *connection;
static PGresult *result;

static int
open_sql(void)
{
    static const Oid types[] = {BYTEA};
    int prepared;

    connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK) {
        fprintf(stderr, "the host sql: %s", PQerrorMessage(connection));
        return 0;
    }
    result = PQprepare(connection, "ask", "SELECT mpos.answer($1)", 1, types);
    prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!prepared) {
        fprintf(stderr, "the host sql: %s", PQerrorMessage(connection));
    }
    PQclear(result);
    result = NULL;
    return prepared;
}

static const uint8_t *
ask_sql(const uint8_t *question, size_t size, size_t *answer_size)
{
    const char *values[] = {(const char *)question};
    const int lengths[] = {(int)size}, formats[] = {1};

    PQclear(result);
    result = PQexecPrepared(connection, "ask", 1, values, lengths, formats, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        fprintf(stderr, "the host sql: %s", PQerrorMessage(connection));
        return NULL;
    }
    *answer_size = (size_t)PQgetlength(result, 0, 0);
    return (const uint8_t *)PQgetvalue(result, 0, 0);
}

/* bytea[] in PostgreSQL's binary form. */
static void
put_array(const span *questions, size_t count, bytes *out)
{
    const uint32_t head[] = {1, 0, BYTEA, (uint32_t)count, 1};

    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        mpos_put_u32(bytes_add(out, 4), head[i]);
    }
    for (size_t i = 0; i < count; i++) {
        mpos_put_u32(bytes_add(out, 4), (uint32_t)questions[i].size);
        memcpy(bytes_add(out, questions[i].size), questions[i].data, questions[i].size);
    }
}

int
ask_sql_many(const span *questions, size_t count, span *answers)
{
    static const char query[] =
        "SELECT mpos.answer(q) FROM unnest($1) WITH ORDINALITY AS u (q, n) ORDER BY n";
    static const Oid types[] = {BYTEA_ARRAY};
    const int formats[] = {1};
    bytes array = {0};

    put_array(questions, count, &array);
    PQclear(result);
    result = PQexecParams(connection, query, 1, types, &(const char *){(const char *)array.data},
                          &(int){(int)array.size}, formats, 1);
    bytes_free(&array);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != (int)count) {
        fprintf(stderr, "the host sql: %s", PQerrorMessage(connection));
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        answers[i] =
            (span){(const uint8_t *)PQgetvalue(result, (int)i, 0), (size_t)PQgetlength(result, (int)i, 0)};
    }
    return 1;
}

static void
close_sql(void)
{
    PQclear(result);
    PQfinish(connection);
    result = NULL;
    connection = NULL;
}

const host sql_host = {"sql", open_sql, ask_sql, close_sql};
