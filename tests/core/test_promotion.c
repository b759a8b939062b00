/* test_promotion.c - each kind of promotion on the lines that it is for. */
#include <string.h>

#include "basket_make.h"
#include "host.h"

enum { PERCENT = 10000000 }; /* of a rate */

static void
test_percent_of_targets(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 20 * PERCENT);

    (void)state;
    made_line(&made, 11, 2, 500);
    made_line(&made, 12, 1, 333);
    made_line(&made, 21, 1, 1000);
    made_target_category(&made, p, 1);
    made_sell(&made);
    assert_taken(p, 0, 200);
    assert_taken(p, 1, 67);
    assert_taken(p, 2, 0);
    assert_int_equal(made.cart.lines[0].discounts[0].type, MPOS_DISCOUNT_PERCENT);
    assert_int_equal(made.cart.lines[0].discounts[0].flags, MPOS_DISCOUNT_RULE);
    assert_memory_equal(made.cart.lines[0].discounts[0].rule, p->id, 16);
    assert_int_equal(made.cart.lines[2].discount_count, 0);
    assert_int_equal(made.priced.total, 2333 - 267);
}

static void
test_lines_of_their_own_minute(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 50 * PERCENT);
    mpos_promotion *whole = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);
    mpos_basket_line *later;

    (void)state;
    made.basket.in.at = 1000;
    made_line(&made, 11, 1, 400);
    later = made_line(&made, 11, 1, 400);
    later->flags = MPOS_BASKET_LATER;
    later->at = 1020;
    p->when.start = 1020;
    p->when.end = 1080;
    whole->when = p->when;
    whole->scope = MPOS_SCOPE_ORDER;
    made_sell(&made);
    assert_taken(p, 0, 0);
    assert_taken(p, 1, 200);
    assert_int_equal(made.cart.discount_count, 0); /* the order's own minute is not in it */
    p->when.start = 1000;
    p->when.end = 1020;
    whole->when = p->when;
    made_sell(&made);
    assert_taken(p, 0, 200);
    assert_taken(p, 1, 0);
    assert_int_equal(made.cart.discount_count, 1);
}

static void
test_a_variant_is_a_target(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 50 * PERCENT);

    (void)state;
    made_id(made_line(&made, 11, 1, 400)->variant, 77);
    made_line(&made, 11, 1, 400);
    made_target_item(&made, p, 77);
    made_sell(&made);
    assert_taken(p, 0, 200);
    assert_taken(p, 1, 0);
}

static void
test_amount_is_taken_once_and_spread(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_AMOUNT, 500);

    (void)state;
    made_line(&made, 11, 1, 1000);
    made_line(&made, 12, 1, 500);
    made_sell(&made);
    assert_taken(p, 0, 333);
    assert_taken(p, 1, 167);
}

static void
test_amount_takes_at_most_what_is_there(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_AMOUNT, 5000);

    (void)state;
    made_line(&made, 11, 1, 1000);
    made_line(&made, 12, 1, 500);
    made_sell(&made);
    assert_taken(p, 0, 1000);
    assert_taken(p, 1, 500);
    assert_int_equal(made.priced.total, 0);
}

static void
test_amount_of_each_unit(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_AMOUNT_UNIT, 30);

    (void)state;
    made_line(&made, 11, 3, 100);
    made_line(&made, 12, 1, 200)->qty = 345000; /* 0.345 kg */
    made_line(&made, 13, 1, 20);
    made_sell(&made);
    assert_taken(p, 0, 90);
    assert_taken(p, 1, 10);
    assert_taken(p, 2, 20);
}

/* Modifiers are paid all the same; what costs less already stays. */
static void
test_price_of_each_unit(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PRICE_UNIT, 199);

    (void)state;
    made_modifier(&made, made_line(&made, 11, 2, 250), 0, 50, 1);
    made_line(&made, 12, 1, 150);
    made_sell(&made);
    assert_taken(p, 0, 102);
    assert_int_equal(made.priced.lines[0].total, 2 * (199 + 50));
    assert_taken(p, 1, 0);
    assert_int_equal(made.cart.lines[1].discount_count, 0);
}

/* Buy 1 get 1: units in a row from the dearest, each second one is free, whatever the order of the lines. */
static void
test_the_cheapest_of_each_set_is_free(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUY_GET, 100 * PERCENT);

    (void)state;
    p->buy = MPOS_QTY_ONE;
    p->get = MPOS_QTY_ONE;
    made_line(&made, 11, 2, 200);
    made_line(&made, 12, 3, 1000);
    made_sell(&made); /* 1000 [1000] 1000 [200] 200 */
    assert_taken(p, 0, 200);
    assert_taken(p, 1, 1000);
    p->max_uses = 1;
    made_sell(&made);
    assert_taken(p, 0, 0);
    assert_taken(p, 1, 1000);
}

