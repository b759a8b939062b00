/* status.c - health, readiness and metrics of the process. */
#include "api/api.h"

#include <stdlib.h>

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

void
api_metrics(api_exchange *exchange)
{
    text_buf out = {0};

    metrics_text(&out);
    http_text(&exchange->http, 200, "text/plain; version=0.0.4", out.data, out.len);
    text_free(&out);
}
