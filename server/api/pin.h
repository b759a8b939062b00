/* pin.h - a PIN in the body of a request: it never goes further than the checking threads. Words: PIN, verifier. */
#ifndef API_PIN_H
#define API_PIN_H

#include <jansson.h>

#include "api/api.h"
#include "auth/password.h"

/*
 * The request's body as an object, without its member "pin", which has been put into check. NULL and a refusal when it is
 * none, or has no PIN of 4 to 12 characters. The caller owns the object.
 */
json_t *
api_pin_take(h2o_iovec_t body, password_check *check, mpos_err *err, http_refusal *refusal);

/*
 * Has check looked at away from the loop, the exchange held until check->done has released it. False when the checkers have too
 * much to do already: then the exchange has been answered.
 */
bool
api_check(api_exchange *exchange, password_check *check);

#endif
