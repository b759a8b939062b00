/* signature.c - see signature.h. */
#include "signature.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* The key when it is on one of the three curves that notes may use, else NULL. The caller frees. */
static EVP_PKEY *
read_ecdsa_key(const uint8_t *key, size_t key_size)
{
    static const char *const curves[] = {SN_X9_62_prime256v1, SN_secp384r1, SN_secp521r1};
    const uint8_t *end = key;
    EVP_PKEY *public = d2i_PUBKEY(NULL, &end, (long)key_size);
    char curve[32];

    if (public != NULL && end == key + key_size && EVP_PKEY_base_id(public) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(public, curve, sizeof curve, NULL) == 1) {
        for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
            if (strcmp(curve, curves[i]) == 0) {
                return public;
            }
        }
    }
    EVP_PKEY_free(public);
    return NULL;
}

bool
cli_key_usable(const mpos_note_key *key)
{
    EVP_PKEY *public;

    if (key->type != MPOS_NOTE_ECDSA && key->type != MPOS_NOTE_TREE_HEAD) {
        return true;
    }
    public = read_ecdsa_key(key->key, key->key_size);
    EVP_PKEY_free(public);
    return public != NULL;
}

static bool
check_ecdsa(const uint8_t *key, size_t key_size, const uint8_t *message, size_t size,
            const uint8_t *signature, size_t signature_size)
{
    EVP_PKEY *public = read_ecdsa_key(key, key_size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = public != NULL && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, public) == 1 &&
                EVP_DigestVerify(context, signature, signature_size, message, size) == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return good;
}

/* Neither library takes a message in pieces for both algorithms. The caller frees. */
static uint8_t *
join(const mpos_chunk *chunks, size_t count, size_t *size_out)
{
    size_t size = 0;
    uint8_t *whole;

    for (size_t i = 0; i < count; i++) {
        size += chunks[i].size;
    }
    whole = cli_alloc(size + 1);
    *size_out = size;
    size = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(whole + size, chunks[i].data, chunks[i].size);
        size += chunks[i].size;
    }
    return whole;
}

static bool
check(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size,
      const mpos_chunk *message, size_t chunk_count, const uint8_t *signature, size_t signature_size)
{
    size_t size;
    uint8_t *whole = join(message, chunk_count, &size);
    bool good;

    (void)host;
    if (algorithm == MPOS_NOTE_SIGN_ECDSA_SHA256) {
        good = check_ecdsa(key, key_size, whole, size, signature, signature_size);
    } else {
        good = key_size == crypto_sign_PUBLICKEYBYTES && signature_size == crypto_sign_BYTES &&
               crypto_sign_verify_detached(signature, whole, size, key) == 0;
    }
    free(whole);
    return good;
}

const mpos_note_verifier cli_verifier = {check, NULL};
