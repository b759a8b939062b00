/*
 * seal_worker.h - the background processes that keep the journal: a launcher for the cluster, and for each database named in
 * `mpos.database` a sealer. Words: launcher, sealer, round.
 *
 * The launcher belongs to no database; it starts a sealer once its database exists and again, within a second, after it has
 * ended for whatever reason. The sealer waits for the journal's tables and then, once a second, seals every journal that has
 * moved; once a day it makes the partitions of the coming months and forgets old answers.
 */
#ifndef MPOS_SEAL_WORKER_H
#define MPOS_SEAL_WORKER_H

#include "postgres.h"

/* Defines the setting and, when the library is preloaded and the setting is not empty, registers the launcher. */
void
mpos_seal_worker_init(void);

PGDLLEXPORT void
mpos_seal_launcher_main(Datum argument);

/* argument: place of the database in the setting, from 0. */
PGDLLEXPORT void
mpos_seal_worker_main(Datum argument);

#endif
