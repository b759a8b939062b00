/*
 * staff_password.c - POST /v1/staff/{staff_id}/password: e-mail and password that a manager gives somebody. The verifier is
 * made away from the loop, and only that is handed over.
 */
#include "api/fields.h"
#include "api/pin.h"
#include "api/call.h"

#include <sodium.h>
#include <string.h>

#include "auth/password.h"
#include "auth/weak.h"
#include "context.h"

typedef struct giving {
    password_check check; /* first */
    api_exchange *exchange;
    char email[255];
} giving;

static const field_rule rules[] = {
    {"email", 3, 254, true, false},
    {"password", 1, PASSWORD_PIN_MAX, false, true},
};

#define RULES (sizeof rules / sizeof rules[0])

static void
set_verifier(giving *state)
{
    text_buf params = {0};
    text_buf body = {0};
    http_refusal refusal = {0};
    api_exchange *exchange = state->exchange;
    api_request request = {
        .operation = "staff.password", .scope = MPOS_SCOPE_STAFF_WRITE, .lane = DB_FAST, .repeatable = true};
    mpos_err err = http_read_params(&exchange->match, exchange->http.req, &params, &refusal);

    text_add_z(&body, "{\"email\":");
    text_add_json(&body, state->email, strlen(state->email));
    if (state->check.verifier[0] != '\0') {
        text_addf(&body, ",\"verifier\":\"%s\"", state->check.verifier);
    }
    text_add_z(&body, "}");
    if (err == MPOS_OK) {
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
    giving *state = (giving *)check;
    http_exchange *http = &state->exchange->http;

    if (http->req == NULL) {
        /* The client has gone; nobody would hear that the password is another one. */
    } else if (check->matches) {
        set_verifier(state);
    } else {
        http_problem(http, MPOS_E_OVERLOADED, NULL, NULL);
    }
    http_release(http);
}

static void
make(giving *state)
{
    state->check.makes = true;
    state->check.done = on_made;
    (void)api_check(state->exchange, &state->check);
}

void
api_staff_password(api_exchange *exchange)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, rules, RULES, &err, &refusal);
    giving *state = api_own(exchange, sizeof *state);
    const char *password;

    state->exchange = exchange;
    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    password = json_string_value(json_object_get(body, "password"));
    (void)fields_copy(body, "email", state->email, sizeof state->email);
    if (strchr(state->email, '@') == NULL) {
        http_problem(&exchange->http, MPOS_E_INVALID_VALUE, "/email", NULL);
    } else if (password == NULL) {
        set_verifier(state); /* signs in through the identity provider only */
    } else if (password_is_weak(password, state->email, "")) {
        http_problem(&exchange->http, MPOS_E_PASSWORD_WEAK, "/password", NULL);
    } else {
        state->check.pin_len = strlen(password);
        memcpy(state->check.pin, password, state->check.pin_len);
        make(state);
    }
    fields_free(body, rules, RULES);
}
