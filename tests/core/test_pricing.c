/* test_pricing.c - prices, modifiers, combos and discounts: one rule of pricing.h per test, with numbers worked out by hand. */
#include <stdlib.h>
#include <string.h>

#include "cart_draft.h"
#include "host.h"

static void
test_quantity_times_price(void **state)
{
    draft *d = *state;

    add_line(d, 250, 3 * MPOS_QTY_ONE);
    add_line(d, 1299, 345000); /* 0.345 x 12.99 = 4.48155 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].gross, 750);
    assert_int_equal(d->priced.lines[1].gross, 448);
    assert_int_equal(d->priced.total, 1198);
    assert_int_equal(d->priced.net, 1198);
    assert_int_equal(d->priced.tax, 0);
}

static void
test_modifiers_per_unit_and_per_line(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 300, 2 * MPOS_QTY_ONE);

    modify(d, line, 50, 2, MPOS_PER_UNIT);
    modify(d, line, -20, 1, MPOS_PER_UNIT);
    modify(d, line, 100, 3, MPOS_PER_LINE);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.total, 2 * (300 + 100 - 20) + 300);
}

static void
test_a_line_never_goes_below_zero(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 100, MPOS_QTY_ONE);

    modify(d, line, -150, 1, MPOS_PER_UNIT);
    discount_line(d, line, MPOS_DISCOUNT_FIXED, 10);
    add_line(d, 100, MPOS_QTY_ONE);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].gross, 0);
    assert_int_equal(d->priced.lines[0].line_discount, 0);
    assert_int_equal(d->priced.total, 100);
}

/* A menu at 10.00 of a burger (8.00, 7 %), fries (3.00, 7 %) and a drink (4.00, 19 %), all included. */
static void
menu(draft *d, int64_t qty)
{
    static const int64_t prices[] = {800, 300, 400};
    uint16_t low = add_tax(d, MPOS_TAX_PERCENT, 70000000, MPOS_TAX_INCLUDED);
    uint16_t high = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);

    add_line(d, 1000, qty)->component_count = 3;
    for (int i = 0; i < 3; i++) {
        mpos_cart_line *component = add_line(d, prices[i], qty);

        component->parent = 0;
        tax_line(d, component, i < 2 ? low : high);
    }
}

static void
test_combo_price_is_apportioned(void **state)
{
    draft *d = *state;

    menu(d, MPOS_QTY_ONE);
    modify(d, &d->lines[3], 30, 1, MPOS_PER_UNIT);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[1].gross, 533); /* 533.33 */
    assert_int_equal(d->priced.lines[2].gross, 200);
    assert_int_equal(d->priced.lines[3].gross, 267 + 30); /* 266.67 and its own modifier */
    assert_int_equal(d->priced.lines[0].gross, 1030);
    assert_int_equal(d->priced.gross, 1030);
    assert_int_equal(d->priced.total, 1030);
    assert_int_equal(d->priced.lines[0].tax, d->priced.tax);
    assert_int_equal(d->priced.taxes[0].amount, 35 + 13); /* of 5.33 and of 2.00 */
    assert_int_equal(d->priced.taxes[1].amount, 47);      /* of 2.97 */
}

static void
test_combo_discounts_follow_the_components(void **state)
{
    draft *d = *state;

    menu(d, 2 * MPOS_QTY_ONE);
    discount_line(d, &d->lines[0], MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 300);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].discounts[0], 200);
    assert_int_equal(d->priced.lines[0].line_discount, 200);
    assert_int_equal(d->priced.lines[0].order_discount, 300);
    assert_int_equal(d->priced.lines[1].line_discount + d->priced.lines[2].line_discount +
                         d->priced.lines[3].line_discount,
                     200);
    assert_int_equal(d->priced.lines[0].shares[0], 300);
    assert_int_equal(d->priced.total, 1500);
    assert_int_equal(d->priced.discount, 500);
}

static void
test_free_components_share_equally(void **state)
{
    draft *d = *state;

    menu(d, MPOS_QTY_ONE);
    d->lines[1].unit_price = d->lines[2].unit_price = d->lines[3].unit_price = 0;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[1].gross, 334);
    assert_int_equal(d->priced.lines[2].gross, 333);
    assert_int_equal(d->priced.lines[3].gross, 333);
}

static void
test_default_sequence(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 10000, MPOS_QTY_ONE);

    discount_line(d, line, MPOS_DISCOUNT_FIXED, 500);
    discount_line(d, line, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 700);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 50000000);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].discounts[1], 1000); /* 10 % of 100.00 */
    assert_int_equal(d->priced.discounts[1], 450);           /* 5 % of 90.00 */
    assert_int_equal(d->priced.lines[0].discounts[0], 500);
    assert_int_equal(d->priced.discounts[0], 700);
    assert_int_equal(d->priced.total, 10000 - 1000 - 450 - 500 - 700);
}

