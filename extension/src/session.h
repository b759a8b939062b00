/*
 * session.h - sessions of people, devices and API keys. Words: session, refresh token, limit.
 *
 * The row of pos.session is the truth of every call: scopes and limits are copied into it when somebody signs in, and
 * whoever changes rights changes the rows of the sessions concerned in the same transaction.
 */
#ifndef MPOS_SESSION_H
#define MPOS_SESSION_H

#include "postgres.h"

#include "call.h"
#include "limit.h"

/* Of the key of a person's session with which a device marks what is done in it (sync_actor.c). */
#define MPOS_LOG_KEY_SIZE 32

/* No session outlives this, however often it is refreshed. */
#define MPOS_SESSION_LIFE_US (INT64CONST(30) * 24 * 3600 * 1000000)

typedef struct mpos_session {
    const char *kind;   /* staff, device or api_key */
    const char *method; /* pin, password, sso, device or api_key */
    const uint8 *staff; /* NULL unless kind is staff */
    const uint8 *device;
    const uint8 *outlet;
    uint64 scopes;
    int32 rights_version;
    int64 discount_limit; /* rate, scale 9, or MPOS_NO_LIMIT */
    int64 refund_limit;   /* minor units a shift, or MPOS_NO_LIMIT */
    int64 expires_us;     /* since 1970; 0: now and MPOS_SESSION_LIFE_US */

    const uint8 *refresh_hash; /* SHA-256 of the refresh token that the server made; NULL for none */
    int32 refresh_lasts_s;     /* how long it, and each that replaces it, may be used */
} mpos_session;

/*
 * Inserts the session of the call's tenant, and its refresh token. The caller has checked that staff, device and outlet
 * belong together and are active. id receives the new session's id. Raises TENANT_SUSPENDED; the caller has checked
 * credentials before, so that only those who belong to the business learn it.
 */
void
mpos_session_insert(mpos_call *call, const mpos_session *session, uint8 id[16]);

/*
 * The whole answer of a sign-in or refresh into call->body: session_id, rights_version, expiries, scopes, limits, tenant,
 * outlet, device, journal_id and, for people, staff and log_key. refresh_expires_us: of its refresh token, 0 for none. False when the session is not there, has ended or has expired, or its
 * person or device is no longer active; then nothing has been written.
 */
bool
mpos_session_answer(mpos_call *call, const uint8 id[16], int64 refresh_expires_us);

/* Ends it, if it lives. */
void
mpos_session_end(mpos_call *call, const uint8 id[16]);

#endif
