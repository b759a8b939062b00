/* test_numbers.c - money, quantities, rounding and apportioning. */
#include <stdlib.h>
#include <string.h>

#include "apportion.h"
#include "cart_random.h"
#include "host.h"
#include "money.h"
#include "quantity.h"
#include "rounding.h"

static void
test_sums_stop_at_the_limit(void **state)
{
    int64_t out = 7;

    (void)state;
    assert_int_equal(mpos_money_add(MPOS_AMOUNT_MAX - 1, 1, &out), MPOS_OK);
    assert_int_equal(out, MPOS_AMOUNT_MAX);
    assert_int_equal(mpos_money_add(MPOS_AMOUNT_MAX, 1, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_money_add(INT64_MAX, INT64_MAX, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_money_add(-MPOS_AMOUNT_MAX, -1, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_money_add(0, INT64_MIN, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(out, MPOS_AMOUNT_MAX); /* untouched */
    assert_int_equal(mpos_money_add(5, -8, &out), MPOS_OK);
    assert_int_equal(out, -3);
}

static void
test_currencies_have_their_decimals(void **state)
{
    static const struct {
        const char *code;
        int exponent;
    } known[] = {{"EUR", 2}, {"JPY", 0}, {"KWD", 3}, {"CLF", 4},
                 {"THB", 2}, {"MGA", 2}, {"ISK", 0}, {"TND", 3}};
    int exponent = -1;

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(mpos_currency_exponent(known[i].code, &exponent), MPOS_OK);
        assert_int_equal(exponent, known[i].exponent);
    }
    assert_int_equal(mpos_currency_exponent("XXX", &exponent), MPOS_E_CURRENCY);
    assert_int_equal(mpos_currency_exponent("eur", &exponent), MPOS_E_CURRENCY);
    assert_int_equal(mpos_currency_exponent("URE", &exponent),
                     MPOS_E_CURRENCY); /* across two codes of the list */
}

static mpos_err
parse(const char *text, int scale, int64_t *out)
{
    return mpos_decimal_parse(text, strlen(text), scale, out);
}

static void
test_decimals_are_read_exactly_or_refused(void **state)
{
    static const char *const bad[] = {"",   "-",  ".5",        "5.",  "1e3",  "+1",
                                      " 1", "1 ", "1.0000001", "0x1", "1..2", "--1"};
    int64_t out = 0;

    (void)state;
    assert_int_equal(parse("0.345", 6, &out), MPOS_OK);
    assert_int_equal(out, 345000);
    assert_int_equal(parse("-12.5", 6, &out), MPOS_OK);
    assert_int_equal(out, -12500000);
    assert_int_equal(parse("007", 0, &out), MPOS_OK);
    assert_int_equal(out, 7);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(bad[i], 6, &out), MPOS_E_INVALID_VALUE);
    }
    assert_int_equal(parse("9223372036854775807", 0, &out), MPOS_OK);
    assert_int_equal(parse("9223372036854775808", 0, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(parse("9223372036854.775808", 6, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(parse("99999999999999", 6, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(out, INT64_MAX);
}

static void
test_decimals_are_written_without_trailing_zeros(void **state)
{
    static const struct {
        int64_t value;
        int scale;
        const char *text;
    } cases[] = {{1500000, 6, "1.5"},
                 {0, 6, "0"},
                 {1, 6, "0.000001"},
                 {-50, 2, "-0.5"},
                 {1000000, 6, "1"},
                 {190000000, 9, "0.19"},
                 {7, 0, "7"},
                 {100, 0, "100"},
                 {-100, 2, "-1"},
                 {INT64_MIN, 9, "-9223372036.854775808"},
                 {INT64_MAX, 18, "9.223372036854775807"}};
    char out[MPOS_DECIMAL_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = mpos_decimal_format(cases[i].value, cases[i].scale, out);

        assert_int_equal(size, strlen(cases[i].text));
        assert_memory_equal(out, cases[i].text, size);
    }
}

static void
test_seven_modes(void **state)
{
    /* numerators over 2, so that odd ones are ties; rows in the order of the enum */
    static const int64_t numerators[] = {-7, -5, -3, -1, 0, 1, 3, 5, 7, 4};
    static const int64_t wanted[MPOS_ROUNDING_MODES][10] = {
        {-4, -3, -2, -1, 0, 1, 2, 3, 4, 2}, {-4, -2, -2, 0, 0, 0, 2, 2, 4, 2},
        {-3, -2, -1, 0, 0, 0, 1, 2, 3, 2},  {-4, -3, -2, -1, 0, 1, 2, 3, 4, 2},
        {-3, -2, -1, 0, 0, 0, 1, 2, 3, 2},  {-3, -2, -1, 0, 0, 1, 2, 3, 4, 2},
        {-4, -3, -2, -1, 0, 0, 1, 2, 3, 2},
    };

    (void)state;
    for (int mode = 0; mode < MPOS_ROUNDING_MODES; mode++) {
        for (size_t i = 0; i < 10; i++) {
            int64_t out = 99;

            assert_int_equal(mpos_round_ratio(numerators[i], 2, 1, (mpos_rounding_mode)mode, &out), MPOS_OK);
            assert_int_equal(out, wanted[mode][i]);
        }
    }
}

static void
test_modes_differ_only_at_ties_where_they_should(void **state)
{
    int64_t out;

    (void)state;
    assert_int_equal(mpos_round_ratio(2499999, 1000000, 1, MPOS_ROUND_HALF_UP, &out), MPOS_OK);
    assert_int_equal(out, 2);
    assert_int_equal(mpos_round_ratio(2500001, 1000000, 1, MPOS_ROUND_HALF_DOWN, &out), MPOS_OK);
    assert_int_equal(out, 3);
    assert_int_equal(mpos_round_ratio(2000001, 1000000, 1, MPOS_ROUND_UP, &out), MPOS_OK);
    assert_int_equal(out, 3);
}

static void
test_increments(void **state)
{
    int64_t out;

    (void)state;
    assert_int_equal(mpos_cash_round(492, 5, MPOS_ROUND_HALF_UP, &out), MPOS_OK);
    assert_int_equal(out, 490);
    assert_int_equal(mpos_cash_round(-493, 5, MPOS_ROUND_HALF_UP, &out), MPOS_OK);
    assert_int_equal(out, -495);
    assert_int_equal(mpos_cash_round(1225, 50, MPOS_ROUND_HALF_EVEN, &out), MPOS_OK);
    assert_int_equal(out, 1200);
    assert_int_equal(mpos_cash_round(1275, 50, MPOS_ROUND_HALF_EVEN, &out), MPOS_OK);
    assert_int_equal(out, 1300);
    assert_int_equal(mpos_cash_round(493, 0, MPOS_ROUND_UP, &out), MPOS_OK);
    assert_int_equal(out, 493);
}

static void
test_rounding_refuses_what_does_not_fit(void **state)
{
    int64_t out = 5;
    mpos_wide huge = (mpos_wide)1 << 126;

    (void)state;
    assert_int_equal(mpos_round_ratio(1, 0, 1, MPOS_ROUND_UP, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_round_ratio(1, -1, 1, MPOS_ROUND_UP, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_round_ratio(1, 1, 0, MPOS_ROUND_UP, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_round_ratio(1, 1, 1, MPOS_ROUNDING_MODES, &out), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_round_ratio(huge, 1, 1, MPOS_ROUND_UP, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_round_ratio(-huge - huge, 1, 1, MPOS_ROUND_UP, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_round_ratio(1, huge, 1000, MPOS_ROUND_UP, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_round_ratio(MPOS_AMOUNT_MAX, 1, 10, MPOS_ROUND_UP, &out), MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(out, 5);
}

static void
test_mode_texts(void **state)
{
    mpos_rounding_mode mode;

    (void)state;
    assert_int_equal(mpos_rounding_mode_from_text("half_even", &mode), MPOS_OK);
    assert_int_equal(mode, MPOS_ROUND_HALF_EVEN);
    assert_int_equal(mpos_rounding_mode_from_text("half", &mode), MPOS_E_INVALID_VALUE);
}

static void
test_largest_remainder_ties_by_position(void **state)
{
    static const int64_t weights[] = {1, 1, 1};
    int64_t parts[3];
    int64_t scratch[3];

    (void)state;
    assert_int_equal(mpos_apportion(100, weights, NULL, 3, parts, scratch), MPOS_OK);
    assert_memory_equal(parts, ((int64_t[]){34, 33, 33}), sizeof parts);
    assert_int_equal(mpos_apportion(-101, weights, NULL, 3, parts, scratch), MPOS_OK);
    assert_memory_equal(parts, ((int64_t[]){-34, -34, -33}), sizeof parts);
    assert_int_equal(mpos_apportion(5, (int64_t[]){0, 0, 0}, NULL, 3, parts, scratch), MPOS_OK);
    assert_memory_equal(parts, ((int64_t[]){2, 2, 1}), sizeof parts);
    assert_int_equal(mpos_apportion(5, (int64_t[]){0, 7, 0}, NULL, 3, parts, scratch), MPOS_OK);
    assert_memory_equal(parts, ((int64_t[]){0, 5, 0}), sizeof parts);
}

static void
test_caps_pass_the_rest_on(void **state)
{
    int64_t parts[4];
    int64_t scratch[4];

    (void)state;
    assert_int_equal(mpos_apportion(900, (int64_t[]){300, 300, 300, 100}, (int64_t[]){100, 900, 400, 0}, 4,
                                    parts, scratch),
                     MPOS_OK);
    assert_memory_equal(parts, ((int64_t[]){100, 400, 400, 0}), sizeof parts);
    assert_int_equal(mpos_apportion(10, (int64_t[]){1, 1}, (int64_t[]){4, 5}, 2, parts, scratch),
                     MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_apportion(9, (int64_t[]){1, 1}, (int64_t[]){4, 5}, 2, parts, scratch), MPOS_OK);
    assert_memory_equal(parts, ((int64_t[]){4, 5}), 2 * sizeof parts[0]);
}

static void
test_apportioning_refuses(void **state)
{
    int64_t parts[2];
    int64_t scratch[2];

    (void)state;
    assert_int_equal(mpos_apportion(0, NULL, NULL, 0, parts, scratch), MPOS_OK);
    assert_int_equal(mpos_apportion(1, NULL, NULL, 0, parts, scratch), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_apportion(1, (int64_t[]){1, -1}, NULL, 2, parts, scratch), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_apportion(1, (int64_t[]){1, 1}, (int64_t[]){1, -1}, 2, parts, scratch),
                     MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_apportion(1, (int64_t[]){INT64_MAX, 1}, NULL, 2, parts, scratch),
                     MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_apportion(INT64_MIN, (int64_t[]){1, 1}, NULL, 2, parts, scratch),
                     MPOS_E_AMOUNT_OVERFLOW);
    assert_int_equal(mpos_apportion(MPOS_AMOUNT_MAX, (int64_t[]){INT64_MAX - 1, 1}, NULL, 2, parts, scratch),
                     MPOS_OK);
    assert_int_equal(parts[0] + parts[1], MPOS_AMOUNT_MAX);
}

static void
test_parts_always_sum_to_the_whole(void **state)
{
    enum { COUNT = 40 };
    static random_cart r;
    int64_t weights[COUNT], caps[COUNT], parts[COUNT], scratch[COUNT];

    (void)state;
    random_cart_seed(&r, 11);
    for (int round = 0; round < 20000; round++) {
        size_t count = 1 + random_below(&r, COUNT);
        int64_t total = (int64_t)random_below(&r, 100000) - 20000;
        int64_t room = 0;
        int64_t sum = 0;
        int with_caps = (int)random_below(&r, 2);

        for (size_t i = 0; i < count; i++) {
            weights[i] = (int64_t)random_below(&r, 1000);
            caps[i] = (int64_t)random_below(&r, 8000);
            room += weights[i] > 0 ? caps[i] : 0;
        }
        if (with_caps && (total > room || -total > room)) {
            total = total < 0 ? -room : room;
        }
        assert_int_equal(mpos_apportion(total, weights, with_caps ? caps : NULL, count, parts, scratch),
                         MPOS_OK);
        for (size_t i = 0; i < count; i++) {
            sum += parts[i];
            assert_true(!with_caps || (parts[i] <= caps[i] && -parts[i] <= caps[i]));
            assert_true(total < 0 ? parts[i] <= 0 : parts[i] >= 0);
        }
        assert_int_equal(sum, total);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_stop_at_the_limit),
        cmocka_unit_test(test_currencies_have_their_decimals),
        cmocka_unit_test(test_decimals_are_read_exactly_or_refused),
        cmocka_unit_test(test_decimals_are_written_without_trailing_zeros),
        cmocka_unit_test(test_seven_modes),
        cmocka_unit_test(test_modes_differ_only_at_ties_where_they_should),
        cmocka_unit_test(test_increments),
        cmocka_unit_test(test_rounding_refuses_what_does_not_fit),
        cmocka_unit_test(test_mode_texts),
        cmocka_unit_test(test_largest_remainder_ties_by_position),
        cmocka_unit_test(test_caps_pass_the_rest_on),
        cmocka_unit_test(test_apportioning_refuses),
        cmocka_unit_test(test_parts_always_sum_to_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
