/* value.c - one switch per output form; the types are those that business tables use. */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "canon.h"
#include "value.h"
#include "value_other.h"

static mpos_value_kind
kind_of(Oid oid)
{
    switch (oid) {
    case INT2OID:
        return MPOS_VALUE_INT2;
    case INT4OID:
        return MPOS_VALUE_INT4;
    case INT8OID:
        return MPOS_VALUE_INT8;
    case BOOLOID:
        return MPOS_VALUE_BOOL;
    case UUIDOID:
        return MPOS_VALUE_UUID;
    case BYTEAOID:
        return MPOS_VALUE_BYTES;
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
        return MPOS_VALUE_TEXT;
    case TIMESTAMPTZOID:
        return MPOS_VALUE_TIME;
    case DATEOID:
        return MPOS_VALUE_DATE;
    case JSONBOID:
        return MPOS_VALUE_JSON;
    default:
        return type_is_enum(oid)      ? MPOS_VALUE_ENUM
               : type_is_rowtype(oid) ? MPOS_VALUE_COMPOSITE
                                      : MPOS_VALUE_OTHER;
    }
}

void
mpos_value_type_init(mpos_value_type *type, Oid oid, MemoryContext context)
{
    Oid element;

    memset(type, 0, sizeof *type);
    type->oid = getBaseType(oid);
    type->kind = kind_of(type->oid);
    get_typlenbyvalalign(type->oid, &type->len, &type->by_value, &type->align);
    element = get_base_element_type(type->oid);
    if (OidIsValid(element)) {
        type->kind = MPOS_VALUE_ARRAY;
        type->element = MemoryContextAlloc(context, sizeof *type->element);
        mpos_value_type_init(type->element, element, context);
    } else if (type->kind == MPOS_VALUE_OTHER || type->kind == MPOS_VALUE_COMPOSITE) {
        Oid function;
        bool is_varlena;

        getTypeOutputInfo(type->oid, &function, &is_varlena);
        fmgr_info_cxt(function, &type->output, context);
        getTypeBinaryOutputInfo(type->oid, &function, &is_varlena);
        fmgr_info_cxt(function, &type->send, context);
    }
}

/* A canonical writer at the end of out with room for size more bytes. */
static mpos_canon
writer(StringInfo out, size_t size)
{
    mpos_canon w;

    enlargeStringInfo(out, (int)size);
    mpos_canon_init(&w, out->data + out->len, size);
    return w;
}

static void
finish(StringInfo out, const mpos_canon *w)
{
    size_t size = 0;
    mpos_err err = mpos_canon_finish(w, &size);

    if (err != MPOS_OK) {
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("a value cannot be journalled exactly: %s", mpos_err_title(err))));
    }
    out->len += (int)size;
    out->data[out->len] = '\0';
}

void
mpos_json_string(StringInfo out, const char *text, size_t len)
{
    mpos_canon w = writer(out, len * 6 + 2);

    mpos_canon_text(&w, text, len);
    finish(out, &w);
}

static void
json_integer(int64 value, StringInfo out)
{
    mpos_canon w = writer(out, MAXINT8LEN);

    mpos_canon_int(&w, value);
    finish(out, &w);
}

static void
json_bytes(const void *bytes, size_t size, StringInfo out)
{
    mpos_canon w = writer(out, size * 4 / 3 + 4);

    mpos_canon_bytes(&w, bytes, size);
    finish(out, &w);
}

static void
json_time(TimestampTz value, StringInfo out)
{
    mpos_canon w = writer(out, 32);

    mpos_canon_time(&w, value + ((int64)(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY));
    finish(out, &w);
}

static void
json_date(DateADT value, StringInfo out)
{
    int year, month, day;

    if (DATE_NOT_FINITE(value)) {
        appendStringInfoString(out, value < 0 ? "\"-infinity\"" : "\"infinity\"");
        return;
    }
    j2date(value + POSTGRES_EPOCH_JDATE, &year, &month, &day);
    appendStringInfo(out, "\"%04d-%02d-%02d\"", year, month, day);
}

static void
json_array(const mpos_value_type *element, ArrayType *array, StringInfo out)
{
    Datum *values;
    bool *nulls;
    int count;

    if (ARR_NDIM(array) > 1) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("an array of several dimensions cannot be journalled")));
    }
    deconstruct_array(array, element->oid, element->len, element->by_value, element->align, &values, &nulls,
                      &count);
    appendStringInfoCharMacro(out, '[');
    for (int i = 0; i < count; i++) {
        if (i > 0) {
            appendStringInfoCharMacro(out, ',');
        }
        if (nulls[i]) {
            appendStringInfoString(out, "null");
        } else {
            mpos_value_json(element, values[i], out);
        }
    }
    appendStringInfoCharMacro(out, ']');
}

