/* token_cache.c - a set-associative table. */
#include "auth/token_cache.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* 4,096 sessions a thread are more than an outlet chain has signed in at once; each place takes 150 bytes. */
#define SETS 1024
#define WAYS 4

typedef struct place {
    uint8_t hash[crypto_hash_sha256_BYTES];
    auth_claims claims;
} place;

struct token_cache {
    const auth_keys *keys;
    metrics *metrics;
    uint8_t next[SETS];
    place places[SETS][WAYS];
};

token_cache *
token_cache_new(const auth_keys *keys, metrics *metrics)
{
    token_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL) {
        abort();
    }
    cache->keys = keys;
    cache->metrics = metrics;
    return cache;
}

static place *
find(token_cache *cache, size_t set, const uint8_t *hash)
{
    for (size_t way = 0; way < WAYS; way++) {
        place *at = &cache->places[set][way];

        if (at->claims.expires_s != 0 && sodium_memcmp(at->hash, hash, sizeof at->hash) == 0) {
            return at;
        }
    }
    return NULL;
}

bool
token_cache_verify(token_cache *cache, const char *token, size_t len, int64_t now_s, auth_claims *out)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    size_t set;
    place *at;

    if (len > TOKEN_SIZE_MAX) {
        return false;
    }
    crypto_hash_sha256(hash, (const uint8_t *)token, len);
    set = (size_t)(hash[0] | hash[1] << 8) % SETS;
    at = find(cache, set, hash);
    if (at != NULL) {
        metrics_add(cache->metrics, METRIC_TOKEN_HITS, 1);
        *out = at->claims;
        return at->claims.expires_s > now_s - TOKEN_LEEWAY_S;
    }
    metrics_add(cache->metrics, METRIC_TOKEN_MISSES, 1);
    if (!token_verify(cache->keys, token, len, now_s, out)) {
        return false;
    }
    at = &cache->places[set][cache->next[set]++ % WAYS];
    memcpy(at->hash, hash, sizeof hash);
    at->claims = *out;
    return true;
}
