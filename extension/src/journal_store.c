/* journal_store.c - heads and entries by direct heap access. */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "bytes.h"
#include "heap.h"
#include "journal_store.h"
#include "payload.h"
#include "sha256.h"
#include "sqlstate.h"

enum {
    HEAD_JOURNAL,
    HEAD_EPOCH,
    HEAD_NEXT_SEQ,
    HEAD_LAST_LEAF,
    HEAD_LAST_TIME,
    HEAD_SYSTEM_ID,
    HEAD_TIMELINE,
    HEAD_COLUMNS
};
enum { SEGMENT_JOURNAL, SEGMENT_EPOCH, SEGMENT_MONTH, SEGMENT_FIRST_SEQ, SEGMENT_COLUMNS };

/* Apart from the classes 1 and 2 of SQL's advisory locks. */
#define HEAD_LOCK_CLASS 0x4d50

static mpos_table head_table = {"journal", "head", "head_pkey"};
static mpos_table segment_table = {"journal", "segment", "segment_pkey"};

static bytea *
make_bytea(const void *bytes, size_t size)
{
    bytea *out = palloc(VARHDRSZ + size);

    SET_VARSIZE(out, VARHDRSZ + size);
    memcpy(VARDATA(out), bytes, size);
    return out;
}

DateADT
mpos_month_of(int64 recorded_us)
{
    int year, month, day;
    int64 days = recorded_us / USECS_PER_DAY + UNIX_EPOCH_JDATE;

    j2date((int)days, &year, &month, &day);
    return date2j(year, month, 1) - POSTGRES_EPOCH_JDATE;
}

static void
read_head(Relation relation, HeapTuple row, mpos_head *head)
{
    Datum values[HEAD_COLUMNS];
    bool nulls[HEAD_COLUMNS];
    bytea *leaf;

    heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
    leaf = DatumGetByteaPP(values[HEAD_LAST_LEAF]);
    if (VARSIZE_ANY_EXHDR(leaf) != MPOS_LEAF_SIZE) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
    }
    head->journal = *DatumGetUUIDP(values[HEAD_JOURNAL]);
    head->epoch = DatumGetInt32(values[HEAD_EPOCH]);
    head->next_seq = DatumGetInt64(values[HEAD_NEXT_SEQ]);
    memcpy(head->last_leaf, VARDATA_ANY(leaf), MPOS_LEAF_SIZE);
    head->last_time = DatumGetInt64(values[HEAD_LAST_TIME]);
    head->system_id = (uint64)DatumGetInt64(values[HEAD_SYSTEM_ID]);
    head->timeline = (uint32)DatumGetInt32(values[HEAD_TIMELINE]);
}

static void
fill_head(const mpos_head *head, Datum *values)
{
    values[HEAD_JOURNAL] = UUIDPGetDatum(&head->journal);
    values[HEAD_EPOCH] = Int32GetDatum(head->epoch);
    values[HEAD_NEXT_SEQ] = Int64GetDatum(head->next_seq);
    values[HEAD_LAST_LEAF] = PointerGetDatum(make_bytea(head->last_leaf, MPOS_LEAF_SIZE));
    values[HEAD_LAST_TIME] = Int64GetDatum(head->last_time);
    values[HEAD_SYSTEM_ID] = Int64GetDatum((int64)head->system_id);
    values[HEAD_TIMELINE] = Int32GetDatum((int32)head->timeline);
}

bool
mpos_head_get(const pg_uuid_t *journal, mpos_head *head)
{
    Relation relation = mpos_table_open(&head_table, AccessShareLock);
    Datum key = UUIDPGetDatum(journal);
    HeapTuple row = mpos_table_get(&head_table, relation, &key, NULL);

    head->row = NULL;
    if (row != NULL) {
        read_head(relation, row, head);
    }
    mpos_table_close(relation);
    return row != NULL;
}

/* Another cluster or timeline wrote last, and may have written more than this database has. */
static void
follow_cluster(const pg_uuid_t *tenant, mpos_head *head, mpos_flushed *out)
{
    mpos_journal_identity identity;

    if (!mpos_journal_identity_get(&head->journal, &identity) ||
        memcmp(&identity.tenant, tenant, sizeof *tenant) != 0) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
    }
    mpos_epoch_begin(&identity, head,
                     head->system_id != GetSystemIdentifier() ? MPOS_EPOCH_RESTORE : MPOS_EPOCH_PROMOTION,
                     out);
}

