/* test_floor.c - floors under discounts, and who gets what is left when an amount is split. Words: floor, cap, rest. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "pricing.h"

enum { LINES = 5 };

typedef struct desk {
    mpos_cart cart;
    mpos_cart_line lines[LINES];
    mpos_cart_discount discounts[2];
    mpos_cart_discount line_discounts[2];
    mpos_priced priced;
    void *room;
} desk;

static int
setup(void **state)
{
    desk *d = calloc(1, sizeof *d);

    memcpy(d->cart.currency, "EUR", 3);
    d->cart.exponent = 2;
    d->cart.rounding = (mpos_rounding){.increment = 1, .cash_increment = 1, .level = MPOS_LEVEL_LINE};
    mpos_cart_default_sequence(&d->cart);
    d->cart.lines = d->lines;
    d->cart.discounts = d->discounts;
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

static mpos_cart_line *
add(desk *d, int64_t price, int64_t floor)
{
    mpos_cart_line *line = &d->lines[d->cart.line_count++];

    *line =
        (mpos_cart_line){.qty = MPOS_QTY_ONE, .unit_price = price, .floor = floor, .parent = MPOS_NO_PARENT};
    return line;
}

/* Prices with exactly the memory asked for, so that the sanitizer sees a byte too many. */
static mpos_err
price(desk *d)
{
    size_t size = mpos_price_size(&d->cart);

    free(d->room);
    d->room = malloc(size);
    return mpos_price(&d->cart, d->room, size, &d->priced);
}

static void
discount_order(desk *d, mpos_discount_type type, int64_t value)
{
    d->discounts[d->cart.discount_count++] = (mpos_cart_discount){.type = (uint8_t)type, .value = value};
}

static void
expect_shares(const desk *d, const int64_t *wanted)
{
    for (size_t i = 0; i < d->cart.line_count; i++) {
        assert_int_equal(d->priced.lines[i].order_discount, wanted[i]);
    }
}

static void
test_what_a_floor_refuses_goes_to_the_others(void **state)
{
    desk *d = *state;

    add(d, 5000, 4500);
    add(d, 5000, 4500);
    add(d, 2000, 0);
    add(d, 2000, 0);
    add(d, 2000, 0);
    discount_order(d, MPOS_DISCOUNT_FIXED, 2000);
    assert_int_equal(price(d), MPOS_OK);
    expect_shares(d, (int64_t[]){500, 500, 334, 333, 333});
    assert_int_equal(d->priced.total, 14000);
}

static void
test_what_all_refuse_is_not_given(void **state)
{
    desk *d = *state;

    add(d, 1000, 900);
    add(d, 2000, 2000);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 500000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 10);
    assert_int_equal(price(d), MPOS_OK);
    expect_shares(d, (int64_t[]){100, 0});
    assert_int_equal(d->priced.discounts[0], 100);
    assert_int_equal(d->priced.discounts[1], 0);
}

/* A floor is per unit, and modifiers may go down to it. */
static void
test_a_floor_holds_for_the_line(void **state)
{
    static const mpos_cart_modifier modifier = {.qty = 1, .price = 100};
    desk *d = *state;
    mpos_cart_line *line = add(d, 1000, 300);

    line->qty = 2 * MPOS_QTY_ONE + MPOS_QTY_ONE / 2;
    line->modifiers = &modifier;
    line->modifier_count = 1;
    line->discounts = d->line_discounts;
    line->discount_count = 2;
    d->line_discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_PERCENT, .value = 500000000};
    d->line_discounts[1] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 100000};
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].gross, 2750);
    assert_int_equal(d->priced.lines[0].discounts[0], 1375);
    assert_int_equal(d->priced.lines[0].discounts[1], 625);
    assert_int_equal(d->priced.total, 750);
    line->floor = 100000; /* above the price: nothing is taken off, nothing is added */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.total, 2750);
}

static void
test_the_floor_of_a_combo_is_that_of_its_parts(void **state)
{
    desk *d = *state;
    mpos_cart_line *combo = add(d, 900, 600);

    combo->component_count = 2;
    combo->discounts = d->line_discounts;
    combo->discount_count = 1;
    d->line_discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 200};
    add(d, 800, 0)->parent = 0;
    add(d, 400, 0)->parent = 0;
    discount_order(d, MPOS_DISCOUNT_FIXED, 800);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].line_discount, 200);
    assert_int_equal(d->priced.lines[0].order_discount, 100);
    assert_int_equal(d->priced.lines[1].total, 400);
    assert_int_equal(d->priced.lines[2].total, 200);
    d->lines[1].floor = 1;
    assert_int_equal(price(d), MPOS_E_DISCOUNT_RULE);
}

static void
test_wrong_floors_are_refused(void **state)
{
    desk *d = *state;
    mpos_cart_line *line = add(d, 100, -1);

    assert_int_equal(price(d), MPOS_E_OUT_OF_RANGE);
    line->floor = MPOS_AMOUNT_MAX + 1;
    assert_int_equal(price(d), MPOS_E_OUT_OF_RANGE);
    line->floor = MPOS_AMOUNT_MAX;
    assert_int_equal(price(d), MPOS_OK);
    line->floor = 1;
    line->kind = MPOS_LINE_CHARGE_FIXED;
    assert_int_equal(price(d), MPOS_E_DISCOUNT_RULE);
}

