/*
 * heap.c - reading, locking and writing single rows past the executor.
 *
 * Inserting goes through the catalogue's own helper, which does what is wanted here (heap and index entries, unique checks, TOAST)
 * and nothing more; updating does the same without opening indexes that do not change.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "executor/tuptable.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "heap.h"

static mpos_table *known_tables = NULL;

static void
forget_table(Datum arg, Oid relation_oid)
{
    for (mpos_table *table = known_tables; table != NULL; table = table->next) {
        if (relation_oid == InvalidOid || relation_oid == table->relation_oid ||
            relation_oid == table->index_oid) {
            table->relation_oid = InvalidOid;
        }
    }
}

void
mpos_heap_init(void)
{
    CacheRegisterRelcacheCallback(forget_table, (Datum)0);
}

static void
fill_keys(mpos_table *table)
{
    Relation index = index_open(table->index_oid, AccessShareLock);
    int count = index->rd_index->indnkeyatts;

    if (!index->rd_index->indisunique || count > MPOS_TABLE_KEYS_MAX) {
        elog(ERROR, "index %s is not a unique index of at most %d columns", table->index,
             MPOS_TABLE_KEYS_MAX);
    }
    for (int i = 0; i < count; i++) {
        Oid operator_oid = get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i],
                                               index->rd_opcintype[i], BTEqualStrategyNumber);

        ScanKeyEntryInitialize(&table->keys[i], 0, (AttrNumber)(i + 1), BTEqualStrategyNumber, InvalidOid,
                               index->rd_indcollation[i], get_opcode(operator_oid), (Datum)0);
    }
    table->key_count = count;
    index_close(index, AccessShareLock);
}

static void
find_table(mpos_table *table)
{
    Oid schema = get_namespace_oid(table->schema, true);
    Oid relation_oid = OidIsValid(schema) ? get_relname_relid(table->name, schema) : InvalidOid;

    table->index_oid = OidIsValid(schema) ? get_relname_relid(table->index, schema) : InvalidOid;
    if (!OidIsValid(relation_oid) || !OidIsValid(table->index_oid)) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("table %s.%s is missing", table->schema, table->name)));
    }
    if (table->key_count == 0) {
        table->next = known_tables;
        known_tables = table;
    }
    fill_keys(table);
    table->relation_oid = relation_oid;
}

Relation
mpos_table_open(mpos_table *table, LOCKMODE mode)
{
    /* Taking the lock delivers pending invalidations, which may say that the table is another one by now. */
    for (;;) {
        Relation relation;

        if (!OidIsValid(table->relation_oid)) {
            find_table(table);
        }
        relation = try_table_open(table->relation_oid, mode);
        if (relation != NULL && OidIsValid(table->relation_oid)) {
            return relation;
        }
        if (relation != NULL) {
            table_close(relation, NoLock);
        }
        table->relation_oid = InvalidOid;
    }
}

void
mpos_table_close(Relation relation)
{
    table_close(relation, NoLock);
}

/* Starts a scan for one key with a snapshot that sees this transaction's own changes so far. */
static IndexScanDesc
begin_scan(mpos_table *table, Relation relation, Relation index, const Datum *keys, const bool *nulls)
{
    IndexScanDesc scan = index_beginscan(relation, index, GetActiveSnapshot(), table->key_count, 0);
    ScanKeyData filled[MPOS_TABLE_KEYS_MAX];

    memcpy(filled, table->keys, sizeof filled);
    for (int i = 0; i < table->key_count; i++) {
        if (nulls != NULL && nulls[i]) {
            ScanKeyEntryInitialize(&filled[i], SK_ISNULL | SK_SEARCHNULL, (AttrNumber)(i + 1),
                                   InvalidStrategy, InvalidOid, InvalidOid, InvalidOid, (Datum)0);
        } else {
            filled[i].sk_argument = keys[i];
        }
    }
    index_rescan(scan, filled, table->key_count, NULL, 0);
    return scan;
}

static bool
lock_newest(Relation relation, TupleTableSlot *slot, LockWaitPolicy wait_policy)
{
    TM_FailureData failure;
    ItemPointerData tid = slot->tts_tid;
    /* Following silently would break repeatable read: there a moved row must be an error. */
    uint8 flags = IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION;

    switch (table_tuple_lock(relation, &tid, GetActiveSnapshot(), slot, GetCurrentCommandId(false),
                             LockTupleNoKeyExclusive, wait_policy, flags, &failure)) {
    case TM_Ok:
        return true;
    case TM_WouldBlock:
        return false;
    case TM_Deleted:
        if (!IsolationUsesXactSnapshot()) {
            return false;
        }
        /* fall through */
    case TM_Updated:
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("could not serialize access due to concurrent update")));
    default:
        elog(ERROR, "unexpected result of a row lock in %s", RelationGetRelationName(relation));
    }
}

