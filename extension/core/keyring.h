/*
 * keyring.h - the text of a file of secret keys that several processes share. Words: key, id, keyring.
 *
 * One key a line: its number, a space, 64 hexadecimal characters. Empty lines and lines that begin with # say nothing. A file
 * that holds 64 hexadecimal characters and no number is one key with the number 1. The key with the highest number signs; what
 * any of them has signed is genuine. So a key is rotated by adding one, and later taking the old one away.
 */
#ifndef MPOS_CORE_KEYRING_H
#define MPOS_CORE_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MPOS_KEY_SIZE 32
#define MPOS_KEYRING_MAX 8
/* No longer text is a keyring. */
#define MPOS_KEYRING_TEXT_MAX 2048

typedef struct mpos_key {
    uint32_t id; /* 1 or more */
    uint8_t bytes[MPOS_KEY_SIZE];
} mpos_key;

typedef struct mpos_keyring {
    uint32_t count;
    mpos_key keys[MPOS_KEYRING_MAX]; /* highest number first */
} mpos_keyring;

/*
 * INVALID_VALUE for any other text: no key, a number twice, a line that is neither; TOO_MANY for more keys than fit. *out is
 * all zero then. The caller wipes text and *out when it is done with them.
 */
mpos_err
mpos_keyring_parse(const char *text, size_t size, mpos_keyring *out);

/* The key with that number, NULL when there is none. Points into *ring. */
const mpos_key *
mpos_keyring_find(const mpos_keyring *ring, uint32_t id);

#endif
