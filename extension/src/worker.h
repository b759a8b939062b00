/*
 * worker.h - what the background processes of the extension have in common: a launcher for the cluster, and for each database
 * named in `mpos.database` a sealer and an audit. Words: launcher, worker.
 *
 * The launcher belongs to no database; it starts the workers once their database exists and again, within a second, after
 * one has ended for whatever reason.
 */
#ifndef MPOS_WORKER_H
#define MPOS_WORKER_H

#include "postgres.h"

/* Defines the setting and, when the library is preloaded and the setting is not empty, registers the launcher. */
void
mpos_worker_init(void);

PGDLLEXPORT void
mpos_launcher_main(Datum argument);

/*
 * First act of a worker: signals, connection to the database at that place of the setting, a safe search_path. Commits are
 * not waited for.
 */
void
mpos_worker_connect(Datum place);

/* Waits until the time is over, or something else has happened; reads changed settings. */
void
mpos_worker_rest(long ms);

/* A transaction with snapshot and SPI. */
void
mpos_work_begin(void);

void
mpos_work_end(void);

#endif
