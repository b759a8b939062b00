/*
 * call.c - mpos.call: the one door of the application. Checks, runs one operation, flushes, answers.
 */
#include "postgres.h"

#include <stdarg.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "call.h"
#include "context_key.h"
#include "flush.h"
#include "heap.h"
#include "idempotency.h"
#include "journal_store.h"
#include "log_guard.h"
#include "pending.h"
#include "pii_store.h"
#include "sqlstate.h"
#include "tenant.h"
#include "uuid.h"

enum { ARG_TENANT, ARG_CONTEXT, ARG_OPERATION, ARG_INPUT };
enum {
    SESSION_TENANT,
    SESSION_ID,
    SESSION_STAFF,
    SESSION_DEVICE,
    SESSION_OUTLET,
    SESSION_SCOPES,
    SESSION_RIGHTS,
    SESSION_CREATED,
    SESSION_EXPIRES,
    SESSION_ENDED,
    SESSION_KIND,
    SESSION_DISCOUNT_LIMIT,
    SESSION_REFUND_LIMIT,
    SESSION_COLUMNS /* known here; others may follow */
};
enum { RESULT_STATUS, RESULT_ETAG, RESULT_BODY, RESULT_ENTRIES, RESULT_COLUMNS };

static mpos_table session_table = {"pos", "session", "session_pkey"};

static bool running = false;

PG_FUNCTION_INFO_V1(mpos_call_sql);

mpos_err
mpos_refuse(mpos_call *call, mpos_err err, const char *field, const char *detail_format, ...)
{
    va_list args;

    strlcpy(call->field, field != NULL ? field : "", sizeof call->field);
    va_start(args, detail_format);
    vsnprintf(call->detail, sizeof call->detail, detail_format, args);
    va_end(args);
    return err;
}

void
mpos_call_enter(mpos_call *call, const uint8 tenant[16])
{
    memcpy(call->context.tenant, tenant, UUID_LEN);
    mpos_tenant_set(tenant);
}

static bool
is_zero_uuid(const uint8 id[UUID_LEN])
{
    static const uint8 zero[UUID_LEN] = {0};

    return memcmp(id, zero, UUID_LEN) == 0;
}

static const mpos_operation *
find_operation(const char *name)
{
    for (const mpos_operation *operation = mpos_operations; operation->name != NULL; operation++) {
        if (strcmp(operation->name, name) == 0) {
            return operation;
        }
    }
    mpos_raise(MPOS_E_ROUTE_NOT_FOUND, NULL, NULL);
}

/* Only a context with a fitting MAC is looked into at all. */
static void
check_context(mpos_call *call, const pg_uuid_t *tenant, bytea *bytes)
{
    const uint8 *context = (const uint8 *)VARDATA_ANY(bytes);

    if (VARSIZE_ANY_EXHDR(bytes) != MPOS_CONTEXT_SIZE || !mpos_context_genuine(context) ||
        mpos_context_decode(context, &call->context) != MPOS_OK ||
        memcmp(call->context.tenant, tenant->data, UUID_LEN) != 0 ||
        call->context.expires_us > call->now_us + MPOS_CONTEXT_LIFE_US_MAX) {
        mpos_raise(MPOS_E_CONTEXT_INVALID, NULL, NULL);
    }
    if (call->context.expires_us <= call->now_us) {
        mpos_raise(MPOS_E_CONTEXT_EXPIRED, NULL, NULL);
    }
}

static void
check_rights(const mpos_call *call, const mpos_operation *operation)
{
    bool platform = (operation->flags & MPOS_OP_PLATFORM) != 0;

    if (platform != is_zero_uuid(call->context.tenant)) {
        mpos_raise(MPOS_E_CONTEXT_INVALID, NULL, NULL);
    }
    if ((call->context.scopes & operation->scope) != operation->scope) {
        mpos_raise(MPOS_E_FORBIDDEN, NULL, NULL);
    }
}

static bool
session_lives(const mpos_call *call, const Datum *values, const bool *nulls)
{
    return nulls[SESSION_ENDED] &&
           (uint32)DatumGetInt32(values[SESSION_RIGHTS]) == call->context.rights_version &&
           DatumGetTimestampTz(values[SESSION_EXPIRES]) + MPOS_UNIX_EPOCH_US > call->now_us;
}

