/* host.c - see host.h. */
#include "host.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void
hash_chunks(void *host, const mpos_chunk *chunks, size_t count, uint8_t out[32])
{
    crypto_hash_sha256_state state;

    (void)host;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        crypto_hash_sha256_update(&state, chunks[i].data, chunks[i].size);
    }
    crypto_hash_sha256_final(&state, out);
}

const mpos_digest host_digest = {hash_chunks, NULL};

static bool
check(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size,
      const mpos_chunk *message, size_t chunk_count, const uint8_t *signature, size_t signature_size)
{
    uint8_t *whole;
    size_t size = 0;
    bool good;

    (void)host;
    if (algorithm != MPOS_NOTE_SIGN_ED25519) {
        return false;
    }
    MUST(key_size == 32 && signature_size == 64);
    for (size_t i = 0; i < chunk_count; i++) {
        size += message[i].size;
    }
    whole = malloc(size + 1);
    size = 0;
    for (size_t i = 0; i < chunk_count; i++) {
        memcpy(whole + size, message[i].data, message[i].size);
        size += message[i].size;
    }
    good = crypto_sign_verify_detached(signature, whole, size, key) == 0;
    free(whole);
    return good;
}

const mpos_note_verifier host_verifier = {check, NULL};
