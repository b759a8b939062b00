/* test_promotion_meet.c - promotions of the order, when promotions apply, their limits, and how they meet. */
#include <string.h>

#include "basket_make.h"
#include "host.h"

enum { PERCENT = 10000000 }; /* of a rate */

static void
test_order_percent_and_amount(void **state)
{
    mpos_promotion *ten = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);
    mpos_promotion *five = made_promotion(&made, MPOS_PROMOTION_AMOUNT, 500);

    (void)state;
    ten->scope = five->scope = MPOS_SCOPE_ORDER;
    ten->flags = five->flags = MPOS_PROMOTION_STACKABLE;
    made_line(&made, 11, 1, 2000);
    made_line(&made, 12, 1, 1000);
    made_sell(&made);
    assert_int_equal(made_taken_of_order(&made, ten), 300);
    assert_int_equal(made_taken_of_order(&made, five), 500);
    assert_int_equal(made.priced.total, 2200);
}

/* Rounding up may not carry a percentage over its limit. */
static void
test_rounding_does_not_pass_the_limit(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);

    (void)state;
    made.rules.rounding.mode = MPOS_ROUND_UP;
    p->max_amount = 33;
    made_line(&made, 11, 1, 333);
    made_sell(&made);
    assert_taken(p, 0, 33);
}

/* More than an amount can be is as good as everything. */
static void
test_amounts_beyond_all_bounds(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_AMOUNT_UNIT, MPOS_AMOUNT_MAX);

    (void)state;
    made_line(&made, 11, 5, 333);
    made_sell(&made);
    assert_int_equal(made.priced.total, 0);
    p->kind = MPOS_PROMOTION_PRICE_UNIT;
    made_sell(&made);
    assert_int_equal(made.priced.total, 5 * 333);
}

static void
test_promotions_of_the_order_meet_like_those_of_lines(void **state)
{
    mpos_promotion *p[3];

    (void)state;
    for (int k = 0; k < 3; k++) {
        p[k] = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);
        p[k]->scope = MPOS_SCOPE_ORDER;
    }
    made_line(&made, 11, 1, 1000);
    made_sell(&made);
    assert_int_equal(made.cart.discount_count, 1);
    p[0]->flags = p[2]->flags = MPOS_PROMOTION_STACKABLE;
    made_sell(&made);
    assert_int_equal(made_taken_of_order(&made, p[0]), 100);
    assert_int_equal(made_taken_of_order(&made, p[1]), 0);
    assert_int_equal(made_taken_of_order(&made, p[2]), 90);
    made_discount(&made, NULL, MPOS_DISCOUNT_FIXED, 5)->flags = MPOS_DISCOUNT_EXCLUSIVE;
    made_sell(&made);
    assert_int_equal(made.cart.discount_count, 1);
    assert_int_equal(made.priced.total, 995);
}

static void
test_most_that_is_taken_of_an_order(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 50 * PERCENT);

    (void)state;
    p->max_amount = 600;
    made_line(&made, 11, 1, 1000);
    made_line(&made, 12, 1, 500);
    made_sell(&made);
    assert_taken(p, 0, 400);
    assert_taken(p, 1, 200);
    p->max_amount = 750;
    made_sell(&made);
    assert_int_equal(made.cart.lines[0].discounts[0].type, MPOS_DISCOUNT_PERCENT);
    assert_taken(p, 0, 500);
    p->scope = MPOS_SCOPE_ORDER;
    made_sell(&made);
    assert_int_equal(made_taken_of_order(&made, p), 750);
    p->max_amount = 749;
    made_sell(&made);
    assert_int_equal(made_taken_of_order(&made, p), 749);
}

/* What line promotions leave decides, also where they come later. */
static void
test_a_limited_order_percentage_is_of_what_lines_leave(void **state)
{
    mpos_promotion *order = made_promotion(&made, MPOS_PROMOTION_PERCENT, 50 * PERCENT);
    mpos_promotion *lines = made_promotion(&made, MPOS_PROMOTION_PRICE_UNIT, 100);

    (void)state;
    order->scope = MPOS_SCOPE_ORDER;
    order->max_amount = 300;
    made_line(&made, 11, 1, 1000);
    made_sell(&made);
    assert_taken(lines, 0, 900);
    assert_int_equal(made_taken_of_order(&made, order), 50);
    lines->value = 0;
    made_sell(&made);
    assert_int_equal(made.cart.discount_count, 0);
}

