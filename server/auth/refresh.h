/*
 * refresh.h - refresh tokens: opaque to everybody, "mpr_" and base64url of the tenant and 32 bytes that only the holder
 * knows. The database keeps their SHA-256. Words: refresh token, successor.
 */
#ifndef AUTH_REFRESH_H
#define AUTH_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/keys.h"
#include "base/text.h"

#define REFRESH_TEXT_SIZE 69 /* "mpr_", 64 characters, NUL */
#define REFRESH_HASH_SIZE 32

/* A new token. */
void
refresh_make(const uint8_t tenant[UUID_SIZE], char out[REFRESH_TEXT_SIZE]);

/*
 * The token that replaces this one: made from it and a key of the server, so that a client that did not hear the answer
 * gets the same one again, and nobody else can make it.
 */
void
refresh_next(const auth_keys *keys, const char token[REFRESH_TEXT_SIZE], char out[REFRESH_TEXT_SIZE]);

/* False when it does not have the form of a token. */
bool
refresh_tenant(const char *token, size_t len, uint8_t tenant[UUID_SIZE]);

void
refresh_hash(const char token[REFRESH_TEXT_SIZE], uint8_t out[REFRESH_HASH_SIZE]);

#endif
