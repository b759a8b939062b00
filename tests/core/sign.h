/* sign.h - Ed25519 for the tests of notes: the core's check through libsodium, and making signed notes. */
#ifndef MPOS_TESTS_SIGN_H
#define MPOS_TESTS_SIGN_H

#include "note.h"

extern const mpos_note_verifier host_verifier;

typedef struct sign_key {
    char vkey[160];
    size_t vkey_size;
    char name[64];
    uint8_t type; /* MPOS_NOTE_ED25519 or MPOS_NOTE_COSIGNATURE */
    uint8_t secret[64];
    mpos_note_key key;
} sign_key;

/* A key from a seed of one byte. */
void
sign_key_make(sign_key *key, const char *name, uint8_t type, uint8_t seed);

/* Writes the key's signature line of the text (time 1700000000 for a cosignature) and returns its size. */
size_t
sign_line(const sign_key *key, const char *text, size_t text_size, char *out);

/* Writes text, blank line and a line of each key; returns the size. */
size_t
sign_note(const char *text, const sign_key *const *keys, size_t count, char *out);

#endif
