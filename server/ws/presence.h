/*
 * presence.h - when devices were last heard of. Calls and open sockets are noted here and written down about twice a minute for
 * each device, many devices in one call. Words: note, flush.
 */
#ifndef WS_PRESENCE_H
#define WS_PRESENCE_H

#include "auth/claims.h"
#include "base/worker.h"

#define WS_PRESENCE_APP_SIZE 65

typedef struct ws_presence ws_presence;

ws_presence *
ws_presence_new(void);

/* A sign of life of the session's device. app: name and version of its program, base NULL when it has not said. */
void
ws_presence_note(worker *worker, const auth_claims *claims, h2o_iovec_t app);

/* Writes down what has been noted; once a second. */
void
ws_presence_flush(worker *worker);

#endif
