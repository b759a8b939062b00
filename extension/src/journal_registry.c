/* journal_registry.c - which journals exist, whose they are, and in which partition a month's entries lie. */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "heap.h"
#include "journal_store.h"
#include "sqlstate.h"

enum {
    JOURNAL_ID,
    JOURNAL_TENANT,
    JOURNAL_OUTLET,
    JOURNAL_KIND,
    JOURNAL_ORIGIN,
    JOURNAL_EPOCH,
    JOURNAL_STATE,
    JOURNAL_COLUMNS
};

static mpos_table journal_by_id = {"journal", "journal", "journal_pkey"};
static mpos_table journal_by_owner = {"journal", "journal", "journal_owner_key"};
static mpos_table entry_default = {"journal", "entry_default", "entry_default_pkey"};

typedef struct owner_key {
    pg_uuid_t tenant;
    pg_uuid_t outlet;
} owner_key;

typedef struct owner_slot {
    owner_key key;
    pg_uuid_t journal;
} owner_slot;

/* A journal's owner never changes, so committed ones are kept for the life of the backend. */
static HTAB *owners = NULL;
#define OWNERS_MAX 10000

typedef struct month_slot {
    DateADT month;
    mpos_table table;
    char name[32];
    char index[40];
} month_slot;

static HTAB *partitions = NULL;

static bool
is_zero_uuid(const pg_uuid_t *id)
{
    static const pg_uuid_t zero = {{0}};

    return memcmp(id, &zero, sizeof zero) == 0;
}

static void
remember_owner(const owner_key *key, const pg_uuid_t *journal)
{
    if (owners != NULL && hash_get_num_entries(owners) >= OWNERS_MAX) {
        hash_destroy(owners);
        owners = NULL;
    }
    if (owners == NULL) {
        HASHCTL control = {
            .keysize = sizeof(owner_key), .entrysize = sizeof(owner_slot), .hcxt = TopMemoryContext};

        owners = hash_create("mpos journals by owner", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    ((owner_slot *)hash_search(owners, key, HASH_ENTER, NULL))->journal = *journal;
}

static owner_slot *
find_owner(const owner_key *key)
{
    /*
     * heap.c forgets a table that was dropped, truncated or made anew; what was remembered of it goes with
     * it.
     */
    if (owners != NULL && !OidIsValid(journal_by_owner.relation_oid)) {
        hash_destroy(owners);
        owners = NULL;
    }
    return owners == NULL ? NULL : hash_search(owners, key, HASH_FIND, NULL);
}

bool
mpos_journal_id_of(const pg_uuid_t *tenant, const pg_uuid_t *outlet, pg_uuid_t *journal_out)
{
    owner_key key = {*tenant, *outlet};
    owner_slot *slot = find_owner(&key);
    Datum keys[2] = {UUIDPGetDatum(tenant), UUIDPGetDatum(outlet)};
    bool nulls[2] = {false, is_zero_uuid(outlet)};
    bool is_null;
    Relation relation;
    HeapTuple row;

    if (slot != NULL) {
        *journal_out = slot->journal;
        return true;
    }
    relation = mpos_table_open(&journal_by_owner, AccessShareLock);
    row = mpos_table_get(&journal_by_owner, relation, keys, nulls);
    if (row != NULL) {
        *journal_out = *DatumGetUUIDP(mpos_row_get(relation, row, JOURNAL_ID + 1, &is_null));
        if (!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(row->t_data))) {
            remember_owner(&key, journal_out);
        }
    }
    mpos_table_close(relation);
    return row != NULL;
}

bool
mpos_journal_identity_get(const pg_uuid_t *journal, mpos_journal_identity *out)
{
    Relation relation = mpos_table_open(&journal_by_id, AccessShareLock);
    Datum key = UUIDPGetDatum(journal);
    HeapTuple row = mpos_table_get(&journal_by_id, relation, &key, NULL);

    if (row != NULL) {
        Datum values[JOURNAL_COLUMNS];
        bool nulls[JOURNAL_COLUMNS];

        heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
        memset(out, 0, sizeof *out);
        out->journal = *journal;
        out->tenant = *DatumGetUUIDP(values[JOURNAL_TENANT]);
        if (!nulls[JOURNAL_OUTLET]) {
            out->outlet = *DatumGetUUIDP(values[JOURNAL_OUTLET]);
        }
        out->origin = TextDatumGetCString(values[JOURNAL_ORIGIN]);
    }
    mpos_table_close(relation);
    return row != NULL;
}

void
mpos_journal_set_epoch(const pg_uuid_t *journal, int32 epoch)
{
    Relation relation = mpos_table_open(&journal_by_id, RowExclusiveLock);
    Datum key = UUIDPGetDatum(journal);
    HeapTuple row = mpos_table_lock(&journal_by_id, relation, &key, NULL, LockWaitBlock);
    Datum values[JOURNAL_COLUMNS] = {0};
    bool nulls[JOURNAL_COLUMNS] = {false};
    bool replaces[JOURNAL_COLUMNS] = {[JOURNAL_EPOCH] = true};

    if (row == NULL) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, NULL);
    }
    values[JOURNAL_EPOCH] = Int32GetDatum(epoch);
    mpos_table_update(relation, row, values, nulls, replaces);
    mpos_table_close(relation);
}

