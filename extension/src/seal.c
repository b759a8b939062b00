/* seal.c - see seal.h. Reads what has been committed, without any lock that an append would wait for. */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "epoch.h"
#include "heap.h"
#include "journal_range.h"
#include "journal_store.h"
#include "payload.h"
#include "seal.h"
#include "sha256.h"
#include "sqlstate.h"
#include "statement.h"
#include "tile_store.h"

enum {
    SEALED_JOURNAL,
    SEALED_EPOCH,
    SEALED_SIZE,
    SEALED_LAST_LEAF,
    SEALED_ENDED,
    SEALED_STATE,
    SEALED_AT,
    SEALED_LAG,
    SEALED_SIGNED_SIZE,
    SEALED_SIGNED_AT,
    SEALED_COLUMNS
};

PG_FUNCTION_INFO_V1(mpos_seal_sql);

static mpos_table sealed_table = {"journal", "sealed", "sealed_pkey"};

/* One step's work on one epoch. */
typedef struct step {
    mpos_journal_identity identity;
    mpos_head head;
    HeapTuple row; /* of journal.sealed, locked */
    int32 epoch;
    int64 size;
    uint8 last_leaf[MPOS_LEAF_SIZE];

    uint8 *hashes; /* of the entries that passed */
    int64 count;
    int64 oldest_us;   /* when the first of them was recorded */
    int64 closure_seq; /* of the last closure among them, -1: none */
    const char *kind;  /* of the finding that ends the step, NULL: none */
    char detail[160];
} step;

static Datum
leaf_value(const uint8 leaf[MPOS_LEAF_SIZE])
{
    bytea *out = palloc(VARHDRSZ + MPOS_LEAF_SIZE);

    SET_VARSIZE(out, VARHDRSZ + MPOS_LEAF_SIZE);
    memcpy(VARDATA(out), leaf, MPOS_LEAF_SIZE);
    return PointerGetDatum(out);
}

