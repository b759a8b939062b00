/* token_key.c - from PEM and JWKS to keys, through OpenSSL. */
#include "auth/token_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define NUMBER_MAX (RSA_BITS_MAX / 8)
#define COORDINATE_SIZE 32
#define POINT_SIZE (1 + 2 * COORDINATE_SIZE)
/* Of the SHA-256 of a public key: enough to tell a few keys apart. */
#define OWN_KID_BYTES 8

static char *
take_text(BIO *bio)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);

    return strndup(data, (size_t)len);
}

static char *
public_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1 ? take_text(bio) : NULL;

    BIO_free(bio);
    return pem;
}

static char *
private_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *pem = bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1
                    ? take_text(bio)
                    : NULL;

    BIO_free(bio);
    return pem;
}

static bool
is_p256(const EVP_PKEY *key)
{
    char curve[32] = "";
    size_t len;

    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, curve, sizeof curve, &len) == 1 && strcmp(curve, "prime256v1") == 0;
}

static bool
is_rsa(const EVP_PKEY *key)
{
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN &&
           EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
}

/* Adds the key; false for one that cannot be used, or whose name is there already. */
static bool
add_key(token_key_set *set, EVP_PKEY *key, const char *kid, bool with_private)
{
    token_key *at = &set->keys[set->count];

    if (set->count == TOKEN_KEYS_MAX || kid[0] == '\0' || strlen(kid) > TOKEN_KID_MAX ||
        token_key_find(set, kid) != NULL || (!is_p256(key) && !is_rsa(key))) {
        return false;
    }
    strcpy(at->kid, kid);
    at->alg = is_p256(key) ? TOKEN_ES256 : TOKEN_RS256;
    at->public_pem = public_pem(key);
    at->private_pem = with_private ? private_pem(key) : NULL;
    if (at->public_pem == NULL || (with_private && at->private_pem == NULL)) {
        free(at->public_pem);
        free(at->private_pem);
        return false;
    }
    set->count++;
    return true;
}

static void
name_own_key(EVP_PKEY *key, char kid[2 * OWN_KID_BYTES + 1])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(key, &der);

    crypto_hash_sha256(hash, der, (unsigned long long)(len > 0 ? len : 0));
    OPENSSL_free(der);
    text_hex(hash, OWN_KID_BYTES, kid);
}

static bool
add_own_key(token_key_set *set, EVP_PKEY *key, bool is_private)
{
    char kid[2 * OWN_KID_BYTES + 1];

    name_own_key(key, kid);
    return is_p256(key) && add_key(set, key, kid, is_private);
}

/* One block of the text, from its BEGIN line on. */
static EVP_PKEY *
read_block(const char *at, size_t len, bool *is_private)
{
    BIO *bio = BIO_new_mem_buf(at, (int)len);
    EVP_PKEY *key;

    *is_private = strncmp(at, "-----BEGIN PUBLIC", 17) != 0;
    key = *is_private ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL)
                      : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

bool
token_keys_from_pem(token_key_set *set, const char *pem)
{
    const char *at = strstr(pem, "-----BEGIN ");

    memset(set, 0, sizeof *set);
    while (at != NULL) {
        const char *next = strstr(at + 1, "-----BEGIN ");
        bool is_private;
        bool curve_only = strncmp(at, "-----BEGIN EC PARAMETERS", 24) == 0;
        EVP_PKEY *key =
            curve_only ? NULL : read_block(at, next != NULL ? (size_t)(next - at) : strlen(at), &is_private);
        bool added = curve_only ||
                     (key != NULL && (is_private || set->count > 0) && add_own_key(set, key, is_private));

        EVP_PKEY_free(key);
        if (!added) {
            token_keys_clear(set);
            return false;
        }
        at = next;
    }
    return set->count > 0;
}

