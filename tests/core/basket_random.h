/*
 * basket_random.h - random rules and baskets from a seed, for properties, for comparing hosts and as first inputs of fuzzers.
 * Words: seed, rules, basket, pool.
 *
 * The same seed gives the same on every machine. Ids of items, categories, outlets, customer groups and coupons come from small
 * pools, so that rules meet what is sold.
 */
#ifndef MPOS_TESTS_BASKET_RANDOM_H
#define MPOS_TESTS_BASKET_RANDOM_H

#include "basket.h"
#include "rules.h"

enum {
    RANDOM_RULES_MAX = 8, /* of each kind */
    RANDOM_IDS_MAX = 40,
    RANDOM_BASKET_LINES_MAX = 40,
    RANDOM_POOL = 12
};

typedef struct random_basket {
    uint64_t state;
    mpos_rules rules;
    mpos_basket basket;
    mpos_rule_tax taxes[RANDOM_RULES_MAX];
    mpos_tax_bracket brackets[RANDOM_RULES_MAX][3];
    mpos_tax_map maps[RANDOM_RULES_MAX];
    mpos_replacement replacements[RANDOM_RULES_MAX][RANDOM_RULES_MAX];
    uint16_t replaced[RANDOM_RULES_MAX][RANDOM_RULES_MAX][2];
    mpos_book books[RANDOM_RULES_MAX];
    mpos_promotion promotions[RANDOM_RULES_MAX];
    mpos_slot slots[RANDOM_RULES_MAX][3];
    mpos_charge_rule charges[RANDOM_RULES_MAX];
    uint16_t charge_taxes[RANDOM_RULES_MAX][2];
    mpos_outlet_rounding roundings[2];
    mpos_currency currencies[2];
    uint8_t ids[RANDOM_RULES_MAX * 16][RANDOM_POOL][16]; /* lists of ids of the rules */
    size_t lists;
    uint8_t coupons[MPOS_BASKET_COUPONS_MAX][16];
    uint8_t waived[MPOS_BASKET_WAIVED_MAX][16];
    mpos_cart_discount order_discounts[2];
    mpos_basket_line lines[RANDOM_BASKET_LINES_MAX];
    mpos_book_price prices[RANDOM_BASKET_LINES_MAX][4];
    mpos_basket_group groups[RANDOM_BASKET_LINES_MAX][3];
    mpos_basket_modifier modifiers[RANDOM_BASKET_LINES_MAX][5];
    mpos_cart_discount discounts[RANDOM_BASKET_LINES_MAX][2];
    uint16_t line_taxes[RANDOM_BASKET_LINES_MAX][3];
} random_basket;

void
random_basket_seed(random_basket *r, uint64_t seed);

/* The next rules, always valid, and the next basket for them. What they hold lies in r. */
void
random_rules_next(random_basket *r);
void
random_basket_next(random_basket *r);

#endif
