/*
 * catalogue_document.c - from published JSON to structures. The texts were made by pos.publish; one that does not fit is a
 * fault of ours, not of the caller.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "catalogue.h"
#include "catalogue_part.h"
#include "quantity.h"

#define NAME_MAX_CHARS 1024
#define LIST_MAX 1000000
#define PRICE_MAX INT64CONST(999999999999)

#define TEXT_FIELD(type, field)                                                                              \
    {                                                                                                        \
#field, MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(type, field), 0, NAME_MAX_CHARS                     \
    }
#define UUID_FIELD(type, field)                                                                              \
    {                                                                                                        \
#field, MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(type, field)                                        \
    }
#define UUIDS_FIELD(type, field)                                                                             \
    {                                                                                                        \
#field, MPOS_IN_UUIDS, MPOS_IN_REQUIRED, offsetof(type, field), 0, LIST_MAX                          \
    }
#define NULLABLE_TEXT(type, field)                                                                           \
    {                                                                                                        \
#field, MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_NULLABLE, offsetof(type, field), 0, NAME_MAX_CHARS  \
    }
#define TEXTS_FIELD(type, field)                                                                             \
    {                                                                                                        \
#field, MPOS_IN_TEXTS, MPOS_IN_REQUIRED, offsetof(type, field), 0, LIST_MAX                          \
    }
/* For pages, or in the rules. */
#define UNREAD_FIELD(field)                                                                                  \
    {                                                                                                        \
#field, MPOS_IN_UNREAD                                                                               \
    }
#define BOOL_FIELD(type, field)                                                                              \
    {                                                                                                        \
#field, MPOS_IN_BOOL, MPOS_IN_REQUIRED, offsetof(type, field)                                        \
    }
#define INT_FIELD(type, field, min, max)                                                                     \
    {                                                                                                        \
#field, MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(type, field), min, max                               \
    }
#define LIST_FIELD(type, field, shape)                                                                       \
    {                                                                                                        \
#field, MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(type, field), 0, LIST_MAX, NULL, &shape          \
    }

#define MENU_LIST(field, shape)                                                                              \
    {                                                                                                        \
#field, MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(menu, menu.field), 0, LIST_MAX, NULL, &shape     \
    }

typedef struct part {
    uint32 given;
    uint8 hash[32];
    int64 size;
    int64 count;
} part;

typedef struct manifest {
    uint32 given;
    int64 v;
    const char *currency;
    int64 exponent;
    int64 version;
    part menu;
    part rules;
    int64 bits;
    mpos_list items; /* part */
} manifest;

typedef struct menu {
    uint32 given;
    int64 v;
    mpos_catalogue_menu menu;
} menu;

typedef struct items {
    uint32 given;
    int64 v;
    mpos_list items;
} items;

static const mpos_field tax_fields[] = {
    UUID_FIELD(mpos_catalogue_tax, id),
    TEXT_FIELD(mpos_catalogue_tax, code),
    TEXT_FIELD(mpos_catalogue_tax, name),
    {"rate", MPOS_IN_RATE, MPOS_IN_REQUIRED, offsetof(mpos_catalogue_tax, rate), 0, MPOS_RATE_MAX},
    UNREAD_FIELD(type),
    UNREAD_FIELD(amount),
    BOOL_FIELD(mpos_catalogue_tax, included),
};
MPOS_SHAPE(tax, mpos_catalogue_tax);

static const mpos_field modifier_price_fields[] = {
    UUID_FIELD(mpos_catalogue_modifier_price, variant_id),
    INT_FIELD(mpos_catalogue_modifier_price, price, -PRICE_MAX, PRICE_MAX),
};
MPOS_SHAPE(modifier_price, mpos_catalogue_modifier_price);

static const mpos_field modifier_fields[] = {
    UUID_FIELD(mpos_catalogue_modifier, id),
    TEXT_FIELD(mpos_catalogue_modifier, code),
    TEXT_FIELD(mpos_catalogue_modifier, name),
    INT_FIELD(mpos_catalogue_modifier, price, -PRICE_MAX, PRICE_MAX),
    LIST_FIELD(mpos_catalogue_modifier, prices, modifier_price_shape),
};
MPOS_SHAPE(modifier, mpos_catalogue_modifier);

