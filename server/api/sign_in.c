/*
 * sign_in.c - POST /v1/auth/pin: count the attempt and look the person up, check the PIN away from the loop, open a session.
 * Words: verifier (what is stored of a PIN), claims, session.
 *
 * Unknown business, outlet or number and wrong PIN take the same way and time and get the same answer; so does everybody who is locked out.
 */
#include "api/fields.h"
#include "api/pin.h"
#include "api/proof.h"
#include "api/session.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "auth/password.h"
#include "context.h"

#define HASH_SIZE 32

typedef struct sign_in {
    password_check check; /* first */
    api_exchange *exchange;
    bool known;
    char tenant_id[UUID_TEXT_SIZE];
    char outlet_id[UUID_TEXT_SIZE];
    char staff_id[UUID_TEXT_SIZE];
    char person[2 * HASH_SIZE + 1]; /* whose attempts are counted, in hex */
    char desk[2 * HASH_SIZE + 1];   /* and where */
    unsigned locked_s;
    char device_code[17];
    bool with_device;
    char refresh[REFRESH_TEXT_SIZE];
} sign_in;

static const field_rule rules[] = {
    {"tenant", 1, 63, true, false},    {"outlet", 1, 32, true, false}, {"staff", 1, 16, true, false},
    {"register", 0, 16, false, false}, {"pin", 4, 12, true, true},
};

#define RULES (sizeof rules / sizeof rules[0])

static json_t *
parse(h2o_iovec_t text)
{
    return json_loadb(text.base, text.len, 0, NULL);
}

static void
on_opened(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
          const char *sqlstate)
{
    sign_in *state = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        /* A register that does not exist is as wrong as a PIN. */
        bool wrong = err == MPOS_E_NOT_FOUND || err == MPOS_E_BAD_CREDENTIALS;

        http_problem(&exchange->http, wrong ? MPOS_E_BAD_CREDENTIALS : err, wrong ? NULL : field,
                     wrong ? NULL : detail);
        return;
    }
    api_session_answer(exchange, reply, state->refresh);
}

static void
open_session(sign_in *state)
{
    text_buf params = {0};
    uint8_t tenant[UUID_SIZE];
    api_request request = {
        .operation = "session.open",
        .scope = MPOS_SCOPE_AUTH,
        .lane = DB_FAST,
        .repeatable =
            !api_has_proof(state->exchange), /* a proof counts once, also when its answer was lost */
    };

    (void)text_parse_uuid(state->tenant_id, strlen(state->tenant_id), tenant);
    refresh_make(tenant, state->refresh);
    text_addf(
        &params,
        "{\"tenant_id\":\"%s\",\"outlet_id\":\"%s\",\"staff_id\":\"%s\",\"person\":\"%s\",\"desk\":\"%s\"",
        state->tenant_id, state->outlet_id, state->staff_id, state->person, state->desk);
    api_session_refresh_param(&params, state->refresh);
    if (state->with_device) {
        text_add_z(&params, ",\"register\":");
        text_add_json(&params, state->device_code, strlen(state->device_code));
    }
    api_proof_params(state->exchange, &params);
    text_add_z(&params, "}");
    api_call_params(state->exchange, &request, &params, on_opened);
}

static void
on_checked(password_check *check)
{
    sign_in *state = (sign_in *)check;
    http_exchange *http = &state->exchange->http;

    if (state->locked_s > 0) {
        http->retry_after_s = state->locked_s;
        http_problem(http, MPOS_E_LOCKED_OUT, NULL, NULL);
    } else if (state->known && check->matches) {
        open_session(state);
    } else {
        http_problem(http, MPOS_E_BAD_CREDENTIALS, NULL, NULL);
    }
    http_release(http);
}

static void
on_looked_up(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
             const char *detail, const char *sqlstate)
{
    sign_in *state = exchange->own;
    json_t *person;

    (void)sqlstate;
    if (err != MPOS_OK && err != MPOS_E_NOT_FOUND && err != MPOS_E_BAD_CREDENTIALS) {
        http_problem(&exchange->http, err, field, detail);
        return;
    }
    person = err == MPOS_OK ? parse(reply->body) : NULL;
    state->locked_s = (unsigned)json_integer_value(json_object_get(person, "locked_s"));
    state->known = json_is_true(json_object_get(person, "found")) &&
                   fields_copy(person, "tenant_id", state->tenant_id, sizeof state->tenant_id) &&
                   fields_copy(person, "outlet_id", state->outlet_id, sizeof state->outlet_id) &&
                   fields_copy(person, "staff_id", state->staff_id, sizeof state->staff_id) &&
                   fields_copy(person, "person", state->person, sizeof state->person) &&
                   fields_copy(person, "desk", state->desk, sizeof state->desk) &&
                   fields_copy(person, "verifier", state->check.verifier, sizeof state->check.verifier);
    if (!state->known) {
        state->check.verifier[0] = '\0';
    }
    json_decref(person);
    if (err == MPOS_OK) {
        PQclear(reply->result);
    }
    state->check.done = on_checked;
    (void)api_check(exchange, &state->check);
}

static void
look_up(api_exchange *exchange, const json_t *body)
{
    text_buf params = {0};
    api_request request = {
        .operation = "auth.lookup", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST, .repeatable = true};

    fields_params(&params, body, rules, RULES);
    params.len--; /* the object goes on */
    api_proof_params(exchange, &params);
    text_add_z(&params, "}");
    api_call_params(exchange, &request, &params, on_looked_up);
}

void
api_sign_in(api_exchange *exchange)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, rules, RULES, &err, &refusal);
    sign_in *state;
    const json_t *pin;

    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    state = api_own(exchange, sizeof *state);
    state->exchange = exchange;
    pin = json_object_get(body, "pin");
    state->check.pin_len = json_string_length(pin);
    memcpy(state->check.pin, json_string_value(pin), state->check.pin_len);
    state->with_device = fields_copy(body, "register", state->device_code, sizeof state->device_code);
    look_up(exchange, body);
    fields_free(body, rules, RULES);
}
