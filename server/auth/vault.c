/* vault.c - XChaCha20-Poly1305 over the secret, with the purpose as associated data. */
#include "auth/vault.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define KEYS_MAX 8
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_SIZE crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define SEALED_MAX (NONCE_SIZE + VAULT_SECRET_MAX + TAG_SIZE)

_Static_assert(VAULT_HEX(0) == 2 * (NONCE_SIZE + TAG_SIZE), "the header states the size");

static struct {
    uint8_t keys[KEYS_MAX][KEY_SIZE];
    size_t count;
} vault;

static bool
read_keys(FILE *file)
{
    char line[2 * KEY_SIZE + 3];
    bool valid = true;

    while (valid && fgets(line, sizeof line, file) != NULL) {
        size_t len = strcspn(line, "\r\n");

        valid = vault.count < KEYS_MAX && text_unhex(line, len, vault.keys[vault.count], KEY_SIZE);
        vault.count += valid ? 1 : 0;
    }
    sodium_memzero(line, sizeof line);
    return valid && vault.count > 0;
}

bool
vault_load(const char *path, char error[VAULT_ERROR_SIZE])
{
    FILE *file = fopen(path, "re");
    bool valid = file != NULL && read_keys(file);

    if (file != NULL) {
        fclose(file);
    }
    if (!valid) {
        snprintf(error, VAULT_ERROR_SIZE,
                 "the file of the sealing key must hold 64 hex digits a line: %.150s", path);
    }
    return valid;
}

void
vault_seal(text_buf *out, const char *purpose, const uint8_t *secret, size_t len)
{
    uint8_t sealed[SEALED_MAX];
    char hex[2 * SEALED_MAX + 1];
    unsigned long long size = 0;

    len = len < VAULT_SECRET_MAX ? len : VAULT_SECRET_MAX;
    randombytes_buf(sealed, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, &size, secret, len,
                                               (const uint8_t *)purpose, strlen(purpose), NULL, sealed,
                                               vault.keys[0]);
    text_hex(sealed, NONCE_SIZE + (size_t)size, hex);
    text_add_z(out, hex);
}

bool
vault_open(const char *purpose, const char *hex, uint8_t *out, size_t max, size_t *len)
{
    uint8_t sealed[SEALED_MAX];
    size_t size = strlen(hex) / 2;
    unsigned long long opened;

    if (size < NONCE_SIZE + TAG_SIZE || size > SEALED_MAX || size - NONCE_SIZE - TAG_SIZE > max ||
        !text_unhex(hex, strlen(hex), sealed, size)) {
        return false;
    }
    for (size_t i = 0; i < vault.count; i++) {
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &opened, NULL, sealed + NONCE_SIZE,
                                                       size - NONCE_SIZE, (const uint8_t *)purpose,
                                                       strlen(purpose), sealed, vault.keys[i]) == 0) {
            *len = (size_t)opened;
            return true;
        }
    }
    return false;
}
