/*
 * doorbell.h - tells other server processes that a journal has moved. Words: doorbell, ring.
 *
 * A commit writes its journals' ids into a ring in shared memory: no allocation, no lock, no error. A background worker
 * turns what has come in since into one NOTIFY on channel `mpos_journal`, at most one per 20 ms, so that no sale's
 * transaction ever notifies. Lossy by design: listeners compare heads once a second anyway.
 *
 * The payload is a list of journal ids in their short form (22 characters), separated by commas; "*" when there were
 * too many to name.
 */
#ifndef MPOS_DOORBELL_H
#define MPOS_DOORBELL_H

#include "postgres.h"

#include "utils/uuid.h"

/* Defines the setting and, when the library is preloaded and the setting is not empty, asks for memory and worker. */
void
mpos_doorbell_init(void);

/* Remembers a journal that this transaction appends to. */
void
mpos_doorbell_note(const pg_uuid_t *journal);

/* At the transaction's end: rings for what was remembered if it committed, and forgets it. */
void
mpos_doorbell_end(bool committed);

/* The background worker. */
PGDLLEXPORT void
mpos_doorbell_main(Datum argument);

#endif
