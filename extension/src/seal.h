/*
 * seal.h - building a journal's tree behind its appends, and checking the chain on the way. Words: seal, alarm.
 *
 * Where sealing stands is a row of journal.sealed for each epoch; the one that has not ended is worked on. A journal whose
 * chain does not hold is stopped with an alarm and stays stopped until a person sets its state back.
 */
#ifndef MPOS_SEAL_H
#define MPOS_SEAL_H

#include "postgres.h"

#include "utils/uuid.h"

/* At most so many entries of one journal in one step. */
#define MPOS_SEAL_STEP 8192

/*
 * One step for one journal, in the caller's transaction: up to MPOS_SEAL_STEP entries, or the change to the next epoch.
 * Returns true when there is more to do. Raises only what is wrong outside the journal, or JOURNAL_DAMAGED for rows that
 * cannot be read at all; what the checks find is recorded with mpos_seal_stop. SPI is connected.
 */
bool
mpos_seal_step(const pg_uuid_t *journal);

/* Stops a journal: an alarm row, a line in the log, state "stopped"; epoch and seq -1 when unknown. SPI is connected. */
void
mpos_seal_stop(const pg_uuid_t *journal, int32 epoch, int64 seq, const char *kind, const char *detail);

/* Leaves in tiles of an epoch, 0 when none are. */
int64
mpos_sealed_size(const pg_uuid_t *journal, int32 epoch);

#endif
