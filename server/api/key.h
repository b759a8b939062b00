/* key.h - an API key in the place of a token. */
#ifndef API_KEY_H
#define API_KEY_H

#include "api/api.h"

/* Goes on with the exchange: its claims are filled, or err says why not. The client is still there. */
typedef void (*api_authenticated)(api_exchange *exchange, mpos_err err);

/* Looks the key up, here or in the database; next is called at once, later, or not at all when the client has gone. */
void
api_key_authenticate(api_exchange *exchange, const char *text, size_t len, api_authenticated next);

#endif
