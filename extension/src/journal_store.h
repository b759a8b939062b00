/*
 * journal_store.h - the rows of schema journal: heads, entries, segments, and which journal belongs to whom.
 * Words: head, segment, month, epoch.
 */
#ifndef MPOS_JOURNAL_STORE_H
#define MPOS_JOURNAL_STORE_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/date.h"
#include "utils/rel.h"
#include "utils/uuid.h"

#include "epoch.h"
#include "flush.h"
#include "heap.h"
#include "journal_header.h"

/* Microseconds between 1970 and PostgreSQL's epoch. */
#define MPOS_UNIX_EPOCH_US ((int64)(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* Columns of journal.entry, 0-based. */
enum {
    MPOS_ENTRY_JOURNAL,
    MPOS_ENTRY_EPOCH_NUMBER,
    MPOS_ENTRY_SEQ,
    MPOS_ENTRY_MONTH,
    MPOS_ENTRY_HEADER,
    MPOS_ENTRY_LEAF,
    MPOS_ENTRY_PACKED,
    MPOS_ENTRY_COLUMNS
};

/* A head row as this transaction holds it. */
typedef struct mpos_head {
    pg_uuid_t journal;
    int32 epoch;
    int64 next_seq;
    uint8 last_leaf[MPOS_LEAF_SIZE];
    int64 last_time;
    uint64 system_id;
    uint32 timeline;

    HeapTuple row; /* the locked version, NULL when only read */
} mpos_head;

/*
 * The journal of an outlet (zero uuid: of the tenant), false when there is none. Cached per backend once
 * committed.
 */
bool
mpos_journal_id_of(const pg_uuid_t *tenant, const pg_uuid_t *outlet, pg_uuid_t *journal_out);

/*
 * Locks the head until the transaction ends. When another cluster or timeline wrote last, opens the next
 * epoch with an entry of kind 5, which goes to *out too (may be NULL). JOURNAL_DAMAGED when the head is
 * missing.
 */
void
mpos_head_lock(const pg_uuid_t *tenant, const pg_uuid_t *journal, mpos_head *head, mpos_flushed *out);

/*
 * Appends one entry: fills journal, epoch, seq, recorded and prev of the header, writes entry and, for the
 * first of a month, segment. The payload must be the one that the header's payload hash was made of,
 * and packed the same (pack.h).
 */
void
mpos_head_append(mpos_head *head, mpos_journal_header *header, const bytea *payload, const bytea *packed,
                 mpos_flushed *out);

/* A payload of one audit section with that body, and its hash as the header wants it. Palloc'd. */
bytea *
mpos_audit_payload(const char *body, size_t size, uint8 hash[32]);

/* First number of a journal's epoch in each month, newest month first; returns how many, at most max. */
typedef struct mpos_segment {
    DateADT month;
    int64 first_seq;
} mpos_segment;

int
mpos_segments(const pg_uuid_t *journal, int32 epoch, mpos_segment *out, int max);
#define MPOS_SEGMENTS_MAX 600 /* fifty years */

/* Writes the head row back. */
void
mpos_head_store(mpos_head *head);

/* The head as the transaction sees it, without a lock; false when there is none. */
bool
mpos_head_get(const pg_uuid_t *journal, mpos_head *head);

/* One row of journal.journal; origin in the current memory context. */
typedef struct mpos_journal_identity {
    pg_uuid_t journal;
    pg_uuid_t tenant;
    pg_uuid_t outlet; /* zero: the tenant's own, or the platform's */
    char *origin;     /* the same in every epoch; see mpos_journal_origin */
} mpos_journal_identity;

/* False when there is no such journal. */
bool
mpos_journal_identity_get(const pg_uuid_t *journal, mpos_journal_identity *out);

/*
 * Opens the partition that holds entries of a month: the month's own, else the default. *table_out is
 * what mpos_table_get wants. Close with mpos_table_close.
 */
Relation
mpos_entries_open(DateADT month, LOCKMODE mode, mpos_table **table_out);

/* First day of the UTC month, as journal.entry's month. */
DateADT
mpos_month_of(int64 recorded_us);

/* Name of an epoch's log in checkpoints: the journal's origin, "/" and the epoch. Palloc'd. */
char *
mpos_journal_origin(const char *origin, int32 epoch);

/*
 * prev of an epoch's first entry; origin is the journal's. old_note_hash: SHA-256 of the last note of the epoch before,
 * NULL when there is none.
 */
void
mpos_genesis(const char *origin, int32 epoch, const uint8 *old_note_hash, uint8 out[MPOS_LEAF_SIZE]);

/*
 * Begins the next epoch of a locked head with an entry of kind 5, which goes to *out too (may be NULL). The caller stores
 * the head.
 */
void
mpos_epoch_begin(const mpos_journal_identity *identity, mpos_head *head, mpos_epoch_reason reason,
                 mpos_flushed *out);

/* Follows the head into a new epoch. */
void
mpos_journal_set_epoch(const pg_uuid_t *journal, int32 epoch);

/* The head of a new journal: epoch 0, genesis as last leaf. */
void
mpos_head_make(const pg_uuid_t *journal, const char *origin);

/* A new journal with its head; outlet NULL for the tenant's own. Raises 23505 when it exists. */
void
mpos_journal_make(const pg_uuid_t *journal, const pg_uuid_t *tenant, const pg_uuid_t *outlet,
                  const char *origin);

#endif
