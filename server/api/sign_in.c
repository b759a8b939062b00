/*
 * sign_in.c - POST /v1/auth/pin: look the person up, check the PIN away from the loop, open a session, issue a token.
 * Words: verifier (what is stored of a PIN), claims, session.
 *
 * Unknown business, outlet or number and wrong PIN take the same way and time and get the same answer.
 */
#include "api/call.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/password.h"
#include "auth/token.h"
#include "base/clock.h"
#include "context.h"

#define TOKEN_LIFE_S (12 * 3600)

typedef struct sign_in {
    password_check check; /* first */
    api_exchange *exchange;
    bool known;
    char tenant_id[UUID_TEXT_SIZE];
    char outlet_id[UUID_TEXT_SIZE];
    char staff_id[UUID_TEXT_SIZE];
    char device_code[17];
    bool with_device;
} sign_in;

typedef struct field_rule {
    const char *name;
    size_t min;
    size_t max;
    bool required;
} field_rule;

static const field_rule rules[] = {
    {"tenant", 1, 63, true}, {"outlet", 1, 32, true},    {"staff", 1, 16, true},
    {"pin", 4, 12, true},    {"register", 0, 16, false},
};

#define RULES (sizeof rules / sizeof rules[0])

static mpos_err
check_field(const field_rule *rule, const json_t *value)
{
    if (value == NULL) {
        return rule->required ? MPOS_E_MISSING_FIELD : MPOS_OK;
    }
    if (!json_is_string(value)) {
        return MPOS_E_WRONG_TYPE;
    }
    return json_string_length(value) < rule->min || json_string_length(value) > rule->max
               ? MPOS_E_OUT_OF_RANGE
               : MPOS_OK;
}

static mpos_err
check_fields(json_t *body, http_refusal *refusal)
{
    const char *name;
    json_t *value;

    if (!json_is_object(body)) {
        return MPOS_E_WRONG_TYPE;
    }
    for (size_t i = 0; i < RULES; i++) {
        mpos_err err = check_field(&rules[i], json_object_get(body, rules[i].name));

        if (err != MPOS_OK) {
            snprintf(refusal->field, sizeof refusal->field, "/%s", rules[i].name);
            return err;
        }
    }
    json_object_foreach(body, name, value)
    {
        bool known = false;

        for (size_t i = 0; i < RULES; i++) {
            known = known || strcmp(rules[i].name, name) == 0;
        }
        if (!known) {
            snprintf(refusal->field, sizeof refusal->field, "/%s", name);
            return MPOS_E_UNKNOWN_FIELD;
        }
    }
    return MPOS_OK;
}

static bool
copy_text(const json_t *object, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (text == NULL || strlen(text) >= size) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static json_t *
parse(h2o_iovec_t text)
{
    return json_loadb(text.base, text.len, 0, NULL);
}

static bool
copy_id(const json_t *object, const char *name, uint8_t out[UUID_SIZE])
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL && text_parse_uuid(text, strlen(text), out);
}

static uint64_t
scopes_of(const json_t *list)
{
    uint64_t scopes = 0;
    size_t i;
    const json_t *name;

    json_array_foreach(list, i, name)
    {
        scopes |= json_is_string(name) ? mpos_scope_from_text(json_string_value(name)) : 0;
    }
    return scopes & ~(uint64_t)MPOS_SCOPE_AUTH;
}

/* The claims of the session that was opened. */
static bool
read_session(const json_t *session, int64_t now_s, auth_claims *out)
{
    const char *until = json_string_value(json_object_get(session, "expires_at"));
    int64_t until_s = until != NULL ? clock_parse_s(until) : -1;

    out->rights_version = (uint32_t)json_integer_value(json_object_get(session, "rights_version"));
    out->scopes = scopes_of(json_object_get(session, "scopes"));
    out->expires_s = until_s < now_s + TOKEN_LIFE_S ? until_s : now_s + TOKEN_LIFE_S;
    return until_s > 0 && copy_id(json_object_get(session, "tenant"), "id", out->tenant) &&
           copy_id(json_object_get(session, "outlet"), "id", out->outlet) &&
           copy_id(json_object_get(session, "staff"), "id", out->actor) &&
           copy_id(json_object_get(session, "device"), "id", out->device) &&
           copy_id(session, "session_id", out->session);
}

