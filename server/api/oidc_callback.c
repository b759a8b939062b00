/* oidc_callback.c - signing in through an identity provider, second step: the browser comes back with the provider's code. */
#include "api/oidc.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/vault.h"
#include "base/clock.h"

#define CODE_LASTS_S 60

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* A parameter of the query, decoded; false when it is absent, too long or not text. Providers add some of their own. */
static bool
query_value(const h2o_req_t *req, const char *name, char *out, size_t size)
{
    size_t name_len = strlen(name);
    const char *end = req->path.base + req->path.len;
    const char *at = req->query_at != SIZE_MAX ? req->path.base + req->query_at + 1 : end;

    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        size_t len = (size_t)((stop != NULL ? stop : end) - at);
        size_t to = 0;

        if (len > name_len && memcmp(at, name, name_len) == 0 && at[name_len] == '=') {
            for (size_t i = name_len + 1; i < len; i++) {
                int c = at[i] == '+' ? ' ' : (unsigned char)at[i];

                if (at[i] == '%') {
                    c = i + 2 < len && hex_digit(at[i + 1]) >= 0 && hex_digit(at[i + 2]) >= 0
                            ? hex_digit(at[i + 1]) * 16 + hex_digit(at[i + 2])
                            : 0;
                    i += 2;
                }
                if (c < ' ' || to + 1 >= size) {
                    return false;
                }
                out[to++] = (char)c;
            }
            out[to] = '\0';
            return true;
        }
        at += len + 1;
    }
    return false;
}

static bool
recall_login(oidc_login *state, const h2o_req_t *req)
{
    char sealed[VAULT_HEX(VAULT_SECRET_MAX) + 1];
    char text[VAULT_SECRET_MAX + 1];
    char said[SSO_RANDOM_TEXT];
    size_t len = 0;
    json_t *login = NULL;
    bool valid;

    if (oidc_read_cookie(req, sealed, sizeof sealed) &&
        vault_open(OIDC_COOKIE_PURPOSE, sealed, (uint8_t *)text, VAULT_SECRET_MAX, &len)) {
        login = json_loadb(text, len, 0, NULL);
    }
    valid = fields_copy(login, "t", state->tenant, sizeof state->tenant) &&
            fields_copy(login, "s", state->state, sizeof state->state) &&
            fields_copy(login, "n", state->login.nonce, sizeof state->login.nonce) &&
            fields_copy(login, "v", state->login.verifier, sizeof state->login.verifier) &&
            json_integer_value(json_object_get(login, "e")) >= clock_now_us() / 1000000 &&
            query_value(req, "state", said, sizeof said) && strlen(said) == strlen(state->state) &&
            sodium_memcmp(said, state->state, strlen(said)) == 0;
    json_decref(login);
    sodium_memzero(text, sizeof text);
    return valid;
}

static void
on_accepted(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
            const char *detail, const char *sqlstate)
{
    oidc_login *state = exchange->own;
    char to[sizeof OIDC_OFFICE + 16 + REFRESH_TEXT_SIZE];
    char mark[2 * REFRESH_HASH_SIZE + 1];

    (void)field;
    (void)detail;
    (void)sqlstate;
    if (err != MPOS_OK) {
        oidc_refuse(exchange, mpos_err_code(err));
        return;
    }
    PQclear(reply->result);
    oidc_code_mark(state->code, mark);
    oidc_set_cookie(exchange, mark, CODE_LASTS_S);
    snprintf(to, sizeof to, OIDC_OFFICE "#sso=%s", state->code);
    oidc_redirect(exchange, to);
}

/* A claim of one text or several, as the list that the database reads. */
static void
add_roles(text_buf *params, const json_t *claim)
{
    json_t *list = json_array();
    size_t i;
    const json_t *one;
    char *text;

    if (json_is_string(claim)) {
        json_array_append_new(list, json_string(json_string_value(claim)));
    }
    json_array_foreach(claim, i, one)
    {
        if (json_is_string(one)) {
            json_array_append_new(list, json_string(json_string_value(one)));
        }
    }
    text = json_dumps(list, JSON_COMPACT);
    text_add_z(params, ",\"roles\":");
    text_add_json(params, text, strlen(text));
    free(text);
    json_decref(list);
}

static void
add_text(text_buf *params, const char *name, const char *value)
{
    text_addf(params, ",\"%s\":", name);
    text_add_json(params, value, strlen(value));
}

static void
find_person(oidc_login *state)
{
    text_buf params = {0};
    uint8_t tenant[UUID_SIZE] = {0};
    const json_t *claims = state->login.claims;
    const char *email = json_string_value(json_object_get(claims, "email"));
    api_request request = {.operation = "identity.accept", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST};

    (void)text_parse_uuid(state->tenant_id, strlen(state->tenant_id), tenant);
    refresh_make(tenant, state->code);
    text_addf(&params, "{\"tenant_id\":\"%s\"", state->tenant_id);
    oidc_add_code(&params, state->code);
    add_text(&params, "issuer", state->login.issuer);
    add_text(&params, "subject", json_string_value(json_object_get(claims, "sub")));
    if (email != NULL && strlen(email) >= 3 && strlen(email) <= 254 &&
        json_is_true(json_object_get(claims, "email_verified"))) {
        add_text(&params, "email", email);
    }
    if (state->role_claim[0] != '\0') {
        add_roles(&params, json_object_get(claims, state->role_claim));
    }
    text_add_z(&params, "}");
    api_call_params(state->exchange, &request, &params, on_accepted);
}

static void
on_exchanged(sso_login *login)
{
    oidc_login *state = (oidc_login *)login;

    if (login->claims == NULL) {
        oidc_refuse(state->exchange, login->reason);
    } else if (state->issuer_said[0] != '\0' && strcmp(state->issuer_said, login->issuer) != 0) {
        oidc_refuse(state->exchange, "mixed up");
    } else {
        find_person(state);
    }
    json_decref(login->claims);
    sodium_memzero(login->client_secret, sizeof login->client_secret);
    http_release(&state->exchange->http);
}

static void
on_callback_provider(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
                     const char *detail, const char *sqlstate)
{
    oidc_login *state = exchange->own;

    (void)field;
    (void)detail;
    (void)sqlstate;
    if (err == MPOS_OK && oidc_read_provider(state, reply)) {
        oidc_ask_provider(state, on_exchanged);
    } else {
        oidc_refuse(exchange, err != MPOS_OK ? mpos_err_code(err) : "secret");
    }
}

void
api_oidc_callback(api_exchange *exchange)
{
    oidc_login *state = oidc_begin(exchange);
    const h2o_req_t *req = exchange->http.req;

    if (oidc_public_url(exchange) == NULL) {
        http_problem(&exchange->http, MPOS_E_NOT_FOUND, NULL, NULL);
    } else if (!recall_login(state, req)) {
        oidc_refuse(exchange, "state");
    } else if (!query_value(req, "code", state->login.code, sizeof state->login.code) ||
               state->login.code[0] == '\0') {
        oidc_refuse(exchange, "provider");
    } else {
        (void)query_value(req, "iss", state->issuer_said, sizeof state->issuer_said);
        oidc_find_provider(state, on_callback_provider);
    }
}
