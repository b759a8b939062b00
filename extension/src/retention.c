/*
 * retention.c - months of entries, and partitions of business tables, that leave their table. What they said of rows is
 * carried over by an entry of kind 6 with a manifest; leaves stay in the tiles, so every proof stays.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "canon.h"
#include "ddl.h"
#include "journal_store.h"
#include "manifest.h"
#include "pending.h"
#include "sqlstate.h"
#include "tenant.h"
#include "uuid.h"
#include "value.h"
#include "verify.h"

PG_FUNCTION_INFO_V1(mpos_retire_note);
PG_FUNCTION_INFO_V1(mpos_retire_detach);

/* {"count":3,"digest":"..","epoch":0,"leaf":"..","month":"2026-01-01","next_seq":9,"op":"retire","role":".."} */
static char *
make_body(const mpos_verification *run, DateADT month, const StringInfoData *manifest)
{
    const char *role = GetUserNameFromId(GetSessionUserId(), true);
    char digest[MPOS_BASE64URL_HASH_LEN + 1], leaf[MPOS_BASE64URL_HASH_LEN + 1];
    StringInfoData body;

    mpos_manifest_digest(manifest, digest);
    leaf[mpos_base64url(run->last_leaf, MPOS_LEAF_SIZE, leaf)] = '\0';
    initStringInfo(&body);
    appendStringInfo(
        &body, "{\"count\":" INT64_FORMAT ",\"digest\":\"%s\",\"epoch\":%d,\"leaf\":\"%s\",\"month\":\"%s\",",
        mpos_manifest_count(manifest), digest, run->epoch, leaf,
        DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(month))));
    appendStringInfo(&body, "\"next_seq\":" INT64_FORMAT ",\"op\":\"retire\",\"role\":", run->expected);
    role = role == NULL ? "" : role;
    mpos_json_string(&body, role, strlen(role));
    appendStringInfoChar(&body, '}');
    return body.data;
}

static void
note_retirement(const mpos_verification *run, DateADT month)
{
    mpos_change *change = mpos_pending_add();
    MemoryContext old = MemoryContextSwitchTo(mpos_pending_memory());

    change->tenant = run->identity.tenant;
    change->outlet = run->identity.outlet;
    change->sole = palloc0(sizeof *change->sole);
    change->sole->kind = MPOS_ENTRY_SCHEMA;
    change->sole->manifest = makeStringInfo();
    mpos_verify_states(run, change->sole->manifest);
    mpos_manifest_sort(change->sole->manifest);
    change->sole->body = make_body(run, month, change->sole->manifest);
    MemoryContextSwitchTo(old);
}

/* The row by which verification finds the entry; what counts is what the entry says. */
static void
remember(const mpos_verification *run, DateADT month, const mpos_entry_ref *entry)
{
    Oid types[8] = {UUIDOID, DATEOID, INT4OID, INT8OID, BYTEAOID, INT8OID, INT4OID, INT8OID};
    bytea *leaf = palloc(VARHDRSZ + MPOS_LEAF_SIZE);
    Datum values[8] = {
        UUIDPGetDatum(&run->identity.journal), DateADTGetDatum(month),   Int32GetDatum(run->epoch),
        Int64GetDatum(run->expected),          PointerGetDatum(leaf),    Int64GetDatum(run->last_time),
        Int32GetDatum(entry->epoch),           Int64GetDatum(entry->seq)};

    SET_VARSIZE(leaf, VARHDRSZ + MPOS_LEAF_SIZE);
    memcpy(VARDATA(leaf), run->last_leaf, MPOS_LEAF_SIZE);
    SPI_execute_with_args("INSERT INTO journal.retired VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", 8, types,
                          values, NULL, false, 0);
}

static void
retire(mpos_verification *run, DateADT month)
{
    mpos_flushed flushed;

    mpos_verify_until(run, month);
    note_retirement(run, month);
    initStringInfo(&flushed.refs);
    initStringInfo(&flushed.entries);
    mpos_flush(&flushed);
    remember(run, month, (mpos_entry_ref *)(flushed.refs.data + flushed.refs.len) - 1);
}

/*
 * retire_note(journal uuid, month date) returns void: verifies the journal up to the end of the month and appends the entry
 * that speaks for it from then on. Raises JOURNAL_DAMAGED when something is found.
 */
Datum
mpos_retire_note(PG_FUNCTION_ARGS)
{
    mpos_verification run = {.memory = CurrentMemoryContext};
    int count;

    (void)mpos_pending_unflushed(&count);
    if (count > 0) {
        ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                        errmsg("a month is retired in a transaction that changes nothing else")));
    }
    if (!mpos_journal_identity_get(PG_GETARG_UUID_P(0), &run.identity)) {
        mpos_raise(MPOS_E_NOT_FOUND, NULL, NULL);
    }
    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    retire(&run, PG_GETARG_DATEADT(1));
    SPI_finish();
    PG_RETURN_VOID();
}

static void
run_command(const char *format, const char *first, const char *second)
{
    char *command = psprintf(format, first, second);

    if (SPI_execute(command, false, 0) != SPI_OK_UTILITY) {
        elog(ERROR, "not a utility command: %s", command);
    }
}

/* retire_detach(parent regclass, part regclass) returns void: what mpos_ddl_start refuses otherwise. */
Datum
mpos_retire_detach(PG_FUNCTION_ARGS)
{
    char *parent = DatumGetCString(DirectFunctionCall1(regclassout, PG_GETARG_DATUM(0)));
    char *part = DatumGetCString(DirectFunctionCall1(regclassout, PG_GETARG_DATUM(1)));
    bool before = mpos_ddl_retiring(true);

    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    PG_TRY();
    {
        run_command("ALTER TABLE %s DETACH PARTITION %s", parent, part);
        run_command("DROP TRIGGER IF EXISTS mpos_refuse_truncate ON %s%s", part, "");
    }
    PG_FINALLY();
    {
        mpos_ddl_retiring(before);
    }
    PG_END_TRY();
    SPI_finish();
    PG_RETURN_VOID();
}
