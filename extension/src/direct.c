/* direct.c - see direct.h. direct_plan.c finds out what a table asks of a writer. */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "utils/snapmgr.h"

#include "capture.h"
#include "direct.h"
#include "sqlstate.h"
#include "tenant.h"

/* The table's indexes, open for inserting, as CatalogOpenIndexes does it. */
static ResultRelInfo *
open_indexes(Relation relation)
{
    ResultRelInfo *target = makeNode(ResultRelInfo);

    target->ri_RelationDesc = relation;
    ExecOpenIndices(target, false);
    return target;
}

static void
insert_index_entries(ResultRelInfo *target, Relation relation, TupleTableSlot *slot)
{
    Datum values[INDEX_MAX_KEYS];
    bool nulls[INDEX_MAX_KEYS];

    for (int i = 0; i < target->ri_NumIndices; i++) {
        Relation index = target->ri_IndexRelationDescs[i];

        FormIndexDatum(target->ri_IndexRelationInfo[i], slot, NULL, values, nulls);
        index_insert(index, values, nulls, &slot->tts_tid, relation,
                     index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false,
                     target->ri_IndexRelationInfo[i]);
    }
}

static void
check_tenant(const TupleTableSlot *slot)
{
    pg_uuid_t tenant;

    if (!mpos_tenant_get(&tenant) || slot->tts_isnull[0] ||
        memcmp(DatumGetUUIDP(slot->tts_values[0]), &tenant, UUID_LEN) != 0) {
        elog(ERROR, "row of another tenant");
    }
}

static void
check_nulls(Relation relation, const TupleTableSlot *slot)
{
    TupleDesc shape = RelationGetDescr(relation);

    for (int i = 0; i < shape->natts; i++) {
        if (slot->tts_isnull[i] && TupleDescAttr(shape, i)->attnotnull) {
            ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
                            errmsg("null value in column %s of %s", NameStr(TupleDescAttr(shape, i)->attname),
                                   RelationGetRelationName(relation))));
        }
    }
}

static void
check_row(mpos_direct *direct, Relation relation, TupleTableSlot *slot)
{
    slot_getallattrs(slot);
    check_tenant(slot);
    check_nulls(relation, slot);
    direct->check_context->ecxt_scantuple = slot;
    for (int i = 0; i < direct->check_count; i++) {
        if (!ExecCheck(direct->checks[i], direct->check_context)) {
            ereport(ERROR,
                    (errcode(ERRCODE_CHECK_VIOLATION),
                     errmsg("new row of %s violates check constraint %s", RelationGetRelationName(relation),
                            RelationGetDescr(relation)->constr->check[i].ccname)));
        }
    }
    ResetExprContext(direct->check_context);
}

static TupleTableSlot *
make_slot(const mpos_direct *direct, Relation relation, const mpos_direct_row *row)
{
    TupleDesc shape = RelationGetDescr(relation);
    TupleTableSlot *slot = MakeSingleTupleTableSlot(shape, &TTSOpsVirtual);

    ExecClearTuple(slot);
    memset(slot->tts_isnull, true, sizeof(bool) * (size_t)shape->natts);
    for (int i = 0; i < direct->column_count; i++) {
        slot->tts_values[direct->attributes[i] - 1] = row->values[i];
        slot->tts_isnull[direct->attributes[i] - 1] = row->nulls[i];
    }
    ExecStoreVirtualTuple(slot);
    slot->tts_tableOid = RelationGetRelid(relation);
    return slot;
}

static void
insert_rows(mpos_direct *direct, Relation relation, const mpos_direct_row *rows, int count)
{
    TupleTableSlot **slots = palloc(sizeof(TupleTableSlot *) * (size_t)count);
    ResultRelInfo *target = open_indexes(relation);

    for (int i = 0; i < count; i++) {
        slots[i] = make_slot(direct, relation, &rows[i]);
        check_row(direct, relation, slots[i]);
    }
    heap_multi_insert(relation, slots, count, GetCurrentCommandId(true), 0, NULL);
    for (int i = 0; i < count; i++) {
        insert_index_entries(target, relation, slots[i]);
        if (direct->capture != NULL) {
            mpos_capture_insert(relation, direct->capture, slots[i]->tts_values, slots[i]->tts_isnull);
        }
        ExecDropSingleTupleTableSlot(slots[i]);
    }
    ExecCloseIndices(target);
}

void
mpos_direct_insert(mpos_direct *direct, Relation relation, const mpos_direct_row *rows, int count)
{
    if (!direct->plain) {
        mpos_direct_insert_by_statement(direct, relation, rows, count);
    } else if (count > 0) {
        insert_rows(direct, relation, rows, count);
    }
}

static HeapTuple
changed_row(const mpos_direct *direct, Relation relation, HeapTuple row, const mpos_direct_row *changed,
            const bool *replaces)
{
    Datum values[MaxHeapAttributeNumber];
    bool nulls[MaxHeapAttributeNumber];
    bool replaced[MaxHeapAttributeNumber] = {false};

    for (int i = 0; i < direct->column_count; i++) {
        values[direct->attributes[i] - 1] = changed->values[i];
        nulls[direct->attributes[i] - 1] = changed->nulls[i];
        replaced[direct->attributes[i] - 1] = replaces[i];
    }
    return heap_modify_tuple(row, RelationGetDescr(relation), values, nulls, replaced);
}

/* False when somebody else was faster. */
static bool
replace_row(Relation relation, HeapTuple row, TupleTableSlot *slot)
{
    TM_FailureData failure;
    LockTupleMode mode;
    bool update_indexes;
    TM_Result result =
        table_tuple_update(relation, &row->t_self, slot, GetCurrentCommandId(true), GetActiveSnapshot(),
                           InvalidSnapshot, true, &failure, &mode, &update_indexes);

    if (result == TM_Updated || result == TM_Deleted) {
        if (IsolationUsesXactSnapshot()) {
            ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                            errmsg("could not serialize access due to concurrent update")));
        }
        return false;
    }
    if (result != TM_Ok) {
        elog(ERROR, "unexpected result of an update of %s", RelationGetRelationName(relation));
    }
    if (update_indexes) {
        ResultRelInfo *target = open_indexes(relation);

        insert_index_entries(target, relation, slot);
        ExecCloseIndices(target);
    }
    return true;
}

static bool
update_row(mpos_direct *direct, Relation relation, HeapTuple row, const mpos_direct_row *changed,
           const bool *replaces)
{
    HeapTuple after = changed_row(direct, relation, row, changed, replaces);
    TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsHeapTuple);
    bool done;

    ExecStoreHeapTuple(after, slot, false);
    slot->tts_tableOid = RelationGetRelid(relation);
    check_row(direct, relation, slot);
    done = replace_row(relation, row, slot);
    if (done && direct->capture != NULL) {
        mpos_capture_update(relation, direct->capture, row, after);
    }
    ExecDropSingleTupleTableSlot(slot);
    return done;
}

bool
mpos_direct_update(mpos_direct *direct, Relation relation, HeapTuple row, const mpos_direct_row *changed,
                   const bool *replaces)
{
    return direct->plain ? update_row(direct, relation, row, changed, replaces)
                         : mpos_direct_update_by_statement(direct, relation, row, changed, replaces);
}
