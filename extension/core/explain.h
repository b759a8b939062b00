/*
 * explain.h - why an amount is what it is: the steps from the basket to the priced cart, with the rule of each. Words: trace,
 * entry, step, remainder.
 *
 * Computed from what went in and what came out, never stored, and the same in every host. Entries come line by line, each in the
 * order of calculation: price, modifiers, combo share, gross, discounts, shares of what the order has, taxes, total. Those of the
 * order follow.
 */
#ifndef MPOS_CORE_EXPLAIN_H
#define MPOS_CORE_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "basket.h"
#include "err.h"
#include "pricing.h"
#include "rules.h"

/* Line of an entry that is about the order. */
#define MPOS_EXPLAIN_ORDER UINT16_MAX

/*
 * What rule, value, base and amount of an entry are; what is not named is zero. index is the place in the list that the entry is
 * of: of the line's modifiers, discounts or taxes, of the order's discounts, of the cart's taxes.
 */
typedef enum mpos_explain_step {
    MPOS_WHY_PRICE = 1, /* rule: variant or item; amount: its unit price */
    MPOS_WHY_OPEN_PRICE =
        2, /* rule: variant or item; base: its own price; amount: the unit price that was given */
    MPOS_WHY_BOOK =
        3, /* rule: book; value: from which quantity on; base: the price without it; amount: unit price */
    MPOS_WHY_TAX_MAP = 4, /* rule: map, zero: exempt without one; base: unit price before; amount: after */
    MPOS_WHY_MODIFIER =
        5, /* rule: modifier; value: how many; base: price of one; amount: on the line, rounded */
    MPOS_WHY_COMBO_SHARE =
        6,              /* rule: variant or item; base: value alone; amount: part of the combo's price */
    MPOS_WHY_GROSS = 7, /* value: quantity; base: unit price; amount: gross without surcharges */
    MPOS_WHY_LINE_DISCOUNT =
        8, /* rule: promotion, zero: by hand; value: what it is; base: what was left; amount: taken off */
    MPOS_WHY_ORDER_DISCOUNT = 9,  /* the same of the order */
    MPOS_WHY_DISCOUNT_SHARE = 10, /* rule: as there; base: the whole discount; amount: the line's part */
    MPOS_WHY_SURCHARGE =
        11, /* rule: charge; value: what it is; base: what it is taken of; amount: added to the order */
    MPOS_WHY_SURCHARGE_SHARE = 12, /* rule: as there; base: the whole surcharge; amount: the line's part */
    MPOS_WHY_CHARGE =
        13,            /* rule: charge; value: what it is; base: what it is taken of, or quantity; amount */
    MPOS_WHY_TAX = 14, /* rule: tax; value: what it is; base; amount */
    MPOS_WHY_TAX_TOTAL = 15,  /* the same of the order */
    MPOS_WHY_LINE_TOTAL = 16, /* value: net; base: taxes; amount: total */
    MPOS_WHY_TOTAL = 17       /* the same of the order */
} mpos_explain_step;

/* What a value is. */
typedef enum mpos_explain_unit {
    MPOS_UNIT_AMOUNT = 0,   /* minor units */
    MPOS_UNIT_RATE = 1,     /* scale 9 */
    MPOS_UNIT_QUANTITY = 2, /* scale 6 */
    MPOS_UNIT_COUNT = 3
} mpos_explain_unit;

typedef struct mpos_explain_entry {
    uint16_t line; /* index into the cart's lines, or MPOS_EXPLAIN_ORDER */
    uint8_t step;  /* mpos_explain_step */
    uint8_t unit;  /* of value: mpos_explain_unit */
    uint16_t index;
    uint8_t rule[16];
    int64_t value;
    int64_t base;
    int64_t amount;
    /*
     * What value and base ask for less amount, in millionths of a minor unit, at most MPOS_AMOUNT_MAX: what rounding took or gave;
     * of a discount also what a floor or the rest of the line refused. 0 where nothing is rounded.
     */
    int64_t remainder;
} mpos_explain_entry;

/* The most entries that this cart can have, made from that basket or (NULL) without one. */
size_t
mpos_explain_count_max(const mpos_basket *basket, const mpos_cart *cart);

/*
 * Fills entries (the caller's, capacity of them) and *count. basket, rules, cart and priced belong together (mpos_sell,
 * mpos_price); without basket or rules (NULL) unit prices are just what the cart says. BUFFER_TOO_SMALL.
 */
mpos_err
mpos_explain(const mpos_rules *rules, const mpos_basket *basket, const mpos_cart *cart,
             const mpos_priced *priced, mpos_explain_entry *entries, size_t capacity, size_t *count);

/*
 * The form "MPOSWHY1", big-endian: 0 8 magic   8 4 entries   12 4 zero, then entries of 56 bytes:
 *
 *     0 2 line   2 1 step   3 1 unit   4 2 index   6 2 zero   8 16 rule   24 8 value   32 8 base   40 8 amount   48 8 remainder
 */
#define MPOS_TRACE_HEADER_SIZE 16
#define MPOS_TRACE_ENTRY_SIZE 56

/* Writes the form of the entries; BUFFER_TOO_SMALL when capacity is less than HEADER_SIZE + count * ENTRY_SIZE. */
mpos_err
mpos_trace_form_encode(const mpos_explain_entry *entries, size_t count, uint8_t *out, size_t capacity,
                       size_t *size_out);

/* Reads the form into entries (the caller's, capacity of them) and *count. BUFFER_TOO_SMALL; INVALID_VALUE for what is no form. */
mpos_err
mpos_trace_form_decode(const uint8_t *form, size_t size, mpos_explain_entry *entries, size_t capacity,
                       size_t *count);

#endif
