/*
 * ticket.h - one-time tickets for the first message of a WebSocket. Words: ticket, nonce.
 *
 * A ticket is claims, expiry and nonce under a MAC, in base64url. Any process with the same key accepts it; each accepts
 * a nonce once.
 */
#ifndef AUTH_TICKET_H
#define AUTH_TICKET_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/claims.h"
#include "auth/keys.h"

#define TICKET_LIFE_S 30
#define TICKET_TEXT_SIZE 256

/* Writes a NUL-terminated ticket; *expires_us is its end. */
void
ticket_issue(const auth_keys *keys, const auth_claims *claims, char out[TICKET_TEXT_SIZE],
             int64_t *expires_us);

/* Checks and uses the ticket up. out is zeroed on failure. */
bool
ticket_redeem(const auth_keys *keys, const char *text, size_t len, auth_claims *out);

#endif
