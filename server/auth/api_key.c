/* api_key.c - the form of a key, and a small table of those seen lately. */
#include "auth/api_key.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "mpos_"
#define PREFIX_LEN (sizeof PREFIX - 1)
#define BUSINESS_LEN 22
#define SECRET_LEN 43
#define KEY_LEN (PREFIX_LEN + BUSINESS_LEN + 1 + SECRET_LEN)
#define PLACES 1024
#define KNOWN_S 60

struct api_key_cache {
    struct {
        uint8_t hash[API_KEY_HASH_SIZE];
        int64_t until_s; /* 0: free */
        auth_claims claims;
    } places[PLACES];
};

api_key_cache *
api_key_cache_new(void)
{
    api_key_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL) {
        abort();
    }
    return cache;
}

bool
api_key_is(const char *text, size_t len)
{
    return len >= PREFIX_LEN && memcmp(text, PREFIX, PREFIX_LEN) == 0;
}

bool
api_key_read(const char *text, size_t len, uint8_t tenant[UUID_SIZE], uint8_t hash[API_KEY_HASH_SIZE])
{
    size_t size = 0;

    if (len != KEY_LEN || !api_key_is(text, len) || text[PREFIX_LEN + BUSINESS_LEN] != '_' ||
        sodium_base642bin(tenant, UUID_SIZE, text + PREFIX_LEN, BUSINESS_LEN, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != UUID_SIZE) {
        return false;
    }
    crypto_hash_sha256(hash, (const uint8_t *)text, len);
    return true;
}

static size_t
place_of(const uint8_t hash[API_KEY_HASH_SIZE])
{
    return (size_t)(hash[0] | hash[1] << 8) % PLACES;
}

bool
api_key_cache_find(const api_key_cache *cache, const uint8_t hash[API_KEY_HASH_SIZE], int64_t now_s,
                   auth_claims *out)
{
    size_t at = place_of(hash);

    if (cache->places[at].until_s <= now_s ||
        sodium_memcmp(cache->places[at].hash, hash, API_KEY_HASH_SIZE) != 0) {
        return false;
    }
    *out = cache->places[at].claims;
    return true;
}

void
api_key_cache_forget(api_key_cache *cache, const uint8_t session[UUID_SIZE])
{
    for (size_t i = 0; i < PLACES; i++) {
        if (memcmp(cache->places[i].claims.session, session, UUID_SIZE) == 0) {
            cache->places[i].until_s = 0;
        }
    }
}

void
api_key_cache_keep(api_key_cache *cache, const uint8_t hash[API_KEY_HASH_SIZE], int64_t now_s,
                   const auth_claims *claims)
{
    size_t at = place_of(hash);

    memcpy(cache->places[at].hash, hash, API_KEY_HASH_SIZE);
    cache->places[at].until_s = now_s + KNOWN_S < claims->expires_s ? now_s + KNOWN_S : claims->expires_s;
    cache->places[at].claims = *claims;
}
