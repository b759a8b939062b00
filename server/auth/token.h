/*
 * token.h - bearer tokens (ES256 JWT). The only caller of libjwt; nothing else reads or makes a token.
 *
 * libjwt 1.10 accepts an unsigned token when it is given no key and takes the algorithm from the token's header: here
 * the header is read first, must name ES256 and our key, and the key is never absent.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/claims.h"
#include "auth/keys.h"

#define TOKEN_SIZE_MAX 8192
/* Clocks of two servers may differ by this much. */
#define TOKEN_LEEWAY_S 60

/* A new token, to be freed with free; NULL when it cannot be made. issued_s: seconds since 1970. */
char *
token_issue(const auth_keys *keys, const auth_claims *claims, int64_t issued_s);

/* Verifies signature, issuer, audience and times. out is zeroed on failure. */
bool
token_verify(const auth_keys *keys, const char *token, size_t len, int64_t now_s, auth_claims *out);

#endif
