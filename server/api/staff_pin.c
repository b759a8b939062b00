/*
 * staff_pin.c - POST /v1/staff/{staff_id}/pin: makes the verifier of a new PIN away from the loop, and hands over that only.
 */
#include <string.h>

#include "api/call.h"
#include "api/pin.h"

typedef struct staff_pin {
    password_check check; /* first */
    api_exchange *exchange;
} staff_pin;

static void
set_verifier(api_exchange *exchange, const char *verifier)
{
    text_buf params = {0};
    text_buf body = {0};
    http_refusal refusal = {0};
    api_request request = {
        .operation = "staff.pin", .scope = exchange->http.route->scope, .lane = DB_FAST, .repeatable = true};
    mpos_err err = http_read_params(&exchange->match, exchange->http.req, &params, &refusal);

    if (err == MPOS_OK) {
        text_add_z(&body, "{\"verifier\":");
        text_add_json(&body, verifier, strlen(verifier));
        text_add_z(&body, "}");
        request.params = params.data;
        request.params_len = params.len;
        request.body = body.data;
        request.body_len = body.len;
        api_call(exchange, &request, api_call_pass);
    } else {
        http_problem(&exchange->http, err, refusal.field, refusal.detail);
    }
    text_free(&params);
    text_free(&body);
}

static void
on_made(password_check *check)
{
    staff_pin *state = (staff_pin *)check;
    api_exchange *exchange = state->exchange;

    if (exchange->http.req == NULL) {
        /* The client has gone; nobody would hear that the PIN is another one. */
    } else if (check->matches) {
        set_verifier(exchange, check->verifier);
    } else {
        http_problem(&exchange->http, MPOS_E_OVERLOADED, NULL, NULL);
    }
    http_release(&exchange->http);
}

static mpos_err
check_rest(const json_t *body, const password_check *check, http_refusal *refusal)
{
    if (json_object_size(body) > 0) {
        snprintf(refusal->field, sizeof refusal->field, "/%s",
                 json_object_iter_key(json_object_iter((json_t *)body)));
        return MPOS_E_UNKNOWN_FIELD;
    }
    for (size_t i = 0; i < check->pin_len; i++) {
        if (check->pin[i] < '0' || check->pin[i] > '9') {
            snprintf(refusal->field, sizeof refusal->field, "/pin");
            return MPOS_E_INVALID_VALUE;
        }
    }
    return MPOS_OK;
}

void
api_staff_pin(api_exchange *exchange)
{
    http_refusal refusal = {0};
    staff_pin *state = api_own(exchange, sizeof *state);
    mpos_err err;
    json_t *body;

    state->exchange = exchange;
    state->check.makes = true;
    state->check.done = on_made;
    body = api_pin_take(exchange->http.req->entity, &state->check, &err, &refusal);
    if (err == MPOS_OK) {
        err = check_rest(body, &state->check, &refusal);
    }
    json_decref(body);
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    (void)api_check(exchange, &state->check);
}
