/* sell_till.h - rules and a basket under construction, sold with exactly the memory that was asked for. */
#ifndef MPOS_TESTS_SELL_TILL_H
#define MPOS_TESTS_SELL_TILL_H

#include "host.h"
#include "pricing.h"
#include "sell.h"

enum { TILL_LINES = 4, TILL_LIST = 4 };

/* Rules and a basket under construction. */
typedef struct till {
    mpos_rules rules;
    mpos_rule_tax taxes[TILL_LIST];
    mpos_tax_map maps[TILL_LIST];
    mpos_replacement replacements[TILL_LIST];
    mpos_book books[TILL_LIST];
    mpos_charge_rule charges[TILL_LIST];
    mpos_outlet_rounding roundings[1];
    mpos_basket basket;
    mpos_basket_line lines[TILL_LINES];
    mpos_book_price prices[TILL_LINES][TILL_LIST];
    mpos_basket_group groups[2];
    mpos_basket_modifier modifiers[TILL_LINES][TILL_LIST];
    mpos_cart_discount discounts[TILL_LINES];
    mpos_cart cart;
    mpos_priced priced;
    void *room;
    void *price_room;
} till;

extern const uint16_t till_first_tax[1], till_second_tax[1], till_two_taxes[2], till_tax_2[1];

mpos_when
till_always(void);

/* Tax 0: 19 % included, 1: 7 % included, 2: 10 % added. */
int
till_start(void **state);

int
till_end(void **state);

mpos_basket_line *
till_line(till *t, int64_t price, int64_t qty);

void
till_modify(till *t, mpos_basket_line *line, uint16_t group, int64_t price, uint32_t qty);

void
till_book(till *t, mpos_basket_line *line, uint16_t book, int64_t min_qty, int64_t price);

mpos_tax_map *
till_map(till *t, uint16_t from, const uint16_t *to, uint16_t count, mpos_map_keep keep);

/* Sells with exactly the memory asked for, so that the sanitizer sees a byte too many, and prices. */
mpos_err
till_sell(till *t);

#endif
