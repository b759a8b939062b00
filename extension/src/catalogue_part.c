/* catalogue_part.c - see catalogue_part.h. */
#include "postgres.h"

#include "lib/ilist.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "catalogue_part.h"
#include "heap.h"
#include "sha256.h"
#include "sqlstate.h"

/* A backend serves many tenants in turn; a chunk of 64 KiB takes about 200 KiB read, so this holds some hundred of them. */
#define KEPT_BYTES_MAX ((Size)64 * 1024 * 1024)

typedef struct part_key {
    uint8 tenant[16];
    uint8 hash[32];
} part_key;

typedef struct kept_part {
    part_key key; /* first: of the hash table */
    mpos_part_kind kind;
    LocalTransactionId used_by; /* the transaction that last asked for it: it may hold pointers */
    MemoryContext memory;
    Size bytes;
    void *value;
    dlist_node node;
} kept_part;

static mpos_table manifest_table = {"pos", "published", "published_pkey"};
static mpos_table chunk_table = {"pos", "published_chunk", "published_chunk_pkey"};

static HTAB *parts = NULL;
static dlist_head recent = DLIST_STATIC_INIT(recent); /* the last asked for first */
static Size kept_bytes = 0;

/* A column of the row with that key, copied; 0 when there is no such row. */
static Datum
load(mpos_table *table, const char *column, const uint8 tenant[16], const uint8 hash[32])
{
    Relation relation = mpos_table_open(table, AccessShareLock);
    bytea *key = palloc(VARHDRSZ + 32);
    Datum keys[2] = {PointerGetDatum(tenant), PointerGetDatum(key)};
    Datum value = (Datum)0;
    HeapTuple row;
    bool is_null;

    SET_VARSIZE(key, VARHDRSZ + 32);
    memcpy(VARDATA(key), hash, 32);
    row = mpos_table_get(table, relation, keys, NULL);
    if (row != NULL) {
        value = PointerGetDatum(
            PG_DETOAST_DATUM_COPY(mpos_row_get(relation, row, mpos_column(relation, column), &is_null)));
    }
    mpos_table_close(relation);
    return value;
}

bytea *
mpos_part_bytes(const uint8 tenant[16], const uint8 hash[32])
{
    return (bytea *)DatumGetPointer(load(&chunk_table, "content", tenant, hash));
}

text *
mpos_manifest_text(const uint8 tenant[16], const uint8 hash[32])
{
    return (text *)DatumGetPointer(load(&manifest_table, "document", tenant, hash));
}

static mpos_rules *
read_rules(const bytea *form)
{
    size_t size = VARSIZE_ANY_EXHDR(form);
    size_t room = mpos_rules_room_size(size);
    mpos_rules *rules = palloc0(sizeof *rules);

    mpos_check(
        mpos_rules_form_decode((const uint8 *)VARDATA_ANY(form), size, palloc(Max(room, 1)), room, rules),
        "published rules");
    return rules;
}

static void *
parse(mpos_part_kind kind, const part_key *key, const struct varlena *bytes)
{
    mpos_catalogue *catalogue;

    switch (kind) {
    case MPOS_PART_MANIFEST:
        catalogue = mpos_manifest_parse(text_to_cstring(bytes));
        memcpy(catalogue->tenant, key->tenant, 16);
        memcpy(catalogue->hash, key->hash, 32);
        return catalogue;
    case MPOS_PART_MENU:
        return mpos_menu_parse(text_to_cstring(bytes));
    case MPOS_PART_RULES:
        return read_rules(bytes);
    case MPOS_PART_ITEMS:
        return mpos_items_parse(text_to_cstring(bytes));
    }
    return NULL;
}

static void
give_up(kept_part *part)
{
    dlist_delete(&part->node);
    kept_bytes -= part->bytes;
    MemoryContextDelete(part->memory);
    hash_search(parts, &part->key, HASH_REMOVE, NULL);
}

/* Gives up what was not asked for longest, but nothing that this transaction may point to. */
static void
make_room(void)
{
    while (kept_bytes > KEPT_BYTES_MAX) {
        kept_part *part = dlist_tail_element(kept_part, node, &recent);

        if (part->used_by == MyProc->lxid) {
            return;
        }
        give_up(part);
    }
}

static void
keep(const part_key *key, mpos_part_kind kind, MemoryContext memory, void *value)
{
    bool found;
    kept_part *part = hash_search(parts, key, HASH_ENTER, &found);

    Assert(!found);
    part->kind = kind;
    part->used_by = MyProc->lxid;
    part->memory = memory;
    part->bytes = MemoryContextMemAllocated(memory, true);
    part->value = value;
    MemoryContextSetParent(memory, CacheMemoryContext);
    dlist_push_head(&recent, &part->node);
    kept_bytes += part->bytes;
    make_room();
}

/* Read in memory of the call; only what is complete moves to the backend's own. */
static void *
read_part(const part_key *key, mpos_part_kind kind)
{
    struct varlena *bytes = kind == MPOS_PART_MANIFEST ? mpos_manifest_text(key->tenant, key->hash)
                                                       : mpos_part_bytes(key->tenant, key->hash);
    MemoryContext memory;
    MemoryContext before;
    uint8 hash[32];
    void *value;

    if (bytes == NULL) {
        return NULL;
    }
    mpos_sha256(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), NULL, 0, hash);
    if (memcmp(hash, key->hash, 32) != 0) {
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("published catalogue has other bytes than its hash")));
    }
    memory = AllocSetContextCreate(CurrentMemoryContext, "mpos catalogue part", ALLOCSET_DEFAULT_SIZES);
    before = MemoryContextSwitchTo(memory);
    value = parse(kind, key, bytes);
    MemoryContextSwitchTo(before);
    pfree(bytes);
    keep(key, kind, memory, value);
    return value;
}

static void
start(void)
{
    HASHCTL control = {
        .keysize = sizeof(part_key), .entrysize = sizeof(kept_part), .hcxt = CacheMemoryContext};

    if (parts == NULL) {
        parts = hash_create("mpos catalogue parts", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
}

const void *
mpos_part_get(mpos_part_kind kind, const uint8 tenant[16], const uint8 hash[32])
{
    part_key key;
    kept_part *part;

    start();
    memcpy(key.tenant, tenant, sizeof key.tenant);
    memcpy(key.hash, hash, sizeof key.hash);
    part = hash_search(parts, &key, HASH_FIND, NULL);
    if (part == NULL) {
        return read_part(&key, kind);
    }
    if (part->kind != kind) {
        elog(ERROR, "published catalogue names one part as two");
    }
    part->used_by = MyProc->lxid;
    dlist_move_head(&recent, &part->node);
    return part->value;
}

void
mpos_part_forget(const uint8 tenant[16], const uint8 hash[32])
{
    part_key key;
    kept_part *part;

    start();
    memcpy(key.tenant, tenant, sizeof key.tenant);
    memcpy(key.hash, hash, sizeof key.hash);
    part = hash_search(parts, &key, HASH_FIND, NULL);
    if (part != NULL) {
        give_up(part);
    }
}
