/* test_tax.c - taxes and their rounding: one rule of pricing.h per test, with numbers worked out by hand. */
#include <stdlib.h>
#include <string.h>

#include "cart_draft.h"
#include "host.h"

static void
test_included_added_and_mixed_taxes(void **state)
{
    draft *d = *state;
    uint16_t included = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);
    uint16_t added = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);
    mpos_cart_line *line = add_line(d, 1190, MPOS_QTY_ONE);

    tax_line(d, line, included);
    tax_line(d, line, added);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].net, 1000);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 190);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 50);
    assert_int_equal(d->priced.lines[0].taxes[1].base, 1000);
    assert_int_equal(d->priced.total, 1240);
}

static void
test_order_of_mixed_taxes_does_not_matter(void **state)
{
    draft *d = *state;
    uint16_t added = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);
    uint16_t included = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);
    mpos_cart_line *line = add_line(d, 1190, MPOS_QTY_ONE);

    tax_line(d, line, added);
    tax_line(d, line, included);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].taxes[0].base, 1000);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 50);
    assert_int_equal(d->priced.total, 1240);
}

static void
test_compound_taxes(void **state)
{
    draft *d = *state;
    uint16_t first = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_AFFECTS_NEXT);
    uint16_t second = add_tax(d, MPOS_TAX_PERCENT, 100000000, 0);
    uint16_t apart = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_BASE_UNAFFECTED);
    mpos_cart_line *line = add_line(d, 1000, MPOS_QTY_ONE);

    tax_line(d, line, first);
    tax_line(d, line, second);
    tax_line(d, line, apart);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 100);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 110);
    assert_int_equal(d->priced.lines[0].taxes[1].base, 1100);
    assert_int_equal(d->priced.lines[0].taxes[2].amount, 100);
    assert_int_equal(d->priced.total, 1310);
}

static void
test_included_compound_taxes(void **state)
{
    draft *d = *state;
    uint16_t first = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_INCLUDED | MPOS_TAX_AFFECTS_NEXT);
    uint16_t second = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_INCLUDED);
    mpos_cart_line *line = add_line(d, 1210, MPOS_QTY_ONE);

    tax_line(d, line, first);
    tax_line(d, line, second);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].net, 1000);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 100);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 110);
    assert_int_equal(d->priced.lines[0].taxes[1].base, 1100);
}

static void
test_fixed_and_division_taxes(void **state)
{
    draft *d = *state;
    uint16_t deposit = add_tax(d, MPOS_TAX_FIXED, 25, MPOS_TAX_INCLUDED);
    uint16_t division = add_tax(d, MPOS_TAX_DIVISION, 200000000, 0);
    mpos_cart_line *line = add_line(d, 125, 4 * MPOS_QTY_ONE);

    tax_line(d, line, deposit);
    tax_line(d, add_line(d, 400, MPOS_QTY_ONE), division); /* 20 % of the price with tax, 5.00 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].tax, 100);
    assert_int_equal(d->priced.lines[0].net, 400);
    assert_int_equal(d->priced.lines[1].tax, 100);
    assert_int_equal(d->priced.lines[1].total, 500);
}

static void
test_division_taxes_of_the_whole_price_are_refused(void **state)
{
    draft *d = *state;
    uint16_t a = add_tax(d, MPOS_TAX_DIVISION, 600000000, 0);
    uint16_t b = add_tax(d, MPOS_TAX_DIVISION, 400000000, 0);
    mpos_cart_line *line = add_line(d, 400, MPOS_QTY_ONE);

    tax_line(d, line, a);
    tax_line(d, line, b);
    assert_int_equal(price(d), MPOS_E_OUT_OF_RANGE);
}

static void
test_included_tax_takes_at_most_the_price(void **state)
{
    draft *d = *state;
    uint16_t deposit = add_tax(d, MPOS_TAX_FIXED, 25, MPOS_TAX_INCLUDED);
    uint16_t percent = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);

    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        mpos_cart_line *line;

        d->cart.line_count = 0;
        line = add_line(d, 10, MPOS_QTY_ONE);
        tax_line(d, line, percent);
        tax_line(d, line, deposit);
        d->cart.rounding.level = (uint8_t)level;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.net, 0);
        assert_int_equal(d->priced.tax, 10);
    }
}

static void
test_rounding_the_tax_or_the_net(void **state)
{
    draft *d = *state;

    tax_line(d, add_line(d, 299, MPOS_QTY_ONE), add_tax(d, MPOS_TAX_PERCENT, 40000000, MPOS_TAX_INCLUDED));
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        d->cart.rounding.inclusive = MPOS_INCLUSIVE_TAX;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.tax, 12); /* 11.5 */
        d->cart.rounding.inclusive = MPOS_INCLUSIVE_NET;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.net, 288); /* 287.5 */
        assert_int_equal(d->priced.tax, 11);
    }
}

