/* test_limit.c - limits at the boundary, one above it, and what rounding may add. */
#include <stdlib.h>

#include "cart_random.h"
#include "host.h"
#include "limit.h"

#define TENTH INT64_C(100000000)

static int64_t
allowed(int64_t gross, int64_t limit)
{
    const mpos_cart_line line = {.qty = 1000000, .unit_price = gross, .parent = MPOS_NO_PARENT};
    const mpos_cart cart = {.line_count = 1, .lines = &line};
    mpos_priced_line part = {.gross = gross};
    const mpos_priced priced = {.gross = gross, .lines = &part};
    int64_t out = -1;

    assert_int_equal(mpos_discount_allowance(&cart, &priced, limit, &out), MPOS_OK);
    return out;
}

static void
test_an_allowance_is_the_rate_of_the_gross(void **state)
{
    (void)state;
    assert_int_equal(allowed(1000, TENTH), 100);
    assert_int_equal(allowed(1000, 0), 0);
    assert_int_equal(allowed(0, TENTH), 0);
    assert_int_equal(allowed(345, TENTH), 35); /* 34.5, as the discount of 10 % is rounded */
    assert_int_equal(allowed(344, TENTH), 34);
    assert_int_equal(allowed(1000, MPOS_RATE_ONE), 1000);
    assert_int_equal(allowed(1000, MPOS_NO_LIMIT), MPOS_AMOUNT_MAX);
    assert_int_equal(allowed(MPOS_AMOUNT_MAX, MPOS_RATE_ONE), MPOS_AMOUNT_MAX);
}

static void
test_a_limit_out_of_range_is_refused(void **state)
{
    const mpos_cart cart = {0};
    const mpos_priced priced = {0};
    int64_t out = -1;

    (void)state;
    assert_int_equal(mpos_discount_allowance(&cart, &priced, -1, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_discount_allowance(&cart, &priced, MPOS_RATE_MAX + 1, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(out, -1);
}

/* One discount of a rate on the order, or on every line, is within a limit of that rate in every cart. */
static void
test_a_discount_of_the_limits_rate_is_within(void **state)
{
    static random_cart r;

    (void)state;
    random_cart_seed(&r, 31);
    for (int i = 0; i < 3000; i++) {
        int64_t rate = 1 + (int64_t)random_below(&r, MPOS_RATE_ONE);
        const mpos_cart_discount discount = {.type = MPOS_DISCOUNT_PERCENT, .value = rate};
        int on_lines = (int)random_below(&r, 2);
        mpos_priced priced;
        int64_t allowance;
        size_t size;
        void *room;

        random_cart_next(&r);
        r.cart.discounts = &discount;
        r.cart.discount_count = !on_lines;
        for (size_t k = 0; k < r.cart.line_count; k++) {
            r.lines[k].discounts = &discount;
            r.lines[k].discount_count =
                on_lines && r.lines[k].parent == MPOS_NO_PARENT && r.lines[k].kind == MPOS_LINE_ITEM;
        }
        size = mpos_price_size(&r.cart);
        room = malloc(size);
        assert_int_equal(mpos_price(&r.cart, room, size, &priced), MPOS_OK);
        assert_int_equal(mpos_discount_allowance(&r.cart, &priced, rate, &allowance), MPOS_OK);
        assert_true(priced.discount <= allowance);
        free(room);
    }
}

static void
test_what_grows_is_amount_or_share(void **state)
{
    const mpos_discounted half = {1000, 500};

    (void)state;
    assert_false(mpos_discount_grows(half, half));
    assert_false(mpos_discount_grows(half, (mpos_discounted){2000, 500}));
    assert_false(mpos_discount_grows(half, (mpos_discounted){500, 250}));
    assert_false(mpos_discount_grows(half, (mpos_discounted){499, 250})); /* rounded */
    assert_true(mpos_discount_grows(half, (mpos_discounted){500, 252}));
    assert_true(mpos_discount_grows(half, (mpos_discounted){2000, 501}));
    assert_true(mpos_discount_grows((mpos_discounted){0, 0}, (mpos_discounted){1000, 1}));
    assert_true(mpos_discount_grows((mpos_discounted){1000, 0}, (mpos_discounted){1000, 1}));
    assert_false(mpos_discount_grows((mpos_discounted){0, 0}, (mpos_discounted){1000, 0}));
}

static void
test_a_sum_at_its_limit_and_one_above(void **state)
{
    (void)state;
    assert_true(mpos_sum_within(3000, 2000, 5000));
    assert_false(mpos_sum_within(3000, 2001, 5000));
    assert_true(mpos_sum_within(0, 0, 0));
    assert_false(mpos_sum_within(0, 1, 0));
    assert_true(mpos_sum_within(INT64_MAX - 1, 1, MPOS_NO_LIMIT));
    assert_false(mpos_sum_within(INT64_MAX, INT64_MAX, 5000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_allowance_is_the_rate_of_the_gross),
        cmocka_unit_test(test_a_limit_out_of_range_is_refused),
        cmocka_unit_test(test_a_discount_of_the_limits_rate_is_within),
        cmocka_unit_test(test_what_grows_is_amount_or_share),
        cmocka_unit_test(test_a_sum_at_its_limit_and_one_above),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