/*
 * Who appends to a journal holds this lock of the lock manager until its transaction has ended; so the head row never
 * changes under it, needs no row lock of its own, and those that wait are woken one by one, in their order. Equal keys of
 * two journals would only make them wait for each other.
 */
static void
wait_for_turn(const pg_uuid_t *journal)
{
    LOCKTAG tag;

    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, mpos_get_u32(journal->data + 8), mpos_get_u32(journal->data + 12),
                         HEAD_LOCK_CLASS);
    (void)LockAcquire(&tag, ExclusiveLock, false, false);
}

/* A snapshot of the whole transaction may be older than the head: then only a row lock tells, with 40001. */
static HeapTuple
read_head_row(Relation relation, const pg_uuid_t *journal)
{
    Datum key = UUIDPGetDatum(journal);

    return IsolationUsesXactSnapshot() ? mpos_table_lock(&head_table, relation, &key, NULL, LockWaitBlock)
                                       : mpos_table_get(&head_table, relation, &key, NULL);
}

void
mpos_head_lock(const pg_uuid_t *tenant, const pg_uuid_t *journal, mpos_head *head, mpos_flushed *out)
{
    Relation relation = mpos_table_open(&head_table, RowExclusiveLock);

    wait_for_turn(journal);
    head->row = read_head_row(relation, journal);
    if (head->row == NULL) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, "a journal has no head");
    }
    read_head(relation, head->row, head);
    mpos_table_close(relation);
    if (head->system_id != GetSystemIdentifier() || head->timeline != GetWALInsertionTimeLine()) {
        follow_cluster(tenant, head, out);
    }
}

void
mpos_head_store(mpos_head *head)
{
    Relation relation = mpos_table_open(&head_table, RowExclusiveLock);
    Datum values[HEAD_COLUMNS];
    bool nulls[HEAD_COLUMNS] = {false};
    bool replaces[HEAD_COLUMNS] = {false, true, true, true, true, true, true};

    fill_head(head, values);
    mpos_table_update(relation, head->row, values, nulls, replaces);
    mpos_table_close(relation);
}

static void
insert_segment(const mpos_head *head, DateADT month)
{
    Relation relation = mpos_table_open(&segment_table, RowExclusiveLock);
    Datum values[SEGMENT_COLUMNS];
    bool nulls[SEGMENT_COLUMNS] = {false};

    values[SEGMENT_JOURNAL] = UUIDPGetDatum(&head->journal);
    values[SEGMENT_EPOCH] = Int32GetDatum(head->epoch);
    values[SEGMENT_MONTH] = DateADTGetDatum(month);
    values[SEGMENT_FIRST_SEQ] = Int64GetDatum(head->next_seq);
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
}

typedef struct segment_walk {
    mpos_segment *out;
    int count;
    int max;
} segment_walk;

static bool
take_segment(Relation relation, HeapTuple row, void *argument)
{
    segment_walk *walk = argument;
    bool is_null;

    walk->out[walk->count].month = DatumGetDateADT(mpos_row_get(relation, row, SEGMENT_MONTH + 1, &is_null));
    walk->out[walk->count].first_seq =
        DatumGetInt64(mpos_row_get(relation, row, SEGMENT_FIRST_SEQ + 1, &is_null));
    walk->count++;
    return walk->count < walk->max;
}

int
mpos_segments(const pg_uuid_t *journal, int32 epoch, mpos_segment *out, int max)
{
    Relation relation = mpos_table_open(&segment_table, AccessShareLock);
    Datum keys[2] = {UUIDPGetDatum(journal), Int32GetDatum(epoch)};
    segment_walk walk = {out, 0, max};

    mpos_table_walk(&segment_table, relation, 2, keys, NULL, true, take_segment, &walk);
    mpos_table_close(relation);
    return walk.count;
}

