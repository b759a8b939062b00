/* etag.h - the validator of a read answer: the hash of what it says. */
#ifndef MPOS_ETAG_H
#define MPOS_ETAG_H

#include "call.h"

/* Sets call->etag from the complete call->body. */
void
mpos_etag_of_body(mpos_call *call);

#endif
