/* verify.c - mpos.verify(journal): chain, header fields, payload hashes, head; rows are in verify_rows.c. */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "epoch.h"
#include "payload.h"
#include "sha256.h"
#include "sqlstate.h"
#include "tenant.h"
#include "verify.h"

#define BATCH 1000
/* So many rows of one number may follow the last one of a slice. */
#define SPARE 16

PG_FUNCTION_INFO_V1(mpos_verify);

void
mpos_finding(mpos_verification *run, int32 epoch, int64 seq, const char *kind, const char *place_format, ...)
{
    char place[512];
    va_list args;

    if (run->muted) {
        return;
    }
    va_start(args, place_format);
    vsnprintf(place, sizeof place, place_format, args);
    va_end(args);
    if (run->report == NULL) {
        ereport(ERROR, (errcode(mpos_sqlstate(MPOS_E_JOURNAL_DAMAGED)),
                        errmsg("%s at entry " INT64_FORMAT ": %s", kind, seq, place)));
    }
    run->report(run->sink, epoch, seq, kind, place);
}

/* What the first entry of an epoch after the first says; false when it does not say it in the one form there is. */
static bool
read_epoch_open(const mpos_entry *entry, mpos_epoch_open *out)
{
    const char *body;
    size_t len;

    return entry->payload != NULL && mpos_entry_section(entry, MPOS_SECTION_AUDIT, "", &body, &len) &&
           mpos_epoch_open_decode(body, len, out) == MPOS_OK;
}

/* entry: the first of the epoch, NULL for epoch 0. */
static void
begin_epoch(mpos_verification *run, int32 epoch, const mpos_entry *entry)
{
    mpos_epoch_open open = {.has_note = false};

    if (entry != NULL) {
        (void)read_epoch_open(entry, &open);
    }
    mpos_verify_roots(run);
    run->ended_size = run->expected;
    memcpy(run->ended_leaf, run->last_leaf, sizeof run->ended_leaf);
    run->epoch = epoch;
    run->expected = 0;
    run->leaf_known = true;
    run->last.parts = 0;
    run->rooted = 0;
    run->tile_index = -1;
    mpos_genesis(run->identity.origin, epoch, open.has_note ? open.from_note : NULL, run->last_leaf);
}

/* A number that is not the expected one: missing entries, or the same number in two months. */
static void
check_number(mpos_verification *run, const mpos_entry *entry)
{
    if (entry->ref.epoch != run->epoch) {
        if (entry->ref.epoch != run->epoch + 1) {
            mpos_finding(run, run->epoch + 1, -1, "gap", "epochs %d to %d are missing", run->epoch + 1,
                         entry->ref.epoch - 1);
        }
        begin_epoch(run, entry->ref.epoch, entry);
    }
    if (entry->ref.seq > run->expected) {
        mpos_finding(run, run->epoch, run->expected, "gap",
                     "entries " INT64_FORMAT " to " INT64_FORMAT " are missing", run->expected,
                     entry->ref.seq - 1);
        run->leaf_known = false;
    } else if (entry->ref.seq < run->expected) {
        mpos_finding(run, run->epoch, entry->ref.seq, "duplicate", "the number is stored twice");
        run->leaf_known = false;
    }
}

static void
check_fields(mpos_verification *run, const mpos_entry *entry, const mpos_journal_header *header,
             DateADT month)
{
    const mpos_entry_ref *ref = &entry->ref;
    const char *wrong = NULL;

    if (memcmp(header->journal, ref->journal.data, UUID_LEN) != 0) {
        wrong = "journal";
    } else if (memcmp(header->tenant, run->identity.tenant.data, UUID_LEN) != 0) {
        wrong = "tenant";
    } else if (header->epoch != (uint32)ref->epoch) {
        wrong = "epoch";
    } else if (header->seq != (uint64)ref->seq) {
        wrong = "seq";
    } else if (mpos_month_of(header->recorded_us) != month) {
        wrong = "month";
    }
    if (wrong != NULL) {
        mpos_finding(run, ref->epoch, ref->seq, "column", "%s of the row and of the header differ", wrong);
    }
    if (header->recorded_us < run->last_time) {
        mpos_finding(run, ref->epoch, ref->seq, "time", "recorded before the entry before it");
    }
    run->last_time = header->recorded_us;
    if (header->flags & MPOS_ENTRY_REPLICA_MODE) {
        mpos_finding(run, ref->epoch, ref->seq, "replica_mode", "rows were changed in replica mode");
    }
}