static void
insert_entry(const mpos_head *head, int64 recorded_us, const uint8 *header, const uint8 *leaf,
             const bytea *packed)
{
    mpos_table *table;
    Relation relation = mpos_entries_open(mpos_month_of(recorded_us), RowExclusiveLock, &table);
    Datum values[MPOS_ENTRY_COLUMNS];
    bool nulls[MPOS_ENTRY_COLUMNS] = {false};

    values[MPOS_ENTRY_JOURNAL] = UUIDPGetDatum(&head->journal);
    values[MPOS_ENTRY_EPOCH_NUMBER] = Int32GetDatum(head->epoch);
    values[MPOS_ENTRY_SEQ] = Int64GetDatum(head->next_seq);
    values[MPOS_ENTRY_MONTH] = DateADTGetDatum(mpos_month_of(recorded_us));
    values[MPOS_ENTRY_HEADER] = PointerGetDatum(make_bytea(header, MPOS_JOURNAL_HEADER_SIZE));
    values[MPOS_ENTRY_LEAF] = PointerGetDatum(make_bytea(leaf, MPOS_LEAF_SIZE));
    values[MPOS_ENTRY_PACKED] = PointerGetDatum(packed);
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
}

static void
report_entry(const mpos_head *head, const uint8 *header, const bytea *payload, mpos_flushed *out)
{
    mpos_entry_ref ref = {.journal = head->journal, .epoch = head->epoch, .seq = head->next_seq};
    uint8 size[4];

    memcpy(ref.leaf, head->last_leaf, MPOS_LEAF_SIZE);
    appendBinaryStringInfo(&out->refs, (const char *)&ref, sizeof ref);
    appendBinaryStringInfo(&out->entries, (const char *)header, MPOS_JOURNAL_HEADER_SIZE);
    appendBinaryStringInfo(&out->entries, (const char *)head->last_leaf, MPOS_LEAF_SIZE);
    mpos_put_u32(size, (uint32)(VARSIZE(payload) - VARHDRSZ));
    appendBinaryStringInfo(&out->entries, (const char *)size, sizeof size);
    appendBinaryStringInfo(&out->entries, VARDATA(payload), (int)(VARSIZE(payload) - VARHDRSZ));
}

bytea *
mpos_audit_payload(const char *body, size_t size, uint8 hash[32])
{
    mpos_section section = {MPOS_SECTION_AUDIT, "", 0, (const uint8 *)body, size};
    size_t payload_size = 0;
    bytea *payload;

    mpos_check(mpos_payload_size(&section, 1, &payload_size), "audit payload size");
    payload = palloc(VARHDRSZ + payload_size);
    SET_VARSIZE(payload, VARHDRSZ + payload_size);
    mpos_check(mpos_payload_encode(&section, 1, (uint8 *)VARDATA(payload), payload_size, &payload_size),
               "audit payload");
    mpos_journal_payload_hash(&mpos_host_digest, VARDATA(payload), payload_size, hash);
    return payload;
}

void
mpos_head_append(mpos_head *head, mpos_journal_header *header, const bytea *payload, const bytea *packed,
                 mpos_flushed *out)
{
    /* A clock that was set back must not make the journal's time run backwards. */
    int64 recorded_us = Max(GetCurrentTimestamp() + MPOS_UNIX_EPOCH_US, head->last_time);
    uint8 bytes[MPOS_JOURNAL_HEADER_SIZE];

    memcpy(header->journal, head->journal.data, UUID_LEN);
    header->epoch = (uint32)head->epoch;
    header->seq = (uint64)head->next_seq;
    header->recorded_us = recorded_us;
    memcpy(header->prev, head->last_leaf, sizeof header->prev);
    mpos_check(mpos_journal_header_encode(header, bytes), "journal header");
    if (head->next_seq == 0 || mpos_month_of(recorded_us) != mpos_month_of(head->last_time)) {
        insert_segment(head, mpos_month_of(recorded_us));
    }
    mpos_journal_leaf(&mpos_host_digest, bytes, head->last_leaf);
    insert_entry(head, recorded_us, bytes, head->last_leaf, packed);
    if (out != NULL) {
        report_entry(head, bytes, payload, out);
    }
    head->last_time = recorded_us;
    head->next_seq++;
}

void
mpos_head_make(const pg_uuid_t *journal, const char *origin)
{
    mpos_head head = {
        .journal = *journal, .system_id = GetSystemIdentifier(), .timeline = GetWALInsertionTimeLine()};
    Relation relation = mpos_table_open(&head_table, RowExclusiveLock);
    Datum values[HEAD_COLUMNS];
    bool nulls[HEAD_COLUMNS] = {false};

    mpos_genesis(origin, 0, NULL, head.last_leaf);
    fill_head(&head, values);
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
}
