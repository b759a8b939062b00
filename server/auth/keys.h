/* keys.h - the secrets of this process. Words: context key, token key, ticket key. */
#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/token_key.h"
#include "keyring.h"

#define AUTH_KEY_SIZE 32
#define AUTH_ERROR_SIZE 256

/*
 * The context keys at one moment, newest first: the first one signs. A ticket key is derived from each, so that every server
 * process accepts every ticket.
 */
typedef struct auth_context_keys {
    mpos_keyring ring;
    uint8_t ticket[MPOS_KEYRING_MAX][AUTH_KEY_SIZE]; /* of ring.keys[i] */
} auth_context_keys;

typedef struct auth_keys {
    _Atomic(const auth_context_keys *) context; /* shared with the extension only; see auth_keys_now */
    token_key_set tokens;                       /* the first signs */
} auth_keys;

/* False with one line in error. The strings live as long as the process. */
bool
auth_keys_load(auth_keys *keys, const char *context_file, const char *token_file,
               char error[AUTH_ERROR_SIZE]);

/*
 * Reads the context keys again, while other threads go on with those they have; false with one line in error leaves the old
 * ones in force. A set of keys that was replaced stays allocated: a thread may be in the middle of using it, and rotations are
 * rare.
 */
bool
auth_keys_reload(auth_keys *keys, const char *context_file, char error[AUTH_ERROR_SIZE]);

/* The context keys of this moment; never NULL after loading, and never freed. */
static inline const auth_context_keys *
auth_keys_now(const auth_keys *keys)
{
    return atomic_load_explicit(&keys->context, memory_order_acquire);
}

#endif
