/* test_bracket.c - taxes read from a table. Words: bracket, span. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "pricing.h"

enum { LINES = 4 };

/* Lines with one bracket tax, and a percentage beside it. */
typedef struct desk {
    mpos_cart cart;
    mpos_cart_tax taxes[2];
    mpos_tax_bracket brackets[4];
    mpos_cart_line lines[LINES];
    mpos_priced priced;
    void *room;
} desk;

static const uint16_t both[] = {0, 1};

/* Nothing below 0.10, 1 cent from there, 2 from 0.25, 3 from 0.50 and 6 cents of each whole unit. */
static int
setup(void **state)
{
    desk *d = calloc(1, sizeof *d);

    memcpy(d->cart.currency, "USD", 3);
    d->cart.exponent = 2;
    d->cart.rounding = (mpos_rounding){.increment = 1, .cash_increment = 1, .level = MPOS_LEVEL_LINE};
    mpos_cart_default_sequence(&d->cart);
    d->brackets[0] = (mpos_tax_bracket){10, 1, 0};
    d->brackets[1] = (mpos_tax_bracket){25, 2, 0};
    d->brackets[2] = (mpos_tax_bracket){50, 3, 0};
    d->brackets[3] = (mpos_tax_bracket){100, 6, 0};
    d->taxes[0] = (mpos_cart_tax){
        .id = {1}, .type = MPOS_TAX_BRACKET, .value = 100, .bracket_count = 4, .brackets = d->brackets};
    d->taxes[1] = (mpos_cart_tax){.id = {2}, .value = 100000000};
    d->cart.taxes = d->taxes;
    d->cart.tax_count = 2;
    d->cart.lines = d->lines;
    *state = d;
    return 0;
}

static int
teardown(void **state)
{
    free(((desk *)*state)->room);
    free(*state);
    return 0;
}

static void
add(desk *d, int64_t price, int64_t units)
{
    d->lines[d->cart.line_count++] = (mpos_cart_line){.qty = units * MPOS_QTY_ONE,
                                                      .unit_price = price,
                                                      .parent = MPOS_NO_PARENT,
                                                      .taxes = both,
                                                      .tax_count = 1};
}

static mpos_err
price(desk *d)
{
    size_t size = mpos_price_size(&d->cart);

    free(d->room);
    d->room = malloc(size);
    return mpos_price(&d->cart, d->room, size, &d->priced);
}

static int64_t
tax_of(desk *d, int64_t amount)
{
    d->cart.line_count = 0;
    add(d, amount, 1);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.total, amount + d->priced.tax);
    return d->priced.tax;
}

static void
test_steps_and_spans(void **state)
{
    desk *d = *state;

    assert_int_equal(tax_of(d, 0), 0);
    assert_int_equal(tax_of(d, 9), 0);
    assert_int_equal(tax_of(d, 10), 1);
    assert_int_equal(tax_of(d, 24), 1);
    assert_int_equal(tax_of(d, 99), 3);
    assert_int_equal(tax_of(d, 100), 6);
    assert_int_equal(tax_of(d, 109), 6);
    assert_int_equal(tax_of(d, 110), 7);
    assert_int_equal(tax_of(d, 1050), 63);
    d->taxes[0].value = 0; /* no span: the last bracket goes on */
    assert_int_equal(tax_of(d, 1050), 6);
}

/* 1.00 up to 10.00, then 10 % of the rest, then 3.00 and 25 %. */
static void
test_rates_within_brackets(void **state)
{
    desk *d = *state;

    d->taxes[0].value = 0;
    d->taxes[0].bracket_count = 3;
    d->brackets[0] = (mpos_tax_bracket){0, 100, 0};
    d->brackets[1] = (mpos_tax_bracket){1000, 100, 100000000};
    d->brackets[2] = (mpos_tax_bracket){3000, 300, 250000000};
    assert_int_equal(tax_of(d, 0), 0); /* of nothing there is none */
    assert_int_equal(tax_of(d, 1), 100);
    assert_int_equal(tax_of(d, 1004), 100);
    assert_int_equal(tax_of(d, 1005), 101);
    assert_int_equal(tax_of(d, 3000), 300);
    assert_int_equal(tax_of(d, 4000), 550);
}

