/* journal_read.c - reading entries: by number, by range, by transaction. */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/timestamp.h"

#include "bytes.h"
#include "heap.h"
#include "journal_range.h"
#include "journal_store.h"
#include "pack.h"
#include "payload.h"
#include "sqlstate.h"

/* A transaction reaches its flush well within this after its uuid was made. */
#define FIND_WINDOW_US INT64CONST(600000000)

typedef struct range_walk {
    int64 until;
    int64 wanted; /* the number that must come next */
    mpos_entry_visit visit;
    void *argument;
    bool bare; /* without payloads */
    bool stopped;
} range_walk;

static void
read_fixed(Datum value, uint8 *out, size_t size)
{
    bytea *bytes = DatumGetByteaPP(value);

    if (VARSIZE_ANY_EXHDR(bytes) != size) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
    }
    memcpy(out, VARDATA_ANY(bytes), size);
}

static void
read_entry(Relation relation, HeapTuple row, bool bare, mpos_entry *out)
{
    Datum values[MPOS_ENTRY_COLUMNS];
    bool nulls[MPOS_ENTRY_COLUMNS];

    heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
    out->ref.journal = *DatumGetUUIDP(values[MPOS_ENTRY_JOURNAL]);
    out->ref.epoch = DatumGetInt32(values[MPOS_ENTRY_EPOCH_NUMBER]);
    out->ref.seq = DatumGetInt64(values[MPOS_ENTRY_SEQ]);
    read_fixed(values[MPOS_ENTRY_LEAF], out->ref.leaf, MPOS_LEAF_SIZE);
    read_fixed(values[MPOS_ENTRY_HEADER], out->header, MPOS_HEADER_SIZE);
    out->payload = NULL;
    if (!bare && !nulls[MPOS_ENTRY_PACKED]) {
        out->payload = mpos_unpack(DatumGetByteaPP(values[MPOS_ENTRY_PACKED]));
        if (out->payload == NULL) {
            mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
        }
    }
}

static bool
visit_row(Relation relation, HeapTuple row, void *argument)
{
    range_walk *walk = argument;
    mpos_entry entry;

    read_entry(relation, row, walk->bare, &entry);
    if (entry.ref.seq >= walk->until) {
        return false;
    }
    walk->stopped = !walk->visit(&entry, walk->argument);
    if (entry.payload != NULL) {
        pfree(entry.payload);
    }
    return !walk->stopped;
}

static void
walk_range(const pg_uuid_t *journal, int32 epoch, int64 from, range_walk *walk)
{
    mpos_segment *segments = palloc(sizeof *segments * MPOS_SEGMENTS_MAX);
    int count = mpos_segments(journal, epoch, segments, MPOS_SEGMENTS_MAX);

    /* Newest month first: go back to the one that holds `from`, then forward. */
    for (int i = count - 1; i >= 0 && !walk->stopped; i--) {
        Datum keys[2] = {UUIDPGetDatum(journal), Int32GetDatum(epoch)};
        int64 start = Max(from, segments[i].first_seq);
        Datum from_datum = Int64GetDatum(start);
        mpos_table *table;
        Relation relation;

        if ((i > 0 && segments[i - 1].first_seq <= from) || start >= walk->until) {
            continue;
        }
        relation = mpos_entries_open(segments[i].month, AccessShareLock, &table);
        mpos_table_walk(table, relation, 2, keys, &from_datum, false, visit_row, walk);
        mpos_table_close(relation);
    }
    pfree(segments);
}

void
mpos_entries_walk(const pg_uuid_t *journal, int32 epoch, int64 from, int64 until, mpos_entry_visit visit,
                  void *argument)
{
    range_walk walk = {.until = until, .visit = visit, .argument = argument};

    walk_range(journal, epoch, from, &walk);
}

void
mpos_leaves_walk(const pg_uuid_t *journal, int32 epoch, int64 from, int64 until, mpos_entry_visit visit,
                 void *argument)
{
    range_walk walk = {.until = until, .visit = visit, .argument = argument, .bare = true};

    walk_range(journal, epoch, from, &walk);
}

static bool
take_one(const mpos_entry *entry, void *argument)
{
    mpos_entry *out = argument;

    *out = *entry;
    if (entry->payload != NULL) {
        out->payload = palloc(VARSIZE(entry->payload));
        memcpy(out->payload, entry->payload, VARSIZE(entry->payload));
    }
    return false;
}

bool
mpos_entry_get(const uint8 journal[UUID_LEN], int32 epoch, int64 seq, mpos_entry *out)
{
    pg_uuid_t id;
    mpos_entry found = {.ref = {.seq = -1}};

    memcpy(id.data, journal, UUID_LEN);
    mpos_entries_walk(&id, epoch, seq, seq + 1, take_one, &found);
    if (found.ref.seq != seq || seq < 0) {
        return false;
    }
    *out = found;
    return true;
}

