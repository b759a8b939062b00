/* device_key.c - Ed25519 through libsodium, P-256 through OpenSSL. */
#include "postgres.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include "device_key.h"

#define P256_POINT_SIZE 65
#define P256_NUMBER_SIZE 32
#define DER_MAX 80

const char *const mpos_key_alg_words[] = {"ed25519", "p256", NULL};

/* NULL when the bytes are no point of the curve. */
static EVP_PKEY *
p256_key(const uint8 *key, size_t size)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)key, size),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context;
    EVP_PKEY *out = NULL;

    if (size != P256_POINT_SIZE || key[0] != 4) {
        return NULL;
    }
    context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &out, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        out = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return out;
}

static bool
p256_valid(const uint8 *key, size_t size)
{
    EVP_PKEY *parsed = p256_key(key, size);
    EVP_PKEY_CTX *context = parsed != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, parsed, NULL) : NULL;
    bool valid = context != NULL && EVP_PKEY_public_check(context) == 1;

    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(parsed);
    return valid;
}

/* OpenSSL wants r and s in DER. 0 when they cannot be written so. */
static int
p256_signature_der(const uint8 signature[MPOS_DEVICE_SIGNATURE_SIZE], uint8 out[DER_MAX])
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, P256_NUMBER_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(signature + P256_NUMBER_SIZE, P256_NUMBER_SIZE, NULL);
    int size = 0;

    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        uint8 *at = out;

        size = i2d_ECDSA_SIG(pair, NULL) <= DER_MAX ? i2d_ECDSA_SIG(pair, &at) : 0;
    } else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(pair);
    return size > 0 ? size : 0;
}

static bool
p256_verify(const uint8 *key, size_t size, const char *message, size_t len, const uint8 *signature)
{
    uint8 der[DER_MAX];
    int der_size = p256_signature_der(signature, der);
    EVP_PKEY *parsed = p256_key(key, size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool valid = parsed != NULL && context != NULL && der_size > 0 &&
                 EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, parsed) == 1 &&
                 EVP_DigestVerify(context, der, (size_t)der_size, (const uint8 *)message, len) == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(parsed);
    return valid;
}

bool
mpos_device_key_valid(mpos_key_alg alg, const uint8 *key, size_t size)
{
    if (alg == MPOS_KEY_P256) {
        return p256_valid(key, size);
    }
    return size == crypto_sign_PUBLICKEYBYTES && crypto_core_ed25519_is_valid_point(key) == 1;
}

bool
mpos_device_key_verify(mpos_key_alg alg, const uint8 *key, size_t size, const char *message, size_t len,
                       const uint8 signature[MPOS_DEVICE_SIGNATURE_SIZE])
{
    if (alg == MPOS_KEY_P256) {
        return p256_verify(key, size, message, len, signature);
    }
    return size == crypto_sign_PUBLICKEYBYTES &&
           crypto_sign_verify_detached(signature, (const uint8 *)message, len, key) == 0;
}