/* Buy 1 get 2: what is free of a set may lie on several lines, each has its own part. */
static void
test_what_is_free_lies_on_several_lines(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUY_GET, 100 * PERCENT);

    (void)state;
    p->buy = MPOS_QTY_ONE;
    p->get = 2 * MPOS_QTY_ONE;
    made_line(&made, 11, 1, 600);
    made_line(&made, 12, 1, 1000);
    made_line(&made, 13, 1, 800);
    made_sell(&made); /* 1000 [800] [600] */
    assert_taken(p, 0, 600);
    assert_taken(p, 1, 0);
    assert_taken(p, 2, 800);
}

/* Buy 2 get 1 at half the price, by weight too. */
static void
test_buy_get_at_a_rate_and_by_weight(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUY_GET, 50 * PERCENT);

    (void)state;
    p->buy = 2 * MPOS_QTY_ONE;
    p->get = MPOS_QTY_ONE;
    made_line(&made, 11, 1, 300)->qty = 7500000;
    made_sell(&made);
    assert_taken(p, 0, 300); /* of 7.5 kg two sets: 2 kg at half of 3.00 */
}

/* Among units of one price the line with the higher id is the cheaper, wherever it stands. */
static void
test_ties_go_by_line_id(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUY_GET, 100 * PERCENT);

    (void)state;
    p->buy = p->get = MPOS_QTY_ONE;
    made_id(made_line(&made, 11, 1, 500)->id, 9);
    made_id(made_line(&made, 12, 1, 500)->id, 8);
    made_sell(&made);
    assert_taken(p, 0, 500);
    assert_taken(p, 1, 0);
}

/* What was bought for the free one has had its promotion; what has nothing left to give does not count as bought. */
static void
test_bought_units_are_touched(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUY_GET, 100 * PERCENT);
    mpos_promotion *other = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);

    (void)state;
    p->buy = p->get = MPOS_QTY_ONE;
    made_line(&made, 11, 1, 1000);
    made_discount(&made, made_line(&made, 12, 1, 500), MPOS_DISCOUNT_FIXED, 500);
    made_line(&made, 13, 1, 200);
    made_line(&made, 14, 1, 100);
    made_sell(&made);
    assert_taken(p, 2, 200);
    assert_taken(other, 0, 0);
    assert_taken(other, 2, 0);
    assert_taken(other, 3, 10);
}

static void
test_bundle_costs_its_price(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUNDLE, 1000);

    (void)state;
    made_slot(&made, p, 0, 1, 1);
    made_slot(&made, p, 0, 2, 1);
    made_line(&made, 11, 3, 800); /* burger */
    made_line(&made, 21, 1, 400); /* drinks */
    made_line(&made, 22, 1, 500);
    made_sell(&made);
    assert_int_equal(made.priced.discount, 2 * 800 + 400 + 500 - 2 * 1000);
    assert_int_equal(made.priced.total, 2 * 1000 + 800);
    assert_true(made_taken(&made, p, 0) > 0 && made_taken(&made, p, 1) > 0 && made_taken(&made, p, 2) > 0);
    p->max_uses = 1;
    made_sell(&made); /* the dearest drink */
    assert_int_equal(made.priced.discount, 800 + 500 - 1000);
    assert_taken(p, 1, 0);
}

/* The coffee is a drink too, but the slot for coffee has no other choice. */
static void
test_a_slot_with_fewer_choices_is_filled_first(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUNDLE, 500);

    (void)state;
    made_slot(&made, p, 0, 2, 1);
    made_slot(&made, p, 21, 0, 1);
    made_line(&made, 21, 1, 450);
    made_line(&made, 22, 1, 300);
    made_sell(&made);
    assert_int_equal(made.priced.total, 500);
}

static void
test_a_bundle_never_costs_more(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_BUNDLE, 1000);

    (void)state;
    made_slot(&made, p, 0, 1, 2);
    made_line(&made, 11, 2, 600);
    made_line(&made, 12, 2, 400);
    made_sell(&made);
    assert_int_equal(made.priced.total, 1000 + 800);
    assert_taken(p, 1, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, made_begin, made_finish)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_percent_of_targets),
        TEST(test_lines_of_their_own_minute),
        TEST(test_a_variant_is_a_target),
        TEST(test_amount_is_taken_once_and_spread),
        TEST(test_amount_takes_at_most_what_is_there),
        TEST(test_amount_of_each_unit),
        TEST(test_price_of_each_unit),
        TEST(test_the_cheapest_of_each_set_is_free),
        TEST(test_what_is_free_lies_on_several_lines),
        TEST(test_buy_get_at_a_rate_and_by_weight),
        TEST(test_ties_go_by_line_id),
        TEST(test_bought_units_are_touched),
        TEST(test_bundle_costs_its_price),
        TEST(test_a_slot_with_fewer_choices_is_filled_first),
        TEST(test_a_bundle_never_costs_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
