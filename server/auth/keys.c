/* keys.c - reading the key files. */
#include "auth/keys.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define KEY_FILE_MAX 4096

static bool
read_file(const char *path, char out[KEY_FILE_MAX], char *error)
{
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL) {
        snprintf(error, AUTH_ERROR_SIZE, "cannot read the key file %.180s", path);
        return false;
    }
    len = fread(out, 1, KEY_FILE_MAX - 1, file);
    fclose(file);
    out[len] = '\0';
    return true;
}

/* Somebody else who could read it could make contexts; who could write it could make everybody's. */
static bool
private_file(const char *path)
{
    struct stat seen;

    return stat(path, &seen) == 0 && S_ISREG(seen.st_mode) &&
           (seen.st_mode & (S_IXUSR | S_IWGRP | S_IXGRP | S_IRWXO)) == 0 &&
           (seen.st_uid == geteuid() || seen.st_uid == 0);
}

static auth_context_keys *
read_context_keys(const char *path, char *error)
{
    char text[KEY_FILE_MAX];
    auth_context_keys *fresh = calloc(1, sizeof *fresh);
    mpos_err err;

    if (fresh == NULL || !read_file(path, text, error)) {
        free(fresh);
        return NULL;
    }
    err = mpos_keyring_parse(text, strlen(text), &fresh->ring);
    sodium_memzero(text, sizeof text);
    if (err != MPOS_OK || !private_file(path)) {
        snprintf(error, AUTH_ERROR_SIZE,
                 err != MPOS_OK
                     ? "the context key file must hold keys, one a line, a number and 64 hex digits: %.150s"
                     : "the context key file must be this user's or root's, with mode 0600 or 0640: %.150s",
                 path);
        free(fresh);
        return NULL;
    }
    for (uint32_t i = 0; i < fresh->ring.count; i++) {
        crypto_generichash(fresh->ticket[i], AUTH_KEY_SIZE, (const uint8_t *)"mpos.ws.ticket.v1", 17,
                           fresh->ring.keys[i].bytes, MPOS_KEY_SIZE);
    }
    return fresh;
}

bool
auth_keys_reload(auth_keys *keys, const char *context_file, char error[AUTH_ERROR_SIZE])
{
    const auth_context_keys *fresh = read_context_keys(context_file, error);

    if (fresh != NULL) {
        atomic_store_explicit(&keys->context, fresh, memory_order_release);
    }
    return fresh != NULL;
}

static char *
public_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    char *pem = NULL;

    if (bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1) {
        long len = BIO_get_mem_data(bio, &data);

        pem = strndup(data, (size_t)len);
    }
    BIO_free(bio);
    return pem;
}

static bool
is_p256(EVP_PKEY *key)
{
    char curve[32] = "";
    size_t len;

    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, curve, sizeof curve, &len) == 1 && strcmp(curve, "prime256v1") == 0;
}

static void
name_key(auth_keys *keys, EVP_PKEY *key)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(key, &der);

    crypto_hash_sha256(hash, der, (unsigned long long)(len > 0 ? len : 0));
    OPENSSL_free(der);
    text_hex(hash, (AUTH_KID_SIZE - 1) / 2, keys->kid);
}

static bool
load_token_key(auth_keys *keys, const char *path, char *error)
{
    char text[KEY_FILE_MAX];
    BIO *bio;
    EVP_PKEY *key;
    bool valid;

    if (!read_file(path, text, error)) {
        return false;
    }
    bio = BIO_new_mem_buf(text, -1);
    key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    valid = key != NULL && is_p256(key);
    if (valid) {
        keys->token_private = strdup(text);
        keys->token_public = public_pem(key);
        name_key(keys, key);
    } else {
        snprintf(error, AUTH_ERROR_SIZE,
                 "the token key file must hold an EC P-256 private key in PEM: %.160s", path);
    }
    EVP_PKEY_free(key);
    sodium_memzero(text, sizeof text);
    return valid && keys->token_private != NULL && keys->token_public != NULL;
}

bool
auth_keys_load(auth_keys *keys, const char *context_file, const char *token_file, char error[AUTH_ERROR_SIZE])
{
    return auth_keys_reload(keys, context_file, error) && load_token_key(keys, token_file, error);
}
