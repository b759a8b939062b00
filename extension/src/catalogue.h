/*
 * catalogue.h - published catalogues: a manifest names a menu, chunks of items and a chunk of rules by the hash of their
 * bytes. What a hash names never changes, so what this backend has read of it stays right; it reads what a call touches.
 * Words: catalogue, manifest, menu, chunk, item, variant, group, modifier, combo, slot.
 *
 * Pointers that these functions give stay valid until the transaction ends.
 */
#ifndef MPOS_CATALOGUE_H
#define MPOS_CATALOGUE_H

#include "postgres.h"

#include "call.h"
#include "input.h"
#include "pricing.h"
#include "rules.h"

typedef struct mpos_catalogue_tax {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 rate; /* scale 9 */
    bool included;
} mpos_catalogue_tax;

/* What a modifier costs with a variant of its item. */
typedef struct mpos_catalogue_modifier_price {
    uint32 given;
    uint8 variant_id[16];
    int64 price;
} mpos_catalogue_modifier_price;

typedef struct mpos_catalogue_modifier {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 price;
    mpos_list prices; /* mpos_catalogue_modifier_price */
} mpos_catalogue_modifier;

typedef struct mpos_catalogue_group {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 min;
    int64 max;
    int64 free;          /* so many of those chosen cost nothing */
    mpos_list modifiers; /* mpos_catalogue_modifier */
} mpos_catalogue_group;

typedef struct mpos_catalogue_slot {
    uint32 given;
    uint8 id[16];
    const char *name;
    mpos_list item_ids; /* uint8[16] */
} mpos_catalogue_slot;

typedef struct mpos_catalogue_variant {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 price;
    mpos_list barcodes; /* const char * */
} mpos_catalogue_variant;

/* A price of a price book, of one variant (variant_id zero: of all) from a quantity on. */
typedef struct mpos_catalogue_price {
    uint32 given;
    uint8 book_id[16];
    uint8 variant_id[16];
    int64 min_qty; /* scale 6 */
    int64 price;
} mpos_catalogue_price;

typedef struct mpos_catalogue_item {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    uint8 category_id[16];
    int64 price;
    mpos_list tax_ids;   /* uint8[16] */
    mpos_list group_ids; /* uint8[16] */
    const char *station; /* NULL: nothing to prepare */
    mpos_list barcodes;  /* const char * */
    bool stocked;
    bool open_price;  /* whoever sells says the price */
    const char *unit; /* what a quantity counts, NULL: pieces */
    int64 floor;      /* the lowest unit price that discounts may leave, -1 for none */
    int64 sort;
    mpos_list variants; /* mpos_catalogue_variant */
    mpos_list prices;   /* mpos_catalogue_price */
    mpos_list combo;    /* mpos_catalogue_slot */
} mpos_catalogue_item;

typedef struct mpos_catalogue_part {
    uint8 hash[32];
    uint32 size;
} mpos_catalogue_part;

/* What a rule is called: a promotion, charge, price book or tax map. */
typedef struct mpos_catalogue_name {
    uint32 given;
    uint8 id[16];
    const char *name;
} mpos_catalogue_name;

typedef struct mpos_catalogue_menu {
    mpos_list taxes;      /* mpos_catalogue_tax */
    mpos_list groups;     /* mpos_catalogue_group */
    mpos_list promotions; /* mpos_catalogue_name, these too */
    mpos_list charges;
    mpos_list books;
    mpos_list tax_maps;
} mpos_catalogue_menu;

typedef struct mpos_catalogue {
    uint8 tenant[16];
    uint8 hash[32]; /* of the manifest */
    char currency[4];
    uint8 exponent;
    int64 version;
    mpos_rounding rounding; /* of the rules, for outlets without one of their own */
    mpos_catalogue_part menu_part;
    mpos_catalogue_part rules_part;
    int bits;                    /* of a slot that choose an items chunk */
    mpos_catalogue_part *chunks; /* 1 << bits */
    const mpos_catalogue_menu *menu;
    const mpos_rules *rules;
} mpos_catalogue;

/* The catalogue now valid for the context's tenant, NULL when nothing has been published. */
const mpos_catalogue *
mpos_catalogue_current(mpos_call *call);

/* The published catalogue of that hash, NULL when the context's tenant never published it. */
const mpos_catalogue *
mpos_catalogue_get(mpos_call *call, const uint8 hash[32]);

/* NULL when it is not in the catalogue. */
const mpos_catalogue_item *
mpos_catalogue_item_find(const mpos_catalogue *catalogue, const uint8 id[16]);

/* The tax or group with that id, NULL when it is not in the catalogue: a group of an item may have been archived. */
const mpos_catalogue_tax *
mpos_catalogue_tax_find(const mpos_catalogue *catalogue, const uint8 id[16]);
const mpos_catalogue_group *
mpos_catalogue_group_find(const mpos_catalogue *catalogue, const uint8 id[16]);

/* The item's modifier of that id and, through *group_index, which of the item's groups it is in; NULL when none has it. */
const mpos_catalogue_modifier *
mpos_catalogue_modifier_find(const mpos_catalogue *catalogue, const mpos_catalogue_item *item,
                             const uint8 id[16], int *group_index);

/* How its lines are priced. */
const mpos_rules *
mpos_catalogue_rules(const mpos_catalogue *catalogue);

/* The name of a promotion, charge, price book or tax map; "" for anything else. */
const char *
mpos_catalogue_rule_name(const mpos_catalogue *catalogue, const uint8 id[16]);

/* The hash of the catalogue now valid; false when nothing has been published. */
bool
mpos_catalogue_current_hash(mpos_call *call, uint8 hash[32]);

/* catalogue.publish, catalogue.check (publish.c), catalogue.shadow (shadow.c) */
mpos_err
mpos_catalogue_publish(mpos_call *call);
mpos_err
mpos_catalogue_check(mpos_call *call);
mpos_err
mpos_catalogue_shadow(mpos_call *call);

/* catalogue.read, catalogue.chunk */
mpos_err
mpos_catalogue_read(mpos_call *call);
mpos_err
mpos_catalogue_chunk(mpos_call *call);

#endif