/* A table: nothing below 1.00, then 0.05, from 2.00 on 0.10 and 6 % of what is above; and its span of 3.00. */
static void
test_bracket_taxes(void **state)
{
    static const mpos_tax_bracket brackets[] = {{100, 5, 0}, {200, 10, 60000000}};
    static const struct {
        int64_t price, span, tax;
    } cases[] = {{0, 0, 0},    {99, 0, 0},     {100, 0, 5},        {199, 0, 5},        {200, 0, 10},
                 {300, 0, 16}, {300, 300, 16}, {399, 300, 16 + 0}, {400, 300, 16 + 5}, {650, 300, 32 + 0}};
    draft *d = *state;
    uint16_t tax = add_tax(d, MPOS_TAX_BRACKET, 0, 0);
    mpos_cart_line *line = add_line(d, 0, MPOS_QTY_ONE);

    d->taxes[tax].bracket_count = 2;
    d->taxes[tax].brackets = brackets;
    tax_line(d, line, tax);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        line->unit_price = cases[i].price;
        d->taxes[tax].value = cases[i].span;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.tax, cases[i].tax);
        assert_int_equal(d->priced.total, cases[i].price + cases[i].tax);
    }
}

/* Three lines of 3 pieces at 0.33 with 20 % and 5 % added: where the rounding happens shows in the sums. */
static void
test_levels(void **state)
{
    static const int64_t wanted[MPOS_ROUNDING_LEVELS][2] = {
        [MPOS_LEVEL_UNIT] = {63, 18},     /* 7 and 2 per piece */
        [MPOS_LEVEL_LINE] = {60, 15},     /* 24.75 a line, rounded to 25, split 20 and 5 */
        [MPOS_LEVEL_LINE_TAX] = {60, 15}, /* 19.8 and 4.95 a line */
        [MPOS_LEVEL_RATE] = {59, 15},     /* 59.4 and 14.85 */
        [MPOS_LEVEL_ORDER] = {59, 15},    /* 74.25 in all */
        [MPOS_LEVEL_COMBINATION] = {59, 15},
    };
    draft *d = *state;
    uint16_t high = add_tax(d, MPOS_TAX_PERCENT, 200000000, 0);
    uint16_t low = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);

    for (int i = 0; i < 3; i++) {
        mpos_cart_line *line = add_line(d, 33, 3 * MPOS_QTY_ONE);

        tax_line(d, line, high);
        tax_line(d, line, low);
    }
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.taxes[0].amount, wanted[level][0]);
        assert_int_equal(d->priced.taxes[1].amount, wanted[level][1]);
        assert_int_equal(d->priced.taxes[0].base, 297);
    }
}