static void
test_declared_sequence(void **state)
{
    draft *d = *state;
    static const uint8_t sequence[] = {MPOS_STEP_ORDER_FIXED, MPOS_STEP_LINE_PERCENT};
    mpos_cart_line *line = add_line(d, 10000, MPOS_QTY_ONE);

    memset(d->cart.sequence, 0, sizeof d->cart.sequence);
    memcpy(d->cart.sequence, sequence, sizeof sequence);
    d->cart.sequence_count = sizeof sequence;
    discount_line(d, line, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 1000);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].discounts[0], 900); /* 10 % of what the fixed one left */
    assert_int_equal(d->priced.total, 8100);
}

static void
test_repeated_steps_take_one_each_and_the_last_the_rest(void **state)
{
    draft *d = *state;
    static const uint8_t sequence[] = {MPOS_STEP_ORDER_PERCENT, MPOS_STEP_ORDER_FIXED,
                                       MPOS_STEP_ORDER_PERCENT};

    memset(d->cart.sequence, 0, sizeof d->cart.sequence);
    memcpy(d->cart.sequence, sequence, sizeof sequence);
    d->cart.sequence_count = sizeof sequence;
    add_line(d, 10000, MPOS_QTY_ONE);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 1000);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.discounts[0], 1000);
    assert_int_equal(d->priced.discounts[3], 1000);
    assert_int_equal(d->priced.discounts[1], 800);
    assert_int_equal(d->priced.discounts[2], 720);
}

static void
test_fixed_discount_takes_at_most_what_is_left(void **state)
{
    draft *d = *state;

    discount_line(d, add_line(d, 300, MPOS_QTY_ONE), MPOS_DISCOUNT_FIXED, 1000);
    add_line(d, 200, MPOS_QTY_ONE);
    discount_order(d, MPOS_DISCOUNT_FIXED, 500);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].line_discount, 300);
    assert_int_equal(d->priced.lines[1].order_discount, 200);
    assert_int_equal(d->priced.total, 0);
}

static void
test_empty_cart(void **state)
{
    draft *d = *state;

    add_tax(d, MPOS_TAX_PERCENT, 77000000, 0);
    discount_order(d, MPOS_DISCOUNT_FIXED, 5);
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.total, 0);
        assert_int_equal(d->priced.discounts[0], 0);
    }
}

static void
test_room_one_less_and_zero(void **state)
{
    draft *d = *state;
    mpos_priced before;
    size_t size;
    void *room;

    menu(d, MPOS_QTY_ONE);
    discount_order(d, MPOS_DISCOUNT_FIXED, 5);
    size = mpos_price_size(&d->cart);
    room = malloc(size);
    memset(&d->priced, 0x5a, sizeof d->priced);
    before = d->priced;
    assert_int_equal(mpos_price(&d->cart, room, size - 1, &d->priced), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_price(&d->cart, NULL, 0, &d->priced), MPOS_E_BUFFER_TOO_SMALL);
    assert_memory_equal(&before, &d->priced, sizeof before);
    assert_int_equal(mpos_price(&d->cart, room, size, &d->priced), MPOS_OK);
    free(room);
}

static void
test_overflow_is_an_error_everywhere(void **state)
{
    draft *d = *state;
    uint16_t tax = add_tax(d, MPOS_TAX_PERCENT, MPOS_RATE_MAX, MPOS_TAX_AFFECTS_NEXT);
    uint16_t again = add_tax(d, MPOS_TAX_PERCENT, MPOS_RATE_MAX, 0);
    uint16_t fixed = add_tax(d, MPOS_TAX_FIXED, MPOS_AMOUNT_MAX, 0);
    mpos_cart_line *line = add_line(d, MPOS_AMOUNT_MAX, MPOS_QTY_ONE);

    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        d->cart.line_count = 1;
        line->tax_count = line->modifier_count = 0;
        line->qty = MPOS_QTY_ONE;
        line->unit_price = MPOS_AMOUNT_MAX;
        assert_int_equal(price(d), MPOS_OK); /* the largest amount there is */
        line->qty = MPOS_QTY_MAX;
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->qty = MPOS_QTY_ONE;
        modify(d, line, MPOS_AMOUNT_MAX, MPOS_MODIFIER_QTY_MAX, MPOS_PER_UNIT);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->modifier_count = 0;
        add_line(d, 1, MPOS_QTY_ONE); /* two lines, one too much together */
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        d->cart.line_count = 1;
        tax_line(d, line, tax);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->unit_price = MPOS_AMOUNT_MAX / 20;
        assert_int_equal(price(d), MPOS_OK);
        tax_line(d, line, again);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->tax_count = 0;
        line->unit_price = 1;
        line->qty = 2 * MPOS_QTY_ONE;
        tax_line(d, line, fixed);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->qty = MPOS_QTY_MAX;
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, draft_setup, draft_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_quantity_times_price),
        TEST(test_modifiers_per_unit_and_per_line),
        TEST(test_a_line_never_goes_below_zero),
        TEST(test_combo_price_is_apportioned),
        TEST(test_combo_discounts_follow_the_components),
        TEST(test_free_components_share_equally),
        TEST(test_default_sequence),
        TEST(test_declared_sequence),
        TEST(test_repeated_steps_take_one_each_and_the_last_the_rest),
        TEST(test_fixed_discount_takes_at_most_what_is_left),
        TEST(test_empty_cart),
        TEST(test_room_one_less_and_zero),
        TEST(test_overflow_is_an_error_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
