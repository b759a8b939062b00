/*
 * oidc.h - signing in through the identity provider of a business: to it, back from it, and the session. Words: provider, state,
 * login cookie, one-time code.
 *
 * What has to survive the way through the browser (state, nonce, verifier of PKCE) is in a sealed cookie of that browser, so
 * that any server process can go on and nobody else's answer is taken. The session is fetched with a one-time code that
 * stands behind the # of an address and so is in no log.
 */
#ifndef API_OIDC_H
#define API_OIDC_H

#include "api/fields.h"
#include "api/session.h"
#include "auth/sso.h"
#include "context.h"

#define OIDC_COOKIE_PURPOSE "sso login"
#define OIDC_CALLBACK "/v1/auth/oidc/callback"
#define OIDC_OFFICE "/office/"

typedef struct oidc_login {
    sso_login login; /* first */
    api_exchange *exchange;
    char tenant[64];
    char state[SSO_RANDOM_TEXT];
    char issuer_said[SSO_TEXT_MAX]; /* RFC 9207; empty when the provider does not say */
    char role_claim[65];
    char tenant_id[UUID_TEXT_SIZE];
    char code[REFRESH_TEXT_SIZE]; /* one-time, or the refresh token */
} oidc_login;

/* The state of a sign-in, freed with the exchange. */
oidc_login *
oidc_begin(api_exchange *exchange);

/* The address under which browsers reach this server; NULL when it was not told. */
const char *
oidc_public_url(const api_exchange *exchange);

void
oidc_redirect(api_exchange *exchange, const char *to);

/* Sets the login cookie for so many seconds; 0 takes it away. */
void
oidc_set_cookie(api_exchange *exchange, const char *value, int lasts_s);

/* Value of the browser's login cookie; false when there is none or it is too long. */
bool
oidc_read_cookie(const h2o_req_t *req, char *out, size_t size);

/* Sends the browser to the office with the word that it was refused; the reason goes to the log. */
void
oidc_refuse(api_exchange *exchange, const char *reason);

/* Asks the database for the provider of state->tenant. */
void
oidc_find_provider(oidc_login *state, api_replied done);

/* Its answer into the login, and lets go of it; false when the client's secret cannot be opened. */
bool
oidc_read_provider(oidc_login *state, const api_reply *reply);

/* Has a thread ask the provider itself; done is called in the worker of the exchange. */
void
oidc_ask_provider(oidc_login *state, void (*done)(sso_login *));

/* What the browser that was sent back with a one-time code has to show with it: its hash in hex. */
void
oidc_code_mark(const char *code, char out[2 * REFRESH_HASH_SIZE + 1]);

/* Adds the member "code" with that hash. */
void
oidc_add_code(text_buf *params, const char *code);

#endif