static void
test_once_for_a_unit_a_line_or_the_order(void **state)
{
    static const uint8_t levels[] = {MPOS_LEVEL_RATE, MPOS_LEVEL_ORDER, MPOS_LEVEL_COMBINATION};
    desk *d = *state;

    add(d, 60, 3); /* 1.80: 3 x 0.03, or 0.06 + 0.03 */
    add(d, 30, 1); /* 0.30: 0.02; together 2.10: 0.13 */
    d->cart.rounding.level = MPOS_LEVEL_UNIT;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 9 + 2);
    d->cart.rounding.level = MPOS_LEVEL_LINE;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].tax, 9);
    assert_int_equal(d->priced.tax, 11);
    for (size_t i = 0; i < sizeof levels; i++) {
        d->cart.rounding.level = levels[i];
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.tax, 13);
        assert_int_equal(d->priced.lines[0].tax, 11); /* 13 x 180 / 210 = 11.14 */
        assert_int_equal(d->priced.lines[1].tax, 2);
        assert_int_equal(d->priced.taxes[0].base, 210);
    }
}

/* Lines that would pay nothing alone pay together; a mode that cuts off does not lose what the table says. */
static void
test_small_lines_reach_a_bracket_together(void **state)
{
    desk *d = *state;

    for (int i = 0; i < 3; i++) {
        add(d, 9, 1);
    }
    d->cart.rounding.level = MPOS_LEVEL_RATE;
    d->cart.rounding.mode = MPOS_ROUND_DOWN;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 2);
    assert_int_equal(d->priced.lines[0].tax, 1);
    assert_int_equal(d->priced.lines[2].tax, 0);
    d->cart.rounding.mode = MPOS_ROUND_UP; /* three thirds of 2 are 2, not a little more */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 2);
}

static void
test_beside_a_percentage(void **state)
{
    desk *d = *state;

    add(d, 250, 1);
    d->lines[0].tax_count = 2;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 15);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 25);
    d->taxes[1].flags = MPOS_TAX_INCLUDED; /* 250 / 1.1 = 227.27: 22.73 is tax, the table is read with 227 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 23);
    assert_int_equal(d->priced.lines[0].taxes[0].base, 227);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 14);
}

static void
test_largest_amounts(void **state)
{
    desk *d = *state;

    add(d, MPOS_AMOUNT_MAX, 1);
    assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
    d->brackets[3].amount = MPOS_AMOUNT_MAX;
    d->lines[0].unit_price = MPOS_AMOUNT_MAX / 2;
    assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
    d->cart.rounding.level = MPOS_LEVEL_RATE;
    assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
    d->brackets[3] = (mpos_tax_bracket){MPOS_AMOUNT_MAX, 0, MPOS_RATE_MAX};
    d->taxes[0].value = 0;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 3);
}

static void
test_wrong_tables_are_refused(void **state)
{
    desk *d = *state;

    add(d, 100, 1);
    d->taxes[0].flags = MPOS_TAX_INCLUDED;
    assert_int_equal(price(d), MPOS_E_INVALID_VALUE);
    d->taxes[0].flags = MPOS_TAX_AFFECTS_NEXT;
    assert_int_equal(price(d), MPOS_E_INVALID_VALUE);
    d->taxes[0].flags = MPOS_TAX_BASE_UNAFFECTED;
    assert_int_equal(price(d), MPOS_OK);
    d->brackets[1].from = 10;
    assert_int_equal(price(d), MPOS_E_OUT_OF_RANGE);
    d->brackets[1].from = 25;
    d->taxes[0].bracket_count = 0;
    assert_int_equal(price(d), MPOS_E_INVALID_VALUE);
    d->taxes[0].bracket_count = MPOS_TAX_BRACKETS_MAX + 1;
    assert_int_equal(price(d), MPOS_E_TOO_MANY);
    d->taxes[0].bracket_count = 4;
    d->taxes[0].type = MPOS_TAX_FIXED;
    assert_int_equal(price(d), MPOS_E_INVALID_VALUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_steps_and_spans),
        TEST(test_rates_within_brackets),
        TEST(test_once_for_a_unit_a_line_or_the_order),
        TEST(test_small_lines_reach_a_bracket_together),
        TEST(test_beside_a_percentage),
        TEST(test_largest_amounts),
        TEST(test_wrong_tables_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
