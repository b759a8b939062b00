/*
 * session.h - what every way of signing in ends with: the session of the database, with its tokens, to the client.
 * Words: session, access token, refresh token.
 */
#ifndef API_SESSION_H
#define API_SESSION_H

#include <jansson.h>

#include "api/call.h"
#include "auth/refresh.h"

/* The id that a member of the database's answer has; false when there is none. */
bool
api_claim_id(const json_t *object, const char *name, uint8_t out[UUID_SIZE]);

/* The scopes of a list of their names, but for AUTH, which no client ever has. */
uint64_t
api_claim_scopes(const json_t *list);

/* Adds `,"refresh":"<hash>"` to the parameters of an operation that opens or refreshes a session. */
void
api_session_refresh_param(text_buf *params, const char refresh[REFRESH_TEXT_SIZE]);

/*
 * Answers with the session of an operation that ended in mpos_session_answer, an access token for it, and the refresh
 * token (NULL for none). Takes over the reply's result.
 */
void
api_session_answer(api_exchange *exchange, const api_reply *reply, const char *refresh);

#endif
