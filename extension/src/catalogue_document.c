/*
 * catalogue_document.c - from the published JSON to structures with their references resolved. The document was made by
 * pos.publish; one that does not fit is a fault of ours, not of the caller.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "catalogue.h"
#include "catalogue_index.h"
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

typedef struct category {
    uint32 given;
    uint8 id[16];
    const char *name;
    const char *colour;
    int64 sort;
} category;

typedef struct rounding {
    uint32 given;
    int mode;
    int level;
    int64 increment;
    int64 cash_increment;
    int inclusive;
} rounding;

typedef struct document {
    uint32 given;
    int64 v;
    const char *currency;
    int64 exponent;
    rounding rounding;
    mpos_list taxes;
    mpos_list categories;
    mpos_list groups;
    mpos_list items;
} document;

/* In the order of the core's enumerations. */
static const char *const mode_words[] = {"half_up", "half_even", "half_down", "up",
                                         "down",    "ceiling",   "floor",     NULL};
static const char *const level_words[] = {"unit", "line", "rate", "order", NULL};
static const char *const inclusive_words[] = {"tax", "net", NULL};

static const mpos_field tax_fields[] = {
    UUID_FIELD(mpos_catalogue_tax, id),
    TEXT_FIELD(mpos_catalogue_tax, code),
    TEXT_FIELD(mpos_catalogue_tax, name),
    {"rate", MPOS_IN_RATE, MPOS_IN_REQUIRED, offsetof(mpos_catalogue_tax, rate), 0, MPOS_RATE_MAX},
    BOOL_FIELD(mpos_catalogue_tax, included),
};
MPOS_SHAPE(tax, mpos_catalogue_tax);

static const mpos_field category_fields[] = {
    UUID_FIELD(category, id),
    TEXT_FIELD(category, name),
    TEXT_FIELD(category, colour),
    INT_FIELD(category, sort, PG_INT32_MIN, PG_INT32_MAX),
};
MPOS_SHAPE(category, category);

static const mpos_field modifier_fields[] = {
    UUID_FIELD(mpos_catalogue_modifier, id),
    TEXT_FIELD(mpos_catalogue_modifier, name),
    INT_FIELD(mpos_catalogue_modifier, price, -PRICE_MAX, PRICE_MAX),
};
MPOS_SHAPE(modifier, mpos_catalogue_modifier);

static const mpos_field group_fields[] = {
    UUID_FIELD(mpos_catalogue_group, id),
    TEXT_FIELD(mpos_catalogue_group, name),
    INT_FIELD(mpos_catalogue_group, min, 0, PG_INT32_MAX),
    INT_FIELD(mpos_catalogue_group, max, 1, PG_INT32_MAX),
    LIST_FIELD(mpos_catalogue_group, modifiers, modifier_shape),
};
MPOS_SHAPE(group, mpos_catalogue_group);

static const mpos_field slot_fields[] = {
    UUID_FIELD(mpos_catalogue_slot, id),
    TEXT_FIELD(mpos_catalogue_slot, name),
    UUIDS_FIELD(mpos_catalogue_slot, item_ids),
};
MPOS_SHAPE(slot, mpos_catalogue_slot);

static const mpos_field item_fields[] = {
    UUID_FIELD(mpos_catalogue_item, id),
    TEXT_FIELD(mpos_catalogue_item, code),
    TEXT_FIELD(mpos_catalogue_item, name),
    UUID_FIELD(mpos_catalogue_item, category_id),
    INT_FIELD(mpos_catalogue_item, price, 0, PRICE_MAX),
    UUIDS_FIELD(mpos_catalogue_item, tax_ids),
    UUIDS_FIELD(mpos_catalogue_item, group_ids),
    {"station", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_NULLABLE, offsetof(mpos_catalogue_item, station), 1,
     NAME_MAX_CHARS},
    {"barcode", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_NULLABLE, offsetof(mpos_catalogue_item, barcode), 1,
     NAME_MAX_CHARS},
    BOOL_FIELD(mpos_catalogue_item, stocked),
    LIST_FIELD(mpos_catalogue_item, combo, slot_shape),
};
MPOS_SHAPE(item, mpos_catalogue_item);

