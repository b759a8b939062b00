/* keys.c - reading the key files. */
#include "auth/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define KEY_FILE_MAX 4096
/* A few keys of 250 bytes each. */
#define TOKEN_FILE_MAX 16384

static bool
read_file(const char *path, char *out, size_t size, char *error)
{
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL) {
        snprintf(error, AUTH_ERROR_SIZE, "cannot read the key file %.180s", path);
        return false;
    }
    len = fread(out, 1, size - 1, file);
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

    if (fresh == NULL || !read_file(path, text, sizeof text, error)) {
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

static bool
load_token_keys(auth_keys *keys, const char *path, char *error)
{
    char text[TOKEN_FILE_MAX];
    bool valid;

    if (!read_file(path, text, sizeof text, error)) {
        return false;
    }
    valid = token_keys_from_pem(&keys->tokens, text);
    if (!valid) {
        snprintf(error, AUTH_ERROR_SIZE,
                 "the token key file must hold EC P-256 keys in PEM, a private one first: %.150s", path);
    }
    sodium_memzero(text, sizeof text);
    return valid;
}

bool
auth_keys_load(auth_keys *keys, const char *context_file, const char *token_file, char error[AUTH_ERROR_SIZE])
{
    return auth_keys_reload(keys, context_file, error) && load_token_keys(keys, token_file, error);
}
