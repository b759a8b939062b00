/* idempotency.c - records in pos.idempotency; each commits or vanishes with the write that it answers. */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "bytes.h"
#include "heap.h"
#include "idempotency.h"
#include "pack.h"
#include "sha256.h"
#include "sqlstate.h"

enum {
    KEY_TENANT,
    KEY_HASH,
    KEY_OPERATION,
    KEY_REQUEST,
    KEY_STATUS,
    KEY_ETAG,
    KEY_ANSWER,
    KEY_CREATED,
    KEY_COLUMNS
};

static mpos_table key_table = {"pos", "idempotency", "idempotency_pkey"};

static bytea *
make_bytea(const uint8 *bytes, size_t size)
{
    bytea *out = palloc(VARHDRSZ + size);

    SET_VARSIZE(out, VARHDRSZ + size);
    memcpy(VARDATA(out), bytes, size);
    return out;
}

/* Equal keys wait for each other, whatever their requests; unrelated ones collide once in 2^64. */
static void
wait_for_key(const mpos_call *call)
{
    uint8 hash[MPOS_SHA256_LEN];

    mpos_sha256(call->context.tenant, sizeof call->context.tenant, call->context.idempotency,
                sizeof call->context.idempotency, hash);
    DirectFunctionCall1(pg_advisory_xact_lock_int8, Int64GetDatum((int64)mpos_get_u64(hash)));
}

/*
 * What makes two requests the same: outlet, operation and input. The session is not part: it may have been
 * renewed. Personal data is there as its commitments: nothing must remain here that a guess could be tried on.
 */
static void
request_hash(const mpos_call *call, uint8 out[MPOS_SHA256_LEN])
{
    mpos_sha256_begin();
    mpos_sha256_add(call->context.outlet, sizeof call->context.outlet);
    mpos_sha256_add(call->operation, strlen(call->operation) + 1);
    mpos_sha256_add(VARDATA(call->recorded), VARSIZE(call->recorded) - VARHDRSZ);
    mpos_sha256_end(out);
}

static void
replay(mpos_call *call, const Datum *values, const bool *nulls)
{
    uint8 hash[MPOS_SHA256_LEN];
    bytea *stored = DatumGetByteaPP(values[KEY_REQUEST]);
    bytea *answer;

    request_hash(call, hash);
    if (VARSIZE_ANY_EXHDR(stored) != sizeof hash || memcmp(VARDATA_ANY(stored), hash, sizeof hash) != 0) {
        mpos_raise(MPOS_E_KEY_MISMATCH, NULL, NULL);
    }
    answer = mpos_unpack(DatumGetByteaPP(values[KEY_ANSWER]));
    if (answer == NULL) {
        elog(ERROR, "a stored answer is damaged");
    }
    call->status = DatumGetInt32(values[KEY_STATUS]);
    if (!nulls[KEY_ETAG]) {
        strlcpy(call->etag, TextDatumGetCString(values[KEY_ETAG]), sizeof call->etag);
    }
    appendBinaryStringInfo(&call->body, VARDATA_ANY(answer), VARSIZE_ANY_EXHDR(answer));
}

bool
mpos_idempotency_begin(mpos_call *call)
{
    static const uint8 none[MPOS_SHA256_LEN] = {0};
    Datum keys[2];
    Relation relation;
    HeapTuple row;

    if (memcmp(call->context.idempotency, none, sizeof none) == 0) {
        mpos_raise(MPOS_E_KEY_MISSING, NULL, NULL);
    }
    wait_for_key(call);
    keys[0] = PointerGetDatum(call->context.tenant);
    keys[1] = PointerGetDatum(make_bytea(call->context.idempotency, sizeof call->context.idempotency));
    relation = mpos_table_open(&key_table, AccessShareLock);
    row = mpos_table_get(&key_table, relation, keys, NULL);
    if (row != NULL) {
        Datum values[KEY_COLUMNS];
        bool nulls[KEY_COLUMNS];

        heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
        replay(call, values, nulls);
    }
    mpos_table_close(relation);
    return row != NULL;
}

void
mpos_idempotency_store(mpos_call *call)
{
    Relation relation = mpos_table_open(&key_table, RowExclusiveLock);
    Datum values[KEY_COLUMNS];
    bool nulls[KEY_COLUMNS] = {[KEY_ETAG] = call->etag[0] == '\0'};
    uint8 hash[MPOS_SHA256_LEN];

    request_hash(call, hash);
    values[KEY_TENANT] = PointerGetDatum(call->context.tenant);
    values[KEY_HASH] =
        PointerGetDatum(make_bytea(call->context.idempotency, sizeof call->context.idempotency));
    values[KEY_OPERATION] = CStringGetTextDatum(call->operation);
    values[KEY_REQUEST] = PointerGetDatum(make_bytea(hash, sizeof hash));
    values[KEY_STATUS] = Int32GetDatum(call->status);
    values[KEY_ETAG] = CStringGetTextDatum(call->etag);
    values[KEY_ANSWER] =
        PointerGetDatum(mpos_pack(MPOS_PACK_ANSWER, call->body.data, (size_t)call->body.len));
    values[KEY_CREATED] = TimestampTzGetDatum(GetCurrentTimestamp());
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
}
