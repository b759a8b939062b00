/*
 * audit_worker.h - the background process that verifies a database's journals again and again (audit.h). Words: audit, round.
 *
 * It works in slices of some milliseconds and rests nine times as long after each, or as long when it is late. Rows that entries of the last day speak of
 * are compared within `mpos.audit_recent_interval`, everything within `mpos.audit_full_interval`; guards every minute at least.
 */
#ifndef MPOS_AUDIT_WORKER_H
#define MPOS_AUDIT_WORKER_H

#include "postgres.h"

/* Defines the settings. */
void
mpos_audit_worker_init(void);

/* argument: place of the database in the setting, from 0. */
PGDLLEXPORT void
mpos_audit_worker_main(Datum argument);

#endif