/* Part i of n follows part i - 1 of the same transaction; part 0 follows a last part. */
static void
check_parts(mpos_verification *run, const mpos_entry *entry, const mpos_journal_header *header)
{
    const mpos_journal_header *last = &run->last;
    bool open = last->parts != 0 && last->part + 1 < last->parts;
    bool follows = open && header->part == last->part + 1 && header->parts == last->parts &&
                   memcmp(header->transaction, last->transaction, UUID_LEN) == 0;

    if (run->leaf_known && (open || header->part != 0) && !follows) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "parts",
                     "part %d of %d does not follow part %d of %d", header->part, header->parts, last->part,
                     last->parts);
    }
}

/* An epoch after the first begins with an entry that says where the one before ended. */
static void
check_epoch_open(mpos_verification *run, const mpos_entry *entry, const mpos_journal_header *header)
{
    mpos_epoch_open open;

    if (entry->ref.seq != 0 || entry->ref.epoch == 0) {
        return;
    }
    if (header->kind != MPOS_ENTRY_EPOCH || !read_epoch_open(entry, &open) ||
        open.from_epoch != (uint32)entry->ref.epoch - 1 || open.from_size != (uint64)run->ended_size ||
        memcmp(open.from_leaf, run->ended_leaf, sizeof open.from_leaf) != 0) {
        mpos_finding(run, entry->ref.epoch, 0, "epoch_end", "epoch %d did not end where this entry says",
                     entry->ref.epoch - 1);
    }
}

static void
check_payload(mpos_verification *run, const mpos_entry *entry, const mpos_journal_header *header)
{
    uint8 hash[32];

    if (entry->payload == NULL) {
        mpos_verify_missing(run, entry);
        return;
    }
    mpos_journal_payload_hash(&mpos_host_digest, VARDATA_ANY(entry->payload),
                              VARSIZE_ANY_EXHDR(entry->payload), hash);
    if (memcmp(hash, header->payload_hash, sizeof hash) != 0) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "payload",
                     "the payload is not the one that was hashed");
        return;
    }
    mpos_verify_note_rows(run, entry);
}

static void
check_entry(mpos_verification *run, const mpos_entry *entry, DateADT month)
{
    mpos_journal_header header;
    uint8 leaf[32];

    check_number(run, entry);
    run->expected = entry->ref.seq + 1;
    mpos_journal_leaf(&mpos_host_digest, entry->header, leaf);
    if (memcmp(leaf, entry->ref.leaf, sizeof leaf) != 0) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "leaf",
                     "the stored leaf is not the hash of the header");
    }
    if (mpos_journal_header_decode(entry->header, &header) != MPOS_OK) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "header", "the header cannot be read");
        run->leaf_known = false;
        return;
    }
    if (run->leaf_known && memcmp(header.prev, run->last_leaf, sizeof header.prev) != 0) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "chain",
                     "prev is not the leaf of the entry before");
    }
    check_fields(run, entry, &header, month);
    check_parts(run, entry, &header);
    check_epoch_open(run, entry, &header);
    check_payload(run, entry, &header);
    mpos_verify_leaf(run, entry->ref.seq, leaf);
    memcpy(run->last_leaf, leaf, sizeof leaf);
    run->leaf_known = true;
    run->last = header;
}

static bool
fixed_bytes(HeapTuple row, TupleDesc shape, int column, uint8 *out, size_t size)
{
    bool is_null;
    Datum value = SPI_getbinval(row, shape, column, &is_null);
    bytea *bytes = is_null ? NULL : DatumGetByteaPP(value);

    if (bytes == NULL || VARSIZE_ANY_EXHDR(bytes) != size) {
        memset(out, 0, size);
        return false;
    }
    memcpy(out, VARDATA_ANY(bytes), size);
    return true;
}

