/*
 * session.h - what every way of signing in ends with: the session of the database, with its tokens, to the client.
 * Words: session, access token, refresh token.
 */
#ifndef API_SESSION_H
#define API_SESSION_H

#include "api/call.h"
#include "auth/refresh.h"

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
