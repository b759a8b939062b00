/* seal.h - the request context with its MAC: what the extension trusts. Words: context, scope. */
#ifndef AUTH_SEAL_H
#define AUTH_SEAL_H

#include "auth/claims.h"
#include "auth/keys.h"
#include "context.h"

/*
 * Makes the context of one call. It carries exactly the scope that the operation needs, so that it cannot be used for
 * another one. key: the Idempotency-Key, NULL when there is none.
 */
void
auth_seal(const auth_keys *keys, const auth_claims *claims, uint64_t scope, const uint8_t request[UUID_SIZE],
          const char *key, size_t key_len, uint8_t out[MPOS_CONTEXT_SIZE]);

#endif
