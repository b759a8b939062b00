/* host.c - see host.h. */
#include "host.h"

#include <sodium.h>
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

void
host_hex(const char *text, uint8_t *out)
{
    size_t size;

    assert_int_equal(sodium_hex2bin(out, strlen(text) / 2, text, strlen(text), NULL, &size, NULL), 0);
}

void
assert_hex(const uint8_t *bytes, const char *hex)
{
    uint8_t wanted[256];

    host_hex(hex, wanted);
    assert_memory_equal(bytes, wanted, strlen(hex) / 2);
}
