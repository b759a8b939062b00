/*
 * pii.h - what stands for personal data in operations and entries. Words: path, salt, value, commitment.
 *
 * commitment = HMAC-SHA256(salt, "mpos.pii.v1\0" || path || value). The salt is 32 random bytes made for this one value;
 * whoever has salt and value can show what was committed to, and without the salt nothing can be guessed.
 */
#ifndef MPOS_CORE_PII_H
#define MPOS_CORE_PII_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"

#define MPOS_PII_SALT_SIZE 32

typedef enum mpos_pii_path {
#define MPOS_PII_PATH(name, text, characters_max) MPOS_PII_##name,
#include "pii_paths.def"
#undef MPOS_PII_PATH
    MPOS_PII_PATHS
} mpos_pii_path;

/* Text such as "/customer/name"; static storage. NULL outside the enum. */
const char *
mpos_pii_path_text(mpos_pii_path path);

/* The longest value in characters; 0 outside the enum. */
uint32_t
mpos_pii_path_characters_max(mpos_pii_path path);

/* value_size bytes of UTF-8. The path must be one of the enum. */
void
mpos_pii_commit(const mpos_digest *digest, const uint8_t salt[MPOS_PII_SALT_SIZE], mpos_pii_path path,
                const void *value, size_t value_size, uint8_t out[MPOS_DIGEST_SIZE]);

#endif
