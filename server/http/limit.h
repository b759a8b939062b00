/*
 * limit.h - limits of a request, by the class of its route: of its address before anything else is done for it, of its business and
 * its actor once they are known. The answer says how much is left (RateLimit and RateLimit-Policy, draft-ietf-httpapi-ratelimit-headers-10).
 */
#ifndef HTTP_LIMIT_H
#define HTTP_LIMIT_H

#include "err.h"
#include "http/exchange.h"

/* Makes the table and the texts of the policies; once, before any thread. */
void
http_limit_init(const settings *settings);

/* MPOS_OK or RATE_LIMITED with retry_after_s set. */
mpos_err
http_limit_address(http_exchange *exchange);

/* The same for who has been recognised. An actor beyond its limit takes nothing of its business'. */
mpos_err
http_limit_caller(http_exchange *exchange, const uint8_t tenant[UUID_SIZE], const uint8_t actor[UUID_SIZE]);

/* Adds the headers; once, when no more is taken. */
void
http_limit_tell(http_exchange *exchange);

#endif
