/*
 * cart_random.h - random carts from a seed, for properties and for comparing hosts. Words: seed, cart.
 * The same seed gives the same carts on every machine.
 */
#ifndef MPOS_TESTS_CART_RANDOM_H
#define MPOS_TESTS_CART_RANDOM_H

#include "pricing.h"

enum { RANDOM_LINES_MAX = 60 };

typedef struct random_cart {
    uint64_t state;
    int simple; /* only percent taxes without compounding, as the catalogue has them today */
    mpos_cart cart;
    mpos_cart_tax taxes[6];
    mpos_tax_bracket brackets[6][3];
    mpos_cart_discount order_discounts[4];
    mpos_cart_line lines[RANDOM_LINES_MAX];
    mpos_cart_modifier modifiers[RANDOM_LINES_MAX][5];
    mpos_cart_discount discounts[RANDOM_LINES_MAX][3];
    uint16_t line_taxes[RANDOM_LINES_MAX][4];
} random_cart;

void
random_cart_seed(random_cart *r, uint64_t seed);

/* The next cart, always valid; r->cart points into r. Two of three have modifiers, discounts and two taxes. */
void
random_cart_next(random_cart *r);

/* A number of 0..below-1. */
uint64_t
random_below(random_cart *r, uint64_t below);

#endif
