/* row_digest.c - digests of rows, in the capture trigger and as mpos.row_digest(record). */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "bytes.h"
#include "capture_plan.h"
#include "row_digest.h"
#include "sha256.h"

static const char domain[] = "mpos.row.v1"; /* hashed with its NUL */

PG_FUNCTION_INFO_V1(mpos_row_digest);
PG_FUNCTION_INFO_V1(mpos_digest_fills);

static int
compare_columns(const void *a, const void *b)
{
    return strcmp(((const mpos_digest_column *)a)->name, ((const mpos_digest_column *)b)->name);
}

const char *
mpos_fill_find(const char *fills, const char *column, int *len_out)
{
    char name[2 * NAMEDATALEN];
    size_t name_len = (size_t)hex_encode(column, strlen(column), name);

    for (const char *at = fills; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ",");

        if (strncmp(at, name, name_len) == 0 && at[name_len] == ':') {
            *len_out = (int)(len - name_len - 1);
            return at + name_len + 1;
        }
        at += len + (at[len] == ',');
    }
    return NULL;
}

static void
set_fill(mpos_digest_column *column, const char *fills, MemoryContext context)
{
    int len;
    const char *hex = mpos_fill_find(fills, column->name, &len);

    if (hex != NULL) {
        char *bytes = MemoryContextAlloc(context, (size_t)len / 2 + 1);

        column->fill_len = (int)hex_decode(hex, (size_t)len, bytes);
        column->fill = bytes;
    }
}

mpos_digest_plan *
mpos_digest_plan_make(TupleDesc shape, const char *fills, MemoryContext context)
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
        set_fill(column, fills, context);
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
        int start = bytes.len, at;

        if (nulls[column->attribute]) {
            continue;
        }
        appendBinaryStringInfo(&bytes, (const char *)column->prefix, (int)column->prefix_len);
        at = bytes.len;
        appendBinaryStringInfo(&bytes, (const char *)size, sizeof size);
        mpos_value_bytes(&column->type, values[column->attribute], &bytes);
        mpos_put_u32((uint8 *)bytes.data + at, (uint32)(bytes.len - at) - 4);
        if (column->fill != NULL && bytes.len - at - 4 == column->fill_len &&
            memcmp(bytes.data + at + 4, column->fill, (size_t)column->fill_len) == 0) {
            bytes.len = start;
        }
    }
    mpos_sha256(bytes.data, (size_t)bytes.len, NULL, 0, full);
    memcpy(out, full, MPOS_ROW_DIGEST_SIZE);
    pfree(bytes.data);
}

static void
append_hex(StringInfo out, const void *bytes, size_t size)
{
    enlargeStringInfo(out, (int)size * 2 + 1);
    out->len += (int)hex_encode(bytes, size, out->data + out->len);
    out->data[out->len] = '\0';
}

/* name:value of one column, both in hex */
static void
append_fill(StringInfo out, Form_pg_attribute attribute, Datum missing)
{
    StringInfoData bytes;
    mpos_value_type type;

    initStringInfo(&bytes);
    mpos_value_type_init(&type, attribute->atttypid, CurrentMemoryContext);
    mpos_value_bytes(&type, missing, &bytes);
    if (out->len > 0) {
        appendStringInfoCharMacro(out, ',');
    }
    append_hex(out, NameStr(attribute->attname), strlen(NameStr(attribute->attname)));
    appendStringInfoCharMacro(out, ':');
    append_hex(out, bytes.data, (size_t)bytes.len);
}

/*
 * digest_fills(target regclass, known text) returns text: the known fills of columns that are still there, and one for every
 * other column that rows may lack, because it was added with a constant default.
 */
Datum
mpos_digest_fills(PG_FUNCTION_ARGS)
{
    Relation table = table_open(PG_GETARG_OID(0), AccessShareLock);
    TupleDesc shape = RelationGetDescr(table);
    char *known = text_to_cstring(PG_GETARG_TEXT_PP(1));
    StringInfoData fills;

    initStringInfo(&fills);
    for (int i = 0; i < shape->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(shape, i);
        const char *value;
        bool is_null;
        Datum missing;
        int len;

        if (attribute->attisdropped) {
            continue;
        }
        value = mpos_fill_find(known, NameStr(attribute->attname), &len);
        if (value != NULL) {
            appendStringInfoString(&fills, fills.len > 0 ? "," : "");
            append_hex(&fills, NameStr(attribute->attname), strlen(NameStr(attribute->attname)));
            appendStringInfo(&fills, ":%.*s", len, value);
        } else if (attribute->atthasmissing) {
            missing = getmissingattr(shape, i + 1, &is_null);
            append_fill(&fills, attribute, missing);
        }
    }
    table_close(table, AccessShareLock);
    PG_RETURN_TEXT_P(cstring_to_text_with_len(fills.data, fills.len));
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
        cache->plan = mpos_digest_plan_make(shape, mpos_capture_fills(shape->tdtypeid), cache->context);
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
