/* test_sell.c - from basket and rules to the cart: prices, modifiers, combos, charges. */
#include <string.h>

#include "sell_till.h"

static void
test_a_line_is_taken_over(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1190, 2 * MPOS_QTY_ONE);

    line->variant[5] = 7;
    line->floor = 300;
    line->discounts = t->discounts;
    line->discount_count = 1;
    t->discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 190};
    till_modify(t, line, 0, 50, 1);
    memset(t->basket.catalogue, 9, 32);
    t->rules.apportion = MPOS_APPORTION_LAST;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.line_count, 1);
    assert_int_equal(t->cart.tax_count, 1);
    assert_int_equal(t->cart.apportion, MPOS_APPORTION_LAST);
    assert_memory_equal(t->cart.catalogue, t->basket.catalogue, 32);
    assert_memory_equal(t->cart.lines[0].id, line->id, 16);
    assert_memory_equal(t->cart.lines[0].item, line->item, 16);
    assert_memory_equal(t->cart.lines[0].variant, line->variant, 16);
    assert_int_equal(t->cart.lines[0].floor, 300);
    assert_int_equal(t->cart.lines[0].modifier_count, 1);
    assert_int_equal(t->priced.gross, 2 * 1240);
    assert_int_equal(t->priced.total, 2 * 1240 - 190);
    assert_memory_equal(t->cart.lines[0].source, (uint8_t[16]){0}, 16);
}

static void
test_rounding_is_the_outlets(void **state)
{
    till *t = *state;

    till_line(t, 100, MPOS_QTY_ONE);
    t->roundings[0] = (mpos_outlet_rounding){{7}, {MPOS_ROUND_UP, MPOS_LEVEL_RATE, 0, 5, 10, 0}};
    t->rules.rounding_count = 1;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.rounding.mode, MPOS_ROUND_HALF_UP);
    t->basket.in.outlet[0] = 7;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.rounding.mode, MPOS_ROUND_UP);
    assert_int_equal(t->cart.rounding.increment, 5);
}

static void
test_price_books_by_rank(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1000, 3 * MPOS_QTY_ONE);

    till_book(t, line, 0, 0, 900);
    till_book(t, line, 1, 0, 800);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 900); /* alike: the lower id */
    assert_memory_equal(t->cart.lines[0].source, t->books[0].id, 16);
    t->books[1].when.days = 0x7f;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 800); /* the more limited */
    t->books[0].priority = 1;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 900); /* the higher priority */
    t->books[0].when.places = 1 << MPOS_DELIVERY;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 800); /* the one that holds */
    t->books[1].when.places = 1 << MPOS_DELIVERY;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    assert_memory_equal(t->cart.lines[0].source, (uint8_t[16]){0}, 16);
    t->basket.in.place = MPOS_DELIVERY;
    line->open_price = 0;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 0); /* open comes first, also when nothing is asked */
}

/* Whoever orders in the happy hour pays its price, also on a bill that was opened before it. */
static void
test_books_go_by_the_minute_of_the_line(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1000, MPOS_QTY_ONE);
    mpos_basket_line *later = till_line(t, 1000, MPOS_QTY_ONE);

    t->basket.in.at = 16 * 60 + 59;
    till_book(t, line, 0, 0, 700);
    till_book(t, later, 0, 0, 700);
    t->books[0].when.start = 17 * 60;
    t->books[0].when.end = 19 * 60;
    later->flags = MPOS_BASKET_LATER;
    later->at = 17 * 60;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    assert_int_equal(t->cart.lines[1].unit_price, 700);
    later->at = 19 * 60;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[1].unit_price, 1000);
}

static void
test_quantity_breaks(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1000, 5 * MPOS_QTY_ONE - 1);

    till_book(t, line, 0, 10 * MPOS_QTY_ONE, 700);
    till_book(t, line, 0, 5 * MPOS_QTY_ONE, 800);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    line->qty++;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 800);
    line->qty = 10 * MPOS_QTY_ONE;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 700);
    till_book(t, line, 1, 0, 950); /* of less rank: it does not matter that it is there */
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 700);
    line->qty = MPOS_QTY_ONE;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 950);
}