static void
test_thresholds(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);

    (void)state;
    made_target_category(&made, p, 1);
    made_line(&made, 11, 2, 500);
    made_line(&made, 12, 1, 500);
    made_line(&made, 21, 9, 900);
    p->min_qty = 3 * MPOS_QTY_ONE;
    p->min_amount = 1500;
    made_sell(&made);
    assert_taken(p, 0, 100);
    p->min_qty++;
    made_sell(&made);
    assert_taken(p, 0, 0);
    p->min_qty = 0;
    p->min_amount++;
    made_sell(&made);
    assert_taken(p, 0, 0);
}

static void
test_coupons(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);

    (void)state;
    for (int k = 0; k < 5; k++) {
        made_id(made.ids[0][k], 10 + 2 * k);
    }
    p->coupons = (const uint8_t(*)[16])made.ids[0];
    p->coupon_count = 5;
    made_line(&made, 11, 1, 1000);
    made_sell(&made);
    assert_taken(p, 0, 0);
    for (int code = 9; code < 20; code++) {
        made.basket.coupon_count = 1;
        made_id(made.coupons[0], code);
        made_sell(&made);
        assert_taken(p, 0, code % 2 == 0 && code >= 10 ? 100 : 0);
    }
}

/* Friday and Saturday 17:00 to 01:00, at the counter: happy hour; 2026-11-20 was a Friday. */
static void
test_happy_hour(void **state)
{
    static const struct {
        int day, minute, holds;
    } times[] = {{0, 16 * 60 + 59, 0}, {0, 17 * 60, 1}, {1, 0, 1}, {1, 60, 0},
                 {2, 30, 1},           {2, 17 * 60, 0}, {0, 30, 0}};
    const int64_t friday = 20777; /* days since 1970 */
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PRICE_UNIT, 300);

    (void)state;
    p->when.start = 17 * 60;
    p->when.end = 60;
    p->when.days = 1 << 4 | 1 << 5;
    p->when.places = 1 << MPOS_DINE_IN;
    made_line(&made, 11, 1, 500);
    for (size_t k = 0; k < sizeof times / sizeof times[0]; k++) {
        made.basket.in.at = (friday + times[k].day) * MPOS_DAY_MINUTES + times[k].minute;
        made_sell(&made);
        assert_taken(p, 0, times[k].holds ? 200 : 0);
        made.basket.in.place = MPOS_TAKE_AWAY;
        made_sell(&made);
        assert_taken(p, 0, 0);
        made.basket.in.place = MPOS_DINE_IN;
    }
}

/* A price for members, half price for staff meals: by customer group. */
static void
test_member_price_and_staff_meal(void **state)
{
    mpos_promotion *member = made_promotion(&made, MPOS_PROMOTION_PRICE_UNIT, 400);
    mpos_promotion *staff = made_promotion(&made, MPOS_PROMOTION_PERCENT, 100 * PERCENT);

    (void)state;
    made_id(made.ids[0][0], 50);
    made_id(made.ids[1][0], 60);
    member->when.customer_groups = (const uint8_t(*)[16])made.ids[0];
    staff->when.customer_groups = (const uint8_t(*)[16])made.ids[1];
    member->when.customer_group_count = staff->when.customer_group_count = 1;
    staff->max_amount = 700;
    made_line(&made, 11, 2, 500);
    made_sell(&made);
    assert_int_equal(made.priced.discount, 0);
    made_id(made.basket.in.customer_group, 50);
    made_sell(&made);
    assert_taken(member, 0, 200);
    made_id(made.basket.in.customer_group, 60);
    made_sell(&made);
    assert_taken(staff, 0, 700);
}

static void
test_higher_priority_is_first_then_lower_id(void **state)
{
    mpos_promotion *a = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);
    mpos_promotion *b = made_promotion(&made, MPOS_PROMOTION_PERCENT, 20 * PERCENT);

    (void)state;
    made_line(&made, 11, 1, 1000);
    made_sell(&made);
    assert_taken(a, 0, 100);
    assert_taken(b, 0, 0);
    b->priority = 1;
    made_sell(&made);
    assert_taken(a, 0, 0);
    assert_taken(b, 0, 200);
}

