/*
 * api_key.h - keys of integrators, as they come in the place of tokens. Words: key, cache.
 *
 * A key found by the database is known for a minute: its claims name a session, and the database compares that with every call, so
 * that a revoked key ends with the next one all the same.
 */
#ifndef AUTH_API_KEY_H
#define AUTH_API_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/claims.h"

#define API_KEY_HASH_SIZE 32

typedef struct api_key_cache api_key_cache;

/* One thread's. */
api_key_cache *
api_key_cache_new(void);

/* Whether a bearer text is a key by its beginning. */
bool
api_key_is(const char *text, size_t len);

/* The business that its text names, and what the database has of it; false when it cannot be a key. */
bool
api_key_read(const char *text, size_t len, uint8_t tenant[UUID_SIZE], uint8_t hash[API_KEY_HASH_SIZE]);

bool
api_key_cache_find(const api_key_cache *cache, const uint8_t hash[API_KEY_HASH_SIZE], int64_t now_s,
                   auth_claims *out);

/* The session has ended: its key is asked for again. */
void
api_key_cache_forget(api_key_cache *cache, const uint8_t session[UUID_SIZE]);

void
api_key_cache_keep(api_key_cache *cache, const uint8_t hash[API_KEY_HASH_SIZE], int64_t now_s,
                   const auth_claims *claims);

#endif
