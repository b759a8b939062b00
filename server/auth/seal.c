/* seal.c - making contexts. */
#include "auth/seal.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"

/* Some of the longest life the extension accepts is left for clocks that differ. */
#define LIFE_US (MPOS_CONTEXT_LIFE_US_MAX - INT64_C(5000000))

void
auth_seal(const auth_keys *keys, const auth_claims *claims, uint64_t scope, const uint8_t request[UUID_SIZE],
          const char *key, size_t key_len, uint8_t out[MPOS_CONTEXT_SIZE])
{
    const mpos_key *newest = &auth_keys_now(keys)->ring.keys[0];
    mpos_context context = {
        .key_id = newest->id,
        .rights_version = claims->rights_version,
        .scopes = scope,
        .expires_us = clock_now_us() + LIFE_US,
    };

    memcpy(context.tenant, claims->tenant, UUID_SIZE);
    memcpy(context.outlet, claims->outlet, UUID_SIZE);
    memcpy(context.actor, claims->actor, UUID_SIZE);
    memcpy(context.device, claims->device, UUID_SIZE);
    memcpy(context.session, claims->session, UUID_SIZE);
    memcpy(context.request, request, UUID_SIZE);
    if (key != NULL) {
        crypto_hash_sha256(context.idempotency, (const uint8_t *)key, key_len);
    }
    mpos_context_encode(&context, out);
    crypto_auth_hmacsha256(out + MPOS_CONTEXT_SIGNED_SIZE, out, MPOS_CONTEXT_SIGNED_SIZE, newest->bytes);
}