static void
test_free_modifiers_cost_nothing(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 500, MPOS_QTY_ONE);

    till_modify(t, line, 1, 80, 1);
    till_modify(t, line, 1, 60, 2); /* one of these is the free one */
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.gross, 500 + 80 + 60);
}

/* A combo of 9.52 (two components of 5.95) moves with them. */
static void
test_combos_move_with_their_components(void **state)
{
    till *t = *state;
    mpos_basket_line *combo = till_line(t, 952, MPOS_QTY_ONE);

    combo->component_count = 2;
    combo->tax_count = 0;
    combo->floor = 476;
    till_modify(t, combo, 0, 119, 1);
    for (int i = 0; i < 2; i++) {
        till_line(t, 595, MPOS_QTY_ONE)->parent = 0;
    }
    till_map(t, 0, till_second_tax, 1, MPOS_KEEP_NET);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[1].unit_price, 535);
    assert_int_equal(t->cart.lines[0].unit_price, 856);
    assert_int_equal(t->cart.lines[0].floor, 428);
    assert_int_equal(t->cart.lines[0].modifiers[0].price, 107);
    assert_int_equal(t->priced.total, 856 + 107);
}

static void
test_charges_follow_and_are_rated(void **state)
{
    till *t = *state;

    till_line(t, 1000, MPOS_QTY_ONE);
    t->charges[0].value = 100000000;
    t->charges[0].taxes = till_first_tax;
    t->charges[0].tax_count = 1;
    t->charges[1].type = MPOS_CHARGE_PER_GUEST;
    t->charges[1].flags = MPOS_CHARGE_WAIVABLE;
    t->charges[1].value = 150;
    t->rules.charge_count = 2;
    t->basket.in.guests = 2;
    till_map(t, 0, till_second_tax, 1, MPOS_KEEP_GROSS);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.line_count, 3);
    assert_int_equal(t->priced.total, 1000 + 100 + 300);
    assert_int_equal(t->cart.tax_count, 1);
    assert_int_equal(t->cart.taxes[0].id[0], 2);
    t->basket.waived = (const uint8_t(*)[16])t->charges[1].id;
    t->basket.waived_count = 1;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.total, 1000 + 100);
}

static void
test_errors_leave_the_cart_alone(void **state)
{
    till *t = *state;
    size_t size;
    uint64_t room[1024];

    till_line(t, 1000, MPOS_QTY_ONE)->taxes = till_tax_2;
    memset(&t->cart, 0x55, sizeof t->cart);
    size = mpos_sell_size(&t->rules, &t->basket);
    assert_true(size > 0 && size <= sizeof room);
    assert_int_equal(mpos_sell(&t->rules, &t->basket, room, size - 8, &t->cart), MPOS_E_BUFFER_TOO_SMALL);
    t->rules.tax_count = 2;
    assert_int_equal(mpos_sell(&t->rules, &t->basket, room, size, &t->cart), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_sell_size(&t->rules, &t->basket), 0);
    assert_int_equal(t->cart.line_count, 0x5555);
    t->rules.tax_count = 3;
    t->lines[0].price = MPOS_AMOUNT_MAX;
    t->lines[0].qty = 2 * MPOS_QTY_ONE;
    assert_int_equal(mpos_sell(&t->rules, &t->basket, room, size, &t->cart), MPOS_E_AMOUNT_OVERFLOW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, till_start, till_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_line_is_taken_over),
        TEST(test_rounding_is_the_outlets),
        TEST(test_price_books_by_rank),
        TEST(test_quantity_breaks),
        TEST(test_books_go_by_the_minute_of_the_line),
        TEST(test_free_modifiers_cost_nothing),
        TEST(test_combos_move_with_their_components),
        TEST(test_charges_follow_and_are_rated),
        TEST(test_errors_leave_the_cart_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
