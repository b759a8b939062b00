/*
 * journal_range.h - walking a journal's entries in order. Words: range, visit.
 */
#ifndef MPOS_JOURNAL_RANGE_H
#define MPOS_JOURNAL_RANGE_H

#include "postgres.h"

#include "journal.h"

/* What a walk does with an entry, which is valid until it returns; false ends the walk. */
typedef bool (*mpos_entry_visit)(const mpos_entry *entry, void *argument);

/*
 * The stored entries from <= seq < until of one epoch, ascending; a missing number is skipped, not reported.
 */
void
mpos_entries_walk(const pg_uuid_t *journal, int32 epoch, int64 from, int64 until, mpos_entry_visit visit,
                  void *argument);

/* The same without payloads, which are NULL: header and leaf only, and nothing is decompressed. */
void
mpos_leaves_walk(const pg_uuid_t *journal, int32 epoch, int64 from, int64 until, mpos_entry_visit visit,
                 void *argument);

/* Number of the last stored entry of an epoch plus one; 0 for none. */
int64
mpos_epoch_size(const pg_uuid_t *journal, int32 epoch);

#endif
