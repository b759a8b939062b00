/*
 * idempotency.h - the stored answer of a write, by its Idempotency-Key. Words: key, answer, replay.
 */
#ifndef MPOS_IDEMPOTENCY_H
#define MPOS_IDEMPOTENCY_H

#include "postgres.h"

#include "call.h"

/*
 * Waits for a running call with the same key, then looks for its answer. True: call->status, etag and body
 * are the stored ones. False: the call is new and nobody else can begin it before this transaction ends.
 * Raises KEY_MISSING when the context has no key, KEY_MISMATCH when the key belongs to another request.
 */
bool
mpos_idempotency_begin(mpos_call *call);

/* Stores the call's answer under its key. */
void
mpos_idempotency_store(mpos_call *call);

#endif
