/*
 * token_key.h - keys that tokens are checked with: our own, and those of identity providers. Words: kid, algorithm, JWKS.
 *
 * The algorithm belongs to the key, never to the token.
 */
#ifndef AUTH_TOKEN_KEY_H
#define AUTH_TOKEN_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define TOKEN_KID_MAX 128
#define TOKEN_KEYS_MAX 16

typedef enum token_alg { TOKEN_ES256, TOKEN_RS256 } token_alg;

typedef struct token_key {
    char kid[TOKEN_KID_MAX + 1];
    token_alg alg;
    char *public_pem;  /* never NULL */
    char *private_pem; /* NULL for a key that only verifies */
} token_key;

typedef struct token_key_set {
    token_key keys[TOKEN_KEYS_MAX];
    size_t count;
} token_key_set;

/*
 * Our own keys from PEM text: the first, which has to be a private one, signs; the others, private or public, verify what was
 * signed before they were replaced. All EC P-256. False when the text holds anything else.
 */
bool
token_keys_from_pem(token_key_set *set, const char *pem);

/*
 * The keys of a JWKS document (RFC 7517) that can be used here: EC P-256 and RSA of 2048 to 8192 bits, for signatures, with
 * a kid of their own. The others are passed over. False when none is left or a kid stands for two keys.
 */
bool
token_keys_from_jwks(token_key_set *set, const json_t *jwks);

/* The key of that name, or NULL. */
const token_key *
token_key_find(const token_key_set *set, const char *kid);

/* Frees what the set owns and empties it. */
void
token_keys_clear(token_key_set *set);

#endif
