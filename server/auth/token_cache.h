/*
 * token_cache.h - verified tokens by SHA-256, one cache a thread: a signature costs 100 µs, a look-up 1.
 * Bounded: a new token takes the place of the oldest of its four places.
 */
#ifndef AUTH_TOKEN_CACHE_H
#define AUTH_TOKEN_CACHE_H

#include "auth/token.h"
#include "base/metrics.h"

typedef struct token_cache token_cache;

token_cache *
token_cache_new(const auth_keys *keys, metrics *metrics);

bool
token_cache_verify(token_cache *cache, const char *token, size_t len, int64_t now_s, auth_claims *out);

#endif