static const mpos_field group_fields[] = {
    UUID_FIELD(mpos_catalogue_group, id),
    TEXT_FIELD(mpos_catalogue_group, code),
    TEXT_FIELD(mpos_catalogue_group, name),
    INT_FIELD(mpos_catalogue_group, min, 0, PG_INT32_MAX),
    INT_FIELD(mpos_catalogue_group, max, 1, PG_INT32_MAX),
    INT_FIELD(mpos_catalogue_group, free, 0, PG_INT32_MAX),
    LIST_FIELD(mpos_catalogue_group, modifiers, modifier_shape),
};
MPOS_SHAPE(group, mpos_catalogue_group);

static const mpos_field slot_fields[] = {
    UUID_FIELD(mpos_catalogue_slot, id),
    TEXT_FIELD(mpos_catalogue_slot, name),
    UUIDS_FIELD(mpos_catalogue_slot, item_ids),
};
MPOS_SHAPE(slot, mpos_catalogue_slot);

static const mpos_field variant_fields[] = {
    UUID_FIELD(mpos_catalogue_variant, id),        TEXT_FIELD(mpos_catalogue_variant, code),
    TEXT_FIELD(mpos_catalogue_variant, name),      INT_FIELD(mpos_catalogue_variant, price, 0, PRICE_MAX),
    TEXTS_FIELD(mpos_catalogue_variant, barcodes),
};
MPOS_SHAPE(variant, mpos_catalogue_variant);

static const mpos_field price_fields[] = {
    UUID_FIELD(mpos_catalogue_price, book_id),
    {"variant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED | MPOS_IN_NULLABLE,
     offsetof(mpos_catalogue_price, variant_id)},
    INT_FIELD(mpos_catalogue_price, min_qty, 0, MPOS_QTY_MAX),
    INT_FIELD(mpos_catalogue_price, price, 0, PRICE_MAX),
};
MPOS_SHAPE(price, mpos_catalogue_price);

enum { ITEM_FLOOR = 12 };

static const mpos_field item_fields[] = {
    UUID_FIELD(mpos_catalogue_item, id),
    TEXT_FIELD(mpos_catalogue_item, code),
    TEXT_FIELD(mpos_catalogue_item, name),
    UUID_FIELD(mpos_catalogue_item, category_id),
    INT_FIELD(mpos_catalogue_item, price, 0, PRICE_MAX),
    UUIDS_FIELD(mpos_catalogue_item, tax_ids),
    UUIDS_FIELD(mpos_catalogue_item, group_ids),
    NULLABLE_TEXT(mpos_catalogue_item, station),
    TEXTS_FIELD(mpos_catalogue_item, barcodes),
    BOOL_FIELD(mpos_catalogue_item, stocked),
    BOOL_FIELD(mpos_catalogue_item, open_price),
    NULLABLE_TEXT(mpos_catalogue_item, unit),
    [ITEM_FLOOR] = {"floor", MPOS_IN_INT, MPOS_IN_REQUIRED | MPOS_IN_NULLABLE,
                    offsetof(mpos_catalogue_item, floor), 0, PRICE_MAX},
    INT_FIELD(mpos_catalogue_item, sort, PG_INT32_MIN, PG_INT32_MAX),
    LIST_FIELD(mpos_catalogue_item, variants, variant_shape),
    LIST_FIELD(mpos_catalogue_item, prices, price_shape),
    LIST_FIELD(mpos_catalogue_item, combo, slot_shape),
};
MPOS_SHAPE(item, mpos_catalogue_item);

static const mpos_field part_fields[] = {
    {"hash", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(part, hash)},
    INT_FIELD(part, size, 0, PG_INT32_MAX),
    {"count", MPOS_IN_INT, 0, offsetof(part, count), 0, PG_INT32_MAX},
};
MPOS_SHAPE(part, part);

