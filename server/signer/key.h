/*
 * key.h - the signing keys of a folder: one that signs, and retired ones that signed before. Words: key, short id, vkey.
 *
 * A key is an Ed25519 seed in a file of its own (signing.key, retired-<short id>.key, next.key while a rotation is under
 * way), mode 0600. It is never logged and never leaves the process.
 */
#ifndef SIGNER_KEY_H
#define SIGNER_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "signer/disk.h"

#define KEY_SIGNATURE_SIZE 64

typedef struct signing_key {
    uint8_t public_key[32];
    uint8_t secret_key[64];
    uint64_t short_id; /* first 8 bytes of SHA-256 of the public key: names the key in files and in memory */
} signing_key;

/* Whether there is a signing.key. */
bool
key_exists(const char *dir);

/* Makes signing.key. */
bool
key_create(const char *dir, char error[DISK_ERROR_SIZE]);

/* Reads signing.key. */
bool
key_load(const char *dir, signing_key *out, char error[DISK_ERROR_SIZE]);

/* Reads a retired key; false with error[0] == 0 when it is not there any more. */
bool
key_load_retired(const char *dir, uint64_t short_id, signing_key *out, char error[DISK_ERROR_SIZE]);

/* A rotation in two steps, each may be repeated after a crash: the new key on the disk, then in force. */
bool
key_prepare_next(const char *dir, signing_key *out, char error[DISK_ERROR_SIZE]);

bool
key_adopt_next(const char *dir, char error[DISK_ERROR_SIZE]);

void
key_sign(const signing_key *key, const void *text, size_t len, uint8_t out[KEY_SIGNATURE_SIZE]);

/* Adds the vkey under that name. */
void
key_add_vkey(const signing_key *key, const char *name, text_buf *out);

/* Adds the line of a signature under that name. */
void
key_add_line(const signing_key *key, const char *name, const char *text, size_t text_len, text_buf *out);

void
key_forget(signing_key *key);

#endif
