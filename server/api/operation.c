/* operation.c - a route that is one operation of mpos.call. */
#include "api/call.h"

#include "http/input.h"

/* A write that takes longer than a sale goes alone, so that no sale waits for it. */
#define COALESCE_BODY_MAX 16384

static void
on_reply(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    if (err != MPOS_OK && api_push_failed(exchange, err)) {
        api_push_singly(exchange, err);
    } else {
        api_call_pass(exchange, err, reply, field, detail, sqlstate);
    }
}

void
api_operation(api_exchange *exchange)
{
    const route *route = exchange->http.route;
    h2o_req_t *req = exchange->http.req;
    http_refusal refusal = {0};
    text_buf params = {0};
    api_request request = {
        .operation = route->operation,
        .scope = route->scope,
        .lane = route->slow ? DB_SLOW : DB_FAST,
        .repeatable = !api_is_push(exchange), /* a read, or a write that brings its own identity */
        .coalesces = !route->slow && (route->needs_key || api_is_push(exchange)) &&
                     req->entity.len <= COALESCE_BODY_MAX,
        .body = route->has_body ? req->entity.base : NULL,
        .body_len = req->entity.len,
    };
    mpos_err err = http_check_key(route, req, &request.key);

    if (err == MPOS_OK) {
        err = http_read_params(&exchange->match, req, &params, &refusal);
    }
    if (err == MPOS_OK) {
        request.params = params.data;
        request.params_len = params.len;
        api_call(exchange, &request, on_reply);
    } else {
        http_problem(&exchange->http, err, refusal.field, refusal.detail);
    }
    text_free(&params);
}
