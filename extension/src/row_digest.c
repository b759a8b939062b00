/* row_digest.c - digests of rows, in the capture trigger and as mpos.row_digest(record). */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "bytes.h"
#include "row_digest.h"
#include "sha256.h"

static const char domain[] = "mpos.row.v1"; /* hashed with its NUL */

PG_FUNCTION_INFO_V1(mpos_row_digest);

static int
compare_columns(const void *a, const void *b)
{
    return strcmp(((const mpos_digest_column *)a)->name, ((const mpos_digest_column *)b)->name);
}

mpos_digest_plan *
mpos_digest_plan_make(TupleDesc shape, MemoryContext context)
{
    mpos_digest_plan *plan = MemoryContextAlloc(context, sizeof *plan);

    plan->count = 0;
    plan->columns = MemoryContextAllocZero(context, sizeof *plan->columns * (size_t)Max(shape->natts, 1));
    for (int i = 0; i < shape->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(shape, i);
        mpos_digest_column *column = &plan->columns[plan->count];
        size_t name_len = strlen(NameStr(attribute->attname));

        if (attribute->attisdropped) {
            continue;
        }
        column->attribute = i;
        column->name = MemoryContextStrdup(context, NameStr(attribute->attname));
        mpos_put_u16(column->prefix, (uint16)name_len);
        memcpy(column->prefix + 2, column->name, name_len);
        column->prefix_len = 2 + name_len;
        mpos_value_type_init(&column->type, attribute->atttypid, context);
        plan->count++;
    }
    qsort(plan->columns, (size_t)plan->count, sizeof *plan->columns, compare_columns);
    return plan;
}

void
mpos_digest_row(const mpos_digest_plan *plan, const Datum *values, const bool *nulls,
                uint8 out[MPOS_ROW_DIGEST_SIZE])
{
    uint8 full[MPOS_SHA256_LEN];
    StringInfoData bytes;

    initStringInfo(&bytes);
    appendBinaryStringInfo(&bytes, domain, sizeof domain);
    for (int i = 0; i < plan->count; i++) {
        const mpos_digest_column *column = &plan->columns[i];
        uint8 size[4] = {0};
        int at;

        if (nulls[column->attribute]) {
            continue;
        }
        appendBinaryStringInfo(&bytes, (const char *)column->prefix, (int)column->prefix_len);
        at = bytes.len;
        appendBinaryStringInfo(&bytes, (const char *)size, sizeof size);
        mpos_value_bytes(&column->type, values[column->attribute], &bytes);
        mpos_put_u32((uint8 *)bytes.data + at, (uint32)(bytes.len - at) - 4);
    }
    mpos_sha256(bytes.data, (size_t)bytes.len, NULL, 0, full);
    memcpy(out, full, MPOS_ROW_DIGEST_SIZE);
    pfree(bytes.data);
}

typedef struct digest_cache {
    Oid type;
    int32 typmod;
    mpos_digest_plan *plan;
    TupleDesc shape;
    MemoryContext context;
} digest_cache;

/* The plan of one call site; rows of another shape (or of an altered table) build it anew. */
static digest_cache *
cached_plan(FmgrInfo *function, HeapTupleHeader row)
{
    digest_cache *cache = function->fn_extra;
    TupleDesc shape = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));

    if (cache == NULL) {
        cache = MemoryContextAllocZero(function->fn_mcxt, sizeof *cache);
        cache->context = AllocSetContextCreate(function->fn_mcxt, "mpos row digest", ALLOCSET_SMALL_SIZES);
        function->fn_extra = cache;
    }
    if (cache->shape == NULL || cache->type != HeapTupleHeaderGetTypeId(row) ||
        cache->typmod != HeapTupleHeaderGetTypMod(row) || !equalTupleDescs(cache->shape, shape)) {
        MemoryContext old;

        MemoryContextReset(cache->context);
        cache->shape = NULL;
        old = MemoryContextSwitchTo(cache->context);
        cache->plan = mpos_digest_plan_make(shape, cache->context);
        cache->type = HeapTupleHeaderGetTypeId(row);
        cache->typmod = HeapTupleHeaderGetTypMod(row);
        cache->shape = CreateTupleDescCopyConstr(shape);
        MemoryContextSwitchTo(old);
    }
    ReleaseTupleDesc(shape);
    return cache;
}

/* row_digest(record) returns bytea: 16 bytes. */
Datum
mpos_row_digest(PG_FUNCTION_ARGS)
{
    HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
    digest_cache *cache = cached_plan(fcinfo->flinfo, row);
    HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
    Datum *values = palloc(sizeof *values * (size_t)Max(cache->shape->natts, 1));
    bool *nulls = palloc(sizeof *nulls * (size_t)Max(cache->shape->natts, 1));
    bytea *digest = palloc(VARHDRSZ + MPOS_ROW_DIGEST_SIZE);

    ItemPointerSetInvalid(&tuple.t_self);
    heap_deform_tuple(&tuple, cache->shape, values, nulls);
    SET_VARSIZE(digest, VARHDRSZ + MPOS_ROW_DIGEST_SIZE);
    mpos_digest_row(cache->plan, values, nulls, (uint8 *)VARDATA(digest));
    PG_RETURN_BYTEA_P(digest);
}
