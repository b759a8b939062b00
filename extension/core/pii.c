/* pii.c - paths of personal data, and commitments to it. */
#include "pii.h"

#define BLOCK_SIZE 64

typedef struct path_row {
    const char *text;
    size_t size;
    uint32_t characters_max;
} path_row;

static const path_row paths[MPOS_PII_PATHS] = {
#define MPOS_PII_PATH(name, text, characters_max) {text, sizeof text - 1, characters_max},
#include "pii_paths.def"
#undef MPOS_PII_PATH
};

const char *
mpos_pii_path_text(mpos_pii_path path)
{
    return (size_t)path < MPOS_PII_PATHS ? paths[path].text : NULL;
}

uint32_t
mpos_pii_path_characters_max(mpos_pii_path path)
{
    return (size_t)path < MPOS_PII_PATHS ? paths[path].characters_max : 0;
}

/* RFC 2104 with a key shorter than a block. */
static void
pad_key(const uint8_t salt[MPOS_PII_SALT_SIZE], uint8_t pad, uint8_t out[BLOCK_SIZE])
{
    for (size_t i = 0; i < BLOCK_SIZE; i++) {
        out[i] = (uint8_t)((i < MPOS_PII_SALT_SIZE ? salt[i] : 0) ^ pad);
    }
}

void
mpos_pii_commit(const mpos_digest *digest, const uint8_t salt[MPOS_PII_SALT_SIZE], mpos_pii_path path,
                const void *value, size_t value_size, uint8_t out[MPOS_DIGEST_SIZE])
{
    static const char label[] = "mpos.pii.v1";
    uint8_t key[BLOCK_SIZE];
    uint8_t inner[MPOS_DIGEST_SIZE];
    mpos_chunk message[] = {
        {key, sizeof key}, {label, sizeof label}, {paths[path].text, paths[path].size}, {value, value_size}};
    mpos_chunk outer[] = {{key, sizeof key}, {inner, sizeof inner}};

    pad_key(salt, 0x36, key);
    digest->sha256(digest->host, message, 4, inner);
    pad_key(salt, 0x5c, key);
    digest->sha256(digest->host, outer, 2, out);
}
