/*
 * oidc.c - signing in through the identity provider of a business: to it, back from it, and the session. Words: provider, state,
 * login cookie, one-time code.
 *
 * What has to survive the way through the browser (state, nonce, verifier of PKCE) is in a sealed cookie of that browser, so
 * that any server process can go on and nobody else's answer is taken. The session is fetched with a one-time code that
 * stands behind the # of an address and so is in no log.
 */
#include "api/fields.h"
#include "api/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/fetch.h"
#include "auth/sso.h"
#include "auth/vault.h"
#include "base/clock.h"
#include "base/log.h"
#include "context.h"

#define COOKIE "mpos_sso"
#define COOKIE_PATH "/v1/auth/oidc"
#define COOKIE_PURPOSE "sso login"
#define CODE_LASTS_S 60
#define LOGIN_LIFE_S 600
#define CALLBACK "/v1/auth/oidc/callback"
#define OFFICE "/office/"

typedef struct signing_on {
    sso_login login; /* first */
    api_exchange *exchange;
    char tenant[64];
    char state[SSO_RANDOM_TEXT];
    char issuer_said[SSO_TEXT_MAX]; /* RFC 9207; empty when the provider does not say */
    char role_claim[65];
    char tenant_id[UUID_TEXT_SIZE];
    char code[REFRESH_TEXT_SIZE]; /* one-time, or the refresh token */
} signing_on;

static signing_on *
begin(api_exchange *exchange)
{
    signing_on *state = calloc(1, sizeof *state);

    if (state == NULL) {
        abort();
    }
    exchange->own = state;
    state->exchange = exchange;
    return state;
}

static const char *
public_url(const api_exchange *exchange)
{
    return exchange->http.worker->settings->public_url;
}

static void
redirect(api_exchange *exchange, const char *to)
{
    http_header(&exchange->http, "location", to, strlen(to));
    http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    http_header(&exchange->http, "referrer-policy", H2O_STRLIT("no-referrer"));
    http_answer(&exchange->http, 302, NULL, h2o_iovec_init(NULL, 0));
}

static void
set_cookie(api_exchange *exchange, const char *value, int lasts_s)
{
    text_buf cookie = {0};
    bool secure = strncmp(public_url(exchange), "https://", 8) == 0;

    text_addf(&cookie, COOKIE "=%s; Path=" COOKIE_PATH "; Max-Age=%d; HttpOnly; SameSite=Lax%s", value,
              lasts_s, secure ? "; Secure" : "");
    http_header(&exchange->http, "set-cookie", cookie.data, cookie.len);
    text_free(&cookie);
}

/* The browser is at our address and gets a page, not a problem. */
static void
refuse(api_exchange *exchange, const char *reason)
{
    log_event(LOG_LEVEL_WARN, "sign-in through an identity provider refused", "reason", reason, "request",
              exchange->http.request_text, NULL);
    set_cookie(exchange, "", 0);
    redirect(exchange, OFFICE "#sso_error=refused");
}