static HeapTuple
find_row(mpos_table *table, Relation relation, const Datum *keys, const bool *nulls, bool lock,
         LockWaitPolicy wait_policy)
{
    Relation index;
    TupleTableSlot *slot;
    IndexScanDesc scan;
    HeapTuple row = NULL;

    CommandCounterIncrement();
    PushActiveSnapshot(GetTransactionSnapshot());
    index = index_open(table->index_oid, AccessShareLock);
    slot = table_slot_create(relation, NULL);
    scan = begin_scan(table, relation, index, keys, nulls);
    if (index_getnext_slot(scan, ForwardScanDirection, slot) &&
        (!lock || lock_newest(relation, slot, wait_policy))) {
        row = ExecCopySlotHeapTuple(slot);
    }
    index_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    index_close(index, NoLock);
    PopActiveSnapshot();
    return row;
}

HeapTuple
mpos_table_get(mpos_table *table, Relation relation, const Datum *keys, const bool *nulls)
{
    return find_row(table, relation, keys, nulls, false, LockWaitBlock);
}

HeapTuple
mpos_table_lock(mpos_table *table, Relation relation, const Datum *keys, const bool *nulls,
                LockWaitPolicy wait_policy)
{
    return find_row(table, relation, keys, nulls, true, wait_policy);
}

/* key column >= value (or <= value) of the index's own type. */
static void
bound_key(Relation index, int column, bool at_most, Datum value, ScanKey key)
{
    StrategyNumber strategy = at_most ? BTLessEqualStrategyNumber : BTGreaterEqualStrategyNumber;
    Oid type = index->rd_opcintype[column];
    Oid operator_oid = get_opfamily_member(index->rd_opfamily[column], type, type, (int16)strategy);

    ScanKeyEntryInitialize(key, 0, (AttrNumber)(column + 1), strategy, InvalidOid,
                           index->rd_indcollation[column], get_opcode(operator_oid), value);
}

void
mpos_table_walk(mpos_table *table, Relation relation, int equal_count, const Datum *keys, const Datum *from,
                bool backward, mpos_row_visit visit, void *argument)
{
    ScanDirection direction = backward ? BackwardScanDirection : ForwardScanDirection;
    Relation index = index_open(table->index_oid, AccessShareLock);
    TupleTableSlot *slot = table_slot_create(relation, NULL);
    ScanKeyData filled[MPOS_TABLE_KEYS_MAX];
    int count = equal_count;
    IndexScanDesc scan;

    memcpy(filled, table->keys, sizeof filled);
    for (int i = 0; i < equal_count; i++) {
        filled[i].sk_argument = keys[i];
    }
    if (from != NULL) {
        bound_key(index, count, backward, *from, &filled[count]);
        count++;
    }
    CommandCounterIncrement();
    PushActiveSnapshot(GetTransactionSnapshot());
    scan = index_beginscan(relation, index, GetActiveSnapshot(), count, 0);
    index_rescan(scan, filled, count, NULL, 0);
    while (index_getnext_slot(scan, direction, slot)) {
        bool should_free;
        HeapTuple row = ExecFetchSlotHeapTuple(slot, false, &should_free);
        bool go_on = visit(relation, row, argument);

        if (should_free) {
            heap_freetuple(row);
        }
        if (!go_on) {
            break;
        }
    }
    index_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    index_close(index, NoLock);
    PopActiveSnapshot();
}

void
mpos_table_insert(Relation relation, const Datum *values, const bool *nulls)
{
    HeapTuple row =
        heap_form_tuple(RelationGetDescr(relation), unconstify(Datum *, values), unconstify(bool *, nulls));

    CatalogTupleInsert(relation, row);
    heap_freetuple(row);
}

/* Index entries for a row that an update has put elsewhere. */
static void
insert_index_entries(Relation relation, HeapTuple row)
{
    TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsHeapTuple);
    ListCell *cell;

    ExecStoreHeapTuple(row, slot, false);
    foreach (cell, RelationGetIndexList(relation)) {
        Relation index = index_open(lfirst_oid(cell), RowExclusiveLock);
        IndexInfo *info = BuildIndexInfo(index);
        Datum values[INDEX_MAX_KEYS];
        bool nulls[INDEX_MAX_KEYS];

        if (info->ii_ReadyForInserts) {
            FormIndexDatum(info, slot, NULL, values, nulls);
            index_insert(index, values, nulls, &row->t_self, relation,
                         info->ii_Unique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, info);
        }
        index_close(index, NoLock);
    }
    ExecDropSingleTupleTableSlot(slot);
}

/* Nearly every update stays on its page and touches no index: then the indexes are not even opened. */
void
mpos_table_update(Relation relation, HeapTuple locked, const Datum *values, const bool *nulls,
                  const bool *replaces)
{
    HeapTuple row = heap_modify_tuple(locked, RelationGetDescr(relation), unconstify(Datum *, values),
                                      unconstify(bool *, nulls), unconstify(bool *, replaces));

    simple_heap_update(relation, &locked->t_self, row);
    if (!HeapTupleIsHeapOnly(row)) {
        insert_index_entries(relation, row);
    }
    heap_freetuple(row);
}

Datum
mpos_row_get(Relation relation, HeapTuple row, AttrNumber attribute, bool *is_null)
{
    return heap_getattr(row, attribute, RelationGetDescr(relation), is_null);
}

AttrNumber
mpos_column(Relation relation, const char *name)
{
    AttrNumber attribute = get_attnum(RelationGetRelid(relation), name);

    if (attribute == InvalidAttrNumber) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("column %s of %s is missing", name, RelationGetRelationName(relation))));
    }
    return attribute;
}
