/*
 * capture.h - noting a changed row without the trigger's call, and what a trigger says about one row. Words: capture.
 */
#ifndef MPOS_CAPTURE_H
#define MPOS_CAPTURE_H

#include "postgres.h"

#include "access/htup.h"
#include "lib/stringinfo.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/uuid.h"

#include "capture_plan.h"

/* One row version, taken apart. */
typedef struct mpos_row_image {
    Datum *values;
    bool *nulls;
} mpos_row_image;

/* As if the capture trigger had fired for an inserted row; values and nulls for every attribute. */
void
mpos_capture_insert(Relation relation, const Trigger *trigger, Datum *values, bool *nulls);

/* As if it had fired for an update. */
void
mpos_capture_update(Relation relation, const Trigger *trigger, HeapTuple before, HeapTuple after);

/* Appends the row's id as audit and feed say it. */
void
mpos_capture_id(const mpos_capture_plan *plan, const mpos_row_image *row, StringInfo out);

/* Appends the row's line of a manifest (manifest.h). */
void
mpos_capture_line(const mpos_capture_plan *plan, const mpos_row_image *row, StringInfo out);

/* A uuid column (0-based; -1 or null: the zero uuid). */
pg_uuid_t
mpos_capture_uuid(const mpos_row_image *row, int attribute);

/* Whether a column is the same in both. */
bool
mpos_capture_same(const mpos_row_image *a, const mpos_row_image *b, const mpos_capture_column *column);

#endif