static void
random_text(char out[SSO_RANDOM_TEXT])
{
    uint8_t bytes[32];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, SSO_RANDOM_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* The configuration of the provider into the login. */
static bool
read_provider(signing_on *state, const api_reply *reply)
{
    json_t *provider = json_loadb(reply->body.base, reply->body.len, 0, NULL);
    const char *sealed = json_string_value(json_object_get(provider, "sealed"));
    char purpose[64];
    size_t len = 0;
    bool valid = fields_copy(provider, "issuer", state->login.issuer, sizeof state->login.issuer) &&
                 fields_copy(provider, "client_id", state->login.client_id, sizeof state->login.client_id) &&
                 fields_copy(provider, "role_claim", state->role_claim, sizeof state->role_claim) &&
                 fields_copy(provider, "tenant_id", state->tenant_id, sizeof state->tenant_id);

    snprintf(purpose, sizeof purpose, "sso|%s", state->tenant_id);
    if (valid && sealed != NULL) {
        valid = vault_open(purpose, sealed, (uint8_t *)state->login.client_secret,
                           sizeof state->login.client_secret - 1, &len);
    }
    snprintf(state->login.redirect_uri, sizeof state->login.redirect_uri, "%s" CALLBACK,
             public_url(state->exchange));
    json_decref(provider);
    PQclear(reply->result);
    return valid;
}

static void
ask_provider(signing_on *state, void (*done)(sso_login *))
{
    http_exchange *http = &state->exchange->http;

    state->login.done = done;
    http_hold(http);
    if (!sso_submit(http->worker->sso, &state->login)) {
        http_problem(http, MPOS_E_OVERLOADED, NULL, NULL);
        http_release(http);
    }
}

static void
find_provider(signing_on *state, api_replied done)
{
    text_buf params = {0};
    api_request request = {
        .operation = "identity.provider", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST, .repeatable = true};

    text_add_z(&params, "{\"tenant\":");
    text_add_json(&params, state->tenant, strlen(state->tenant));
    text_add_z(&params, "}");
    request.params = params.data;
    request.params_len = params.len;
    api_call(state->exchange, &request, done);
    text_free(&params);
}

/* to the provider */

static void
keep_login(signing_on *state)
{
    text_buf sealed = {0};
    json_t *login =
        json_pack("{s:s, s:s, s:s, s:s, s:I}", "t", state->tenant, "s", state->state, "n", state->login.nonce,
                  "v", state->login.verifier, "e", (json_int_t)(clock_now_us() / 1000000 + LOGIN_LIFE_S));
    char *text = json_dumps(login, JSON_COMPACT);

    vault_seal(&sealed, COOKIE_PURPOSE, (const uint8_t *)text, strlen(text));
    set_cookie(state->exchange, sealed.data, LOGIN_LIFE_S);
    sodium_memzero(text, strlen(text));
    free(text);
    json_decref(login);
    text_free(&sealed);
}

static void
add_query(text_buf *url, const char *name, const char *value)
{
    text_addf(url, "%s%s=", strchr(url->data, '?') == NULL ? "?" : "&", name);
    fetch_escape(url, value);
}

static void
on_discovered(sso_login *login)
{
    signing_on *state = (signing_on *)login;
    uint8_t hash[crypto_hash_sha256_BYTES];
    char challenge[SSO_RANDOM_TEXT];
    text_buf url = {0};

    if (login->authorization[0] == '\0') {
        refuse(state->exchange, login->reason);
        http_release(&state->exchange->http);
        return;
    }
    crypto_hash_sha256(hash, (const uint8_t *)login->verifier, strlen(login->verifier));
    sodium_bin2base64(challenge, sizeof challenge, hash, sizeof hash,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text_add_z(&url, login->authorization);
    add_query(&url, "response_type", "code");
    add_query(&url, "client_id", login->client_id);
    add_query(&url, "redirect_uri", login->redirect_uri);
    add_query(&url, "scope", "openid email profile");
    add_query(&url, "state", state->state);
    add_query(&url, "nonce", login->nonce);
    add_query(&url, "code_challenge", challenge);
    add_query(&url, "code_challenge_method", "S256");
    keep_login(state);
    redirect(state->exchange, url.data);
    text_free(&url);
    http_release(&state->exchange->http);
}

static void
on_start_provider(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
                  const char *detail, const char *sqlstate)
{
    signing_on *state = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
        return;
    }
    if (!read_provider(state, reply)) {
        http_problem(&exchange->http, MPOS_E_INTERNAL, NULL, NULL);
        return;
    }
    random_text(state->state);
    random_text(state->login.nonce);
    random_text(state->login.verifier);
    ask_provider(state, on_discovered);
}

void
api_oidc_start(api_exchange *exchange)
{
    http_refusal refusal = {0};
    text_buf params = {0};
    signing_on *state = begin(exchange);
    mpos_err err = http_read_params(&exchange->match, exchange->http.req, &params, &refusal);
    json_t *given = err == MPOS_OK ? json_loadb(params.data, params.len, 0, NULL) : NULL;

    if (public_url(exchange) == NULL || !fields_copy(given, "tenant", state->tenant, sizeof state->tenant)) {
        http_problem(&exchange->http, err != MPOS_OK ? err : MPOS_E_NOT_FOUND, refusal.field, refusal.detail);
    } else {
        find_provider(state, on_start_provider);
    }
    json_decref(given);
    text_free(&params);
}

/* back from the provider */

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

/* The sealed value of the browser's login cookie. */
static bool
read_cookie(const h2o_req_t *req, char *out, size_t size)
{
    h2o_iovec_t header = http_request_header(req, "cookie");
    static const char name[] = COOKIE "=";
    size_t at = header.base != NULL ? h2o_strstr(header.base, header.len, name, sizeof name - 1) : SIZE_MAX;
    size_t len = 0;

    if (at == SIZE_MAX || (at > 0 && header.base[at - 1] != ' ' && header.base[at - 1] != ';')) {
        return false;
    }
    for (at += sizeof name - 1; at + len < header.len && header.base[at + len] != ';'; len++) {
    }
    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(out, header.base + at, len);
    out[len] = '\0';
    return true;
}

static bool
recall_login(signing_on *state, const h2o_req_t *req)
{
    char sealed[VAULT_HEX(VAULT_SECRET_MAX) + 1];
    char text[VAULT_SECRET_MAX + 1];
    char said[SSO_RANDOM_TEXT];
    size_t len = 0;
    json_t *login = NULL;
    bool valid;

    if (read_cookie(req, sealed, sizeof sealed) &&
        vault_open(COOKIE_PURPOSE, sealed, (uint8_t *)text, VAULT_SECRET_MAX, &len)) {
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

/* What the browser that was sent back with a code has to show with it. */
static void
code_mark(const char *code, char out[2 * REFRESH_HASH_SIZE + 1])
{
    uint8_t hash[REFRESH_HASH_SIZE];

    refresh_hash(code, hash);
    text_hex(hash, sizeof hash, out);
}

/* A code that somebody else was given would sign this browser in as them. */
static bool
is_for_this_browser(const h2o_req_t *req, const char *code)
{
    char mark[2 * REFRESH_HASH_SIZE + 1];
    char shown[2 * REFRESH_HASH_SIZE + 1];

    code_mark(code, mark);
    return read_cookie(req, shown, sizeof shown) && strlen(shown) == strlen(mark) &&
           sodium_memcmp(shown, mark, strlen(mark)) == 0;
}

static void
on_accepted(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
            const char *detail, const char *sqlstate)
{
    signing_on *state = exchange->own;
    char to[sizeof OFFICE + 16 + REFRESH_TEXT_SIZE];
    char mark[2 * REFRESH_HASH_SIZE + 1];

    (void)field;
    (void)detail;
    (void)sqlstate;
    if (err != MPOS_OK) {
        refuse(exchange, mpos_err_code(err));
        return;
    }
    PQclear(reply->result);
    code_mark(state->code, mark);
    set_cookie(exchange, mark, CODE_LASTS_S);
    snprintf(to, sizeof to, OFFICE "#sso=%s", state->code);
    redirect(exchange, to);
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
add_code(text_buf *params, const char *code)
{
    char mark[2 * REFRESH_HASH_SIZE + 1];

    code_mark(code, mark);
    text_addf(params, ",\"code\":\"%s\"", mark);
}

static void
find_person(signing_on *state)
{
    text_buf params = {0};
    uint8_t tenant[UUID_SIZE] = {0};
    const json_t *claims = state->login.claims;
    const char *email = json_string_value(json_object_get(claims, "email"));
    api_request request = {.operation = "identity.accept", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST};

    (void)text_parse_uuid(state->tenant_id, strlen(state->tenant_id), tenant);
    refresh_make(tenant, state->code);
    text_addf(&params, "{\"tenant_id\":\"%s\"", state->tenant_id);
    add_code(&params, state->code);
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
    request.params = params.data;
    request.params_len = params.len;
    api_call(state->exchange, &request, on_accepted);
    text_free(&params);
}

static void
on_exchanged(sso_login *login)
{
    signing_on *state = (signing_on *)login;

    if (login->claims == NULL) {
        refuse(state->exchange, login->reason);
    } else if (state->issuer_said[0] != '\0' && strcmp(state->issuer_said, login->issuer) != 0) {
        refuse(state->exchange, "mixed up");
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
    signing_on *state = exchange->own;

    (void)field;
    (void)detail;
    (void)sqlstate;
    if (err == MPOS_OK && read_provider(state, reply)) {
        ask_provider(state, on_exchanged);
    } else {
        refuse(exchange, err != MPOS_OK ? mpos_err_code(err) : "secret");
    }
}

void
api_oidc_callback(api_exchange *exchange)
{
    signing_on *state = begin(exchange);
    const h2o_req_t *req = exchange->http.req;

    if (public_url(exchange) == NULL) {
        http_problem(&exchange->http, MPOS_E_NOT_FOUND, NULL, NULL);
    } else if (!recall_login(state, req)) {
        refuse(exchange, "state");
    } else if (!query_value(req, "code", state->login.code, sizeof state->login.code) ||
               state->login.code[0] == '\0') {
        refuse(exchange, "provider");
    } else {
        (void)query_value(req, "iss", state->issuer_said, sizeof state->issuer_said);
        find_provider(state, on_callback_provider);
    }
}

/* the session */

static const field_rule finish_rules[] = {{"code", 1, 256, true, true}};

static void
on_finished(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
            const char *detail, const char *sqlstate)
{
    signing_on *state = exchange->own;

    (void)sqlstate;
    if (err == MPOS_OK) {
        api_session_answer(exchange, reply, state->code);
    } else {
        http_problem(&exchange->http, err, field, detail);
    }
    sodium_memzero(state->code, sizeof state->code);
}

static void
ask_session(signing_on *state, const uint8_t tenant[UUID_SIZE], const char *code)
{
    text_buf params = {0};
    api_request request = {.operation = "identity.finish", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST};

    text_uuid(tenant, state->tenant_id);
    refresh_make(tenant, state->code);
    text_addf(&params, "{\"tenant_id\":\"%s\"", state->tenant_id);
    add_code(&params, code);
    api_session_refresh_param(&params, state->code);
    text_add_z(&params, "}");
    request.params = params.data;
    request.params_len = params.len;
    api_call(state->exchange, &request, on_finished);
    text_free(&params);
}

void
api_oidc_finish(api_exchange *exchange)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, finish_rules, 1, &err, &refusal);
    signing_on *state = begin(exchange);
    uint8_t tenant[UUID_SIZE];
    char code[REFRESH_TEXT_SIZE];

    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    if (fields_copy(body, "code", code, sizeof code) && refresh_tenant(code, strlen(code), tenant) &&
        is_for_this_browser(exchange->http.req, code)) {
        ask_session(state, tenant, code);
    } else {
        http_problem(&exchange->http, MPOS_E_SSO_REFUSED, NULL, NULL);
    }
    fields_free(body, finish_rules, 1);
}
