/* audit_store.h - what the audit keeps: rows of journal.audit and alarms. Words: position. */
#ifndef MPOS_AUDIT_STORE_H
#define MPOS_AUDIT_STORE_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "verify.h"

/* Where a full pass stands. */
typedef struct mpos_audit_position {
    TimestampTz began;
    int32 start_epoch; /* where the journal began then */
    int64 start_seq;
    bool rows; /* the chain has been checked; the rows of a bucket are at hand */
    int32 epoch;
    int64 seq; /* the next entry */
    bool leaf_known;
    uint8 leaf[MPOS_LEAF_SIZE];
    ArrayType *missing; /* epoch and seq of each payload that is gone and not erased so far */
    uint32 bucket;
    uint32 mask;
} mpos_audit_position;

typedef struct mpos_audit_finding {
    int32 epoch; /* -1: none */
    int64 seq;   /* -1: none */
    const char *kind;
    char *place;
} mpos_audit_finding;

/* False when no pass is under way. */
bool
mpos_audit_position_load(const pg_uuid_t *journal, mpos_audit_position *out);

/* The run's payloads that are gone are stored with it. */
void
mpos_audit_position_store(const pg_uuid_t *journal, const mpos_audit_position *position,
                          const mpos_verification *run);

void
mpos_audit_missing_load(mpos_verification *run, const mpos_audit_position *position);

/* Findings become alarms; one that is open already is only found again. A new one is a WARNING in the log. */
void
mpos_audit_raise(const pg_uuid_t *journal, const List *findings);

/* The pass is over: alarms that it would have found again are resolved. */
void
mpos_audit_full_done(const pg_uuid_t *journal, TimestampTz began);

/* window: the first entry whose rows it looked at. */
void
mpos_audit_recent_done(const pg_uuid_t *journal, TimestampTz began, const mpos_entry_ref *window);

/* The pass is over without result. */
void
mpos_audit_given_up(const pg_uuid_t *journal, int kind);

#endif
