/*
 * sha.c - OpenSSL behind the core's digest. A verification makes some digests for each entry, most of them of a few bytes: the older
 * interface, which looks nothing up and locks nothing, takes 15 ns less for each.
 */
#define OPENSSL_API_COMPAT 0x10100000L /* where that interface is not deprecated */
#include "sha.h"

#include <openssl/sha.h>

#include "cli.h"

static void
sha256(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_DIGEST_SIZE])
{
    SHA256_CTX state;
    int ok = SHA256_Init(&state);

    (void)host;
    for (size_t i = 0; ok && i < chunk_count; i++) {
        ok = SHA256_Update(&state, chunks[i].data, chunks[i].size);
    }
    if (!ok || !SHA256_Final(out, &state)) {
        cli_fail("the digest library failed");
    }
}

const mpos_digest cli_digest = {sha256, NULL};
