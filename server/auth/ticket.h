/*
 * ticket.h - one-time tickets for the first message of a WebSocket. Words: ticket, nonce.
 *
 * A ticket is claims, expiry and nonce under a MAC, in base64url. Any process with the same key can open it; that it is used
 * once in the whole installation is the database's part (ws/redeem.c).
 */
#ifndef AUTH_TICKET_H
#define AUTH_TICKET_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/claims.h"
#include "auth/keys.h"

#define TICKET_LIFE_S 30
#define TICKET_TEXT_SIZE 256
#define TICKET_HASH_SIZE 32

/* Writes a NUL-terminated ticket; *expires_us is its end. */
void
ticket_issue(const auth_keys *keys, const auth_claims *claims, char out[TICKET_TEXT_SIZE],
             int64_t *expires_us);

/* Whether it is genuine and not over; its claims, and what tells it from every other. out is zeroed on failure. */
bool
ticket_open(const auth_keys *keys, const char *text, size_t len, auth_claims *out,
            uint8_t hash[TICKET_HASH_SIZE]);

#endif