static const mpos_field manifest_fields[] = {
    INT_FIELD(manifest, v, 2, 2),
    {"currency", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(manifest, currency), 3, 3},
    INT_FIELD(manifest, exponent, 0, 4),
    INT_FIELD(manifest, version, 1, PG_INT32_MAX),
    {"menu", MPOS_IN_OBJECT, MPOS_IN_REQUIRED, offsetof(manifest, menu), 0, 0, NULL, &part_shape},
    {"rules", MPOS_IN_OBJECT, MPOS_IN_REQUIRED, offsetof(manifest, rules), 0, 0, NULL, &part_shape},
    INT_FIELD(manifest, bits, 0, 16),
    LIST_FIELD(manifest, items, part_shape),
};
MPOS_SHAPE(manifest, manifest);

static const mpos_field name_fields[] = {
    UUID_FIELD(mpos_catalogue_name, id),
    TEXT_FIELD(mpos_catalogue_name, name),
    UNREAD_FIELD(code),
    UNREAD_FIELD(priority),
    UNREAD_FIELD(definition),
    UNREAD_FIELD(coupon),
};
MPOS_SHAPE(name, mpos_catalogue_name);

static const mpos_field menu_fields[] = {
    INT_FIELD(menu, v, 2, 2),          MENU_LIST(taxes, tax_shape),    MENU_LIST(groups, group_shape),
    MENU_LIST(promotions, name_shape), MENU_LIST(charges, name_shape), MENU_LIST(books, name_shape),
    MENU_LIST(tax_maps, name_shape),   UNREAD_FIELD(rounding),         UNREAD_FIELD(categories),
    UNREAD_FIELD(customer_groups),     UNREAD_FIELD(currencies),       UNREAD_FIELD(barcode_patterns),
};
MPOS_SHAPE(menu, menu);

static const mpos_field items_fields[] = {
    INT_FIELD(items, v, 2, 2),
    LIST_FIELD(items, items, item_shape),
};
MPOS_SHAPE(items, items);

static void
read_text(const char *text, const mpos_shape *shape, void *out)
{
    Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
    mpos_call *call = palloc0(sizeof *call); /* takes the refusal */

    if (mpos_input_object(call, &json->root, shape, out) != MPOS_OK) {
        elog(ERROR, "published catalogue cannot be read at %s: %s", call->field, call->detail);
    }
    pfree(call);
    pfree(json);
}

static void
take_part(const part *in, mpos_catalogue_part *out)
{
    memcpy(out->hash, in->hash, sizeof out->hash);
    out->size = (uint32)in->size;
}

mpos_catalogue *
mpos_manifest_parse(const char *text)
{
    mpos_catalogue *catalogue = palloc0(sizeof *catalogue);
    manifest in;
    part *chunks;

    read_text(text, &manifest_shape, &in);
    if (in.items.count != 1 << in.bits) {
        elog(ERROR, "published catalogue has %d chunks of items for %d bits", in.items.count, (int)in.bits);
    }
    strlcpy(catalogue->currency, in.currency, sizeof catalogue->currency);
    catalogue->exponent = (uint8)in.exponent;
    catalogue->version = in.version;
    catalogue->bits = (int)in.bits;
    take_part(&in.menu, &catalogue->menu_part);
    take_part(&in.rules, &catalogue->rules_part);
    catalogue->chunks = palloc(sizeof *catalogue->chunks * (size_t)in.items.count);
    chunks = in.items.items;
    for (int i = 0; i < in.items.count; i++) {
        take_part(&chunks[i], &catalogue->chunks[i]);
    }
    pfree(chunks);
    return catalogue;
}

mpos_catalogue_menu *
mpos_menu_parse(const char *text)
{
    mpos_catalogue_menu *out = palloc0(sizeof *out);
    menu in;

    read_text(text, &menu_shape, &in);
    *out = in.menu;
    return out;
}

mpos_catalogue_items *
mpos_items_parse(const char *text)
{
    mpos_catalogue_items *out = palloc0(sizeof *out);
    mpos_catalogue_item *list;
    items in;

    read_text(text, &items_shape, &in);
    list = in.items.items;
    for (int i = 0; i < in.items.count; i++) {
        list[i].floor = MPOS_GIVEN(&list[i], ITEM_FLOOR) ? list[i].floor : -1;
    }
    out->count = in.items.count;
    out->list = list;
    return out;
}
