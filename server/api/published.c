/*
 * published.c - the chunks of published catalogues by their hash. What a hash names never changes, so whoever has it once
 * never asks again. Words: chunk.
 */
#include "api/call.h"

#include "http/input.h"

/* Not for caches between us and the device: it belongs to one business. */
#define KEPT "private, max-age=31536000, immutable"

static void
on_reply(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    (void)sqlstate;
    if (err != MPOS_OK) {
        api_call_refused(exchange, err, field, detail);
        return;
    }
    api_call_answer_bytes(exchange, reply,
                          reply->entries.len > 0 && reply->entries.base[0] == '{'
                              ? "application/json"
                              : "application/octet-stream",
                          KEPT, reply->entries);
}

void
api_published(api_exchange *exchange)
{
    http_refusal refusal = {0};
    text_buf params = {0};
    const route *route = exchange->http.route;
    api_request request = {
        .operation = route->operation,
        .scope = route->scope,
        .lane = route->slow ? DB_SLOW : DB_FAST,
        .repeatable = true,
        .unpublished = true,
    };
    mpos_err err = http_read_params(&exchange->match, exchange->http.req, &params, &refusal);

    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, refusal.field, refusal.detail);
        text_free(&params);
        return;
    }
    api_call_params(exchange, &request, &params, on_reply);
}