static void
expect_parts(mpos_apportion_mode mode, int64_t total, const int64_t *weights, const int64_t *caps,
             const int64_t *wanted)
{
    int64_t parts[4];
    int64_t scratch[4];

    assert_int_equal(mpos_apportion_by(mode, total, weights, caps, 4, parts, scratch), MPOS_OK);
    assert_memory_equal(parts, wanted, sizeof parts);
}

/* 10 over 3, 3, 3 and nothing: quotas of 3.33. */
static void
test_the_rest_goes_where_it_is_said(void **state)
{
    static const int64_t thirds[] = {3, 3, 3, 0};
    static const int64_t halves[] = {1, 1, 1, 1};
    static const int64_t nothing[] = {0, 0, 0, 0};

    (void)state;
    expect_parts(MPOS_APPORTION_LARGEST, 10, thirds, NULL, (int64_t[]){4, 3, 3, 0});
    expect_parts(MPOS_APPORTION_LAST, 10, thirds, NULL, (int64_t[]){3, 3, 4, 0});
    expect_parts(MPOS_APPORTION_FIRST, 10, thirds, NULL, (int64_t[]){4, 3, 3, 0});
    expect_parts(MPOS_APPORTION_LAST, -10, thirds, NULL, (int64_t[]){-3, -3, -4, 0});
    expect_parts(MPOS_APPORTION_LAST, 7, halves, NULL, (int64_t[]){2, 2, 2, 1}); /* 1.75 each */
    expect_parts(MPOS_APPORTION_LAST, 2, halves, NULL, (int64_t[]){1, 1, 0, 0}); /* never below zero */
    expect_parts(MPOS_APPORTION_FIRST, 2, halves, NULL, (int64_t[]){0, 0, 1, 1});
    expect_parts(MPOS_APPORTION_LAST, 6, nothing, NULL, (int64_t[]){2, 2, 2, 0});
}

static void
test_caps_hold_in_every_mode(void **state)
{
    static const int64_t weights[] = {10, 10, 10, 10};
    int64_t parts[4];
    int64_t scratch[4];

    (void)state;
    expect_parts(MPOS_APPORTION_LAST, 20, weights, (int64_t[]){9, 9, 9, 2}, (int64_t[]){5, 5, 8, 2});
    expect_parts(MPOS_APPORTION_LAST, 20, weights, (int64_t[]){9, 9, 5, 2}, (int64_t[]){5, 8, 5, 2});
    expect_parts(MPOS_APPORTION_FIRST, 20, weights, (int64_t[]){2, 5, 9, 9}, (int64_t[]){2, 5, 8, 5});
    assert_int_equal(
        mpos_apportion_by(MPOS_APPORTION_LAST, 5, weights, (int64_t[]){1, 1, 1, 1}, 4, parts, scratch),
        MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_apportion_by(MPOS_APPORTION_MODES, 5, weights, NULL, 4, parts, scratch),
                     MPOS_E_INVALID_VALUE);
    assert_int_equal(
        mpos_apportion_by(MPOS_APPORTION_LAST, MPOS_AMOUNT_MAX + 1, weights, NULL, 4, parts, scratch),
        MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(
        mpos_apportion_by(MPOS_APPORTION_FIRST, 1, (int64_t[]){1, -1, 0, 0}, NULL, 4, parts, scratch),
        MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_apportion_by(MPOS_APPORTION_LAST, 1, NULL, NULL, 0, parts, scratch),
                     MPOS_E_OUT_OF_RANGE);
}

/* The cart's mode reaches discounts, surcharges and combos. */
static void
test_a_cart_says_how(void **state)
{
    desk *d = *state;

    for (int i = 0; i < 3; i++) {
        add(d, 1000, 0);
    }
    discount_order(d, MPOS_DISCOUNT_FIXED, 100);
    discount_order(d, MPOS_DISCOUNT_FIXED, 100);
    d->discounts[1].flags = MPOS_DISCOUNT_SURCHARGE;
    assert_int_equal(price(d), MPOS_OK);
    expect_shares(d, (int64_t[]){34, 33, 33});
    d->cart.apportion = MPOS_APPORTION_LAST;
    assert_int_equal(price(d), MPOS_OK);
    expect_shares(d, (int64_t[]){33, 33, 34});
    assert_int_equal(d->priced.lines[2].shares[1], -34);
    assert_int_equal(d->priced.lines[0].shares[1], -33);
    d->cart.apportion = MPOS_APPORTION_MODES;
    assert_int_equal(price(d), MPOS_E_INVALID_VALUE);
}

/* 29 of 40 by 13, 13, 13 and 1: nines, and the rest of 2 is more than the last line costs. */
static void
test_who_takes_the_rest_must_have_it(void **state)
{
    desk *d = *state;

    for (int i = 0; i < 4; i++) {
        add(d, i < 3 ? 13 : 1, 0);
    }
    discount_order(d, MPOS_DISCOUNT_FIXED, 29);
    d->cart.apportion = MPOS_APPORTION_LAST;
    assert_int_equal(price(d), MPOS_OK);
    expect_shares(d, (int64_t[]){9, 9, 10, 1});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_a_floor_refuses_goes_to_the_others),
        TEST(test_what_all_refuse_is_not_given),
        TEST(test_a_floor_holds_for_the_line),
        TEST(test_the_floor_of_a_combo_is_that_of_its_parts),
        TEST(test_wrong_floors_are_refused),
        TEST(test_the_rest_goes_where_it_is_said),
        TEST(test_caps_hold_in_every_mode),
        TEST(test_a_cart_says_how),
        TEST(test_who_takes_the_rest_must_have_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
