/*
 * provider.h - what an identity provider says (OpenID Connect Core 1.0: authorisation code with PKCE). Runs in threads that may
 * wait; see sso.h. Words: provider, discovery, key set, identity token.
 */
#ifndef AUTH_PROVIDER_H
#define AUTH_PROVIDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/token.h"

#define PROVIDER_URL_MAX 512

/* Documents and keys of one provider, as long as they are fresh; each thread has its own. */
typedef struct provider {
    char issuer[256];
    char authorization[PROVIDER_URL_MAX];
    char token[PROVIDER_URL_MAX];
    char jwks[PROVIDER_URL_MAX];
    bool secret_in_form; /* client_secret_post instead of basic authentication */
    token_key_set keys;
    int64_t discovered_s; /* 0: not yet */
    int64_t keys_s;
    int64_t missed_s; /* when a key was last looked for that was not there */
} provider;

typedef struct provider_login {
    const char *client_id;
    const char *client_secret; /* NULL for a client without one */
    const char *redirect_uri;
    const char *code;
    const char *verifier; /* of PKCE */
    const char *nonce;
} provider_login;

/* Reads the discovery document unless it is fresh. False when it cannot be had or is not this issuer's. */
bool
provider_discover(provider *provider, const char *issuer, int64_t now_s);

/*
 * Exchanges the code and checks the identity token: signature by a key of the issuer, issuer, audience, times and nonce.
 * Returns its claims, owned by the caller; NULL with the reason, a static word for the log.
 */
json_t *
provider_exchange(provider *provider, const provider_login *login, int64_t now_s, const char **reason);

#endif