static void
insert_sealed(const pg_uuid_t *journal, int32 epoch, const uint8 genesis[MPOS_LEAF_SIZE])
{
    Relation relation = mpos_table_open(&sealed_table, RowExclusiveLock);
    Datum values[SEALED_COLUMNS];
    bool nulls[SEALED_COLUMNS] = {[SEALED_SIGNED_AT] = true};

    values[SEALED_JOURNAL] = UUIDPGetDatum(journal);
    values[SEALED_EPOCH] = Int32GetDatum(epoch);
    values[SEALED_SIZE] = Int64GetDatum(0);
    values[SEALED_LAST_LEAF] = leaf_value(genesis);
    values[SEALED_ENDED] = BoolGetDatum(false);
    values[SEALED_STATE] = CStringGetTextDatum("sealing");
    values[SEALED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
    values[SEALED_LAG] = Int64GetDatum(0);
    values[SEALED_SIGNED_SIZE] = Int64GetDatum(0);
    values[SEALED_SIGNED_AT] = (Datum)0;
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
}

static bool
take_epoch(Relation relation, HeapTuple row, void *argument)
{
    bool is_null;

    *(int32 *)argument = DatumGetInt32(mpos_row_get(relation, row, SEALED_EPOCH + 1, &is_null));
    return false;
}

/* Locks the journal's newest row of journal.sealed; false when there is none or it is stopped. *epoch is -1 for none. */
static bool
lock_sealed(step *s, int32 *newest)
{
    Relation relation = mpos_table_open(&sealed_table, RowExclusiveLock);
    Datum keys[2] = {UUIDPGetDatum(&s->identity.journal)};
    Datum values[SEALED_COLUMNS];
    bool nulls[SEALED_COLUMNS];
    bool goes_on = false;

    *newest = -1;
    mpos_table_walk(&sealed_table, relation, 1, keys, NULL, true, take_epoch, newest);
    keys[1] = Int32GetDatum(*newest);
    if (*newest >= 0) {
        s->row = mpos_table_lock(&sealed_table, relation, keys, NULL, LockWaitBlock);
    }
    if (s->row != NULL) { /* else somebody has deleted it meanwhile */
        heap_deform_tuple(s->row, RelationGetDescr(relation), values, nulls);
        s->epoch = *newest;
        s->size = DatumGetInt64(values[SEALED_SIZE]);
        memcpy(s->last_leaf, VARDATA_ANY(DatumGetByteaPP(values[SEALED_LAST_LEAF])), MPOS_LEAF_SIZE);
        goes_on = strcmp(TextDatumGetCString(values[SEALED_STATE]), "sealing") == 0;
    }
    mpos_table_close(relation);
    return goes_on;
}

static void
store_sealed(const step *s, bool ended)
{
    Relation relation = mpos_table_open(&sealed_table, RowExclusiveLock);
    TimestampTz now = GetCurrentTimestamp();
    Datum values[SEALED_COLUMNS] = {0};
    bool nulls[SEALED_COLUMNS] = {false};
    bool replaces[SEALED_COLUMNS] = {[SEALED_SIZE] = true,
                                     [SEALED_LAST_LEAF] = true,
                                     [SEALED_ENDED] = true,
                                     [SEALED_AT] = true,
                                     [SEALED_LAG] = s->count > 0};

    values[SEALED_SIZE] = Int64GetDatum(s->size + s->count);
    values[SEALED_LAST_LEAF] = leaf_value(s->last_leaf);
    values[SEALED_ENDED] = BoolGetDatum(ended);
    values[SEALED_AT] = TimestampTzGetDatum(now);
    values[SEALED_LAG] = Int64GetDatum(now + MPOS_UNIX_EPOCH_US - s->oldest_us);
    mpos_table_update(relation, s->row, values, nulls, replaces);
    mpos_table_close(relation);
}

static bool
find(step *s, const char *kind, const char *detail)
{
    s->kind = kind;
    strlcpy(s->detail, detail, sizeof s->detail);
    return false;
}

/* Takes one entry into the tree if it is the one that must follow. */
static bool
take_entry(const mpos_entry *entry, void *argument)
{
    step *s = argument;
    mpos_journal_header header;
    uint8 leaf[MPOS_LEAF_SIZE];

    if (entry->ref.seq != s->size + s->count) {
        return find(s, "gap", "an entry is missing");
    }
    mpos_journal_leaf(&mpos_host_digest, entry->header, leaf);
    if (memcmp(leaf, entry->ref.leaf, sizeof leaf) != 0) {
        return find(s, "leaf", "the stored leaf is not the hash of the header");
    }
    if (mpos_journal_header_decode(entry->header, &header) != MPOS_OK) {
        return find(s, "header", "the header cannot be read");
    }
    if (memcmp(header.prev, s->last_leaf, sizeof header.prev) != 0) {
        return find(s, "chain", "prev is not the leaf of the entry before");
    }
    if (header.seq != (uint64)entry->ref.seq || header.epoch != (uint32)entry->ref.epoch ||
        memcmp(header.journal, entry->ref.journal.data, UUID_LEN) != 0 ||
        memcmp(header.tenant, s->identity.tenant.data, UUID_LEN) != 0) {
        return find(s, "column", "the header names another place");
    }
    if (s->count == 0) {
        s->oldest_us = header.recorded_us;
    }
    if (header.kind == MPOS_ENTRY_CLOSURE) {
        s->closure_seq = entry->ref.seq;
    }
    memcpy(s->last_leaf, leaf, sizeof leaf);
    memcpy(s->hashes + s->count * 32, leaf, sizeof leaf);
    s->count++;
    return s->count < MPOS_SEAL_STEP;
}

/* Checks the entries from s->size up to `end` and adds those that hold. */
static void
add_entries(step *s, int64 end)
{
    s->hashes = palloc(MPOS_SEAL_STEP * 32);
    mpos_leaves_walk(&s->identity.journal, s->epoch, s->size, end, take_entry, s);
    if (s->kind == NULL && s->count < Min(end - s->size, MPOS_SEAL_STEP)) {
        (void)find(s, "gap", "an entry is missing");
    }
    mpos_tree_append(&s->identity.journal, s->epoch, s->size, s->hashes, s->count);
    pfree(s->hashes);
}

/* A closure is signed at once. */
static void
demand_checkpoint(const step *s)
{
    static mpos_statement demand = {"INSERT INTO journal.demand AS d VALUES ($1, $2, $3, now()) ON CONFLICT "
                                    "(journal_id, epoch) DO UPDATE "
                                    "SET size = excluded.size WHERE d.size < excluded.size",
                                    NULL};
    mpos_args args = {0};

    mpos_arg_uuid(&args, s->identity.journal.data);
    mpos_arg_int(&args, s->epoch);
    mpos_arg_big(&args, s->closure_seq + 1);
    (void)mpos_statement_run(&demand, &args);
}

/* The epoch is sealed to its end: goes on to the next one, whose first entry must say so. */
static void
end_epoch(step *s)
{
    mpos_entry first;
    mpos_epoch_open open;
    const char *body;
    size_t len;
    uint8 genesis[MPOS_LEAF_SIZE];

    if (!mpos_entry_get(s->identity.journal.data, s->epoch + 1, 0, &first) ||
        !mpos_entry_section(&first, MPOS_SECTION_AUDIT, "", &body, &len) ||
        mpos_epoch_open_decode(body, len, &open) != MPOS_OK || open.from_epoch != (uint32)s->epoch ||
        open.from_size != (uint64)(s->size + s->count) ||
        memcmp(open.from_leaf, s->last_leaf, sizeof open.from_leaf) != 0) {
        (void)find(s, "epoch_end", "the next epoch does not begin where this one ends");
        return;
    }
    store_sealed(s, true);
    mpos_genesis(s->identity.origin, s->epoch + 1, open.has_note ? open.from_note : NULL, genesis);
    insert_sealed(&s->identity.journal, s->epoch + 1, genesis);
}

void
mpos_seal_stop(const pg_uuid_t *journal, int32 epoch, int64 seq, const char *kind, const char *detail)
{
    static mpos_statement raise = {"SELECT mpos.alarm_raise($1, $2, $3, $4, $5)", NULL};
    static mpos_statement stop = {
        "UPDATE journal.sealed SET state = 'stopped' WHERE journal_id = $1 AND NOT ended", NULL};
    mpos_args alarm = {0};
    mpos_args whom = {0};

    mpos_arg_uuid(&alarm, journal->data);
    mpos_arg_int(&alarm, epoch);
    mpos_arg_big(&alarm, seq);
    mpos_arg_text(&alarm, kind);
    mpos_arg_text(&alarm, detail);
    (void)mpos_statement_run(&raise, &alarm);
    mpos_arg_uuid(&whom, journal->data);
    (void)mpos_statement_run(&stop, &whom);
    ereport(WARNING, (errmsg("mpos: a journal is damaged and no longer sealed: %s", kind),
                      errdetail("Journal %s, epoch %d, entry " INT64_FORMAT ": %s.",
                                DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(journal))), epoch,
                                seq, detail)));
}

