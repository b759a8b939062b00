/* analytics.c - binary forms as SQL reads them: taxes of an order, head and operation of an entry. */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "journal_header.h"
#include "journal_store.h"
#include "pack.h"
#include "payload.h"
#include "priced_form.h"
#include "sqlstate.h"

enum { TAX_ID, TAX_TYPE, TAX_INCLUDED, TAX_VALUE, TAX_BASE, TAX_AMOUNT, TAX_COLUMNS };
enum { HEAD_KIND, HEAD_RECORDED, HEAD_TRANSACTION, HEAD_ACTOR, HEAD_COLUMNS };

PG_FUNCTION_INFO_V1(mpos_priced_taxes);
PG_FUNCTION_INFO_V1(mpos_entry_head);
PG_FUNCTION_INFO_V1(mpos_entry_operation);

static const char *
tax_type_text(uint8 type)
{
    switch (type) {
    case MPOS_TAX_FIXED:
        return "fixed";
    case MPOS_TAX_DIVISION:
        return "division";
    default:
        return "percent";
    }
}

static void
put_tax(ReturnSetInfo *result, const mpos_cart_tax *tax, const mpos_priced_tax *priced)
{
    Datum values[TAX_COLUMNS] = {
        [TAX_ID] = PointerGetDatum(tax->id),
        [TAX_TYPE] = CStringGetTextDatum(tax_type_text(tax->type)),
        [TAX_INCLUDED] = BoolGetDatum((tax->flags & MPOS_TAX_INCLUDED) != 0),
        [TAX_VALUE] = Int64GetDatum(tax->value),
        [TAX_BASE] = Int64GetDatum(priced->base),
        [TAX_AMOUNT] = Int64GetDatum(priced->amount),
    };
    bool nulls[TAX_COLUMNS] = {false};

    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* priced_taxes(form bytea) returns setof (tax_id uuid, type text, included boolean, value, base, amount bigint) */
Datum
mpos_priced_taxes(PG_FUNCTION_ARGS)
{
    const bytea *form = PG_GETARG_BYTEA_PP(0);
    size_t size = VARSIZE_ANY_EXHDR(form);
    size_t room_size = mpos_priced_form_room_size(size);
    void *room = palloc(room_size);
    mpos_cart cart;
    mpos_priced priced;

    InitMaterializedSRF(fcinfo, 0);
    mpos_check(
        mpos_priced_form_decode((const uint8 *)VARDATA_ANY(form), size, room, room_size, &cart, &priced),
        "stored priced form");
    for (int i = 0; i < cart.tax_count; i++) {
        put_tax((ReturnSetInfo *)fcinfo->resultinfo, &cart.taxes[i], &priced.taxes[i]);
    }
    pfree(room);
    return (Datum)0;
}

static const char *
entry_kind_text(uint8 kind)
{
    static const char *const texts[] = {
        [MPOS_ENTRY_TRANSACTION] = "transaction",
        [MPOS_ENTRY_CLOSURE] = "closure",
        [MPOS_ENTRY_DEVICE_BATCH] = "device_batch",
        [MPOS_ENTRY_ERASURE] = "erasure",
        [MPOS_ENTRY_EPOCH] = "epoch",
        [MPOS_ENTRY_SCHEMA] = "schema",
        [MPOS_ENTRY_KEY] = "key",
        [MPOS_ENTRY_FOREIGN_CHECKPOINT] = "foreign_checkpoint",
        [MPOS_ENTRY_OUTAGE] = "outage",
    };

    return texts[kind];
}

/* entry_head(header bytea) returns (kind text, recorded_at timestamptz, transaction_id uuid, actor uuid) */
Datum
mpos_entry_head(PG_FUNCTION_ARGS)
{
    static const uint8 nobody[UUID_LEN] = {0};
    const bytea *bytes = PG_GETARG_BYTEA_PP(0);
    mpos_journal_header header;
    Datum values[HEAD_COLUMNS];
    bool nulls[HEAD_COLUMNS] = {false};
    TupleDesc shape;

    if (VARSIZE_ANY_EXHDR(bytes) != MPOS_JOURNAL_HEADER_SIZE ||
        mpos_journal_header_decode((const uint8 *)VARDATA_ANY(bytes), &header) != MPOS_OK) {
        PG_RETURN_NULL();
    }
    if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE) {
        elog(ERROR, "mpos.entry_head must return a row");
    }
    values[HEAD_KIND] = CStringGetTextDatum(entry_kind_text(header.kind));
    values[HEAD_RECORDED] = TimestampTzGetDatum(header.recorded_us - MPOS_UNIX_EPOCH_US);
    values[HEAD_TRANSACTION] = PointerGetDatum(header.transaction);
    values[HEAD_ACTOR] = PointerGetDatum(header.actor);
    nulls[HEAD_ACTOR] = memcmp(header.actor, nobody, UUID_LEN) == 0;
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls)));
}

/* The audit section of a payload; false when it has none. */
static bool
find_audit(const bytea *payload, mpos_section *out)
{
    mpos_payload_reader reader;

    if (mpos_payload_open((const uint8 *)VARDATA_ANY(payload), VARSIZE_ANY_EXHDR(payload), &reader) !=
        MPOS_OK) {
        return false;
    }
    while (mpos_payload_next(&reader, out)) {
        if (out->kind == MPOS_SECTION_AUDIT) {
            return true;
        }
    }
    return false;
}

/* entry_operation(packed bytea) returns text */
Datum
mpos_entry_operation(PG_FUNCTION_ARGS)
{
    const bytea *payload = mpos_unpack(PG_GETARG_BYTEA_PP(0));
    mpos_section audit;
    Jsonb *body;
    JsonbValue operation;

    if (payload == NULL || !find_audit(payload, &audit)) {
        PG_RETURN_NULL();
    }
    body = DatumGetJsonbP(
        DirectFunctionCall1(jsonb_in, CStringGetDatum(pnstrdup((const char *)audit.body, audit.body_size))));
    if (!JB_ROOT_IS_OBJECT(body) || getKeyJsonValueFromContainer(&body->root, "op", 2, &operation) == NULL ||
        operation.type != jbvString) {
        PG_RETURN_NULL();
    }
    PG_RETURN_TEXT_P(cstring_to_text_with_len(operation.val.string.val, operation.val.string.len));
}
