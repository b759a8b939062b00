/* sync_ring.c - results of a device's last operations: one row per number modulo the ring's size, past the executor. */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/builtins.h"

#include "heap.h"
#include "sync.h"

enum { COL_TENANT, COL_DEVICE, COL_SLOT, COL_SEQ, COL_HASH, COL_RESULT, COLUMNS };

static mpos_table ring_table = {"pos", "device_result", "device_result_pkey"};

static void
form_keys(const uint8 tenant[16], const uint8 device[16], int64 seq, Datum keys[3])
{
    keys[0] = PointerGetDatum(tenant);
    keys[1] = PointerGetDatum(device);
    keys[2] = Int32GetDatum((int32)(seq % MPOS_RING_SIZE));
}

bool
mpos_ring_get(const uint8 tenant[16], const uint8 device[16], int64 seq, const uint8 hash[32], char **result)
{
    Relation relation = mpos_table_open(&ring_table, AccessShareLock);
    Datum keys[3];
    Datum values[COLUMNS];
    bool nulls[COLUMNS];
    HeapTuple row;
    bool found = false;

    form_keys(tenant, device, seq, keys);
    row = mpos_table_get(&ring_table, relation, keys, NULL);
    if (row != NULL) {
        heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
        found = DatumGetInt64(values[COL_SEQ]) == seq;
    }
    if (found) {
        bool same = memcmp(VARDATA_ANY(DatumGetByteaPP(values[COL_HASH])), hash, 32) == 0;

        *result = same ? TextDatumGetCString(values[COL_RESULT]) : NULL;
    }
    mpos_table_close(relation);
    return found;
}

void
mpos_ring_put(const uint8 tenant[16], const uint8 device[16], int64 seq, const uint8 hash[32],
              const char *result)
{
    Relation relation = mpos_table_open(&ring_table, RowExclusiveLock);
    bytea *bytes = palloc(VARHDRSZ + 32);
    Datum values[COLUMNS];
    bool nulls[COLUMNS] = {false};
    bool replaces[COLUMNS] = {[COL_SEQ] = true, [COL_HASH] = true, [COL_RESULT] = true};
    HeapTuple row;

    SET_VARSIZE(bytes, VARHDRSZ + 32);
    memcpy(VARDATA(bytes), hash, 32);
    form_keys(tenant, device, seq, values);
    values[COL_SEQ] = Int64GetDatum(seq);
    values[COL_HASH] = PointerGetDatum(bytes);
    values[COL_RESULT] = CStringGetTextDatum(result);
    row = mpos_table_lock(&ring_table, relation, values, NULL, LockWaitBlock);
    if (row != NULL) {
        mpos_table_update(relation, row, values, nulls, replaces);
    } else {
        mpos_table_insert(relation, values, nulls);
    }
    mpos_table_close(relation);
}
