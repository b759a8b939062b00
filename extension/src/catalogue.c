/* catalogue.c - the kept catalogues of this backend, and reading one. */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "catalogue.h"
#include "catalogue_index.h"
#include "heap.h"

/* A backend serves many tenants in turn; 5,000 items take about 2.5 MB, so this holds those of a busy neighbourhood. */
#define KEPT_BYTES_MAX ((Size)64 * 1024 * 1024)

static mpos_table head_table = {"pos", "catalogue_head", "catalogue_head_pkey"};
static mpos_table published_table = {"pos", "published", "published_pkey"};

static mpos_catalogue *kept = NULL;

mpos_catalogue_index *
mpos_catalogue_index_build(const mpos_catalogue_item *items, int count)
{
    uint32 size = 16;
    mpos_catalogue_index *index;

    while (size < (uint32)count * 2) {
        size *= 2;
    }
    index = palloc0(offsetof(mpos_catalogue_index, slots) + sizeof index->slots[0] * size);
    index->mask = size - 1;
    for (int i = 0; i < count; i++) {
        uint32 at = hash_bytes(items[i].id, 16) & index->mask;

        while (index->slots[at] != NULL) {
            at = (at + 1) & index->mask;
        }
        index->slots[at] = &items[i];
    }
    return index;
}

const mpos_catalogue_item *
mpos_catalogue_item_find(const mpos_catalogue *catalogue, const uint8 id[16])
{
    const mpos_catalogue_index *index = catalogue->index;

    for (uint32 at = hash_bytes(id, 16) & index->mask; index->slots[at] != NULL;
         at = (at + 1) & index->mask) {
        if (memcmp(index->slots[at]->id, id, 16) == 0) {
            return index->slots[at];
        }
    }
    return NULL;
}

const mpos_catalogue_tax *
mpos_catalogue_tax_find(const mpos_catalogue *catalogue, const uint8 id[16])
{
    const mpos_catalogue_tax *taxes = catalogue->taxes.items;

    for (int i = 0; i < catalogue->taxes.count; i++) {
        if (memcmp(taxes[i].id, id, 16) == 0) {
            return &taxes[i];
        }
    }
    return NULL;
}

const mpos_catalogue_modifier *
mpos_catalogue_modifier_find(const mpos_catalogue_item *item, const uint8 id[16], int *group_index)
{
    for (int g = 0; g < item->group_ids.count; g++) {
        const mpos_catalogue_modifier *modifiers = item->groups[g]->modifiers.items;

        for (int m = 0; m < item->groups[g]->modifiers.count; m++) {
            if (memcmp(modifiers[m].id, id, 16) == 0) {
                *group_index = g;
                return &modifiers[m];
            }
        }
    }
    return NULL;
}

/* A row of pos.published as text in the current context, NULL when there is none. */
static char *
load_document(const uint8 tenant[16], const uint8 hash[32])
{
    Relation relation = mpos_table_open(&published_table, AccessShareLock);
    bytea *key = palloc(VARHDRSZ + 32);
    Datum keys[2] = {PointerGetDatum(tenant), PointerGetDatum(key)};
    char *document = NULL;
    HeapTuple row;
    bool is_null;

    SET_VARSIZE(key, VARHDRSZ + 32);
    memcpy(VARDATA(key), hash, 32);
    row = mpos_table_get(&published_table, relation, keys, NULL);
    if (row != NULL) {
        document =
            TextDatumGetCString(mpos_row_get(relation, row, mpos_column(relation, "document"), &is_null));
    }
    mpos_table_close(relation);
    return document;
}

static bool
current_hash(const uint8 tenant[16], uint8 hash[32])
{
    Relation relation = mpos_table_open(&head_table, AccessShareLock);
    Datum keys[1] = {PointerGetDatum(tenant)};
    HeapTuple row = mpos_table_get(&head_table, relation, keys, NULL);
    bool is_null;

    if (row != NULL) {
        bytea *value = DatumGetByteaPP(mpos_row_get(relation, row, mpos_column(relation, "hash"), &is_null));

        memcpy(hash, VARDATA_ANY(value), 32);
    }
    mpos_table_close(relation);
    return row != NULL;
}

/* Gives up the least recently used ones; the first in the list is the one just asked for and stays. */
static void
forget_beyond_limit(void)
{
    Size total = 0;

    for (mpos_catalogue **at = &kept; *at != NULL;) {
        mpos_catalogue *one = *at;

        total += one->bytes;
        if (total > KEPT_BYTES_MAX && one != kept) {
            *at = one->next;
            MemoryContextDelete(one->memory);
        } else {
            at = &one->next;
        }
    }
}

static mpos_catalogue *
find_kept(const uint8 tenant[16], const uint8 hash[32])
{
    for (mpos_catalogue **at = &kept; *at != NULL; at = &(*at)->next) {
        mpos_catalogue *one = *at;

        if (memcmp(one->hash, hash, 32) == 0 && memcmp(one->tenant, tenant, 16) == 0) {
            *at = one->next;
            one->next = kept;
            kept = one;
            return one;
        }
    }
    return NULL;
}

/* Compiled in memory of the call; only what is complete moves to the backend's own. */
static mpos_catalogue *
compile(mpos_call *call, const char *document, const uint8 hash[32])
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos catalogue", ALLOCSET_DEFAULT_SIZES);
    MemoryContext before = MemoryContextSwitchTo(memory);
    mpos_catalogue *catalogue = palloc0(sizeof *catalogue);

    memcpy(catalogue->tenant, call->context.tenant, 16);
    memcpy(catalogue->hash, hash, 32);
    mpos_catalogue_compile(call, document, catalogue);
    MemoryContextSwitchTo(before);
    catalogue->memory = memory;
    catalogue->bytes = MemoryContextMemAllocated(memory, true);
    MemoryContextSetParent(memory, CacheMemoryContext);
    catalogue->next = kept;
    kept = catalogue;
    forget_beyond_limit();
    return catalogue;
}

const mpos_catalogue *
mpos_catalogue_get(mpos_call *call, const uint8 hash[32])
{
    mpos_catalogue *catalogue = find_kept(call->context.tenant, hash);
    char *document;

    if (catalogue != NULL) {
        return catalogue;
    }
    document = load_document(call->context.tenant, hash);
    if (document == NULL) {
        return NULL;
    }
    catalogue = compile(call, document, hash);
    pfree(document);
    return catalogue;
}

const mpos_catalogue *
mpos_catalogue_current(mpos_call *call)
{
    uint8 hash[32];

    return current_hash(call->context.tenant, hash) ? mpos_catalogue_get(call, hash) : NULL;
}

mpos_err
mpos_catalogue_read(mpos_call *call)
{
    static const mpos_shape none_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;
    uint8 hash[32];
    mpos_err err = mpos_input_params(call, &none_shape, &given);

    if (err != MPOS_OK) {
        return err;
    }
    if (!current_hash(call->context.tenant, hash)) {
        return mpos_refuse(call, MPOS_E_CATALOGUE_MISSING, NULL, "Publish a catalogue first.");
    }
    appendStringInfoString(&call->body, load_document(call->context.tenant, hash));
    call->etag[hex_encode((const char *)hash, 32, call->etag)] = '\0';
    return MPOS_OK;
}
