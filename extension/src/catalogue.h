/*
 * catalogue.h - published catalogues, compiled once per backend and kept by their hash. A document never changes, so a
 * kept one is always right. Words: catalogue, document, item, group, modifier, combo, slot.
 */
#ifndef MPOS_CATALOGUE_H
#define MPOS_CATALOGUE_H

#include "postgres.h"

#include "call.h"
#include "input.h"
#include "pricing.h"

typedef struct mpos_catalogue_tax {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 rate; /* scale 9 */
    bool included;
} mpos_catalogue_tax;

typedef struct mpos_catalogue_modifier {
    uint32 given;
    uint8 id[16];
    const char *name;
    int64 price;
} mpos_catalogue_modifier;

typedef struct mpos_catalogue_group {
    uint32 given;
    uint8 id[16];
    const char *name;
    int64 min;
    int64 max;
    mpos_list modifiers; /* mpos_catalogue_modifier */
} mpos_catalogue_group;

typedef struct mpos_catalogue_slot {
    uint32 given;
    uint8 id[16];
    const char *name;
    mpos_list item_ids; /* uint8[16] */
} mpos_catalogue_slot;

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
    const char *barcode;
    bool stocked;
    mpos_list combo; /* mpos_catalogue_slot */

    /* compiled */
    const mpos_catalogue_tax **taxes;    /* of tax_ids */
    const mpos_catalogue_group **groups; /* of group_ids */
} mpos_catalogue_item;

typedef struct mpos_catalogue {
    uint8 tenant[16];
    uint8 hash[32];
    char currency[4];
    uint8 exponent;
    mpos_rounding rounding;
    mpos_list taxes;  /* mpos_catalogue_tax */
    mpos_list groups; /* mpos_catalogue_group */
    mpos_list items;  /* mpos_catalogue_item */

    struct mpos_catalogue_index *index;
    MemoryContext memory;
    Size bytes;
    struct mpos_catalogue *next; /* in order of last use */
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

/* The tax with that id, NULL when it is not in the catalogue. */
const mpos_catalogue_tax *
mpos_catalogue_tax_find(const mpos_catalogue *catalogue, const uint8 id[16]);

/* The item's modifier of that id and, through *group_index, which of the item's groups it is in; NULL when none has it. */
const mpos_catalogue_modifier *
mpos_catalogue_modifier_find(const mpos_catalogue_item *item, const uint8 id[16], int *group_index);

/* Reads a document into catalogue, everything allocated in the current context (catalogue_document.c). */
void
mpos_catalogue_compile(mpos_call *call, const char *document, mpos_catalogue *catalogue);

/* catalogue.read */
mpos_err
mpos_catalogue_read(mpos_call *call);

#endif
