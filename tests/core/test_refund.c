/* test_refund.c - whatever is returned in whatever steps, in the end exactly what was sold has come back. */
#include <stdlib.h>
#include <string.h>

#include "cart_random.h"
#include "host.h"
#include "refund.h"

static random_cart r;

static int
carts(void)
{
    const char *full = getenv("MPOS_FULL");

    return full != NULL && strcmp(full, "1") == 0 ? 300000 : 5000;
}

static void *
price(const mpos_cart *cart, mpos_priced *priced)
{
    size_t size = mpos_price_size(cart);
    void *room = malloc(size);

    assert_non_null(room);
    assert_int_equal(mpos_price(cart, room, size, priced), MPOS_OK);
    return room;
}

static void
add(mpos_refunded *sum, const mpos_refunded *part)
{
    assert_true(part->gross >= 0 && part->discount >= 0 && part->net >= 0 && part->tax >= 0 &&
                part->total >= 0);
    assert_int_equal(part->total, part->net + part->tax);
    sum->gross += part->gross;
    sum->discount += part->discount;
    sum->net += part->net;
    sum->tax += part->tax;
    sum->total += part->total;
}

/* Returns all of a line in up to five steps of random size. */
static void
return_line(const mpos_cart *cart, const mpos_priced *priced, size_t at, mpos_refunded *sum,
            mpos_priced_tax *taxes)
{
    int64_t whole = cart->lines[at].qty;
    int64_t before = 0;

    for (int step = 0; before < whole; step++) {
        int64_t left = whole - before;
        int64_t qty = step == 4 ? left : 1 + (int64_t)random_below(&r, (uint64_t)left);
        mpos_priced_tax known[MPOS_CART_TAXES_MAX];
        mpos_refunded part;

        memcpy(known, taxes, sizeof known);
        assert_int_equal(mpos_refund_line(cart, priced, at, before, qty, &part, taxes), MPOS_OK);
        for (size_t t = 0; t < cart->tax_count; t++) {
            assert_true(taxes[t].amount >= known[t].amount && taxes[t].base >= known[t].base);
        }
        add(sum, &part);
        before += qty;
    }
}

static void
test_any_sequence_of_refunds_ends_at_what_was_sold(void **state)
{
    (void)state;
    random_cart_seed(&r, 21);
    for (int i = 0; i < carts(); i++) {
        mpos_priced_tax taxes[MPOS_CART_TAXES_MAX] = {0};
        mpos_refunded sum = {0};
        mpos_priced priced;
        void *room;

        random_cart_next(&r);
        room = price(&r.cart, &priced);
        for (size_t at = 0; at < r.cart.line_count; at++) {
            if (r.cart.lines[at].parent == MPOS_NO_PARENT) {
                return_line(&r.cart, &priced, at, &sum, taxes);
            }
        }
        assert_int_equal(sum.gross, priced.gross);
        assert_int_equal(sum.discount, priced.discount);
        assert_int_equal(sum.net, priced.net);
        assert_int_equal(sum.tax, priced.tax);
        assert_int_equal(sum.total, priced.total);
        for (size_t t = 0; t < r.cart.tax_count; t++) {
            assert_int_equal(taxes[t].base, priced.taxes[t].base);
            assert_int_equal(taxes[t].amount, priced.taxes[t].amount);
        }
        free(room);
    }
}

/* Three of something at 1.00 with a discount of 0.01: 2.99, in which 0.48 of 19 % are included. */
static const uint16_t first_tax[] = {0};
static const mpos_cart_tax standard = {
    .type = MPOS_TAX_PERCENT, .flags = MPOS_TAX_INCLUDED, .value = 190000000};
static const mpos_cart_discount cent = {.type = MPOS_DISCOUNT_FIXED, .value = 1};
static const mpos_cart_line three = {.id = {1},
                                     .qty = 3000000,
                                     .unit_price = 100,
                                     .parent = MPOS_NO_PARENT,
                                     .tax_count = 1,
                                     .discount_count = 1,
                                     .discounts = &cent,
                                     .taxes = first_tax};
static const mpos_cart of_three = {
    .currency = "EUR",
    .exponent = 2,
    .rounding = {.increment = 1, .cash_increment = 1, .level = MPOS_LEVEL_LINE},
    .sequence = {MPOS_STEP_LINE_FIXED},
    .sequence_count = 1,
    .tax_count = 1,
    .line_count = 1,
    .taxes = &standard,
    .lines = &three};

static void
test_a_third_comes_back_three_times(void **state)
{
    static const int64_t totals[] = {100, 99, 100};
    static const int64_t taxes[] = {16, 16, 16};
    mpos_priced priced;
    mpos_priced_tax tax = {0};
    mpos_refunded part;
    void *room = price(&of_three, &priced);

    (void)state;
    assert_int_equal(priced.total, 299);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mpos_refund_line(&of_three, &priced, 0, i * 1000000, 1000000, &part, &tax), MPOS_OK);
        assert_int_equal(part.total, totals[i]);
        assert_int_equal(part.tax, taxes[i]);
    }
    assert_int_equal(tax.amount, priced.tax);
    free(room);
}

static void
test_more_than_the_remainder_is_refused_and_nothing_written(void **state)
{
    mpos_priced priced;
    mpos_priced_tax tax = {0};
    mpos_refunded part = {.total = -7};
    void *room = price(&of_three, &priced);

    (void)state;
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, 0, 3000000, &part, &tax), MPOS_OK);
    part.total = -7;
    tax.amount = -7;
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, 0, 3000001, &part, &tax),
                     MPOS_E_REFUND_EXCEEDED);
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, 2000000, 1000001, &part, &tax),
                     MPOS_E_REFUND_EXCEEDED);
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, 3000001, 1, &part, &tax),
                     MPOS_E_REFUND_EXCEEDED);
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, 1, INT64_MAX, &part, &tax),
                     MPOS_E_REFUND_EXCEEDED);
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, 0, 0, &part, &tax), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_refund_line(&of_three, &priced, 0, -1, 1, &part, &tax), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_refund_line(&of_three, &priced, 1, 0, 1, &part, &tax), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(part.total, -7);
    assert_int_equal(tax.amount, -7);
    free(room);
}

static void
test_a_component_comes_back_with_its_combo(void **state)
{
    int met = 0;

    (void)state;
    random_cart_seed(&r, 22);
    while (met < 100) {
        mpos_priced priced;
        mpos_priced_tax taxes[MPOS_CART_TAXES_MAX] = {0};
        mpos_refunded part;
        void *room;

        random_cart_next(&r);
        room = price(&r.cart, &priced);
        for (size_t at = 0; at < r.cart.line_count; at++) {
            if (r.cart.lines[at].parent != MPOS_NO_PARENT) {
                assert_int_equal(mpos_refund_line(&r.cart, &priced, at, 0, 1, &part, taxes),
                                 MPOS_E_LINE_STATE);
                met++;
            }
        }
        free(room);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_sequence_of_refunds_ends_at_what_was_sold),
        cmocka_unit_test(test_a_third_comes_back_three_times),
        cmocka_unit_test(test_more_than_the_remainder_is_refused_and_nothing_written),
        cmocka_unit_test(test_a_component_comes_back_with_its_combo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
