/*
 * context.h - the request context: who asks, for which tenant and outlet, with which rights, until when.
 * The server makes it, the extension checks it; both use this one layout. Words: context, scope, session.
 *
 * Layout, big-endian, 192 bytes; the last 32 are HMAC-SHA256 over the first 160 under a key that only server
 * and extension hold (the host computes it):
 *
 *     0  4 "MCX1"        4  4 key id       8 16 tenant     24 16 outlet      40 16 actor (staff)
 *    56 16 device       72 16 session     88  4 rights version             92  4 zero
 *    96  8 scopes      104  8 expiry, µs since 1970                       112 16 request id
 *   128 32 SHA-256 of the Idempotency-Key, zero when there is none         160 32 MAC
 *
 * Scopes carry only what the operation at hand needs, so that a context cannot be used for another one.
 */
#ifndef MPOS_CORE_CONTEXT_H
#define MPOS_CORE_CONTEXT_H

#include <stdint.h>

#include "err.h"

#define MPOS_CONTEXT_SIZE 192
#define MPOS_CONTEXT_SIGNED_SIZE 160
#define MPOS_CONTEXT_MAC_SIZE 32
/* A context lives at most this long; the extension refuses one that expires later. */
#define MPOS_CONTEXT_LIFE_US_MAX INT64_C(60000000)

typedef enum mpos_scope {
#define MPOS_SCOPE(name, bit, text) MPOS_SCOPE_##name = 1 << (bit),
#include "scopes.def"
#undef MPOS_SCOPE
} mpos_scope;

typedef struct mpos_context {
    uint32_t key_id;
    uint8_t tenant[16];
    uint8_t outlet[16];
    uint8_t actor[16];
    uint8_t device[16];
    uint8_t session[16];
    uint32_t rights_version;
    uint64_t scopes;
    int64_t expires_us;
    uint8_t request[16];
    uint8_t idempotency[32];
} mpos_context;

/* Writes the 160 signed bytes of *context to out. Cannot fail. */
void
mpos_context_encode(const mpos_context *context, uint8_t out[MPOS_CONTEXT_SIGNED_SIZE]);

/* Reads the signed bytes. The caller has checked the MAC. CONTEXT_INVALID for another magic or nonzero filler. */
mpos_err
mpos_context_decode(const uint8_t in[MPOS_CONTEXT_SIGNED_SIZE], mpos_context *out);

/* Which key the MAC is made with; asked before anything is checked. */
uint32_t
mpos_context_key_id(const uint8_t in[MPOS_CONTEXT_SIGNED_SIZE]);

/* The bit of a scope's text such as "order.read", 0 when unknown. */
uint64_t
mpos_scope_from_text(const char *text);

/* Every scope that a role can have: all but the server's own. */
uint64_t
mpos_scopes_all(void);

/* The text of exactly one scope bit, NULL when it is none. Static storage. */
const char *
mpos_scope_text(uint64_t bit);

#endif