static void
answer_session(api_exchange *exchange, json_t *session)
{
    int64_t now_s = clock_now_us() / 1000000;
    auth_claims claims = {0};
    char *token = NULL;
    char *text = NULL;

    if (read_session(session, now_s, &claims)) {
        token = token_issue(exchange->http.worker->keys, &claims, now_s);
    }
    if (token == NULL) {
        http_problem(&exchange->http, MPOS_E_INTERNAL, NULL, NULL);
        return;
    }
    json_object_del(session, "session_id");
    json_object_del(session, "rights_version");
    json_object_set_new(session, "token", json_string(token));
    text = json_dumps(session, JSON_COMPACT);
    http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    http_text(&exchange->http, 200, "application/json", text, strlen(text));
    sodium_memzero(token, strlen(token));
    free(token);
    free(text);
}

static void
on_opened(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
          const char *sqlstate)
{
    json_t *session;

    (void)sqlstate;
    if (err != MPOS_OK) {
        /* A register that does not exist is as wrong as a PIN. */
        bool wrong = err == MPOS_E_NOT_FOUND || err == MPOS_E_BAD_CREDENTIALS;

        http_problem(&exchange->http, wrong ? MPOS_E_BAD_CREDENTIALS : err, wrong ? NULL : field,
                     wrong ? NULL : detail);
        return;
    }
    session = parse(reply->body);
    answer_session(exchange, session);
    json_decref(session);
    PQclear(reply->result);
}

static void
open_session(sign_in *state)
{
    text_buf params = {0};
    api_request request = {
        .operation = "session.open", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST, .repeatable = true};

    text_addf(&params, "{\"tenant_id\":\"%s\",\"outlet_id\":\"%s\",\"staff_id\":\"%s\"", state->tenant_id,
              state->outlet_id, state->staff_id);
    if (state->with_device) {
        text_add_z(&params, ",\"register\":");
        text_add_json(&params, state->device_code, strlen(state->device_code));
    }
    text_add_z(&params, "}");
    request.params = params.data;
    request.params_len = params.len;
    api_call(state->exchange, &request, on_opened);
    text_free(&params);
}

static void
on_checked(password_check *check)
{
    sign_in *state = (sign_in *)check;
    http_exchange *http = &state->exchange->http;

    if (state->known && check->matches) {
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
    state->known = json_is_true(json_object_get(person, "found")) &&
                   copy_text(person, "tenant_id", state->tenant_id, sizeof state->tenant_id) &&
                   copy_text(person, "outlet_id", state->outlet_id, sizeof state->outlet_id) &&
                   copy_text(person, "staff_id", state->staff_id, sizeof state->staff_id) &&
                   copy_text(person, "verifier", state->check.verifier, sizeof state->check.verifier);
    if (!state->known) {
        state->check.verifier[0] = '\0';
    }
    json_decref(person);
    if (err == MPOS_OK) {
        PQclear(reply->result);
    }
    state->check.done = on_checked;
    http_hold(&exchange->http);
    if (!password_submit(exchange->http.worker->passwords, &state->check)) {
        http_problem(&exchange->http, MPOS_E_OVERLOADED, NULL, NULL);
        http_release(&exchange->http);
    }
}

static void
look_up(api_exchange *exchange, const json_t *body)
{
    text_buf params = {0};
    api_request request = {
        .operation = "auth.lookup", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST, .repeatable = true};

    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_object_get(body, rules[i].name);

        text_addf(&params, "%s\"%s\":", i == 0 ? "{" : ",", rules[i].name);
        text_add_json(&params, json_string_value(value), json_string_length(value));
    }
    text_add_z(&params, "}");
    request.params = params.data;
    request.params_len = params.len;
    api_call(exchange, &request, on_looked_up);
    text_free(&params);
}

void
api_sign_in(api_exchange *exchange)
{
    http_refusal refusal = {0};
    json_t *body = parse(exchange->http.req->entity);
    mpos_err err = check_fields(body, &refusal);
    sign_in *state;
    const json_t *pin;

    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        json_decref(body);
        return;
    }
    state = calloc(1, sizeof *state);
    if (state == NULL) {
        abort();
    }
    exchange->own = state;
    state->exchange = exchange;
    pin = json_object_get(body, "pin");
    state->check.pin_len = json_string_length(pin);
    memcpy(state->check.pin, json_string_value(pin), state->check.pin_len);
    state->with_device = copy_text(body, "register", state->device_code, sizeof state->device_code);
    look_up(exchange, body);
    json_decref(body);
}