/* Columns: epoch, seq, month, header, leaf, payload. */
static void
check_row(mpos_verification *run, HeapTuple row, TupleDesc shape)
{
    mpos_entry entry = {.ref = {.journal = run->identity.journal}};
    bool is_null;
    Datum payload;
    DateADT month;

    entry.ref.epoch = DatumGetInt32(SPI_getbinval(row, shape, 1, &is_null));
    entry.ref.seq = DatumGetInt64(SPI_getbinval(row, shape, 2, &is_null));
    month = DatumGetDateADT(SPI_getbinval(row, shape, 3, &is_null));
    payload = SPI_getbinval(row, shape, 6, &is_null);
    entry.payload = is_null ? NULL : DatumGetByteaP(payload);
    if (!fixed_bytes(row, shape, 4, entry.header, MPOS_HEADER_SIZE) ||
        !fixed_bytes(row, shape, 5, entry.ref.leaf, MPOS_LEAF_SIZE)) {
        mpos_finding(run, entry.ref.epoch, entry.ref.seq, "header", "header or leaf has another length");
    }
    check_entry(run, &entry, month);
}

/* Entries of these months from the run's position on; about `limit` of them, 0: all. */
static Portal
open_entries(const mpos_verification *run, DateADT from, DateADT until, int64 limit)
{
    Oid types[6] = {UUIDOID, DATEOID, DATEOID, INT4OID, INT8OID, INT8OID};
    Datum values[6] = {UUIDPGetDatum(&run->identity.journal),
                       DateADTGetDatum(from),
                       DateADTGetDatum(until),
                       Int32GetDatum(run->epoch),
                       Int64GetDatum(run->expected),
                       Int64GetDatum(limit + SPARE)};
    char nulls[7] = {' ', ' ', ' ', ' ', ' ', limit == 0 ? 'n' : ' ', '\0'};

    return SPI_cursor_open_with_args(
        NULL,
        "SELECT epoch, seq, month, header, leaf, mpos.unpack(packed) FROM journal.entry "
        "WHERE journal_id = $1 AND month BETWEEN $2 AND $3 AND (epoch, seq) >= ($4, $5) "
        "ORDER BY epoch, seq, month LIMIT $6",
        6, types, values, nulls, true, 0);
}

/* Whether a row is another one of the number that was checked last: those stay in one slice. */
static bool
is_same_number(const mpos_verification *run, HeapTuple row, TupleDesc shape)
{
    bool is_null;

    return DatumGetInt32(SPI_getbinval(row, shape, 1, &is_null)) == run->epoch &&
           DatumGetInt64(SPI_getbinval(row, shape, 2, &is_null)) == run->expected - 1;
}

/* One batch; false when the limit was reached before its end. SPI may be used in between. */
static bool
check_batch(mpos_verification *run, SPITupleTable *table, uint64 count, int64 limit, int64 *checked)
{
    for (uint64 i = 0; i < count; i++) {
        if (limit > 0 && *checked >= limit && !is_same_number(run, table->vals[i], table->tupdesc)) {
            return false;
        }
        check_row(run, table->vals[i], table->tupdesc);
        (*checked)++;
    }
    return true;
}

/* True when there are more. */
static bool
check_entries(mpos_verification *run, DateADT from, DateADT until, int64 limit)
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos verified batch", ALLOCSET_DEFAULT_SIZES);
    Portal cursor = open_entries(run, from, until, limit);
    int64 checked = 0;
    bool more = false;
    uint64 count;

    do {
        SPITupleTable *table;
        MemoryContext old;

        SPI_cursor_fetch(cursor, true, BATCH);
        count = SPI_processed;
        table = SPI_tuptable;
        old = MemoryContextSwitchTo(memory);
        more = !check_batch(run, table, count, limit, &checked);
        MemoryContextSwitchTo(old);
        MemoryContextReset(memory);
        SPI_freetuptable(table);
        CHECK_FOR_INTERRUPTS();
    } while (count > 0 && !more);
    SPI_cursor_close(cursor);
    MemoryContextDelete(memory);
    return more;
}

