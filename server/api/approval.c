/*
 * approval.c - POST /v1/approvals: count the attempt and look the second person up, check their PIN away from the loop, keep
 * what they approve. The database reads all of the body but the PIN. Words: approval, approver.
 */
#include <sodium.h>
#include <string.h>

#include "api/call.h"
#include "api/fields.h"
#include "api/pin.h"
#include "context.h"

#define HASH_TEXT_SIZE 65

typedef struct approval {
    password_check check; /* first */
    api_exchange *exchange;
    bool known;
    unsigned locked_s;
    char staff_id[UUID_TEXT_SIZE];
    char person[HASH_TEXT_SIZE];
    char desk[HASH_TEXT_SIZE];
    char body[4096]; /* without the PIN */
} approval;

static void
call(approval *state, const char *operation, const text_buf *params, api_replied done)
{
    api_request request = {.operation = operation,
                           .scope = MPOS_SCOPE_AUTH,
                           .lane = DB_FAST,
                           .repeatable = true,
                           .params = params->data,
                           .params_len = params->len,
                           .body = state->body,
                           .body_len = strlen(state->body)};

    api_call(state->exchange, &request, done);
}

static void
create(approval *state)
{
    text_buf params = {0};

    text_addf(&params, "{\"staff_id\":\"%s\",\"person\":\"%s\",\"desk\":\"%s\"}", state->staff_id,
              state->person, state->desk);
    call(state, "approval.create", &params, api_call_pass);
    text_free(&params);
}

static void
on_checked(password_check *check)
{
    approval *state = (approval *)check;
    http_exchange *http = &state->exchange->http;

    if (state->locked_s > 0) {
        http->retry_after_s = state->locked_s;
        http_problem(http, MPOS_E_LOCKED_OUT, NULL, NULL);
    } else if (state->known && check->matches) {
        create(state);
    } else {
        /* Not 401: the session that asks is in order. */
        http_problem(http, MPOS_E_APPROVAL_INVALID, NULL, "Number or PIN of the second person is wrong.");
    }
    http_release(http);
}

static void
read_person(approval *state, const api_reply *reply)
{
    json_t *person = json_loadb(reply->body.base, reply->body.len, 0, NULL);

    state->locked_s = (unsigned)json_integer_value(json_object_get(person, "locked_s"));
    state->known = json_is_true(json_object_get(person, "found")) &&
                   fields_copy(person, "staff_id", state->staff_id, sizeof state->staff_id) &&
                   fields_copy(person, "person", state->person, sizeof state->person) &&
                   fields_copy(person, "desk", state->desk, sizeof state->desk) &&
                   fields_copy(person, "verifier", state->check.verifier, sizeof state->check.verifier);
    if (!state->known) {
        state->check.verifier[0] = '\0';
    }
    json_decref(person);
}

static void
on_looked_up(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
             const char *detail, const char *sqlstate)
{
    approval *state = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        api_call_refused(exchange, err, field, detail);
        return;
    }
    read_person(state, reply);
    PQclear(reply->result);
    (void)api_check(exchange, &state->check);
}

/* False when it is longer than any body that the contract allows. */
static bool
keep_body(approval *state, const json_t *body)
{
    size_t size = json_dumpb(body, state->body, sizeof state->body - 1, JSON_COMPACT);

    return size < sizeof state->body;
}

void
api_approval(api_exchange *exchange)
{
    static const text_buf no_params = {.data = (char *)"{}", .len = 2};
    http_refusal refusal = {0};
    approval *state = api_own(exchange, sizeof *state);
    mpos_err err;
    json_t *body;

    state->exchange = exchange;
    state->check.done = on_checked;
    body = api_pin_take(exchange->http.req->entity, &state->check, &err, &refusal);
    if (err == MPOS_OK && !keep_body(state, body)) {
        err = MPOS_E_BODY_TOO_LARGE;
    }
    json_decref(body);
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    call(state, "approval.lookup", &no_params, on_looked_up);
}
