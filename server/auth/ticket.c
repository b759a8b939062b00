/* ticket.c - making and opening tickets. */
#include "auth/ticket.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "bytes.h"

#define NONCE_SIZE 8
#define SIGNED_SIZE (5 * UUID_SIZE + 4 + 8 + 8 + 8 + NONCE_SIZE)
#define TICKET_SIZE (SIGNED_SIZE + crypto_auth_hmacsha256_BYTES)
#define EXPIRY_AT (SIGNED_SIZE - NONCE_SIZE - 8)
void
ticket_issue(const auth_keys *keys, const auth_claims *claims, char out[TICKET_TEXT_SIZE],
             int64_t *expires_us)
{
    uint8_t bytes[TICKET_SIZE];
    uint8_t *at = bytes;

    *expires_us = clock_now_us() + INT64_C(1000000) * TICKET_LIFE_S;
    memcpy(at, claims->tenant, UUID_SIZE);
    memcpy(at + 16, claims->outlet, UUID_SIZE);
    memcpy(at + 32, claims->actor, UUID_SIZE);
    memcpy(at + 48, claims->device, UUID_SIZE);
    memcpy(at + 64, claims->session, UUID_SIZE);
    mpos_put_u32(at + 80, claims->rights_version);
    mpos_put_u64(at + 84, claims->scopes);
    mpos_put_u64(at + 92, (uint64_t)claims->expires_s);
    mpos_put_u64(bytes + EXPIRY_AT, (uint64_t)*expires_us);
    randombytes_buf(bytes + SIGNED_SIZE - NONCE_SIZE, NONCE_SIZE);
    crypto_auth_hmacsha256(bytes + SIGNED_SIZE, bytes, SIGNED_SIZE, auth_keys_now(keys)->ticket[0]);
    sodium_bin2base64(out, TICKET_TEXT_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void
read_claims(const uint8_t *at, auth_claims *out)
{
    memcpy(out->tenant, at, UUID_SIZE);
    memcpy(out->outlet, at + 16, UUID_SIZE);
    memcpy(out->actor, at + 32, UUID_SIZE);
    memcpy(out->device, at + 48, UUID_SIZE);
    memcpy(out->session, at + 64, UUID_SIZE);
    out->rights_version = mpos_get_u32(at + 80);
    out->scopes = mpos_get_u64(at + 84);
    out->expires_s = (int64_t)mpos_get_u64(at + 92);
}

/* Under whichever key: it may have been replaced since. */
static bool
genuine(const auth_context_keys *keys, const uint8_t bytes[TICKET_SIZE])
{
    for (uint32_t i = 0; i < keys->ring.count; i++) {
        if (crypto_auth_hmacsha256_verify(bytes + SIGNED_SIZE, bytes, SIGNED_SIZE, keys->ticket[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool
ticket_open(const auth_keys *keys, const char *text, size_t len, auth_claims *out,
            uint8_t hash[TICKET_HASH_SIZE])
{
    uint8_t bytes[TICKET_SIZE];
    size_t size = 0;

    memset(out, 0, sizeof *out);
    if (sodium_base642bin(bytes, sizeof bytes, text, len, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != sizeof bytes || !genuine(auth_keys_now(keys), bytes) ||
        (int64_t)mpos_get_u64(bytes + EXPIRY_AT) < clock_now_us()) {
        return false;
    }
    read_claims(bytes, out);
    crypto_hash_sha256(hash, bytes, sizeof bytes);
    return true;
}
