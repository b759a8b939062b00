/* claims.h - who asks: the verified content of a token or ticket. Words: tenant, outlet, actor, device, session. */
#ifndef AUTH_CLAIMS_H
#define AUTH_CLAIMS_H

#include <stdint.h>

#include "base/text.h"

typedef struct auth_claims {
    uint8_t tenant[UUID_SIZE];
    uint8_t outlet[UUID_SIZE];
    uint8_t actor[UUID_SIZE];
    uint8_t device[UUID_SIZE];
    uint8_t session[UUID_SIZE];
    uint32_t rights_version;
    uint64_t scopes;
    int64_t expires_s; /* since 1970 */
} auth_claims;

#endif
