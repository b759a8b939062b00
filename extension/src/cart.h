/*
 * cart.h - from the lines that a client sends and a published catalogue to the core's basket, and from that to prices.
 * The client gives ids, quantities, discounts and prices of items that have an open one; every other fact comes from the
 * catalogue, and what is made of them is the core's (sell.h, pricing.h). Words: basket, cart, line, component, modifier, discount.
 */
#ifndef MPOS_CART_H
#define MPOS_CART_H

#include "postgres.h"

#include "basket.h"
#include "call.h"
#include "catalogue.h"
#include "input.h"
#include "pricing.h"
#include "rules.h"

/* Clocks of tills differ, and people take their time to pay. */
#define MPOS_MINUTES_NEAR 15

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
    int64 at;
} mpos_line_in;

extern const mpos_shape mpos_discount_shape;
extern const mpos_shape mpos_line_shape;

/* Fields of the shapes, by number. */
enum { MPOS_MODIFIER_IN_ID, MPOS_MODIFIER_IN_QTY };
enum { MPOS_DISCOUNT_IN_TYPE, MPOS_DISCOUNT_IN_RATE, MPOS_DISCOUNT_IN_AMOUNT };
enum { MPOS_COMPONENT_IN_ID };
enum {
    MPOS_LINE_IN_ID,
    MPOS_LINE_IN_ITEM,
    MPOS_LINE_IN_QTY,
    MPOS_LINE_IN_MODIFIERS,
    MPOS_LINE_IN_DISCOUNTS,
    MPOS_LINE_IN_COMPONENTS,
    MPOS_LINE_IN_VARIANT,
    MPOS_LINE_IN_UNIT_PRICE,
    MPOS_LINE_IN_COURSE,
    MPOS_LINE_IN_AT
};

/* What a line is beside its price. */
typedef struct mpos_cart_note {
    const mpos_catalogue_item *item;
    const char *name; /* of the item, with its variant */
    int course;
    const char *modifiers; /* JSON: [{"id","name","price","qty"}] */
} mpos_cart_note;

typedef struct mpos_priced_cart {
    const mpos_catalogue *catalogue;
    const mpos_rules *rules;
    mpos_basket basket;
    mpos_basket_line *lines; /* basket.lines, writable */
    mpos_cart_note *notes; /* of the lines added by mpos_cart_add: notes[i] belongs to lines[first_new + i] */
    int first_new;
    /* Local minutes: of lines that name none; the first and the last that a line may name, the first not before the order's. */
    int64 minute;
    int64 minute_first;
    int64 minute_last;

    /* filled by mpos_cart_price */
    mpos_cart cart; /* its first basket.line_count lines are those of the basket, charges follow */
    mpos_priced priced;
    uint8 *form;
    size_t form_size;
    uint8 hash[32];
} mpos_priced_cart;

/* An empty basket of that catalogue in those circumstances; its lines are of any minute from then on. */
void
mpos_cart_begin(mpos_priced_cart *out, const mpos_catalogue *catalogue, const mpos_circumstances *in);

/*
 * The basket of an order that is open: its lines keep the facts that they were sold with; new lines, and the rules for all of
 * them, are those of the newest catalogue. Only when that has lost a tax of a line does the order stay with its own.
 * New lines are of any minute from the order's on, those that name none of the given one. Refuses with CATALOGUE_MISSING.
 */
mpos_err
mpos_cart_reopen(mpos_call *call, mpos_priced_cart *out, const uint8 catalogue[32], const bytea *basket,
                 int64 minute);

/* Over HTTP lines are of minutes near to now (MPOS_MINUTES_NEAR): a published price must not be dodged by another time. */
void
mpos_cart_near(mpos_priced_cart *cart, int64 now);

/* Takes a line and the components that follow it out of the basket. */
void
mpos_cart_remove(mpos_priced_cart *cart, const uint8 line_id[16]);

/*
 * Adds lines (mpos_line_in); fills ids that were left out. Refuses with UNKNOWN_ITEM, UNKNOWN_MODIFIER, MODIFIER_RULE,
 * COMBO_RULE, VARIANT_RULE, OPEN_PRICE, PRICE_TIME, ID_TAKEN (twice in the basket), TOO_MANY and what the reading of discounts says.
 */
mpos_err
mpos_cart_add(mpos_call *call, mpos_priced_cart *cart, const mpos_list *lines);

/* Sets the order's discounts (mpos_discount_in). */
mpos_err
mpos_cart_discount_order(mpos_call *call, mpos_priced_cart *cart, const mpos_list *discounts);

/* Sells and prices the basket and makes form and hash. Refuses what the core refuses. */
mpos_err
mpos_cart_price(mpos_call *call, mpos_priced_cart *cart);

/* The form of the basket, in the current context. */
bytea *
mpos_cart_basket(const mpos_priced_cart *cart);

/* Discounts as a basket has them (mpos_discount_in); path leads to what they belong to. */
mpos_err
mpos_cart_discounts(mpos_call *call, const char *path, const mpos_list *in, mpos_cart_discount **out);

#endif
