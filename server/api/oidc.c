/*
 * oidc.c - what the steps of signing in through an identity provider share: the browser's cookie, the provider's
 * configuration, the one-time code. The steps are in oidc_start.c, oidc_callback.c and oidc_finish.c.
 */
#include "api/oidc.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "auth/vault.h"
#include "base/log.h"

#define COOKIE "mpos_sso"
#define COOKIE_PATH "/v1/auth/oidc"

oidc_login *
oidc_begin(api_exchange *exchange)
{
    oidc_login *state = api_own(exchange, sizeof *state);

    state->exchange = exchange;
    return state;
}

const char *
oidc_public_url(const api_exchange *exchange)
{
    return exchange->http.worker->settings->public_url;
}

void
oidc_redirect(api_exchange *exchange, const char *to)
{
    http_header(&exchange->http, "location", to, strlen(to));
    http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    http_header(&exchange->http, "referrer-policy", H2O_STRLIT("no-referrer"));
    http_answer(&exchange->http, 302, NULL, h2o_iovec_init(NULL, 0));
}

void
oidc_set_cookie(api_exchange *exchange, const char *value, int lasts_s)
{
    text_buf cookie = {0};
    bool secure = strncmp(oidc_public_url(exchange), "https://", 8) == 0;

    text_addf(&cookie, COOKIE "=%s; Path=" COOKIE_PATH "; Max-Age=%d; HttpOnly; SameSite=Lax%s", value,
              lasts_s, secure ? "; Secure" : "");
    http_header(&exchange->http, "set-cookie", cookie.data, cookie.len);
    text_free(&cookie);
}

/* The browser is at our address and gets a page, not a problem. */
void
oidc_refuse(api_exchange *exchange, const char *reason)
{
    log_event(LOG_LEVEL_WARN, "sign-in through an identity provider refused", "reason", reason, "request",
              exchange->http.request_text, NULL);
    oidc_set_cookie(exchange, "", 0);
    oidc_redirect(exchange, OIDC_OFFICE "#sso_error=refused");
}

/* The configuration of the provider into the login. */
bool
oidc_read_provider(oidc_login *state, const api_reply *reply)
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
    snprintf(state->login.redirect_uri, sizeof state->login.redirect_uri, "%s" OIDC_CALLBACK,
             oidc_public_url(state->exchange));
    json_decref(provider);
    PQclear(reply->result);
    return valid;
}

void
oidc_ask_provider(oidc_login *state, void (*done)(sso_login *))
{
    http_exchange *http = &state->exchange->http;

    state->login.done = done;
    http_hold(http);
    if (!sso_submit(http->worker->sso, &state->login)) {
        http_problem(http, MPOS_E_OVERLOADED, NULL, NULL);
        http_release(http);
    }
}

void
oidc_find_provider(oidc_login *state, api_replied done)
{
    text_buf params = {0};
    api_request request = {
        .operation = "identity.provider", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST, .repeatable = true};

    text_add_z(&params, "{\"tenant\":");
    text_add_json(&params, state->tenant, strlen(state->tenant));
    text_add_z(&params, "}");
    api_call_params(state->exchange, &request, &params, done);
}

/* The sealed value of the browser's login cookie. */
bool
oidc_read_cookie(const h2o_req_t *req, char *out, size_t size)
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

/* What the browser that was sent back with a code has to show with it. */
void
oidc_code_mark(const char *code, char out[2 * REFRESH_HASH_SIZE + 1])
{
    uint8_t hash[REFRESH_HASH_SIZE];

    refresh_hash(code, hash);
    text_hex(hash, sizeof hash, out);
}

void
oidc_add_code(text_buf *params, const char *code)
{
    char mark[2 * REFRESH_HASH_SIZE + 1];

    oidc_code_mark(code, mark);
    text_addf(params, ",\"code\":\"%s\"", mark);
}