static void
test_stackable_ones_meet_others_do_not(void **state)
{
    mpos_promotion *p[3];

    (void)state;
    for (int k = 0; k < 3; k++) {
        p[k] = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);
        p[k]->flags = k == 1 ? 0 : MPOS_PROMOTION_STACKABLE;
    }
    made_line(&made, 11, 1, 1000);
    made_line(&made, 21, 1, 1000);
    made_target_item(&made, p[0], 11);
    made_sell(&made);
    assert_taken(p[0], 0, 100); /* then nothing that is not stackable */
    assert_taken(p[1], 0, 0);
    assert_taken(p[2], 0, 90);
    assert_taken(p[1], 1, 100); /* alone on the other line */
    assert_taken(p[2], 1, 0);
}

/* What stacks on a lower price is computed on that: half of what two for one leave. */
static void
test_stacked_units_count_what_is_left(void **state)
{
    mpos_promotion *a = made_promotion(&made, MPOS_PROMOTION_PERCENT, 20 * PERCENT);
    mpos_promotion *b = made_promotion(&made, MPOS_PROMOTION_BUY_GET, 100 * PERCENT);

    (void)state;
    a->flags = b->flags = MPOS_PROMOTION_STACKABLE;
    b->buy = b->get = MPOS_QTY_ONE;
    made_line(&made, 11, 2, 1000);
    made_sell(&made);
    assert_taken(a, 0, 400);
    assert_taken(b, 0, 800);
    assert_int_equal(made.priced.total, 800);
    b->kind = MPOS_PROMOTION_PRICE_UNIT; /* down to a price: only what is still above it */
    b->value = 500;
    b->buy = b->get = 0;
    made_sell(&made);
    assert_taken(b, 0, 600);
    assert_int_equal(made.priced.total, 1000);
}

/* Of a group the first that gives something, also between lines and order. */
static void
test_exclusivity_group(void **state)
{
    mpos_promotion *p[3];

    (void)state;
    for (int k = 0; k < 3; k++) {
        p[k] = made_promotion(&made, MPOS_PROMOTION_PERCENT, (k + 1) * 10 * PERCENT);
        p[k]->group = 7;
        p[k]->flags = MPOS_PROMOTION_STACKABLE;
    }
    p[0]->min_amount = 5000;
    p[1]->scope = MPOS_SCOPE_ORDER;
    made_line(&made, 11, 1, 1000);
    made_sell(&made);
    assert_taken(p[0], 0, 0);
    assert_int_equal(made_taken_of_order(&made, p[1]), 200);
    assert_taken(p[2], 0, 0);
    made.lines[0].qty = 5 * MPOS_QTY_ONE;
    made_sell(&made);
    assert_taken(p[0], 0, 500);
    assert_int_equal(made_taken_of_order(&made, p[1]), 0);
}

static void
test_floors(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_AMOUNT, 900);

    (void)state;
    made_line(&made, 11, 2, 500)->floor = 450;
    made_line(&made, 12, 1, 1000);
    made_sell(&made);
    assert_taken(p, 0, 100); /* what the floor refuses goes to the other line */
    assert_taken(p, 1, 800);
    p->kind = MPOS_PROMOTION_PERCENT;
    p->value = 50 * PERCENT;
    made_sell(&made);
    assert_taken(p, 0, 100);
    assert_taken(p, 1, 500);
}

static void
test_lines_that_promotions_leave_alone(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);

    (void)state;
    p->min_amount = 1001;
    made_line(&made, 11, 1, 1000);
    made_line(&made, 12, 1, 1000)->flags = MPOS_BASKET_NO_DISCOUNT;
    made_sell(&made);
    assert_int_equal(made.priced.discount, 0); /* nor do they count */
    p->min_amount = 0;
    p->scope = MPOS_SCOPE_ORDER;
    made_sell(&made);
    assert_int_equal(made.priced.lines[0].total, 900);
    assert_int_equal(made.priced.lines[1].total, 1000);
    p = made_promotion(&made, MPOS_PROMOTION_PRICE_UNIT,
                       500); /* lines and order do not close each other out */
    p->priority = 1;
    made_sell(&made);
    assert_taken(p, 0, 500);
    assert_int_equal(made.priced.lines[0].line_discount, 100 + 500);
}

