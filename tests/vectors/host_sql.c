/* host_sql.c - the core inside PostgreSQL: mpos.answer(bytea), in the database that libpq's environment names. */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "host.h"

static PGconn *connection;
static PGresult *result;

static int
open_sql(void)
{
    static const Oid types[] = {17}; /* bytea */
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

static void
close_sql(void)
{
    PQclear(result);
    PQfinish(connection);
    result = NULL;
    connection = NULL;
}

const host sql_host = {"sql", open_sql, ask_sql, close_sql};