bool
mpos_entry_section(const mpos_entry *entry, int kind, const char *topic, const char **body, size_t *len)
{
    mpos_payload_reader reader;
    mpos_section section;

    if (entry->payload == NULL || mpos_payload_open((const uint8 *)VARDATA(entry->payload),
                                                    VARSIZE(entry->payload) - VARHDRSZ, &reader) != MPOS_OK) {
        return false;
    }
    while (mpos_payload_next(&reader, &section)) {
        if (section.kind == kind && section.topic_size == strlen(topic) &&
            memcmp(section.topic, topic, section.topic_size) == 0) {
            *body = (const char *)section.body;
            *len = section.body_size;
            return true;
        }
    }
    return false;
}

static int64
recorded_of(const mpos_entry *entry)
{
    return (int64)mpos_get_u64(entry->header + 64);
}

/*
 * The first number whose entry was recorded at time_us or later; recorded times never fall within a journal.
 */
static int64
first_since(const pg_uuid_t *journal, int32 epoch, int64 next_seq, int64 time_us)
{
    int64 low = 0;
    int64 high = next_seq;

    while (low < high) {
        int64 middle = low + (high - low) / 2;
        mpos_entry entry;

        if (!mpos_entry_get(journal->data, epoch, middle, &entry)) {
            mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
        }
        if (recorded_of(&entry) < time_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool
take_seq(Relation relation, HeapTuple row, void *argument)
{
    bool is_null;

    *(int64 *)argument = DatumGetInt64(mpos_row_get(relation, row, MPOS_ENTRY_SEQ + 1, &is_null)) + 1;
    return false;
}

int64
mpos_epoch_size(const pg_uuid_t *journal, int32 epoch)
{
    mpos_segment newest;
    Datum keys[2] = {UUIDPGetDatum(journal), Int32GetDatum(epoch)};
    int64 size = 0;
    mpos_table *table;
    Relation relation;

    if (mpos_segments(journal, epoch, &newest, 1) == 0) {
        return 0;
    }
    relation = mpos_entries_open(newest.month, AccessShareLock, &table);
    mpos_table_walk(table, relation, 2, keys, NULL, true, take_seq, &size);
    mpos_table_close(relation);
    return size;
}

static void
copy_row(const mpos_journal_identity *identity, const mpos_head *head, mpos_journal_row *out)
{
    out->journal = identity->journal;
    out->tenant = identity->tenant;
    out->outlet = identity->outlet;
    out->origin = identity->origin;
    out->epoch = head->epoch;
    out->next_seq = head->next_seq;
    memcpy(out->last_leaf, head->last_leaf, MPOS_LEAF_SIZE);
}

bool
mpos_journal_get(const uint8 tenant[UUID_LEN], const uint8 journal[UUID_LEN], mpos_journal_row *out)
{
    mpos_journal_identity identity;
    mpos_head head;
    pg_uuid_t id;

    memcpy(id.data, journal, UUID_LEN);
    if (!mpos_journal_identity_get(&id, &identity) || memcmp(identity.tenant.data, tenant, UUID_LEN) != 0) {
        return false;
    }
    if (!mpos_head_get(&id, &head)) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
    }
    copy_row(&identity, &head, out);
    return true;
}

bool
mpos_journal_of(const uint8 tenant[UUID_LEN], const uint8 outlet[UUID_LEN], mpos_journal_row *out)
{
    pg_uuid_t tenant_id, outlet_id, journal;

    memcpy(tenant_id.data, tenant, UUID_LEN);
    memcpy(outlet_id.data, outlet, UUID_LEN);
    return mpos_journal_id_of(&tenant_id, &outlet_id, &journal) &&
           mpos_journal_get(tenant, journal.data, out);
}

typedef struct transaction_search {
    const pg_uuid_t *transaction;
    int64 latest_us;
    mpos_entry_ref *out;
    bool found;
} transaction_search;

static bool
is_of_transaction(const mpos_entry *entry, void *argument)
{
    transaction_search *search = argument;

    if (memcmp(entry->header + 72, search->transaction->data, UUID_LEN) == 0) {
        *search->out = entry->ref;
        search->found = true;
    }
    return !search->found && recorded_of(entry) <= search->latest_us;
}

bool
mpos_journal_find(const uint8 journal[UUID_LEN], const pg_uuid_t *transaction, mpos_entry_ref *out)
{
    /* The first 48 bits of a UUIDv7 are its time in milliseconds. */
    int64 made_us = (int64)(mpos_get_u64(transaction->data) >> 16) * 1000;
    transaction_search search = {transaction, made_us + FIND_WINDOW_US, out, false};
    pg_uuid_t id;
    mpos_head head;

    memcpy(id.data, journal, UUID_LEN);
    if (!mpos_head_get(&id, &head)) {
        return false;
    }
    /* A transaction from before the last restore is in an older epoch. */
    for (int32 epoch = head.epoch; epoch >= 0 && !search.found; epoch--) {
        int64 end = epoch == head.epoch ? head.next_seq : mpos_epoch_size(&id, epoch);

        mpos_entries_walk(&id, epoch, first_since(&id, epoch, end, made_us), end, is_of_transaction, &search);
    }
    return search.found;
}
