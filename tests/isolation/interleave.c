/*
 * interleave.c - calls of two businesses in turns on one pipelined connection, with errors between them: no answer holds anything of
 * the other business, and no tenant is left behind. Words: call, pipeline, sync.
 *
 *   interleave CONNINFO <CALLS
 *
 * A line of CALLS is one business: tenant, context, operation and input of a call that shows something of it, and the word that only
 * its answer holds, separated by tabs.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#define BUSINESSES 2
#define FIELDS 5
#define ROUNDS 400

enum { TENANT, CONTEXT, OPERATION, INPUT, WORD };

typedef struct business {
    char line[4096];
    const char *fields[FIELDS];
} business;

/* What is sent; every one ends with a sync of its own but JOINED, whose two statements share one. */
typedef enum request { CALL, FOREIGN_CONTEXT, REFUSED, BROKEN, JOINED, REQUESTS } request;

static const char *const call_sql = "SELECT body FROM mpos.call($1, $2, $3, $4)";
static int answers, errors, failures;

static void
fail(const char *what, const char *about)
{
    printf("# %s: %.300s\n", what, about);
    failures++;
}

static void
send_call(PGconn *conn, const business *of, const char *context, const char *input)
{
    const char *values[] = {of->fields[TENANT], context, of->fields[OPERATION], input};

    if (PQsendQueryPrepared(conn, "call", 4, values, NULL, NULL, 0) != 1) {
        fail("cannot send", PQerrorMessage(conn));
    }
}

static void
send_request(PGconn *conn, request what, const business *mine, const business *other)
{
    switch (what) {
    case CALL:
        send_call(conn, mine, mine->fields[CONTEXT], mine->fields[INPUT]);
        break;
    case FOREIGN_CONTEXT:
        send_call(conn, mine, other->fields[CONTEXT], mine->fields[INPUT]);
        break;
    case REFUSED:
        send_call(conn, mine, mine->fields[CONTEXT], "[]");
        break;
    case BROKEN:
        PQsendQueryParams(conn, "SELECT 1 / 0", 0, NULL, NULL, NULL, NULL, 0);
        break;
    default:
        send_call(conn, mine, mine->fields[CONTEXT], mine->fields[INPUT]);
        PQsendQueryParams(conn, "SELECT 1 / 0", 0, NULL, NULL, NULL, NULL, 0);
        send_call(conn, other, other->fields[CONTEXT], other->fields[INPUT]);
    }
    PQpipelineSync(conn);
    PQsendQueryParams(conn, "SELECT mpos.tenant()", 0, NULL, NULL, NULL, NULL, 0);
    PQpipelineSync(conn);
}

static void
check_row(const PGresult *result, const business *mine, const business *other)
{
    const char *text = PQgetvalue(result, 0, 0);

    answers++;
    if (strstr(text, mine->fields[WORD]) == NULL) {
        fail("the answer is not ours", text);
    }
    if (strstr(text, other->fields[WORD]) != NULL || strstr(text, other->fields[TENANT]) != NULL) {
        fail("the answer holds the other business", text);
    }
}

/* Everything up to the next sync. Errors must not speak of the other business either. */
static int
receive(PGconn *conn, const business *mine, const business *other, bool tenant)
{
    int rows = 0;

    for (;;) {
        PGresult *result = PQgetResult(conn);
        ExecStatusType status = PQresultStatus(result);

        if (result == NULL) {
            continue; /* the end of one statement */
        }
        if (status == PGRES_TUPLES_OK && tenant) {
            if (!PQgetisnull(result, 0, 0)) {
                fail("a tenant is left", PQgetvalue(result, 0, 0));
            }
        } else if (status == PGRES_TUPLES_OK) {
            check_row(result, mine, other);
            rows++;
        } else if (status == PGRES_FATAL_ERROR) {
            errors++;
            if (strstr(PQresultErrorMessage(result), other->fields[WORD]) != NULL ||
                strstr(PQresultErrorMessage(result), other->fields[TENANT]) != NULL) {
                fail("an error holds the other business", PQresultErrorMessage(result));
            }
        }
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC || PQstatus(conn) != CONNECTION_OK) {
            return rows;
        }
    }
}

static void
read_businesses(business of[BUSINESSES])
{
    for (int i = 0; i < BUSINESSES; i++) {
        char *rest = of[i].line;

        if (fgets(of[i].line, sizeof of[i].line, stdin) == NULL) {
            fputs("interleave: two lines are needed\n", stderr);
            exit(2);
        }
        of[i].line[strcspn(of[i].line, "\n")] = '\0';
        for (int field = 0; field < FIELDS; field++) {
            of[i].fields[field] = strsep(&rest, "\t");
        }
    }
}

/* Sixteen requests are on their way before the first answer is read. */
static void
play(PGconn *conn, const business of[BUSINESSES])
{
    enum { DEPTH = 16 };
    unsigned seed = 7;

    for (int round = 0; round < ROUNDS; round++) {
        request sent[DEPTH];
        int whose[DEPTH];

        for (int i = 0; i < DEPTH; i++) {
            sent[i] = rand_r(&seed) % 2 == 0 ? CALL : (request)(rand_r(&seed) % REQUESTS);
            whose[i] = (i + round) % BUSINESSES;
            send_request(conn, sent[i], &of[whose[i]], &of[1 - whose[i]]);
        }
        for (int i = 0; i < DEPTH; i++) {
            int rows = receive(conn, &of[whose[i]], &of[1 - whose[i]], false);

            if (rows != (sent[i] == CALL || sent[i] == JOINED ? 1 : 0)) {
                fail("a request was answered otherwise", of[whose[i]].fields[WORD]);
            }
            receive(conn, &of[whose[i]], &of[1 - whose[i]], true);
        }
    }
}

int
main(int argc, char **argv)
{
    business of[BUSINESSES];
    PGconn *conn = PQconnectdb(argc == 2 ? argv[1] : "");
    PGresult *prepared;

    if (PQstatus(conn) != CONNECTION_OK) {
        fputs(PQerrorMessage(conn), stderr);
        return 2;
    }
    read_businesses(of);
    prepared = PQprepare(conn, "call", call_sql, 0, NULL);
    PQclear(prepared);
    PQenterPipelineMode(conn);
    play(conn, of);
    PQfinish(conn);
    printf("# %d answers, %d errors, %d failures\n", answers, errors, failures);
    return failures == 0 && answers >= ROUNDS && errors >= ROUNDS ? 0 : 1;
}
