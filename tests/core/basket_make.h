/*
 * basket_make.h - small baskets and rules by hand, sold and priced. Words: sale, line, promotion.
 *
 * Ids are numbers: the last byte of an id, so that smaller ones rank first. Money is in cents, quantities in whole units unless
 * the name says otherwise.
 */
#ifndef MPOS_TESTS_BASKET_MAKE_H
#define MPOS_TESTS_BASKET_MAKE_H

#include "basket.h"
#include "rules.h"
#include "sell.h"

enum { MADE_LINES_MAX = 40, MADE_RULES_MAX = 20, MADE_IDS_MAX = 8, MADE_MODIFIERS_MAX = 8 };

typedef struct made_sale {
    mpos_rules rules;
    mpos_basket basket;
    mpos_rule_tax taxes[4];
    mpos_promotion promotions[MADE_RULES_MAX];
    mpos_charge_rule charges[MADE_RULES_MAX];
    uint8_t ids[MADE_RULES_MAX][MADE_IDS_MAX][16]; /* of targets and coupons */
    mpos_slot slots[MADE_RULES_MAX][MPOS_SLOTS_MAX];
    uint8_t slot_ids[MADE_RULES_MAX][MPOS_SLOTS_MAX][16];
    mpos_basket_line lines[MADE_LINES_MAX];
    mpos_basket_modifier modifiers[MADE_LINES_MAX][MADE_MODIFIERS_MAX];
    mpos_basket_group groups[MADE_LINES_MAX][2];
    mpos_cart_discount discounts[MADE_LINES_MAX][4];
    mpos_cart_discount order_discounts[4];
    uint8_t coupons[MPOS_BASKET_COUPONS_MAX][16];
    uint8_t waived[MPOS_BASKET_WAIVED_MAX][16];
    uint16_t line_taxes[MADE_LINES_MAX][4];
    mpos_cart cart; /* what came out */
    mpos_priced priced;
    void *room;
    void *price_room;
} made_sale;

/* The sale of the test at hand: what cmocka calls before and after it. */
extern made_sale made;

int
made_begin(void **state);
int
made_finish(void **state);

/* The promotion took that much off the line of the sale at hand. */
void
assert_taken(const mpos_promotion *promotion, size_t line, int64_t wanted);

void
made_start(made_sale *m);

/* A line of item `item` (its category: the tens of the number), `qty` whole units at `price`. */
mpos_basket_line *
made_line(made_sale *m, int item, int qty, int64_t price);

mpos_basket_modifier *
made_modifier(made_sale *m, mpos_basket_line *line, int group, int64_t price, uint32_t qty);

/* Discount given by hand, of a line or (NULL) of the order. */
mpos_cart_discount *
made_discount(made_sale *m, mpos_basket_line *line, mpos_discount_type type, int64_t value);

/* A promotion of the lines without targets; its id is its number from 1 on. */
mpos_promotion *
made_promotion(made_sale *m, mpos_promotion_kind kind, int64_t value);

/* Makes an item, or a category, a target. In ascending order; items and categories of one promotion are not mixed here. */
void
made_target_item(made_sale *m, mpos_promotion *promotion, int item);
void
made_target_category(made_sale *m, mpos_promotion *promotion, int category);

/* A slot of a bundle: of one item or, with item 0, of one category. */
void
made_slot(made_sale *m, mpos_promotion *promotion, int item, int category, int qty);

mpos_charge_rule *
made_charge(made_sale *m, mpos_charge_type type, int64_t value);

void
made_id(uint8_t id[16], int number);

/* Sells and prices, with exactly the memory asked for; both must succeed. made_end gives the memory back. */
void
made_sell(made_sale *m);

void
made_end(made_sale *m);

/* What the promotion took off the line, off the order (with its number). */
int64_t
made_taken(const made_sale *m, const mpos_promotion *promotion, size_t line);
int64_t
made_taken_of_order(const made_sale *m, const mpos_promotion *promotion);

#endif