static void
take_rights(mpos_call *call, const Datum *values, const bool *nulls)
{
    call->scopes = (uint64)DatumGetInt64(values[SESSION_SCOPES]);
    call->discount_limit =
        nulls[SESSION_DISCOUNT_LIMIT] ? MPOS_NO_LIMIT : DatumGetInt64(values[SESSION_DISCOUNT_LIMIT]);
    call->refund_limit =
        nulls[SESSION_REFUND_LIMIT] ? MPOS_NO_LIMIT : DatumGetInt64(values[SESSION_REFUND_LIMIT]);
    call->by_device = strcmp(TextDatumGetCString(values[SESSION_KIND]), "device") == 0;
}

/* What the session may do says its row, whatever the token says that the context was made from. */
static void
check_session(mpos_call *call, const mpos_operation *operation)
{
    Relation relation = mpos_table_open(&session_table, AccessShareLock);
    Datum keys[2] = {PointerGetDatum(call->context.tenant), PointerGetDatum(call->context.session)};
    HeapTuple row = mpos_table_get(&session_table, relation, keys, NULL);
    int columns = Max(RelationGetDescr(relation)->natts, SESSION_COLUMNS);
    Datum *values = palloc0(sizeof *values * (size_t)columns);
    bool *nulls = palloc0(sizeof *nulls * (size_t)columns);

    if (row != NULL) {
        heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
    }
    mpos_table_close(relation);
    if (row == NULL || !session_lives(call, values, nulls)) {
        mpos_raise(MPOS_E_SESSION_ENDED, NULL, NULL);
    }
    take_rights(call, values, nulls);
    if ((operation->scope & ~call->scopes & ~(uint64)MPOS_SCOPE_AUTH) != 0) {
        mpos_raise(MPOS_E_FORBIDDEN, NULL, NULL);
    }
}

/* Every look at the table takes a snapshot of its own. */
void
mpos_call_session_again(mpos_call *call)
{
    if (!is_zero_uuid(call->context.session)) {
        check_session(call, find_operation(call->operation));
    }
}

static void
run_handler(mpos_call *call, const mpos_operation *operation)
{
    mpos_err err;

    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    err = operation->run(call);
    SPI_finish();
    if (err != MPOS_OK) {
        mpos_raise(err, call->field, call->detail[0] != '\0' ? call->detail : NULL);
    }
}

/* The member "journal" at the end of the answer's object: where this call can be found again. */
static void
append_refs(StringInfo body, const mpos_flushed *flushed)
{
    const mpos_entry_ref *refs = (const mpos_entry_ref *)flushed->refs.data;
    size_t count = (size_t)flushed->refs.len / sizeof *refs;

    if (body->len < 2 || body->data[body->len - 1] != '}') {
        elog(ERROR, "the answer of a write is not a JSON object");
    }
    body->data[--body->len] = '\0';
    appendStringInfoString(body, body->len == 1 ? "\"journal\":[" : ",\"journal\":[");
    for (size_t i = 0; i < count; i++) {
        char id[37];

        mpos_uuid_text(refs[i].journal.data, id);
        appendStringInfo(body, "%s{\"id\":\"%s\",\"epoch\":%d,\"seq\":" INT64_FORMAT ",\"leaf\":\"",
                         i > 0 ? "," : "", id, refs[i].epoch, refs[i].seq);
        enlargeStringInfo(body, 2 * MPOS_LEAF_SIZE);
        body->len += (int)hex_encode((const char *)refs[i].leaf, MPOS_LEAF_SIZE, body->data + body->len);
        appendStringInfoString(body, "\"}");
    }
    appendStringInfoString(body, "]}");
}

/*
 * As top statement of an implicit transaction the call flushes itself, so that the numbers go back to the
 * client. Inside an explicit transaction the heads would stay locked for as long as the client likes: there
 * the pre-commit net does it, and "journal" is empty.
 */
