/* table_walk.h - every row of a journalled table and its partitions, past row security. */
#ifndef MPOS_TABLE_WALK_H
#define MPOS_TABLE_WALK_H

#include "postgres.h"

#include "capture.h"

/* What a walk does with a row, which is valid until it returns; false ends the walk. */
typedef bool (*mpos_row_walk)(const mpos_capture_plan *plan, const mpos_row_image *row, void *argument);

/*
 * Walks all rows with the newest snapshot, what this transaction did so far included. Partitions without a capture trigger
 * of their own are passed over. The caller holds a lock on the table.
 */
void
mpos_table_rows(Oid relation, mpos_row_walk visit, void *argument);

/* True when a walk would visit a row. */
bool
mpos_table_has_rows(Oid relation);

#endif
