/*
 * client.h - who is at the other end of a request. Words: peer (the other end of the connection), client (who asked, perhaps
 * through proxies).
 *
 * What X-Forwarded-For and X-Forwarded-Proto say counts only when the peer is one of MPOS_TRUSTED_PROXIES: anybody can write them.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <h2o.h>
#include <stdbool.h>

#include "base/address.h"

/* The client's address: of the peers and the addresses they name, the nearest that is no trusted proxy. */
void
http_client_address(const h2o_req_t *req, uint8_t out[ADDRESS_SIZE]);

/* Whether the client's side of the way is encrypted. */
bool
http_client_secure(const h2o_req_t *req);

#endif
