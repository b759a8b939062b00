/* proof.h - the proof of a device beside a sign-in. */
#ifndef API_PROOF_H
#define API_PROOF_H

#include "api/api.h"

/*
 * Adds the members `proof` and `request` to the open object of an operation's parameters, from the header Mpos-Device and the
 * request it came with. Adds nothing without the header, or when the client has gone.
 */
void
api_proof_params(const api_exchange *exchange, text_buf *params);

/* Whether the request has that header. */
bool
api_has_proof(const api_exchange *exchange);

#endif
