/*
 * seal_worker.h - the background process that keeps a database's journals. Words: sealer, round.
 *
 * The sealer waits for the journal's tables and then, once a second, seals every journal that has moved; once a day it makes
 * the partitions of the coming months and forgets old answers.
 */
#ifndef MPOS_SEAL_WORKER_H
#define MPOS_SEAL_WORKER_H

#include "postgres.h"

/* argument: place of the database in the setting, from 0. */
PGDLLEXPORT void
mpos_seal_worker_main(Datum argument);

#endif
