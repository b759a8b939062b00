/*
 * cart_draft.h - a cart under construction, for tests with numbers worked out by hand. Words: draft.
 *
 * All arrays lie in the draft. Each test has one of its own, by setup and teardown.
 */
#ifndef MPOS_TESTS_CART_DRAFT_H
#define MPOS_TESTS_CART_DRAFT_H

#include "pricing.h"

enum { LINES = 8, LIST = 4 };

/* The arrays of the cart's lines lie beside it. */
typedef struct draft {
    mpos_cart cart;
    mpos_cart_tax taxes[LIST];
    mpos_cart_discount order_discounts[LIST];
    mpos_cart_line lines[LINES];
    mpos_cart_modifier modifiers[LINES][LIST];
    mpos_cart_discount discounts[LINES][LIST];
    uint16_t line_taxes[LINES][LIST];
    mpos_priced priced;
    void *room;
} draft;

int
draft_setup(void **state);
int
draft_teardown(void **state);

/* A tax of the cart; its index. */
uint16_t
add_tax(draft *d, mpos_tax_type type, int64_t value, int flags);

mpos_cart_line *
add_line(draft *d, int64_t unit_price, int64_t qty);

void
tax_line(draft *d, mpos_cart_line *line, uint16_t tax);
void
modify(draft *d, mpos_cart_line *line, int64_t price, uint32_t qty, mpos_modifier_per per);
void
discount_line(draft *d, mpos_cart_line *line, mpos_discount_type type, int64_t value);
void
discount_order(draft *d, mpos_discount_type type, int64_t value);

/* Prices with exactly the memory asked for, so that the sanitizer sees a byte too many. */
mpos_err
price(draft *d);

#endif
