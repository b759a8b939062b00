/*
 * sha256.c - OpenSSL behind four functions; the digest is fetched once, a fetch per hash costs more than the
 * hash.
 */
#include "postgres.h"

#include <openssl/crypto.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "sha256.h"

static EVP_MD *sha256 = NULL;
static EVP_MD_CTX *context = NULL;

static void
fail_unless(int ok)
{
    if (ok != 1) {
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("the digest library failed")));
    }
}

void
mpos_sha256_begin(void)
{
    if (context == NULL) {
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        fail_unless(sha256 != NULL);
        context = EVP_MD_CTX_new();
        fail_unless(context != NULL);
    }
    fail_unless(EVP_DigestInit_ex2(context, sha256, NULL));
}

void
mpos_sha256_add(const void *bytes, size_t len)
{
    fail_unless(EVP_DigestUpdate(context, bytes, len));
}

void
mpos_sha256_end(uint8 out[MPOS_SHA256_LEN])
{
    fail_unless(EVP_DigestFinal_ex(context, out, NULL));
}

void
mpos_sha256(const void *a, size_t a_len, const void *b, size_t b_len, uint8 out[MPOS_SHA256_LEN])
{
    mpos_sha256_begin();
    mpos_sha256_add(a, a_len);
    if (b != NULL) {
        mpos_sha256_add(b, b_len);
    }
    mpos_sha256_end(out);
}

static void
sha256_chunks(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_SHA256_LEN])
{
    mpos_sha256_begin();
    for (size_t i = 0; i < chunk_count; i++) {
        mpos_sha256_add(chunks[i].data, chunks[i].size);
    }
    mpos_sha256_end(out);
}

const mpos_digest mpos_host_digest = {sha256_chunks, NULL};

void
mpos_hmac_sha256(const uint8 *key, size_t key_len, const void *bytes, size_t len, uint8 out[MPOS_SHA256_LEN])
{
    static EVP_MAC_CTX *mac = NULL;
    size_t made = 0;

    if (mac == NULL) {
        OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
                               OSSL_PARAM_construct_end()};
        EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

        fail_unless(hmac != NULL);
        mac = EVP_MAC_CTX_new(hmac);
        EVP_MAC_free(hmac);
        fail_unless(mac != NULL);
        fail_unless(EVP_MAC_CTX_set_params(mac, params));
    }
    fail_unless(EVP_MAC_init(mac, key, key_len, NULL));
    fail_unless(EVP_MAC_update(mac, bytes, len));
    fail_unless(EVP_MAC_final(mac, out, &made, MPOS_SHA256_LEN));
}

bool
mpos_equal_secret(const uint8 *a, const uint8 *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
