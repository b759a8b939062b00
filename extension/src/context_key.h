/*
 * context_key.h - the keys that server and extension share, and the check of a request context's MAC.
 */
#ifndef MPOS_CONTEXT_KEY_H
#define MPOS_CONTEXT_KEY_H

#include "postgres.h"

#include "context.h"

/* Defines the setting mpos.context_key_file and reads the keys; called once from _PG_init. */
void
mpos_context_key_init(void);

/*
 * True when the last 32 bytes are the MAC of the first 160 under the key that they name. Reads the key file again when it
 * has changed since.
 */
bool
mpos_context_genuine(const uint8 context[MPOS_CONTEXT_SIZE]);

#endif
