/* refresh.c - making and reading refresh tokens. */
#include "auth/refresh.h"

#include <sodium.h>
#include <string.h>

#define PREFIX "mpr_"
#define PREFIX_SIZE (sizeof PREFIX - 1)
#define SECRET_SIZE 32
#define BYTES_SIZE (UUID_SIZE + SECRET_SIZE)

static void
write_token(const uint8_t bytes[BYTES_SIZE], char out[REFRESH_TEXT_SIZE])
{
    memcpy(out, PREFIX, PREFIX_SIZE);
    sodium_bin2base64(out + PREFIX_SIZE, REFRESH_TEXT_SIZE - PREFIX_SIZE, bytes, BYTES_SIZE,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void
refresh_make(const uint8_t tenant[UUID_SIZE], char out[REFRESH_TEXT_SIZE])
{
    uint8_t bytes[BYTES_SIZE];

    memcpy(bytes, tenant, UUID_SIZE);
    randombytes_buf(bytes + UUID_SIZE, SECRET_SIZE);
    write_token(bytes, out);
    sodium_memzero(bytes, sizeof bytes);
}

static bool
read_token(const char *token, size_t len, uint8_t bytes[BYTES_SIZE])
{
    size_t size = 0;

    return len == REFRESH_TEXT_SIZE - 1 && memcmp(token, PREFIX, PREFIX_SIZE) == 0 &&
           sodium_base642bin(bytes, BYTES_SIZE, token + PREFIX_SIZE, len - PREFIX_SIZE, NULL, &size, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           size == BYTES_SIZE;
}

void
refresh_next(const auth_keys *keys, const char token[REFRESH_TEXT_SIZE], char out[REFRESH_TEXT_SIZE])
{
    uint8_t bytes[BYTES_SIZE] = {0};
    uint8_t key[AUTH_KEY_SIZE];
    const char *signing = keys->tokens.keys[0].private_pem;

    crypto_generichash(key, sizeof key, (const uint8_t *)signing, strlen(signing),
                       (const uint8_t *)"mpos.refresh.key.v1", 19);
    (void)read_token(token, strlen(token), bytes);
    crypto_auth_hmacsha256(bytes + UUID_SIZE, (const uint8_t *)token, strlen(token), key);
    write_token(bytes, out);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(key, sizeof key);
}

bool
refresh_tenant(const char *token, size_t len, uint8_t tenant[UUID_SIZE])
{
    uint8_t bytes[BYTES_SIZE];
    bool valid = read_token(token, len, bytes);

    if (valid) {
        memcpy(tenant, bytes, UUID_SIZE);
    }
    sodium_memzero(bytes, sizeof bytes);
    return valid;
}

void
refresh_hash(const char token[REFRESH_TEXT_SIZE], uint8_t out[REFRESH_HASH_SIZE])
{
    crypto_hash_sha256(out, (const uint8_t *)token, strlen(token));
}
