/*
 * explain.h - why an amount is what it is: the steps from the basket to the priced cart, with the rule of each. Words: trace,
 * entry, step, remainder.
 *
 * Computed from what went in and what came out, never stored, and the same in every host. Entries come in the order of
 * calculation: for each line price, modifiers, combo share, gross; then discounts, surcharges, charges and taxes; then the
 * order's sums.
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
 * rule, value, base and amount of each step. "Rate" is scale 9, all else minor units unless it says otherwise. An entry of a
 * line about a discount or tax has its position in the cart's list as `index`.
 */
typedef enum mpos_explain_step {
    MPOS_WHY_PRICE = 1,      /* rule: item or variant; amount: its unit price */
    MPOS_WHY_OPEN_PRICE = 2, /* amount: the unit price that was given */
    MPOS_WHY_BOOK =
        3, /* rule: book; value: its min_qty (scale 6); base: the price without it; amount: unit price */
    MPOS_WHY_TAX_MAP = 4, /* rule: map, zero: exempt without map; base: unit price before; amount: after */
    MPOS_WHY_MODIFIER =
        5, /* rule: modifier; value: quantity; base: its price; amount: on the whole line, rounded down */
    MPOS_WHY_COMBO_SHARE = 6, /* rule: item; base: stand-alone value; amount: part of the combo's price */
    MPOS_WHY_GROSS = 7, /* value: quantity (scale 6); base: unit price; amount: gross before surcharges */
    MPOS_WHY_LINE_DISCOUNT =
        8, /* rule: promotion or zero; value: rate or amount; base: what was left; amount: taken off */
    MPOS_WHY_ORDER_DISCOUNT = 9,   /* the same of the order */
    MPOS_WHY_DISCOUNT_SHARE = 10,  /* rule as there; base: whole discount; amount: the line's part */
    MPOS_WHY_SURCHARGE = 11,       /* rule: charge; value: rate or amount; base; amount: added */
    MPOS_WHY_SURCHARGE_SHARE = 12, /* rule as there; base: whole surcharge; amount: the line's part */
    MPOS_WHY_CHARGE = 13,    /* rule: charge; value: rate or amount per unit; base: of a percentage; amount */
    MPOS_WHY_TAX = 14,       /* rule: tax; value: rate or amount per unit; base; amount; remainder */
    MPOS_WHY_TAX_TOTAL = 15, /* of the order: rule: tax; value; base; amount */
    MPOS_WHY_LINE_TOTAL = 16, /* value: net; base: tax; amount: total */
    MPOS_WHY_TOTAL = 17       /* of the order: value: net; base: tax; amount: total */
} mpos_explain_step;

typedef struct mpos_explain_entry {
    uint16_t line; /* index into the cart's lines, or MPOS_EXPLAIN_ORDER */
    uint8_t step;  /* mpos_explain_step */
    uint8_t unit;  /* of value: 0 minor units, 1 rate, 2 quantity (scale 6) or number */
    uint16_t index;
    uint8_t rule[16];
    int64_t value;
    int64_t base;
    int64_t amount;
    int64_t
        remainder; /* exact result less amount, in millionths of a minor unit; 0 where nothing was rounded */
} mpos_explain_entry;

typedef struct mpos_trace {
    size_t count;
    const mpos_explain_entry *entries;
} mpos_trace;

/* The most entries that this cart can have. */
size_t
mpos_explain_count_max(const mpos_basket *basket, const mpos_cart *cart);

/*
 * Fills entries (the caller's, capacity of them) and *count. basket, rules, cart and priced belong together (mpos_sell,
 * mpos_price); basket and rules may both be NULL: prices then are just what the cart says. BUFFER_TOO_SMALL.
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

#endif
