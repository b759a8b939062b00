/* sha256.c - FIPS 180-4, plain. Small messages only: nodes of trees, names of keys. */
#include "sha256.h"

#include <string.h>

#include "bytes.h"

#define BLOCK_SIZE 64
#define LENGTH_AT 56

typedef struct state {
    uint32_t h[8];
    uint8_t block[BLOCK_SIZE];
    size_t filled;
    uint64_t size;
} state;

static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t
rotated(uint32_t x, int bits)
{
    return x >> bits | x << (32 - bits);
}

static void
expand(const uint8_t block[BLOCK_SIZE], uint32_t w[64])
{
    for (int i = 0; i < 16; i++) {
        w[i] = mpos_get_u32(block + 4 * i);
    }
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10;

        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

static void
compress(state *s)
{
    uint32_t w[64];
    uint32_t v[8];

    expand(s->block, w);
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

        for (int j = 7; j > 0; j--) {
            v[j] = v[j - 1];
        }
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) {
        s->h[i] += v[i];
    }
    s->filled = 0;
}

static void
add_byte(state *s, uint8_t byte)
{
    s->block[s->filled++] = byte;
    if (s->filled == BLOCK_SIZE) {
        compress(s);
    }
}

static void
finish(state *s, uint8_t out[MPOS_DIGEST_SIZE])
{
    uint8_t bits[8];

    mpos_put_u64(bits, s->size * 8);
    add_byte(s, 0x80);
    while (s->filled != LENGTH_AT) {
        add_byte(s, 0);
    }
    for (size_t i = 0; i < sizeof bits; i++) {
        add_byte(s, bits[i]);
    }
    for (int i = 0; i < 8; i++) {
        mpos_put_u32(out + 4 * i, s->h[i]);
    }
}

static void
sha256_chunks(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_DIGEST_SIZE])
{
    state s = {.filled = 0};

    (void)host;
    memcpy(s.h, first, sizeof s.h);
    for (size_t i = 0; i < chunk_count; i++) {
        const uint8_t *bytes = chunks[i].data;

        for (size_t j = 0; j < chunks[i].size; j++) {
            add_byte(&s, bytes[j]);
        }
        s.size += chunks[i].size;
    }
    finish(&s, out);
}

const mpos_digest wasm_digest = {sha256_chunks, NULL};
