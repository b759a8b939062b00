/*
 * audit.h - verifying journals in the background, a slice at a time. Words: pass, slice, finding, alarm.
 *
 * A full pass checks a journal's chain, payloads, tiles and checkpoints in slices, and where it stands is a row of
 * journal.audit: a worker that was killed goes on there. Then it compares live rows with what the entries said last, a
 * bucket of rows at a time so that memory is bounded; that begins a bucket anew after a kill. A recent pass does this for the
 * rows that entries of the last day speak of, by their keys. Each slice has one snapshot: it first reads what was appended
 * since the slice before, so that sales going on are no findings.
 *
 * A finding is an alarm of kind "audit_..." and stays open until a later pass that looks at the same does not find it.
 */
#ifndef MPOS_AUDIT_H
#define MPOS_AUDIT_H

#include "postgres.h"

#include "utils/timestamp.h"
#include "utils/uuid.h"

typedef enum mpos_pass_kind { MPOS_PASS_RECENT, MPOS_PASS_FULL, MPOS_PASS_KINDS } mpos_pass_kind;

typedef struct mpos_audit_pass mpos_audit_pass;

/*
 * All functions work in the caller's transaction, which is REPEATABLE READ and runs as mpos_owner; SPI is connected.
 */

/* Makes known which journals there are. */
void
mpos_audit_register(void);

/*
 * The journal whose pass of that kind is due by now: begun before, or begun longer than age_ms ago the last time; late when
 * twice that has passed. `except` may be NULL.
 */
bool
mpos_audit_due(mpos_pass_kind kind, int64 age_ms, const pg_uuid_t *except, pg_uuid_t *out, bool *late);

/* Begins a pass, or goes on with one that was interrupted; NULL when the journal is gone. End with mpos_audit_free. */
mpos_audit_pass *
mpos_audit_begin(const pg_uuid_t *journal, mpos_pass_kind kind, MemoryContext parent);

/* One slice; true when there is more to do. What it found is stored. */
bool
mpos_audit_step(mpos_audit_pass *pass);

/* The journal that cannot be read ends the pass with an alarm. */
void
mpos_audit_unreadable(const pg_uuid_t *journal, mpos_pass_kind kind, const char *message);

void
mpos_audit_free(mpos_audit_pass *pass);

/* Looks into the catalogue whether guards are up and no role is more than expected. */
void
mpos_audit_guards(void);

#endif
