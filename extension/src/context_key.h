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

/* Number of the key that signs now, 0 when there is none. */
uint32
mpos_context_key_current(void);

/*
 * MAC of anything that begins with a text of its own and is not as long as a context, under the key of that number; false
 * when there is no such key.
 */
bool
mpos_context_key_mac(uint32 id, const void *bytes, size_t size, uint8 mac[MPOS_CONTEXT_MAC_SIZE]);

#endif
