/*
 * token.h - signed tokens (JWT). The only caller of libjwt; nothing else reads or makes a token.
 *
 * libjwt 1.10 takes the algorithm from the token, accepts an unsigned token when it is given no key and an HS256 token made
 * with an RSA public key, and checks neither times nor audience. So the header is read here first: kid must name a key of
 * the set, alg must be the algorithm of that key, and the key is never absent. What is signed is then read again, strictly:
 * a name that stands twice is refused, for two readers could see two values.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "auth/claims.h"
#include "auth/keys.h"
#include "auth/token_key.h"

#define TOKEN_SIZE_MAX 8192
/* Clocks of two servers may differ by this much. */
#define TOKEN_LEEWAY_S 60

/* A new token of ours, to be freed with free; NULL when it cannot be made. issued_s: seconds since 1970. */
char *
token_issue(const auth_keys *keys, const auth_claims *claims, int64_t issued_s);

/* Verifies a token of ours: signature, issuer, audience and times. out is zeroed on failure. */
bool
token_verify(const auth_keys *keys, const char *token, size_t len, int64_t now_s, auth_claims *out);

/*
 * The claims of a token signed by one of the keys, NULL when it is not; the caller owns them. Issuer, audience and times are
 * still to be checked. kid (size TOKEN_KID_MAX + 1, may be NULL) receives the name that the header has, also when no key
 * has it; empty when the header cannot be read.
 */
json_t *
token_open(const token_key_set *keys, const char *token, size_t len, char *kid);

/* iat, nbf and exp fit now within the leeway; nbf may be absent when the issuer is somebody else. */
bool
token_times_fit(const json_t *claims, int64_t now_s, bool need_nbf);

#endif
