/* status.c - health, readiness and metrics of the process. */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"

void
api_healthz(api_exchange *exchange)
{
    http_text(&exchange->http, 200, "text/plain", H2O_STRLIT("alive\n"));
}

typedef struct readiness {
    db_query query;
    api_exchange *exchange;
} readiness;

/* An empty array of uuid in its binary form: no dimension, no null, element type. */
static const char no_ids[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, (char)0x86};

static void
on_checked(db_query *query, const db_outcome *outcome)
{
    readiness *check = H2O_STRUCT_FROM_MEMBER(readiness, query, query);
    bool ready = outcome->status == DB_ROWS;

    if (ready) {
        PQclear(outcome->result);
        http_text(&check->exchange->http, 200, "text/plain", H2O_STRLIT("ready\n"));
    } else {
        http_text(&check->exchange->http, 503, "text/plain", H2O_STRLIT("the database does not answer\n"));
    }
    http_release(&check->exchange->http);
    free(check);
}

void
api_readyz(api_exchange *exchange)
{
    readiness *check = calloc(1, sizeof *check);

    if (check == NULL) {
        abort();
    }
    check->exchange = exchange;
    check->query = (db_query){
        .statement = DB_HEADS,
        .lane = DB_SLOW,
        .repeatable = true,
        .values = {no_ids},
        .lengths = {sizeof no_ids},
        .formats = {1},
        .done = on_checked,
    };
    http_hold(&exchange->http);
    if (!db_pool_ready(exchange->http.worker->db) || !db_submit(exchange->http.worker->db, &check->query)) {
        http_text(&exchange->http, 503, "text/plain", H2O_STRLIT("the database cannot be reached\n"));
        http_release(&exchange->http);
        free(check);
    }
}

typedef struct metrics_page {
    db_query query;
    api_exchange *exchange;
} metrics_page;

/* The rows of mpos.metrics; those of one name follow each other. */
static void
add_rows(text_buf *out, const PGresult *rows)
{
    const char *before = "";

    for (int row = 0; row < PQntuples(rows); row++) {
        const char *name = PQgetvalue(rows, row, 0);

        if (strcmp(name, before) != 0) {
            text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, PQgetvalue(rows, row, 2), name,
                      PQgetvalue(rows, row, 1));
        }
        text_addf(out, "%s%s %s\n", name, PQgetvalue(rows, row, 3), PQgetvalue(rows, row, 4));
        before = name;
    }
}

/* rows is NULL when the database does not answer: the process' own numbers are all the more wanted then. */
static void
answer_metrics(api_exchange *exchange, const PGresult *rows)
{
    text_buf out = {0};

    metrics_text(&out);
    if (rows != NULL) {
        add_rows(&out, rows);
    }
    http_text(&exchange->http, 200, "text/plain; version=0.0.4", out.data, out.len);
    text_free(&out);
}

static void
on_metrics(db_query *query, const db_outcome *outcome)
{
    metrics_page *page = H2O_STRUCT_FROM_MEMBER(metrics_page, query, query);
    PGresult *rows = outcome->status == DB_ROWS ? outcome->result : NULL;

    answer_metrics(page->exchange, rows);
    PQclear(rows);
    http_release(&page->exchange->http);
    free(page);
}

void
api_metrics(api_exchange *exchange)
{
    metrics_page *page = calloc(1, sizeof *page);
    struct db_pool *db = exchange->http.worker->db;

    if (page == NULL) {
        abort();
    }
    page->exchange = exchange;
    page->query =
        (db_query){.statement = DB_METRICS, .lane = DB_SLOW, .repeatable = true, .done = on_metrics};
    http_hold(&exchange->http);
    if (!db_pool_ready(db) || !db_submit(db, &page->query)) {
        answer_metrics(exchange, NULL);
        http_release(&exchange->http);
        free(page);
    }
}