static void
flush_call(mpos_call *call, bool answers)
{
    mpos_flushed flushed;

    initStringInfo(&flushed.refs);
    initStringInfo(&flushed.entries);
    if (!IsTransactionBlock() && GetCurrentTransactionNestLevel() == 1) {
        mpos_flush(&flushed);
    }
    if (answers) {
        append_refs(&call->body, &flushed);
    }
    appendBinaryStringInfo(&call->entries, flushed.entries.data, flushed.entries.len);
}

static void
run_checked(mpos_call *call, const mpos_operation *operation)
{
    bool writes = (operation->flags & (MPOS_OP_WRITE | MPOS_OP_SELF_KEYED)) != 0;
    bool keyed = (operation->flags & MPOS_OP_WRITE) != 0 && (operation->flags & MPOS_OP_SELF_KEYED) == 0;
    bool platform = (operation->flags & MPOS_OP_PLATFORM) != 0;

    if (writes) {
        /* Rows that are written past the executor would find out late, and with an error that says nothing. */
        PreventCommandDuringRecovery("mpos.call");
    }
    if (!platform) {
        mpos_tenant_set(call->context.tenant);
        check_session(call, operation);
    }
    if (keyed && mpos_idempotency_begin(call)) {
        return;
    }
    run_handler(call, operation);
    if (writes) {
        flush_call(call, !platform);
    }
    if (keyed) {
        mpos_idempotency_store(call);
    }
}

/* Whatever happens inside, tenant and call are as before afterwards. */
static void
run_guarded(mpos_call *call, const mpos_operation *operation)
{
    mpos_tenant_state before = mpos_tenant_save();

    PG_TRY();
    {
        running = true;
        mpos_pending_call_begin(call);
        run_checked(call, operation);
    }
    PG_FINALLY();
    {
        mpos_pending_call_end();
        mpos_tenant_restore(before);
        running = false;
    }
    PG_END_TRY();
}

static Datum
form_result(FunctionCallInfo fcinfo, const mpos_call *call)
{
    Datum values[RESULT_COLUMNS];
    bool nulls[RESULT_COLUMNS] = {[RESULT_ETAG] = call->etag[0] == '\0'};
    bytea *entries = palloc(VARHDRSZ + (Size)call->entries.len);
    TupleDesc shape;

    if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE) {
        elog(ERROR, "mpos.call must return a row");
    }
    SET_VARSIZE(entries, VARHDRSZ + call->entries.len);
    memcpy(VARDATA(entries), call->entries.data, (size_t)call->entries.len);
    values[RESULT_STATUS] = Int32GetDatum(call->status);
    values[RESULT_ETAG] = CStringGetTextDatum(call->etag);
    values[RESULT_BODY] = PointerGetDatum(cstring_to_text_with_len(call->body.data, call->body.len));
    values[RESULT_ENTRIES] = PointerGetDatum(entries);
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

/* call(tenant uuid, context bytea, operation text, input jsonb, out status, etag, body, entries) */
Datum
mpos_call_sql(PG_FUNCTION_ARGS)
{
    mpos_call call = {.status = 200};
    const mpos_operation *operation;

    if (PG_ARGISNULL(ARG_TENANT) || PG_ARGISNULL(ARG_CONTEXT) || PG_ARGISNULL(ARG_OPERATION) ||
        PG_ARGISNULL(ARG_INPUT) || running) {
        mpos_raise(MPOS_E_CONTEXT_INVALID, NULL, NULL);
    }
    mpos_log_guard_session();
    call.now_us = GetCurrentTimestamp() + MPOS_UNIX_EPOCH_US;
    check_context(&call, PG_GETARG_UUID_P(ARG_TENANT), PG_GETARG_BYTEA_PP(ARG_CONTEXT));
    operation = find_operation(text_to_cstring(PG_GETARG_TEXT_PP(ARG_OPERATION)));
    check_rights(&call, operation);
    call.operation = operation->name;
    call.input = PG_GETARG_JSONB_P(ARG_INPUT);
    call.recorded = mpos_pii_strip(call.input);
    mpos_uuid_v7_at(call.now_us, &call.transaction);
    initStringInfo(&call.body);
    initStringInfo(&call.entries);
    run_guarded(&call, operation);
    PG_RETURN_DATUM(form_result(fcinfo, &call));
}
