/*
 * capture.h - noting a changed row without the trigger's call. Words: capture.
 */
#ifndef MPOS_CAPTURE_H
#define MPOS_CAPTURE_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

/* As if the capture trigger had fired for an inserted row; values and nulls for every attribute. */
void
mpos_capture_insert(Relation relation, const Trigger *trigger, Datum *values, bool *nulls);

/* As if it had fired for an update. */
void
mpos_capture_update(Relation relation, const Trigger *trigger, HeapTuple before, HeapTuple after);

#endif