static void
json_varlena_string(Datum value, StringInfo out)
{
    struct varlena *text = PG_DETOAST_DATUM_PACKED(value);

    mpos_json_string(out, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
}

void
mpos_value_json(const mpos_value_type *type, Datum value, StringInfo out)
{
    switch (type->kind) {
    case MPOS_VALUE_INT2:
        json_integer(DatumGetInt16(value), out);
        break;
    case MPOS_VALUE_INT4:
        json_integer(DatumGetInt32(value), out);
        break;
    case MPOS_VALUE_INT8:
        json_integer(DatumGetInt64(value), out);
        break;
    case MPOS_VALUE_BOOL:
        appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
        break;
    case MPOS_VALUE_UUID:
        json_bytes(DatumGetUUIDP(value)->data, UUID_LEN, out);
        break;
    case MPOS_VALUE_BYTES: {
        bytea *bytes = DatumGetByteaPP(value);

        json_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), out);
        break;
    }
    case MPOS_VALUE_TEXT:
        json_varlena_string(value, out);
        break;
    case MPOS_VALUE_ENUM: {
        char *label = DatumGetCString(DirectFunctionCall1(enum_out, value));

        mpos_json_string(out, label, strlen(label));
        break;
    }
    case MPOS_VALUE_TIME:
        json_time(DatumGetTimestampTz(value), out);
        break;
    case MPOS_VALUE_DATE:
        json_date(DatumGetDateADT(value), out);
        break;
    case MPOS_VALUE_JSON:
        mpos_json_canonical(out, DatumGetJsonbP(value));
        break;
    case MPOS_VALUE_ARRAY:
        json_array(type->element, DatumGetArrayTypeP(value), out);
        break;
    case MPOS_VALUE_COMPOSITE:
    case MPOS_VALUE_OTHER:
        mpos_value_other_json(type, value, out);
        break;
    }
}

void
mpos_value_id(const mpos_value_type *type, Datum value, StringInfo out)
{
    int start = out->len;

    mpos_value_json(type, value, out);
    if (out->data[start] == '"') {
        out->len -= 2;
        memmove(out->data + start, out->data + start + 1, (size_t)(out->len - start));
        out->data[out->len] = '\0';
    }
}

/* The layout of array_send, whose text elements would follow the client's encoding. */
static void
bytes_array(const mpos_value_type *element, ArrayType *array, StringInfo out)
{
    Datum *values;
    bool *nulls;
    int count;

    deconstruct_array(array, element->oid, element->len, element->by_value, element->align, &values, &nulls,
                      &count);
    pq_sendint32(out, (uint32)ARR_NDIM(array));
    pq_sendint32(out, ARR_HASNULL(array) ? 1 : 0);
    /* Types that somebody made have another id in every database. */
    pq_sendint32(out, element->oid < FirstNormalObjectId ? element->oid : InvalidOid);
    for (int i = 0; i < ARR_NDIM(array); i++) {
        pq_sendint32(out, (uint32)ARR_DIMS(array)[i]);
        pq_sendint32(out, (uint32)ARR_LBOUND(array)[i]);
    }
    for (int i = 0; i < count; i++) {
        int at = out->len;
        uint32 size;

        pq_sendint32(out, (uint32)-1);
        if (!nulls[i]) {
            mpos_value_bytes(element, values[i], out);
            size = pg_hton32((uint32)(out->len - at - 4));
            memcpy(out->data + at, &size, sizeof size);
        }
    }
}

void
mpos_value_bytes(const mpos_value_type *type, Datum value, StringInfo out)
{
    switch (type->kind) {
    case MPOS_VALUE_INT2:
        pq_sendint16(out, (uint16)DatumGetInt16(value));
        break;
    case MPOS_VALUE_INT4:
    case MPOS_VALUE_DATE:
        pq_sendint32(out, (uint32)DatumGetInt32(value));
        break;
    case MPOS_VALUE_INT8:
    case MPOS_VALUE_TIME:
        pq_sendint64(out, (uint64)DatumGetInt64(value));
        break;
    case MPOS_VALUE_BOOL:
        pq_sendbyte(out, DatumGetBool(value) ? 1 : 0);
        break;
    case MPOS_VALUE_UUID:
        appendBinaryStringInfo(out, (const char *)DatumGetUUIDP(value)->data, UUID_LEN);
        break;
    case MPOS_VALUE_BYTES:
    case MPOS_VALUE_TEXT: {
        struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

        appendBinaryStringInfo(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
        break;
    }
    case MPOS_VALUE_ENUM:
        appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(enum_out, value)));
        break;
    case MPOS_VALUE_JSON: {
        Jsonb *jsonb = DatumGetJsonbP(value);

        pq_sendbyte(out, 1);
        (void)JsonbToCString(out, &jsonb->root, VARSIZE(jsonb));
        break;
    }
    case MPOS_VALUE_ARRAY:
        bytes_array(type->element, DatumGetArrayTypeP(value), out);
        break;
    case MPOS_VALUE_COMPOSITE:
        mpos_value_composite_bytes(value, out);
        break;
    case MPOS_VALUE_OTHER:
        mpos_value_other_bytes(type, value, out);
        break;
    }
}
