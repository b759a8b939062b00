/*
 * local_time.h - times of the day as the outlet's clock shows them, to the minute: what prices depend on.
 * Words: local minute (minutes since 1970-01-01T00:00 of that clock).
 */
#ifndef MPOS_LOCAL_TIME_H
#define MPOS_LOCAL_TIME_H

#include "postgres.h"

#include "call.h"

/* The local minute of the context's outlet at µs since 1970. */
int64
mpos_local_minute(const mpos_call *call, int64 at_us);

#endif
