/* keys.h - the secrets of this process, read once. Words: context key, token key, ticket key. */
#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#define AUTH_KEY_SIZE 32
#define AUTH_ERROR_SIZE 256
#define AUTH_KID_SIZE 17

typedef struct auth_keys {
    uint8_t context[AUTH_KEY_SIZE]; /* shared with the extension only */
    uint8_t ticket[AUTH_KEY_SIZE];  /* derived from it, so that every server process accepts every ticket */
    char *token_private;            /* PEM, EC P-256 */
    char *token_public;             /* PEM, made from the private one */
    char kid[AUTH_KID_SIZE];        /* start of the SHA-256 of the public key */
} auth_keys;

/* False with one line in error. The strings live as long as the process. */
bool
auth_keys_load(auth_keys *keys, const char *context_file, const char *token_file,
               char error[AUTH_ERROR_SIZE]);

#endif
