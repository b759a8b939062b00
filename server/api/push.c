/*
 * push.c - a push that failed unexpectedly is repeated one operation per call, so that one poisoned operation does not
 * stop a device's queue. One that fails again is put to suspense. Words: push, operation (of a device), suspense.
 *
 * Operations that were applied before answer their stored results as duplicates, so the last call's answer is whole.
 */
#include "api/call.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"

#define SQLSTATE_SIZE 6
/* An operation during which the connection broke twice; the call's own refusals have five-character codes. */
#define CRASHED "crash"

typedef struct push {
    api_exchange *exchange;
    int64_t last; /* number of the last operation of the batch */
    bool suspending;
    uint64_t fresh_after_ms; /* of the last crash, 0 for none */
    size_t body_len;
    char body[];
} push;

bool
api_is_push(const api_exchange *exchange)
{
    return strcmp(exchange->http.route->operation, "sync.push") == 0;
}

bool
api_push_failed(const api_exchange *exchange, mpos_err err)
{
    return api_is_push(exchange) && (err == MPOS_E_INTERNAL || err == MPOS_E_OUTCOME_UNKNOWN);
}

/* What ran when a connection broke is tried next on one that this crash cannot have touched. */
static void
note_failure(push *state, mpos_err err)
{
    if (err == MPOS_E_OUTCOME_UNKNOWN) {
        state->fresh_after_ms = clock_elapsed_ms();
    }
}

static void
on_reply(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate);

static void
send_one(push *state, const char *suspend)
{
    text_buf params = {0};
    api_request request = {
        .operation = "sync.push",
        .scope = state->exchange->http.route->scope,
        .lane = DB_SLOW,
        .repeatable = suspend != NULL, /* what has crashed a connection is not tried again as it is */
        .fresh_after_ms = state->fresh_after_ms,
        .body = state->body,
        .body_len = state->body_len,
    };

    state->suspending = suspend != NULL;
    text_add_z(&params, suspend != NULL ? "{\"suspend\":" : "{\"single\":");
    text_add_json(&params, suspend != NULL ? suspend : "1", suspend != NULL ? strlen(suspend) : 1);
    text_add_z(&params, "}");
    api_call_params(state->exchange, &request, &params, on_reply);
}

static int64_t
number_in(h2o_iovec_t text, const char *name)
{
    json_t *object = json_loadb(text.base, text.len, 0, NULL);
    int64_t number = json_integer_value(json_object_get(object, name));

    json_decref(object);
    return number;
}

static void
on_reply(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    push *state = exchange->own;

    if (err == MPOS_OK && number_in(reply->body, "last_seq") < state->last) {
        PQclear(reply->result);
        send_one(state, NULL);
    } else if (err == MPOS_OK) {
        api_call_answer(exchange, reply);
    } else if (api_push_failed(exchange, err) && !state->suspending) {
        note_failure(state, err);
        send_one(state, strlen(sqlstate) == SQLSTATE_SIZE - 1 ? sqlstate : CRASHED);
    } else {
        api_call_refused(exchange, err, field, detail);
    }
}

void
api_push_singly(api_exchange *exchange, mpos_err err)
{
    h2o_iovec_t body;
    push *state;

    if (exchange->http.req == NULL) {
        return; /* the device has gone and will push again */
    }
    body = exchange->http.req->entity;
    state = api_own(exchange, sizeof *state + body.len);
    state->exchange = exchange;
    state->last = number_in(body, "first") + number_in(body, "count") - 1;
    state->body_len = body.len;
    memcpy(state->body, body.base, body.len);
    note_failure(state, err);
    send_one(state, NULL);
}
