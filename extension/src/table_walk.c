/* table_walk.c - scans of a table and its partitions. */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "table_walk.h"

/* False when the walk was ended by the visit. */
static bool
walk_leaf(Relation leaf, Snapshot snapshot, mpos_row_walk visit, void *argument)
{
    const mpos_capture_plan *plan = mpos_capture_plan_get(leaf, mpos_capture_trigger(leaf));
    TableScanDesc scan = table_beginscan(leaf, snapshot, 0, NULL);
    TupleTableSlot *slot = table_slot_create(leaf, NULL);
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos walked row", ALLOCSET_DEFAULT_SIZES);

    bool more = true;

    while (more && table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        MemoryContext old = MemoryContextSwitchTo(memory);
        mpos_row_image row;

        CHECK_FOR_INTERRUPTS();
        slot_getallattrs(slot);
        row = (mpos_row_image){slot->tts_values, slot->tts_isnull};
        more = visit(plan, &row, argument);
        MemoryContextSwitchTo(old);
        MemoryContextReset(memory);
    }
    MemoryContextDelete(memory);
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    return more;
}

void
mpos_table_rows(Oid relation, mpos_row_walk visit, void *argument)
{
    List *leaves = find_all_inheritors(relation, AccessShareLock, NULL);
    Snapshot snapshot;
    ListCell *cell;
    bool more = true;

    CommandCounterIncrement();
    snapshot = RegisterSnapshot(GetLatestSnapshot());
    foreach (cell, leaves) {
        Relation leaf = table_open(lfirst_oid(cell), NoLock);

        if (more && leaf->rd_rel->relkind == RELKIND_RELATION && mpos_capture_trigger(leaf) != NULL) {
            more = walk_leaf(leaf, snapshot, visit, argument);
        }
        table_close(leaf, NoLock);
    }
    UnregisterSnapshot(snapshot);
}

static bool
stop_visit(const mpos_capture_plan *plan, const mpos_row_image *row, void *argument)
{
    *(bool *)argument = true;
    return false;
}

bool
mpos_table_has_rows(Oid relation)
{
    bool found = false;

    mpos_table_rows(relation, stop_visit, &found);
    return found;
}
