/* key.c - key files and Ed25519. */
#include "signer/key.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "note.h"
#include "signer/sha.h"

#define SIGNING_NAME "signing.key"
#define NEXT_NAME "next.key"
#define FIRST_LINE "mpos-signer-key 1\n"
#define FILE_SIZE (sizeof FIRST_LINE - 1 + 64 + 1)
#define RETIRED_SIZE (sizeof "retired-0123456789abcdef.key")

static void
retired_name(uint64_t short_id, char out[RETIRED_SIZE])
{
    snprintf(out, RETIRED_SIZE, "retired-%016" PRIx64 ".key", short_id);
}

static bool
there(const char *dir, const char *name)
{
    char error[DISK_ERROR_SIZE];
    char path[DISK_PATH_SIZE];

    return disk_path(dir, name, path, error) && access(path, F_OK) == 0;
}

static bool
write_new(const char *dir, const char *name, char *error)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    char text[FILE_SIZE + 1];
    char hex[65];
    bool written;

    randombytes_buf(seed, sizeof seed);
    text_hex(seed, sizeof seed, hex);
    snprintf(text, sizeof text, FIRST_LINE "%s\n", hex);
    written = disk_write(dir, name, text, FILE_SIZE, error);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(text, sizeof text);
    return written;
}

static bool
parse(const text_buf *text, signing_key *out)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    uint8_t id[32];
    bool good = text->len == FILE_SIZE && memcmp(text->data, FIRST_LINE, sizeof FIRST_LINE - 1) == 0 &&
                text_unhex(text->data + sizeof FIRST_LINE - 1, 64, seed, sizeof seed);

    if (good) {
        crypto_sign_seed_keypair(out->public_key, out->secret_key, seed);
        crypto_hash_sha256(id, out->public_key, sizeof out->public_key);
        out->short_id = mpos_get_u64(id);
    }
    sodium_memzero(seed, sizeof seed);
    return good;
}

static bool
load(const char *dir, const char *name, signing_key *out, char *error)
{
    text_buf text = {0};
    bool good;

    if (!disk_private(dir, name, error)) {
        return false;
    }
    good = disk_read(dir, name, &text, NULL, error);
    if (good && !parse(&text, out)) {
        snprintf(error, DISK_ERROR_SIZE, "%.200s/%s is no signing key", dir, name);
        good = false;
    }
    if (text.data != NULL) {
        sodium_memzero(text.data, text.len);
    }
    text_free(&text);
    return good;
}

bool
key_exists(const char *dir)
{
    return there(dir, SIGNING_NAME);
}

bool
key_create(const char *dir, char error[DISK_ERROR_SIZE])
{
    return write_new(dir, SIGNING_NAME, error);
}

bool
key_load(const char *dir, signing_key *out, char error[DISK_ERROR_SIZE])
{
    return load(dir, SIGNING_NAME, out, error);
}

bool
key_load_retired(const char *dir, uint64_t short_id, signing_key *out, char error[DISK_ERROR_SIZE])
{
    char name[RETIRED_SIZE];

    error[0] = '\0';
    retired_name(short_id, name);
    return there(dir, name) && load(dir, name, out, error);
}

bool
key_prepare_next(const char *dir, signing_key *out, char error[DISK_ERROR_SIZE])
{
    return (there(dir, NEXT_NAME) || write_new(dir, NEXT_NAME, error)) && load(dir, NEXT_NAME, out, error);
}

/* The old key is kept under its own name first: at no moment is a key that signed without a file. */
static bool
keep_retired(const char *dir, char *error)
{
    signing_key old;
    text_buf text = {0};
    char name[RETIRED_SIZE];
    bool kept = load(dir, SIGNING_NAME, &old, error) && disk_read(dir, SIGNING_NAME, &text, NULL, error);

    if (kept) {
        retired_name(old.short_id, name);
        kept = disk_write(dir, name, text.data, text.len, error);
    }
    if (text.data != NULL) {
        sodium_memzero(text.data, text.len);
    }
    text_free(&text);
    key_forget(&old);
    return kept;
}

bool
key_adopt_next(const char *dir, char error[DISK_ERROR_SIZE])
{
    return keep_retired(dir, error) && disk_rename(dir, NEXT_NAME, SIGNING_NAME, error);
}

void
key_sign(const signing_key *key, const void *text, size_t len, uint8_t out[KEY_SIGNATURE_SIZE])
{
    crypto_sign_detached(out, NULL, text, len, key->secret_key);
}

void
key_add_vkey(const signing_key *key, const char *name, text_buf *out)
{
    char vkey[MPOS_NOTE_VKEY_SIZE(MPOS_NOTE_KEY_SIZE_MAX)];
    size_t name_len = strlen(name);

    if (name_len <= MPOS_NOTE_KEY_SIZE_MAX) {
        text_add(
            out, vkey,
            mpos_note_key_format(&signer_digest, name, name_len, MPOS_NOTE_ED25519, key->public_key, vkey));
    }
}

void
key_add_line(const signing_key *key, const char *name, const char *text, size_t text_len, text_buf *out)
{
    char line[MPOS_NOTE_LINE_SIZE(MPOS_NOTE_KEY_SIZE_MAX, KEY_SIGNATURE_SIZE)];
    uint8_t signature[KEY_SIGNATURE_SIZE];
    size_t name_len = strlen(name);
    uint32_t id = mpos_note_key_id(&signer_digest, name, name_len, MPOS_NOTE_ED25519, key->public_key,
                                   sizeof key->public_key);

    if (name_len <= MPOS_NOTE_KEY_SIZE_MAX) {
        key_sign(key, text, text_len, signature);
        text_add(out, line, mpos_note_line_format(name, name_len, id, signature, sizeof signature, line));
    }
}

void
key_forget(signing_key *key)
{
    sodium_memzero(key, sizeof *key);
}