/* Seals what there is up to `end`; the row is stored even when a finding ends it: the entries before hold. */
static void
seal_epoch(step *s, int64 end)
{
    bool last = s->epoch < s->head.epoch;

    add_entries(s, end);
    if (s->kind == NULL && s->size + s->count == end && last) {
        end_epoch(s);
        if (s->kind == NULL) {
            return;
        }
    }
    if (s->kind == NULL && s->size + s->count == end &&
        memcmp(s->last_leaf, s->head.last_leaf, sizeof s->last_leaf) != 0) {
        (void)find(s, "head", "the head does not name the last entry's leaf");
    }
    store_sealed(s, false);
}

bool
mpos_seal_step(const pg_uuid_t *journal)
{
    step s = {.closure_seq = -1};
    uint8 genesis[MPOS_LEAF_SIZE];
    int32 newest;
    int64 end;

    if (!mpos_journal_identity_get(journal, &s.identity) || !mpos_head_get(journal, &s.head)) {
        return false;
    }
    if (!lock_sealed(&s, &newest)) {
        if (newest < 0) {
            mpos_genesis(s.identity.origin, 0, NULL, genesis);
            insert_sealed(journal, 0, genesis);
        }
        return newest < 0;
    }
    end = s.epoch < s.head.epoch ? mpos_epoch_size(journal, s.epoch) : s.head.next_seq;
    if (s.epoch > s.head.epoch || end < s.size) {
        (void)find(&s, "head", "entries that were sealed are gone");
    } else {
        seal_epoch(&s, end);
    }
    if (s.closure_seq >= 0) {
        demand_checkpoint(&s);
    }
    if (s.kind != NULL) {
        mpos_seal_stop(journal, s.epoch, s.size + s.count, s.kind, s.detail);
    }
    return s.kind == NULL && (s.size + s.count < end || s.epoch < s.head.epoch);
}

/* seal(journal uuid) returns bigint */
Datum
mpos_seal_sql(PG_FUNCTION_ARGS)
{
    pg_uuid_t *journal = PG_GETARG_UUID_P(0);
    mpos_head head;

    if (!mpos_head_get(journal, &head)) {
        mpos_raise(MPOS_E_NOT_FOUND, NULL, NULL);
    }
    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    while (mpos_seal_step(journal)) {
        CHECK_FOR_INTERRUPTS();
    }
    SPI_finish();
    PG_RETURN_INT64(mpos_sealed_size(journal, head.epoch));
}

int64
mpos_sealed_size(const pg_uuid_t *journal, int32 epoch)
{
    Relation relation = mpos_table_open(&sealed_table, AccessShareLock);
    Datum keys[2] = {UUIDPGetDatum(journal), Int32GetDatum(epoch)};
    HeapTuple row = mpos_table_get(&sealed_table, relation, keys, NULL);
    bool is_null;
    int64 size = row == NULL ? 0 : DatumGetInt64(mpos_row_get(relation, row, SEALED_SIZE + 1, &is_null));

    mpos_table_close(relation);
    return size;
}
