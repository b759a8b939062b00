/*
 * password.c - POST /v1/auth/password: as sign_in.c, by e-mail and password, and the second factor of those who have one.
 * Words: credential, second factor.
 *
 * Whether a second factor is needed is told only to who knows the password.
 */
#include "api/fields.h"
#include "api/pin.h"
#include "api/session.h"

#include <sodium.h>
#include <string.h>

#include "auth/factor.h"
#include "auth/password.h"
#include "base/clock.h"
#include "context.h"

typedef struct signing_in {
    password_check check; /* first */
    api_exchange *exchange;
    json_t *person;
    char code[FACTOR_CODE_MAX + 1];
    factor factor;
    char refresh[REFRESH_TEXT_SIZE];
} signing_in;

static const field_rule rules[] = {
    {"tenant", 1, 63, true, false},
    {"email", 3, 254, true, false},
    {"outlet", 1, 32, false, false},
    {"password", 1, PASSWORD_PIN_MAX, true, true},
    {"code", 6, FACTOR_CODE_MAX, false, true},
};

#define RULES (sizeof rules / sizeof rules[0])

static const char *
text_of(const signing_in *state, const char *name)
{
    const char *text = json_string_value(json_object_get(state->person, name));

    return text != NULL ? text : "";
}

static void
on_opened(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
          const char *sqlstate)
{
    signing_in *state = exchange->own;

    (void)sqlstate;
    if (err == MPOS_OK) {
        api_session_answer(exchange, reply, state->refresh);
    } else {
        http_problem(&exchange->http, err, field, detail);
    }
    sodium_memzero(state->refresh, sizeof state->refresh);
}

static void
open_session(signing_in *state)
{
    text_buf params = {0};
    uint8_t tenant[UUID_SIZE] = {0};
    /* A code that was used is refused the second time, also when the first answer was lost: so it is not repeated. */
    api_request request = {.operation = "session.open", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST};

    (void)text_parse_uuid(text_of(state, "tenant_id"), strlen(text_of(state, "tenant_id")), tenant);
    refresh_make(tenant, state->refresh);
    text_addf(&params,
              "{\"tenant_id\":\"%s\",\"outlet_id\":\"%s\",\"staff_id\":\"%s\",\"person\":\"%s\",\"method\":"
              "\"password\"",
              text_of(state, "tenant_id"), text_of(state, "outlet_id"), text_of(state, "staff_id"),
              text_of(state, "person"));
    factor_params(&params, &state->factor);
    api_session_refresh_param(&params, state->refresh);
    text_add_z(&params, "}");
    api_call_params(state->exchange, &request, &params, on_opened);
}

static bool
second_factor_fits(signing_in *state)
{
    char purpose[FACTOR_PURPOSE_SIZE];

    if (!json_is_true(json_object_get(state->person, "confirmed"))) {
        return true;
    }
    factor_purpose(text_of(state, "tenant_id"), text_of(state, "staff_id"), purpose);
    return factor_check(state->code, text_of(state, "sealed"), purpose, clock_now_us() / 1000000,
                        &state->factor);
}

static void
on_checked(password_check *check)
{
    signing_in *state = (signing_in *)check;
    http_exchange *http = &state->exchange->http;
    json_int_t locked_s = json_integer_value(json_object_get(state->person, "locked_s"));

    if (locked_s > 0) {
        http->retry_after_s = (unsigned)locked_s;
        http_problem(http, MPOS_E_LOCKED_OUT, NULL, NULL);
    } else if (!check->matches) {
        http_problem(http, MPOS_E_BAD_CREDENTIALS, NULL, NULL);
    } else if (!second_factor_fits(state)) {
        http_problem(http, MPOS_E_SECOND_FACTOR, NULL, NULL);
    } else {
        open_session(state);
    }
    sodium_memzero(state->code, sizeof state->code);
    json_decref(state->person);
    http_release(http);
}

static void
on_looked_up(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
             const char *detail, const char *sqlstate)
{
    signing_in *state = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
        return;
    }
    state->person = json_loadb(reply->body.base, reply->body.len, 0, NULL);
    PQclear(reply->result);
    /* Without one, the check takes as long and fails. */
    (void)fields_copy(state->person, "verifier", state->check.verifier, sizeof state->check.verifier);
    state->check.done = on_checked;
    if (!api_check(exchange, &state->check)) {
        json_decref(state->person);
    }
}

static void
look_up(api_exchange *exchange, const json_t *body)
{
    text_buf params = {0};
    api_request request = {
        .operation = "auth.password", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST, .repeatable = true};

    fields_params(&params, body, rules, RULES);
    api_call_params(exchange, &request, &params, on_looked_up);
}

void
api_sign_in_password(api_exchange *exchange)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, rules, RULES, &err, &refusal);
    signing_in *state = api_own(exchange, sizeof *state);

    state->exchange = exchange;
    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    state->check.pin_len = json_string_length(json_object_get(body, "password"));
    memcpy(state->check.pin, json_string_value(json_object_get(body, "password")), state->check.pin_len);
    (void)fields_copy(body, "code", state->code, sizeof state->code);
    look_up(exchange, body);
    fields_free(body, rules, RULES);
}
