/*
 * vault.h - secrets that have to be read again (second factors, client secrets of identity providers), sealed by a key that
 * only the server has; the database keeps what is sealed. Words: sealed, purpose.
 */
#ifndef AUTH_VAULT_H
#define AUTH_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define VAULT_SECRET_MAX 512
/* Hex digits of a sealed secret of that many bytes. */
#define VAULT_HEX(bytes) (2 * ((bytes) + 24 + 16))
#define VAULT_ERROR_SIZE 256

/* Reads the keys, 64 hex digits a line: the first seals, all open. Once, before any thread. False with one line in error. */
bool
vault_load(const char *path, char error[VAULT_ERROR_SIZE]);

/* Adds the sealed secret in hex. purpose says what it is and whose: it opens for nothing else. */
void
vault_seal(text_buf *out, const char *purpose, const uint8_t *secret, size_t len);

/* False when it was sealed by another key or for another purpose, was changed, or is longer than max. */
bool
vault_open(const char *purpose, const char *hex, uint8_t *out, size_t max, size_t *len);

#endif
