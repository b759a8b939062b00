/* sha.c - OpenSSL behind the core's digest; the algorithm is fetched once, a fetch costs more than a short hash. */
#include "sha.h"

#include <openssl/evp.h>
#include <string.h>

#include "cli.h"

enum { SHORT = 256 };

/* Leaves and nodes come in pieces that are shorter than what a call costs: they are put together first. */
static size_t
gather(const mpos_chunk *chunks, size_t chunk_count, uint8_t out[SHORT])
{
    size_t size = 0;

    for (size_t i = 0; i < chunk_count; i++) {
        if (chunks[i].size > SHORT - size) {
            return 0;
        }
        memcpy(out + size, chunks[i].data, chunks[i].size);
        size += chunks[i].size;
    }
    return size;
}

static void
sha256(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_DIGEST_SIZE])
{
    static EVP_MD *algorithm = NULL;
    static EVP_MD_CTX *context = NULL;
    uint8_t together[SHORT];
    size_t size = gather(chunks, chunk_count, together);
    mpos_chunk whole = {together, size};
    int ok;

    (void)host;
    if (context == NULL) {
        algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
        context = EVP_MD_CTX_new();
    }
    if (size > 0) {
        chunks = &whole;
        chunk_count = 1;
    }
    ok = algorithm != NULL && context != NULL && EVP_DigestInit_ex2(context, algorithm, NULL);
    for (size_t i = 0; ok && i < chunk_count; i++) {
        ok = EVP_DigestUpdate(context, chunks[i].data, chunks[i].size);
    }
    if (!ok || !EVP_DigestFinal_ex(context, out, NULL)) {
        cli_fail("the digest library failed");
    }
}

const mpos_digest cli_digest = {sha256, NULL};
