/* oidc_start.c - signing in through an identity provider, first step: the browser goes to the provider. */
#include "api/oidc.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/fetch.h"
#include "auth/vault.h"
#include "base/clock.h"

#define LOGIN_LIFE_S 600

static void
random_text(char out[SSO_RANDOM_TEXT])
{
    uint8_t bytes[32];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, SSO_RANDOM_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void
keep_login(oidc_login *state)
{
    text_buf sealed = {0};
    json_t *login =
        json_pack("{s:s, s:s, s:s, s:s, s:I}", "t", state->tenant, "s", state->state, "n", state->login.nonce,
                  "v", state->login.verifier, "e", (json_int_t)(clock_now_us() / 1000000 + LOGIN_LIFE_S));
    char *text = json_dumps(login, JSON_COMPACT);

    vault_seal(&sealed, OIDC_COOKIE_PURPOSE, (const uint8_t *)text, strlen(text));
    oidc_set_cookie(state->exchange, sealed.data, LOGIN_LIFE_S);
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
    oidc_login *state = (oidc_login *)login;
    uint8_t hash[crypto_hash_sha256_BYTES];
    char challenge[SSO_RANDOM_TEXT];
    text_buf url = {0};

    if (login->authorization[0] == '\0') {
        oidc_refuse(state->exchange, login->reason);
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
    oidc_redirect(state->exchange, url.data);
    text_free(&url);
    http_release(&state->exchange->http);
}

static void
on_start_provider(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
                  const char *detail, const char *sqlstate)
{
    oidc_login *state = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
        return;
    }
    if (!oidc_read_provider(state, reply)) {
        http_problem(&exchange->http, MPOS_E_INTERNAL, NULL, NULL);
        return;
    }
    random_text(state->state);
    random_text(state->login.nonce);
    random_text(state->login.verifier);
    oidc_ask_provider(state, on_discovered);
}

void
api_oidc_start(api_exchange *exchange)
{
    http_refusal refusal = {0};
    text_buf params = {0};
    oidc_login *state = oidc_begin(exchange);
    mpos_err err = http_read_params(&exchange->match, exchange->http.req, &params, &refusal);
    json_t *given = err == MPOS_OK ? json_loadb(params.data, params.len, 0, NULL) : NULL;

    if (oidc_public_url(exchange) == NULL ||
        !fields_copy(given, "tenant", state->tenant, sizeof state->tenant)) {
        http_problem(&exchange->http, err != MPOS_OK ? err : MPOS_E_NOT_FOUND, refusal.field, refusal.detail);
    } else {
        oidc_find_provider(state, on_start_provider);
    }
    json_decref(given);
    text_free(&params);
}