/* The head must say what the last entry says. Read with the statement's snapshot like the entries. */
static void
check_head(mpos_verification *run)
{
    Oid types[1] = {UUIDOID};
    Datum values[1] = {UUIDPGetDatum(&run->identity.journal)};
    uint8 leaf[32];
    bool is_null;

    SPI_execute_with_args("SELECT epoch, next_seq, last_leaf FROM journal.head WHERE journal_id = $1", 1,
                          types, values, NULL, true, 1);
    if (SPI_processed == 0) {
        mpos_finding(run, run->epoch, -1, "head", "the journal has no head");
        return;
    }
    if (DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null)) !=
            run->epoch ||
        DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &is_null)) !=
            run->expected ||
        !fixed_bytes(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, leaf, sizeof leaf) ||
        memcmp(leaf, run->last_leaf, sizeof leaf) != 0) {
        mpos_finding(run, run->epoch, run->expected - 1, "head", "the head does not stand at the last entry");
    }
}

void
mpos_verify_begin(mpos_verification *run)
{
    run->tile_index = -1;
    begin_epoch(run, 0, NULL);
    mpos_verify_start(run);
    run->rooted = run->expected;
    memcpy(run->start_leaf, run->last_leaf, sizeof run->start_leaf);
}

void
mpos_verify_resume(mpos_verification *run)
{
    mpos_entry last;
    bool begun = run->epoch > run->start.epoch || run->expected > run->start.seq;

    run->rooted = run->expected;
    if (mpos_entry_is_before(&run->retired_by, run->epoch, run->expected)) {
        run->retired_by.seq = -1; /* its entry has been compared */
    }
    if (!begun) {
        return;
    }
    if (mpos_entry_get(run->identity.journal.data, run->epoch, run->expected - 1, &last) &&
        mpos_journal_header_decode(last.header, &run->last) == MPOS_OK) {
        run->last_time = run->last.recorded_us;
    } else {
        run->leaf_known = false;
    }
}

bool
mpos_verify_walk(mpos_verification *run, int64 limit)
{
    bool more = check_entries(run, DATEVAL_NOBEGIN, DATEVAL_NOEND, limit);

    mpos_verify_roots(run);
    return more;
}

void
mpos_verify_end(mpos_verification *run)
{
    mpos_verify_missing_end(run);
    mpos_verify_retired_end(run);
    check_head(run);
    mpos_verify_tail(run);
}

/* A payload may have been erased long after the month. */
void
mpos_verify_until(mpos_verification *run, DateADT month)
{
    mpos_verification later;

    mpos_verify_begin(run);
    (void)check_entries(run, DATEVAL_NOBEGIN, month, 0);
    later = *run;
    later.erasures_only = true;
    (void)check_entries(&later, month + 1, DATEVAL_NOEND, 0);
    run->rows = later.rows;
    mpos_verify_missing_end(&later);
}

static void
verify_journal(mpos_verification *run)
{
    mpos_verify_begin(run);
    (void)mpos_verify_walk(run, 0);
    mpos_verify_end(run);
    mpos_verify_rows(run);
}

/* One row of the result. */
typedef struct result_sink {
    ReturnSetInfo *out;
    const pg_uuid_t *journal;
} result_sink;

static void
put_finding(void *sink, int32 epoch, int64 seq, const char *kind, const char *place)
{
    result_sink *result = sink;
    bool nulls[5] = {[2] = seq < 0};
    Datum values[5] = {UUIDPGetDatum(result->journal), Int32GetDatum(epoch), Int64GetDatum(seq),
                       CStringGetTextDatum(kind), CStringGetTextDatum(place)};

    tuplestore_putvalues(result->out->setResult, result->out->setDesc, values, nulls);
}

/*
 * verify(journal uuid) returns table(journal_id, epoch, seq, kind, place): no row when everything is intact.
 */
Datum
mpos_verify(PG_FUNCTION_ARGS)
{
    mpos_verification run = {0};
    mpos_tenant_state before = mpos_tenant_save();
    result_sink result = {(ReturnSetInfo *)fcinfo->resultinfo, &run.identity.journal};

    InitMaterializedSRF(fcinfo, 0);
    run.report = put_finding;
    run.sink = &result;
    run.memory = CurrentMemoryContext;
    if (!mpos_journal_identity_get(PG_GETARG_UUID_P(0), &run.identity)) {
        mpos_raise(MPOS_E_NOT_FOUND, NULL, NULL);
    }
    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    mpos_tenant_set(run.identity.tenant.data);
    PG_TRY();
    {
        verify_journal(&run);
    }
    PG_FINALLY();
    {
        mpos_tenant_restore(before);
    }
    PG_END_TRY();
    SPI_finish();
    return (Datum)0;
}
