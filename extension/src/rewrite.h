/*
 * rewrite.h - mass changes that are journalled as one entry per journal instead of one line per row. Words: rewrite.
 *
 * mpos.rewrite declares one for a table; from there to the end of the transaction captured changes of that table only note
 * which journals they touch. At the flush each of these gets an entry of kind 6 with the number of rows that the table then
 * has there and the digest of their manifest. The declaration locks the table against other writers, so that no change of
 * theirs lies between manifest and entry.
 */
#ifndef MPOS_REWRITE_H
#define MPOS_REWRITE_H

#include "postgres.h"

#include "capture.h"
#include "pending.h"

/*
 * Called for every captured change (before or after may be NULL): true when a declared rewrite covers it. Raises 0A000 for a
 * change of a column that the declaration does not name.
 */
bool
mpos_rewrite_note(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after);

/* True when a rewrite of the table is declared in this transaction. */
bool
mpos_rewrite_declared(Oid relation);

/* All journals in which the table has rows count as touched; a rewrite must be declared. */
void
mpos_rewrite_touch_all(Oid relation);

/* Makes the bodies and manifests of the rewrites among these changes. */
void
mpos_rewrite_complete(mpos_change *changes, int count);

/* Registers the transaction callbacks; called once from _PG_init. */
void
mpos_rewrite_init(void);

#endif