/* Lines with one tax and lines with both: each kind is rounded once, and its lines share what comes out. */
static void
test_combinations_are_rounded_apart(void **state)
{
    static const int64_t prices[] = {1111, 2222, 3333, 4444}, wanted[] = {111, 445, 334, 889};
    draft *d = *state;
    uint16_t first = add_tax(d, MPOS_TAX_PERCENT, 100000000, 0);
    uint16_t second = add_tax(d, MPOS_TAX_PERCENT, 100000000, 0);

    d->cart.rounding.level = MPOS_LEVEL_COMBINATION;
    d->cart.rounding.mode = MPOS_ROUND_UP;
    for (size_t i = 0; i < 4; i++) {
        mpos_cart_line *line = add_line(d, prices[i], MPOS_QTY_ONE);

        tax_line(d, line, first);
        if (i % 2 == 1) {
            tax_line(d, line, second);
        }
    }
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 445 + 1334); /* 4.444 of one, 13.332 of both */
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(d->priced.lines[i].tax, wanted[i]);
    }
}

/* What is included is taken out of the price first, also when other lines have only the added tax. */
static void
test_a_combination_of_included_and_added(void **state)
{
    draft *d = *state;
    uint16_t in = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_INCLUDED);
    uint16_t added = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);

    d->cart.rounding.level = MPOS_LEVEL_COMBINATION;
    for (int i = 0; i < 2; i++) {
        mpos_cart_line *line = add_line(d, 105, MPOS_QTY_ONE);

        tax_line(d, line, in);
        tax_line(d, line, added);
    }
    tax_line(d, add_line(d, 110, MPOS_QTY_ONE), added);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.taxes[0].amount, 19);     /* of 2.10: 0.1909 */
    assert_int_equal(d->priced.taxes[1].amount, 10 + 6); /* of 1.909 and of 1.10 */
    assert_int_equal(d->priced.net, 320 - 19);
    assert_int_equal(d->priced.lines[2].tax, 6);
}

static void
test_fractions_that_add_up_to_a_tie_are_a_tie(void **state)
{
    draft *d = *state;
    uint16_t tax = add_tax(d, MPOS_TAX_PERCENT, 200000000, MPOS_TAX_INCLUDED);

    for (int i = 0; i < 3; i++) {
        tax_line(d, add_line(d, 1, MPOS_QTY_ONE), tax); /* a sixth each */
    }
    d->cart.rounding.level = MPOS_LEVEL_RATE;
    d->cart.rounding.mode = MPOS_ROUND_HALF_DOWN;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 0);
    d->cart.rounding.mode = MPOS_ROUND_HALF_UP;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 1);
}

static void
test_unit_level_spreads_a_discount_over_the_units(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 100, 3 * MPOS_QTY_ONE);

    tax_line(d, line, add_tax(d, MPOS_TAX_PERCENT, 250000000, 0));
    discount_line(d, line, MPOS_DISCOUNT_FIXED, 1); /* 2.99: 1.00, 1.00 and 0.99 */
    d->cart.rounding.level = MPOS_LEVEL_UNIT;
    d->cart.rounding.mode = MPOS_ROUND_DOWN;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 25 + 25 + 24);
    line->qty = 2500000; /* no units: as a line, 2.49 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 62);
}

static void
test_increment_of_the_tax(void **state)
{
    draft *d = *state;

    tax_line(d, add_line(d, 1000, MPOS_QTY_ONE), add_tax(d, MPOS_TAX_PERCENT, 77000000, 0));
    d->cart.rounding.increment = 5;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 75); /* 77 */
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, draft_setup, draft_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_included_added_and_mixed_taxes),
        TEST(test_order_of_mixed_taxes_does_not_matter),
        TEST(test_compound_taxes),
        TEST(test_included_compound_taxes),
        TEST(test_fixed_and_division_taxes),
        TEST(test_division_taxes_of_the_whole_price_are_refused),
        TEST(test_included_tax_takes_at_most_the_price),
        TEST(test_rounding_the_tax_or_the_net),
        TEST(test_bracket_taxes),
        TEST(test_levels),
        TEST(test_combinations_are_rounded_apart),
        TEST(test_a_combination_of_included_and_added),
        TEST(test_fractions_that_add_up_to_a_tie_are_a_tie),
        TEST(test_unit_level_spreads_a_discount_over_the_units),
        TEST(test_increment_of_the_tax),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
