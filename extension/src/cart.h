/*
 * cart.h - from the lines a client sends and a published catalogue to the core's cart, and from that to prices.
 * The client gives ids, quantities and discounts; every price comes from the catalogue.
 * Words: cart, line, component, modifier, discount.
 */
#ifndef MPOS_CART_H
#define MPOS_CART_H

#include "postgres.h"

#include "call.h"
#include "catalogue.h"
#include "input.h"
#include "pricing.h"

typedef struct mpos_modifier_in {
    uint32 given;
    uint8 modifier_id[16];
    int64 qty;
} mpos_modifier_in;

typedef struct mpos_discount_in {
    uint32 given;
    int type; /* mpos_discount_type */
    int64 rate;
    int64 amount;
    const char *name;
} mpos_discount_in;

typedef struct mpos_component_in {
    uint32 given;
    uint8 id[16];
    uint8 slot_id[16];
    uint8 item_id[16];
    mpos_list modifiers; /* mpos_modifier_in */
} mpos_component_in;

typedef struct mpos_line_in {
    uint32 given;
    uint8 id[16];
    uint8 item_id[16];
    int64 qty;
    mpos_list modifiers;  /* mpos_modifier_in */
    mpos_list discounts;  /* mpos_discount_in */
    mpos_list components; /* mpos_component_in */
    uint8 variant_id[16];
    int64 unit_price;
    int64 course;
} mpos_line_in;

extern const mpos_shape mpos_discount_shape;
extern const mpos_shape mpos_line_shape;

/* What a line is beside its price. */
typedef struct mpos_cart_note {
    const mpos_catalogue_item *item;
    int course;
    const char *modifiers; /* JSON: [{"id","name","price","qty"}] */
} mpos_cart_note;

typedef struct mpos_priced_cart {
    mpos_cart cart;
    mpos_cart_line *lines; /* cart.lines, writable */
    mpos_cart_note *notes; /* of the lines added by mpos_cart_add: notes[i] belongs to lines[first_new + i] */
    int first_new;
    mpos_priced priced;
    uint8 *form;
    size_t form_size;
    uint8 hash[32];
} mpos_priced_cart;

/* An empty cart of that catalogue. */
void
mpos_cart_begin(mpos_priced_cart *out, const mpos_catalogue *catalogue);

/* The cart of a stored priced form; new lines will be priced by catalogue. */
void
mpos_cart_reopen(mpos_priced_cart *out, const mpos_catalogue *catalogue, const bytea *form);

/* Takes a line and the components that follow it out of the cart. */
void
mpos_cart_remove(mpos_priced_cart *cart, const uint8 line_id[16]);

/*
 * Adds lines (mpos_line_in); fills ids that were left out. Refuses with UNKNOWN_ITEM, UNKNOWN_MODIFIER, MODIFIER_RULE,
 * COMBO_RULE, ID_TAKEN (twice in the cart), DISCOUNT_RULE and what the reading of discounts says.
 */
mpos_err
mpos_cart_add(mpos_call *call, mpos_priced_cart *cart, const mpos_catalogue *catalogue,
              const mpos_list *lines);

/* Sets the order's discounts (mpos_discount_in). */
mpos_err
mpos_cart_discount_order(mpos_call *call, mpos_priced_cart *cart, const mpos_list *discounts);

/* Prices the cart and makes form and hash. Refuses what the core refuses. */
mpos_err
mpos_cart_price(mpos_call *call, mpos_priced_cart *cart);

#endif
