/* factor.c - codes of the second factor. */
#include "auth/factor.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/vault.h"

#define STEP_S 30
#define DIGITS 6
#define WINDOW 1
#define RECOVERY_CHARS 12
#define RECOVERY_GROUP 4

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void
factor_purpose(const char *tenant_id, const char *staff_id, char out[FACTOR_PURPOSE_SIZE])
{
    snprintf(out, FACTOR_PURPOSE_SIZE, "totp|%s|%s", tenant_id, staff_id);
}

static bool
check_totp(const char *code, const char *sealed_hex, const char *purpose, int64_t now_s, factor *out)
{
    uint8_t secret[FACTOR_SECRET_SIZE];
    size_t len = 0;
    int position = 0;
    uint64_t counter = 0;
    bool valid = vault_open(purpose, sealed_hex, secret, sizeof secret, &len) &&
                 oath_totp_validate4((const char *)secret, len, (time_t)now_s, STEP_S, 0, WINDOW, &position,
                                     &counter, 0, code) >= 0;

    sodium_memzero(secret, sizeof secret);
    out->step = (int64_t)counter;
    return valid && counter > 0;
}

/* Without its hyphens and in lower case; false when it is not one. */
static bool
normalise(const char *code, char out[RECOVERY_CHARS + 1])
{
    size_t len = 0;

    for (; *code != '\0'; code++) {
        char c = *code >= 'A' && *code <= 'Z' ? (char)(*code + 32) : *code;

        if (c == '-' || c == ' ') {
            continue;
        }
        if (len == RECOVERY_CHARS || strchr(alphabet, c) == NULL) {
            return false;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    return len == RECOVERY_CHARS;
}

bool
factor_check(const char *code, const char *sealed_hex, const char *purpose, int64_t now_s, factor *out)
{
    char text[RECOVERY_CHARS + 1];

    memset(out, 0, sizeof *out);
    if (strlen(code) == DIGITS && strspn(code, "0123456789") == DIGITS) {
        return check_totp(code, sealed_hex, purpose, now_s, out);
    }
    if (!normalise(code, text)) {
        return false;
    }
    crypto_hash_sha256(out->hash, (const uint8_t *)text, RECOVERY_CHARS);
    return true;
}

void
factor_params(text_buf *params, const factor *factor)
{
    char hex[2 * sizeof factor->hash + 1];

    if (factor->step > 0) {
        text_addf(params, ",\"step\":\"%lld\"", (long long)factor->step);
    } else if (!sodium_is_zero(factor->hash, sizeof factor->hash)) {
        text_hex(factor->hash, sizeof factor->hash, hex);
        text_addf(params, ",\"recovery\":\"%s\"", hex);
    }
}

void
factor_make(const char *purpose, text_buf *base32, text_buf *sealed)
{
    uint8_t secret[FACTOR_SECRET_SIZE];
    char *text = NULL;
    size_t len = 0;

    randombytes_buf(secret, sizeof secret);
    vault_seal(sealed, purpose, secret, sizeof secret);
    if (oath_base32_encode((const char *)secret, sizeof secret, &text, &len) != OATH_OK) {
        abort();
    }
    text_add(base32, text, len);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, len);
    free(text);
}

void
factor_make_recovery(char out[FACTOR_RECOVERY_TEXT], text_buf *hashes)
{
    char text[RECOVERY_CHARS];
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    uint8_t hash[crypto_hash_sha256_BYTES];
    size_t at = 0;

    for (size_t i = 0; i < RECOVERY_CHARS; i++) {
        text[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
        if (i > 0 && i % RECOVERY_GROUP == 0) {
            out[at++] = '-';
        }
        out[at++] = text[i];
    }
    out[at] = '\0';
    crypto_hash_sha256(hash, (const uint8_t *)text, sizeof text);
    text_hex(hash, sizeof hash, hex);
    text_add_z(hashes, hex);
    sodium_memzero(text, sizeof text);
}
