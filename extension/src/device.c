/* device.c - pos.device_cursor, read and written past the executor. */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "device.h"
#include "heap.h"

#define CALL_NUMBERS 99

enum {
    COL_TENANT,
    COL_DEVICE,
    COL_KIND,
    COL_PREFIX,
    COL_LETTER,
    COL_GEN,
    COL_LAST_SEQ,
    COL_LAST_HASH,
    COL_RECEIPT_N,
    COL_CALL_N,
    COL_SUSPENDED,
    COL_SHIFT,
    COL_REVOKED,
    COLUMNS
};

static mpos_table cursor_table = {"pos", "device_cursor", "device_cursor_pkey"};

static void
read_row(mpos_device *out, TupleDesc shape)
{
    Datum values[COLUMNS];
    bool nulls[COLUMNS];

    heap_deform_tuple(out->row, shape, values, nulls);
    out->kind = TextDatumGetCString(values[COL_KIND]);
    out->channel = strcmp(out->kind, "channel") == 0;
    out->receipt_prefix = TextDatumGetCString(values[COL_PREFIX]);
    out->letter = TextDatumGetCString(values[COL_LETTER])[0];
    out->gen = DatumGetInt32(values[COL_GEN]);
    out->last_seq = DatumGetInt64(values[COL_LAST_SEQ]);
    memcpy(out->last_hash, VARDATA_ANY(DatumGetByteaPP(values[COL_LAST_HASH])), sizeof out->last_hash);
    out->receipt_n = DatumGetInt64(values[COL_RECEIPT_N]);
    out->call_n = DatumGetInt32(values[COL_CALL_N]);
    out->suspended = DatumGetInt32(values[COL_SUSPENDED]);
    out->has_shift = !nulls[COL_SHIFT];
    if (out->has_shift) {
        memcpy(out->shift, DatumGetUUIDP(values[COL_SHIFT])->data, sizeof out->shift);
    }
    out->revoked = DatumGetBool(values[COL_REVOKED]);
}

static bool
find(const uint8 tenant[16], const uint8 device[16], bool lock, mpos_device *out)
{
    Relation relation = mpos_table_open(&cursor_table, lock ? RowExclusiveLock : AccessShareLock);
    Datum keys[2] = {PointerGetDatum(tenant), PointerGetDatum(device)};

    memset(out, 0, sizeof *out);
    memcpy(out->id, device, sizeof out->id);
    out->row = lock ? mpos_table_lock(&cursor_table, relation, keys, NULL, LockWaitBlock)
                    : mpos_table_get(&cursor_table, relation, keys, NULL);
    if (out->row != NULL) {
        read_row(out, RelationGetDescr(relation));
    }
    mpos_table_close(relation);
    return out->row != NULL;
}

bool
mpos_device_lock(const uint8 tenant[16], const uint8 device[16], mpos_device *out)
{
    return find(tenant, device, true, out);
}

bool
mpos_device_get(const uint8 tenant[16], const uint8 device[16], mpos_device *out)
{
    return find(tenant, device, false, out);
}

void
mpos_device_save(mpos_device *device)
{
    Relation relation = mpos_table_open(&cursor_table, RowExclusiveLock);
    bytea *hash = palloc(VARHDRSZ + sizeof device->last_hash);
    Datum values[COLUMNS] = {0};
    bool nulls[COLUMNS] = {false};
    bool replaces[COLUMNS] = {false};

    SET_VARSIZE(hash, VARHDRSZ + sizeof device->last_hash);
    memcpy(VARDATA(hash), device->last_hash, sizeof device->last_hash);
    values[COL_GEN] = Int32GetDatum(device->gen);
    values[COL_LAST_SEQ] = Int64GetDatum(device->last_seq);
    values[COL_LAST_HASH] = PointerGetDatum(hash);
    values[COL_RECEIPT_N] = Int64GetDatum(device->receipt_n);
    values[COL_CALL_N] = Int32GetDatum(device->call_n);
    values[COL_SUSPENDED] = Int32GetDatum(device->suspended);
    values[COL_SHIFT] = PointerGetDatum(device->shift);
    nulls[COL_SHIFT] = !device->has_shift;
    values[COL_REVOKED] = BoolGetDatum(device->revoked);
    for (int i = COL_GEN; i < COLUMNS; i++) {
        replaces[i] = true;
    }
    mpos_table_update(relation, device->row, values, nulls, replaces);
    mpos_table_close(relation);
}

/* A number printed on a receipt is never changed, even one that does not follow; it is flagged. */
char *
mpos_device_next_receipt(mpos_device *device, int64 n, bool *gap)
{
    int64 next = device->receipt_n + 1;

    *gap = n != 0 && n != next;
    if (n == 0) {
        n = next;
    }
    device->receipt_n = Max(device->receipt_n, n);
    return psprintf("%s-" INT64_FORMAT, device->receipt_prefix, n);
}

char *
mpos_device_next_call(mpos_device *device)
{
    device->call_n = device->call_n % CALL_NUMBERS + 1;
    return psprintf("%c%02d", device->letter, device->call_n);
}