/* Given by hand: they come first, stay as they are, and an exclusive one keeps promotions away. */
static void
test_discounts_by_hand(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 50 * PERCENT);
    mpos_basket_line *line = made_line(&made, 11, 1, 1000);

    (void)state;
    made_discount(&made, line, MPOS_DISCOUNT_PERCENT, 10 * PERCENT);
    made_sell(&made);
    assert_taken(p, 0, 450);
    assert_int_equal(made.priced.lines[0].discounts[0], 100);
    p->max_amount = 449; /* then an amount, but of what is left */
    made_sell(&made);
    assert_taken(p, 0, 449);
    p->max_amount = 451;
    made_sell(&made);
    assert_taken(p, 0, 450);
    made_discount(&made, line, MPOS_DISCOUNT_FIXED,
                  100); /* taken after the percentage: 800 are left, not 810 */
    p->max_amount = 399;
    made_sell(&made);
    assert_taken(p, 0, 399);
    p->max_amount = 402;
    made_sell(&made);
    assert_taken(p, 0, 400);
    made.discounts[0][1].value = 2000; /* more than there is */
    made_line(&made, 12, 1, 1000);
    p->kind = MPOS_PROMOTION_AMOUNT;
    p->value = p->max_amount = 300;
    made_sell(&made);
    assert_taken(p, 0, 0);
    assert_taken(p, 1, 300);
    made.basket.line_count = 1;
    made.discounts[0][0].flags = MPOS_DISCOUNT_EXCLUSIVE;
    made_sell(&made);
    assert_taken(p, 0, 0);
    assert_int_equal(made.priced.total, 900);
}

/* A promotion on a combo goes to its components, in proportion to their parts. */
static void
test_combo(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 10 * PERCENT);
    mpos_basket_line *combo = made_line(&made, 91, 1, 900);

    (void)state;
    combo->component_count = 2;
    made_line(&made, 11, 1, 800)->parent = 0;
    made_line(&made, 21, 1, 400)->parent = 0;
    made_target_item(&made, p, 91);
    made_sell(&made);
    assert_taken(p, 0, 90);
    assert_int_equal(made.priced.lines[1].line_discount, 60);
    assert_int_equal(made.priced.lines[2].line_discount, 30);
    made_id(made.ids[0][0], 11); /* what is in a combo is not sold by itself */
    made_sell(&made);
    assert_int_equal(made.priced.discount, 0);
}

static void
test_nothing_to_give_leaves_no_trace(void **state)
{
    mpos_promotion *p = made_promotion(&made, MPOS_PROMOTION_PERCENT, 1);

    (void)state;
    made_line(&made, 11, 1, 100);
    made_sell(&made);
    assert_int_equal(made.cart.lines[0].discount_count, 0);
    p->scope = MPOS_SCOPE_ORDER;
    made_sell(&made);
    assert_int_equal(made.cart.discount_count, 0);
}

/* Many that stack: a line takes as many as a cart can hold, by rank. */
static void
test_more_promotions_than_a_line_holds(void **state)
{
    mpos_promotion *p;

    (void)state;
    for (int k = 0; k < MADE_RULES_MAX; k++) {
        p = made_promotion(&made, MPOS_PROMOTION_AMOUNT, 1);
        p->flags = MPOS_PROMOTION_STACKABLE;
    }
    made_line(&made, 11, 1, 1000);
    made_discount(&made, &made.lines[0], MPOS_DISCOUNT_FIXED, 5);
    made_sell(&made);
    assert_int_equal(made.cart.lines[0].discount_count, MPOS_DISCOUNTS_MAX);
    assert_int_equal(made.priced.discount, 5 + MPOS_DISCOUNTS_MAX - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, made_begin, made_finish)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_order_percent_and_amount),
        TEST(test_rounding_does_not_pass_the_limit),
        TEST(test_amounts_beyond_all_bounds),
        TEST(test_promotions_of_the_order_meet_like_those_of_lines),
        TEST(test_most_that_is_taken_of_an_order),
        TEST(test_a_limited_order_percentage_is_of_what_lines_leave),
        TEST(test_thresholds),
        TEST(test_coupons),
        TEST(test_happy_hour),
        TEST(test_member_price_and_staff_meal),
        TEST(test_higher_priority_is_first_then_lower_id),
        TEST(test_stackable_ones_meet_others_do_not),
        TEST(test_stacked_units_count_what_is_left),
        TEST(test_exclusivity_group),
        TEST(test_floors),
        TEST(test_lines_that_promotions_leave_alone),
        TEST(test_discounts_by_hand),
        TEST(test_combo),
        TEST(test_nothing_to_give_leaves_no_trace),
        TEST(test_more_promotions_than_a_line_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
