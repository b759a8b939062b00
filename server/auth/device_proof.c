/* device_proof.c - the text that was signed. */
#include "auth/device_proof.h"

#include <sodium.h>

void
device_proof_request(text_buf *out, const char *method, size_t method_len, const char *path, size_t path_len,
                     const char *body, size_t body_len)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    char hex[2 * crypto_hash_sha256_BYTES + 1];

    crypto_hash_sha256(hash, (const uint8_t *)body, body_len);
    text_hex(hash, sizeof hash, hex);
    text_add(out, method, method_len);
    text_add_z(out, "\n");
    text_add(out, path, path_len);
    text_addf(out, "\n%s", hex);
}
