/* sha.c - SHA-256 of libsodium. */
#include "signer/sha.h"

#include <sodium.h>

static void
sha256(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_DIGEST_SIZE])
{
    crypto_hash_sha256_state state;

    (void)host;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < chunk_count; i++) {
        crypto_hash_sha256_update(&state, chunks[i].data, chunks[i].size);
    }
    crypto_hash_sha256_final(&state, out);
}

const mpos_digest signer_digest = {sha256, NULL};