/* A base64url member; 0 when it is absent, empty or too long. */
static size_t
read_number(const json_t *jwk, const char *name, uint8_t *out, size_t max)
{
    const char *text = json_string_value(json_object_get(jwk, name));
    size_t len = 0;

    if (text == NULL || sodium_base642bin(out, max, text, strlen(text), NULL, &len, NULL,
                                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return 0;
    }
    return len;
}

static EVP_PKEY *
make_key(const char *type, OSSL_PARAM_BLD *build)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (params == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *
read_rsa(const json_t *jwk)
{
    uint8_t n[NUMBER_MAX];
    uint8_t e[8];
    size_t n_len = read_number(jwk, "n", n, sizeof n);
    size_t e_len = read_number(jwk, "e", e, sizeof e);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *modulus = BN_bin2bn(n, (int)n_len, NULL);
    BIGNUM *exponent = BN_bin2bn(e, (int)e_len, NULL);
    EVP_PKEY *key = NULL;

    if (n_len > 0 && e_len > 0 && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        key = make_key("RSA", build);
    }
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *
read_ec(const json_t *jwk)
{
    const char *curve = json_string_value(json_object_get(jwk, "crv"));
    uint8_t point[POINT_SIZE] = {4}; /* uncompressed */
    OSSL_PARAM_BLD *build;
    EVP_PKEY *key = NULL;

    if (curve == NULL || strcmp(curve, "P-256") != 0 ||
        read_number(jwk, "x", point + 1, COORDINATE_SIZE) != COORDINATE_SIZE ||
        read_number(jwk, "y", point + 1 + COORDINATE_SIZE, COORDINATE_SIZE) != COORDINATE_SIZE) {
        return NULL;
    }
    build = OSSL_PARAM_BLD_new();
    if (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1) {
        key = make_key("EC", build);
    }
    OSSL_PARAM_BLD_free(build);
    return key;
}

static bool
is_or_absent(const json_t *jwk, const char *name, const char *value)
{
    const json_t *member = json_object_get(jwk, name);

    return member == NULL || (json_is_string(member) && strcmp(json_string_value(member), value) == 0);
}

/* NULL for a key that is not for us: another type, another use. */
static EVP_PKEY *
read_jwk(const json_t *jwk)
{
    const char *type = json_string_value(json_object_get(jwk, "kty"));

    if (type == NULL || !is_or_absent(jwk, "use", "sig")) {
        return NULL;
    }
    if (strcmp(type, "RSA") == 0 && is_or_absent(jwk, "alg", "RS256")) {
        return read_rsa(jwk);
    }
    return strcmp(type, "EC") == 0 && is_or_absent(jwk, "alg", "ES256") ? read_ec(jwk) : NULL;
}

bool
token_keys_from_jwks(token_key_set *set, const json_t *jwks)
{
    size_t i;
    const json_t *jwk;
    bool clear = true;

    memset(set, 0, sizeof *set);
    json_array_foreach(json_object_get(jwks, "keys"), i, jwk)
    {
        const char *kid = json_string_value(json_object_get(jwk, "kid"));
        EVP_PKEY *key = kid != NULL ? read_jwk(jwk) : NULL;

        if (key != NULL) {
            clear = clear && token_key_find(set, kid) == NULL;
            (void)add_key(set, key, kid, false);
        }
        EVP_PKEY_free(key);
    }
    if (!clear || set->count == 0) {
        token_keys_clear(set);
        return false;
    }
    return true;
}

const token_key *
token_key_find(const token_key_set *set, const char *kid)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->keys[i].kid, kid) == 0) {
            return &set->keys[i];
        }
    }
    return NULL;
}

void
token_keys_clear(token_key_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->keys[i].private_pem != NULL) {
            sodium_memzero(set->keys[i].private_pem, strlen(set->keys[i].private_pem));
        }
        free(set->keys[i].private_pem);
        free(set->keys[i].public_pem);
    }
    memset(set, 0, sizeof *set);
}
