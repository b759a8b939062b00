/*
 * row_item.h - an item as it is written, with everything that belongs to it. Words: item, variant, barcode, price, slot.
 */
#ifndef MPOS_ROW_ITEM_H
#define MPOS_ROW_ITEM_H

#include "postgres.h"

#include "rows.h"

typedef struct mpos_variant_in {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 price;
    mpos_list barcodes; /* const char * */
} mpos_variant_in;

typedef struct mpos_price_in {
    uint32 given;
    uint8 book_id[16];
    uint8 variant_id[16];
    int64 min_qty; /* scale 6; 0 for any */
    int64 price;
} mpos_price_in;

enum { MPOS_PRICE_IN_BOOK, MPOS_PRICE_IN_VARIANT };

typedef struct mpos_slot_in {
    uint32 given;
    uint8 id[16];
    const char *name;
    mpos_list item_ids; /* uint8[16] */
} mpos_slot_in;

typedef struct mpos_item_in {
    mpos_row_head head;
    uint8 category_id[16];
    int64 price;
    mpos_list tax_ids;
    mpos_list group_ids;
    const char *station;
    bool stocked;
    bool open_price;
    const char *unit;
    int64 floor;
    int64 sort;
    mpos_list barcodes; /* const char * */
    mpos_list variants; /* mpos_variant_in */
    mpos_list prices;   /* mpos_price_in */
    mpos_list combo;    /* mpos_slot_in */
} mpos_item_in;

enum { MPOS_ITEM_IN_FLOOR = MPOS_ROW_OWN + 8 };

/* Letters and digits, 4 to 48 of them. */
bool
mpos_is_barcode(const char *text);

/* Everything about the item but its own row (row_item_check.c); gives ids to variants and slots that have none. */
mpos_err
mpos_item_check(mpos_call *call, mpos_item_in *in, const uint8 item[16]);

/* Replaces what belongs to the item by what was checked (row_item_parts.c). */
void
mpos_item_write_parts(mpos_call *call, const mpos_item_in *in, const uint8 item[16]);

#endif