static const mpos_field rounding_fields[] = {
    {"mode", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(rounding, mode), 0, 0, mode_words},
    {"level", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(rounding, level), 0, 0, level_words},
    INT_FIELD(rounding, increment, 1, PRICE_MAX),
    INT_FIELD(rounding, cash_increment, 1, PRICE_MAX),
    {"inclusive", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(rounding, inclusive), 0, 0, inclusive_words},
};
MPOS_SHAPE(rounding, rounding);

static const mpos_field document_fields[] = {
    INT_FIELD(document, v, 1, 1),
    {"currency", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(document, currency), 3, 3},
    INT_FIELD(document, exponent, 0, 4),
    {"rounding", MPOS_IN_OBJECT, MPOS_IN_REQUIRED, offsetof(document, rounding), 0, 0, NULL, &rounding_shape},
    LIST_FIELD(document, taxes, tax_shape),
    LIST_FIELD(document, categories, category_shape),
    LIST_FIELD(document, groups, group_shape),
    LIST_FIELD(document, items, item_shape),
};
MPOS_SHAPE(document, document);

static void
refer_taxes(const mpos_catalogue *catalogue, mpos_catalogue_item *item)
{
    const uint8(*ids)[16] = item->tax_ids.items;

    item->taxes = palloc(sizeof *item->taxes * (size_t)Max(item->tax_ids.count, 1));
    for (int i = 0; i < item->tax_ids.count; i++) {
        item->taxes[i] = mpos_catalogue_tax_find(catalogue, ids[i]);
        if (item->taxes[i] == NULL) {
            elog(ERROR, "published catalogue names a tax that it does not hold");
        }
    }
}

static void
refer_groups(const mpos_catalogue *catalogue, mpos_catalogue_item *item)
{
    const uint8(*ids)[16] = item->group_ids.items;
    const mpos_catalogue_group *groups = catalogue->groups.items;

    item->groups = palloc(sizeof *item->groups * (size_t)Max(item->group_ids.count, 1));
    for (int i = 0; i < item->group_ids.count; i++) {
        item->groups[i] = NULL;
        for (int g = 0; g < catalogue->groups.count && item->groups[i] == NULL; g++) {
            item->groups[i] = memcmp(groups[g].id, ids[i], 16) == 0 ? &groups[g] : NULL;
        }
        if (item->groups[i] == NULL) {
            elog(ERROR, "published catalogue names a group that it does not hold");
        }
    }
}

void
mpos_catalogue_compile(mpos_call *call, const char *text, mpos_catalogue *catalogue)
{
    Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
    document doc;
    mpos_catalogue_item *items;

    if (mpos_input_object(call, &json->root, &document_shape, &doc) != MPOS_OK) {
        elog(ERROR, "published catalogue cannot be read at %s: %s", call->field, call->detail);
    }
    strlcpy(catalogue->currency, doc.currency, sizeof catalogue->currency);
    catalogue->exponent = (uint8)doc.exponent;
    catalogue->rounding = (mpos_rounding){.mode = (uint8)doc.rounding.mode,
                                          .level = (uint8)doc.rounding.level,
                                          .inclusive = (uint8)doc.rounding.inclusive,
                                          .increment = doc.rounding.increment,
                                          .cash_increment = doc.rounding.cash_increment};
    catalogue->taxes = doc.taxes;
    catalogue->groups = doc.groups;
    catalogue->items = doc.items;
    items = doc.items.items;
    for (int i = 0; i < doc.items.count; i++) {
        refer_taxes(catalogue, &items[i]);
        refer_groups(catalogue, &items[i]);
    }
    catalogue->index = mpos_catalogue_index_build(items, doc.items.count);
    pfree(json);
}