static month_slot *
slot_of_month(DateADT month)
{
    month_slot *slot;
    bool found;

    if (partitions == NULL) {
        HASHCTL control = {
            .keysize = sizeof(DateADT), .entrysize = sizeof(month_slot), .hcxt = TopMemoryContext};

        partitions =
            hash_create("mpos entry partitions", 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    slot = hash_search(partitions, &month, HASH_ENTER, &found);
    if (!found) {
        int year, number, day;

        j2date(month + POSTGRES_EPOCH_JDATE, &year, &number, &day);
        snprintf(slot->name, sizeof slot->name, "entry_%04d_%02d", year, number);
        snprintf(slot->index, sizeof slot->index, "%s_pkey", slot->name);
        memset(&slot->table, 0, sizeof slot->table);
        slot->table.schema = "journal";
        slot->table.name = slot->name;
        slot->table.index = slot->index;
    }
    return slot;
}

static bool
has_partition(const month_slot *slot)
{
    Oid schema = get_namespace_oid("journal", true);

    return OidIsValid(schema) && OidIsValid(get_relname_relid(slot->name, schema));
}

Relation
mpos_entries_open(DateADT month, LOCKMODE mode, mpos_table **table_out)
{
    month_slot *slot = slot_of_month(month);

    for (;;) {
        Relation relation;

        if (OidIsValid(slot->table.relation_oid) || has_partition(slot)) {
            *table_out = &slot->table;
            return mpos_table_open(&slot->table, mode);
        }
        /* Once the lock is held no partition can be split off the default; it may have been just before. */
        relation = mpos_table_open(&entry_default, mode);
        if (!has_partition(slot)) {
            *table_out = &entry_default;
            return relation;
        }
        mpos_table_close(relation);
    }
}

/* The two unique indexes refuse a second journal for the same owner or origin. */
void
mpos_journal_make(const pg_uuid_t *journal, const pg_uuid_t *tenant, const pg_uuid_t *outlet,
                  const char *origin)
{
    Relation relation = mpos_table_open(&journal_by_id, RowExclusiveLock);
    Datum values[JOURNAL_COLUMNS] = {0};
    bool nulls[JOURNAL_COLUMNS] = {[JOURNAL_OUTLET] = outlet == NULL};

    values[JOURNAL_ID] = UUIDPGetDatum(journal);
    values[JOURNAL_TENANT] = UUIDPGetDatum(tenant);
    values[JOURNAL_OUTLET] = outlet == NULL ? (Datum)0 : UUIDPGetDatum(outlet);
    values[JOURNAL_KIND] = CStringGetTextDatum(outlet != NULL         ? "outlet"
                                               : is_zero_uuid(tenant) ? "platform"
                                                                      : "tenant");
    values[JOURNAL_ORIGIN] = CStringGetTextDatum(origin);
    values[JOURNAL_EPOCH] = Int32GetDatum(0);
    values[JOURNAL_STATE] = CStringGetTextDatum("open");
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
    mpos_head_make(journal, origin);
}
