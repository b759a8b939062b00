/* catalogue.c - finding things in published catalogues, and giving out what is published. */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "catalogue.h"
#include "catalogue_part.h"
#include "heap.h"
#include "sha256.h"

#define SLOT_BITS 16

static mpos_table head_table = {"pos", "catalogue_head", "catalogue_head_pkey"};

PG_FUNCTION_INFO_V1(mpos_catalogue_slot_sql);

static uint32
slot_of(const uint8 id[16])
{
    uint8 hash[32];

    mpos_sha256(id, 16, NULL, 0, hash);
    return (uint32)hash[0] << 8 | hash[1];
}

/* catalogue_slot(item uuid) returns integer */
Datum
mpos_catalogue_slot_sql(PG_FUNCTION_ARGS)
{
    PG_RETURN_INT32((int32)slot_of(PG_GETARG_UUID_P(0)->data));
}

static int
compare_item(const void *id, const void *item)
{
    return memcmp(id, ((const mpos_catalogue_item *)item)->id, 16);
}

const mpos_catalogue_item *
mpos_catalogue_item_find(const mpos_catalogue *catalogue, const uint8 id[16])
{
    const mpos_catalogue_part *chunk = &catalogue->chunks[slot_of(id) >> (SLOT_BITS - catalogue->bits)];
    const mpos_catalogue_items *items = mpos_part_get(MPOS_PART_ITEMS, catalogue->tenant, chunk->hash);

    if (items == NULL) {
        elog(ERROR, "published catalogue names items that are not there");
    }
    return items->count == 0
               ? NULL
               : bsearch(id, items->list, (size_t)items->count, sizeof *items->list, compare_item);
}

const mpos_catalogue_tax *
mpos_catalogue_tax_find(const mpos_catalogue *catalogue, const uint8 id[16])
{
    const mpos_catalogue_tax *taxes = catalogue->menu->taxes.items;

    for (int i = 0; i < catalogue->menu->taxes.count; i++) {
        if (memcmp(taxes[i].id, id, 16) == 0) {
            return &taxes[i];
        }
    }
    return NULL;
}

const mpos_catalogue_group *
mpos_catalogue_group_find(const mpos_catalogue *catalogue, const uint8 id[16])
{
    const mpos_catalogue_group *groups = catalogue->menu->groups.items;

    for (int i = 0; i < catalogue->menu->groups.count; i++) {
        if (memcmp(groups[i].id, id, 16) == 0) {
            return &groups[i];
        }
    }
    return NULL;
}

const mpos_catalogue_modifier *
mpos_catalogue_modifier_find(const mpos_catalogue *catalogue, const mpos_catalogue_item *item,
                             const uint8 id[16], int *group_index)
{
    const uint8(*ids)[16] = item->group_ids.items;

    for (int g = 0; g < item->group_ids.count; g++) {
        const mpos_catalogue_group *group = mpos_catalogue_group_find(catalogue, ids[g]);
        const mpos_catalogue_modifier *modifiers = group != NULL ? group->modifiers.items : NULL;

        for (int m = 0; group != NULL && m < group->modifiers.count; m++) {
            if (memcmp(modifiers[m].id, id, 16) == 0) {
                *group_index = g;
                return &modifiers[m];
            }
        }
    }
    return NULL;
}

const mpos_rules *
mpos_catalogue_rules(const mpos_catalogue *catalogue)
{
    return catalogue->rules;
}

const char *
mpos_catalogue_rule_name(const mpos_catalogue *catalogue, const uint8 id[16])
{
    const mpos_catalogue_menu *menu = catalogue->menu;
    const mpos_list *lists[] = {&menu->promotions, &menu->charges, &menu->books, &menu->tax_maps};

    for (size_t l = 0; l < lengthof(lists); l++) {
        const mpos_catalogue_name *names = lists[l]->items;

        for (int i = 0; i < lists[l]->count; i++) {
            if (memcmp(names[i].id, id, 16) == 0) {
                return names[i].name;
            }
        }
    }
    return "";
}

bool
mpos_catalogue_current_hash(mpos_call *call, uint8 hash[32])
{
    Relation relation = mpos_table_open(&head_table, AccessShareLock);
    Datum keys[1] = {PointerGetDatum(call->context.tenant)};
    HeapTuple row = mpos_table_get(&head_table, relation, keys, NULL);
    bool is_null;

    if (row != NULL) {
        bytea *value = DatumGetByteaPP(mpos_row_get(relation, row, mpos_column(relation, "hash"), &is_null));

        memcpy(hash, VARDATA_ANY(value), 32);
    }
    mpos_table_close(relation);
    return row != NULL;
}

/* Menu and rules are asked for anew each time: they may have been given up since the last transaction. */
const mpos_catalogue *
mpos_catalogue_get(mpos_call *call, const uint8 hash[32])
{
    const uint8 *tenant = call->context.tenant;
    mpos_catalogue *catalogue =
        unconstify(mpos_catalogue *, (const mpos_catalogue *)mpos_part_get(MPOS_PART_MANIFEST, tenant, hash));

    if (catalogue == NULL) {
        return NULL;
    }
    catalogue->menu = mpos_part_get(MPOS_PART_MENU, tenant, catalogue->menu_part.hash);
    if (catalogue->menu == NULL) {
        elog(ERROR, "published catalogue names a menu that is not there");
    }
    catalogue->rules = mpos_part_get(MPOS_PART_RULES, tenant, catalogue->rules_part.hash);
    if (catalogue->rules == NULL) {
        elog(ERROR, "published catalogue names rules that are not there");
    }
    catalogue->rounding = catalogue->rules->rounding;
    return catalogue;
}

const mpos_catalogue *
mpos_catalogue_current(mpos_call *call)
{
    uint8 hash[32];

    return mpos_catalogue_current_hash(call, hash) ? mpos_catalogue_get(call, hash) : NULL;
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
    if (!mpos_catalogue_current_hash(call, hash)) {
        return mpos_refuse(call, MPOS_E_CATALOGUE_MISSING, NULL, "Publish a catalogue first.");
    }
    appendStringInfoString(&call->body, text_to_cstring(mpos_manifest_text(call->context.tenant, hash)));
    call->etag[hex_encode((const char *)hash, 32, call->etag)] = '\0';
    return MPOS_OK;
}

typedef struct chunk_params {
    uint32 given;
    const char *hash;
} chunk_params;

static const mpos_field chunk_fields[] = {
    {"hash", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(chunk_params, hash), 0, 256},
};
MPOS_SHAPE(chunk, chunk_params);

/* 64 lower-case hex digits: the one spelling that names anything. */
static bool
read_hash(const char *text, uint8 hash[32])
{
    if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64) {
        return false;
    }
    hex_decode(text, 64, (char *)hash);
    return true;
}

mpos_err
mpos_catalogue_chunk(mpos_call *call)
{
    chunk_params in;
    uint8 hash[32];
    bytea *bytes = NULL;
    mpos_err err = mpos_input_params(call, &chunk_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (read_hash(in.hash, hash)) {
        bytes = mpos_part_bytes(call->context.tenant, hash);
    }
    if (bytes == NULL) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", mpos_err_title(MPOS_E_NOT_FOUND));
    }
    appendBinaryStringInfo(&call->entries, VARDATA_ANY(bytes), (int)VARSIZE_ANY_EXHDR(bytes));
    strlcpy(call->etag, in.hash, sizeof call->etag);
    return MPOS_OK;
}
