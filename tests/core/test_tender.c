/* test_tender.c - paying a bill: cash rounding, several tenders, tips, change and other currencies. */
#include <string.h>

#include "host.h"
#include "tender.h"

/* Euro with coins of 5; Swiss francs at 1.05 with a spread of 2 % and coins of 5; yen at 0.0061, no minor unit. */
static const mpos_tender_currency currencies[] = {
    {"EUR", 2, MPOS_RATE_ONE, 0, 5},
    {"CHF", 2, 1050000000, 20000000, 5},
    {"JPY", 0, 6100000, 0, 1},
};

static mpos_bill
bill_of(int64_t total, const mpos_tender *tenders, uint8_t count)
{
    return (mpos_bill){.total = total,
                       .mode = MPOS_ROUND_HALF_UP,
                       .currency_count = 3,
                       .tender_count = count,
                       .currencies = currencies,
                       .tenders = tenders};
}

/* Settles, and checks what must always hold. */
static mpos_settlement
settle(const mpos_bill *bill, mpos_tendered *tendered)
{
    mpos_settlement s;
    int64_t values = 0, paid = 0, change = 0;

    assert_int_equal(mpos_settle(bill, &s, tendered), MPOS_OK);
    for (size_t i = 0; i < bill->tender_count; i++) {
        values += tendered[i].value;
        paid += tendered[i].paid;
        change += tendered[i].change;
    }
    assert_int_equal(values, s.due - s.left + s.rounding + s.change);
    assert_int_equal(paid, s.due - s.left);
    assert_int_equal(paid, s.paid);
    assert_int_equal(change, s.change);
    assert_int_equal(s.due, bill->total + s.tip);
    return s;
}

static void
test_cash_is_rounded_and_gives_change(void **state)
{
    const mpos_tender cash[] = {{.kind = MPOS_TENDER_CASH, .amount = 2000}};
    mpos_bill bill = bill_of(1232, cash, 1);
    mpos_tendered tendered[1];
    mpos_settlement s = settle(&bill, tendered);

    (void)state;
    assert_int_equal(s.rounding, -2);
    assert_int_equal(s.change, 770);
    assert_int_equal(s.change_home, 770);
    assert_int_equal(s.left, 0);
}

static void
test_a_card_is_not_rounded(void **state)
{
    const mpos_tender card[] = {{.kind = MPOS_TENDER_EXACT, .amount = 1232}};
    const mpos_tender more[] = {{.kind = MPOS_TENDER_EXACT, .amount = 1233}};
    mpos_bill bill = bill_of(1232, card, 1);
    mpos_tendered tendered[1] = {{7, 7, 7}};
    mpos_settlement s = settle(&bill, tendered);

    (void)state;
    assert_int_equal(s.rounding, 0);
    assert_int_equal(s.payable, 0);
    bill.tenders = more;
    tendered[0].value = 7;
    s.due = 7;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_AMOUNT_ABOVE_DUE);
    assert_int_equal(s.due, 7);
    assert_int_equal(tendered[0].value, 7);
}

static void
test_only_the_last_cash_is_rounded(void **state)
{
    const mpos_tender split[] = {{.kind = MPOS_TENDER_CASH, .amount = 500},
                                 {.kind = MPOS_TENDER_EXACT, .amount = 100},
                                 {.kind = MPOS_TENDER_CASH, .amount = 1000}};
    const mpos_tender paid[] = {{.kind = MPOS_TENDER_CASH, .amount = 1230},
                                {.kind = MPOS_TENDER_CASH, .amount = 5}};
    mpos_bill bill = bill_of(1232, split, 2);
    mpos_tendered tendered[3];
    mpos_settlement s = settle(&bill, tendered);

    (void)state;
    assert_int_equal(s.left, 632);
    assert_int_equal(s.payable, 630);
    assert_int_equal(s.rounding, 0);
    bill.tender_count = 3;
    s = settle(&bill, tendered);
    assert_int_equal(s.rounding, -2);
    assert_int_equal(s.change, 370);
    assert_int_equal(tendered[2].paid, 632);
    bill = bill_of(1232, paid, 2);
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_NOTHING_DUE);
}

static void
test_nothing_after_the_last_tender_leaves_the_change(void **state)
{
    const mpos_tender cash[] = {{.kind = MPOS_TENDER_CASH, .amount = 2000},
                                {.kind = MPOS_TENDER_CASH, .amount = 0},
                                {.kind = MPOS_TENDER_CASH, .currency = 2, .amount = 0}};
    mpos_bill bill = bill_of(1230, cash, 3);
    mpos_tendered tendered[3];
    mpos_settlement s = settle(&bill, tendered);

    (void)state;
    assert_int_equal(s.change, 770);
    assert_int_equal(s.change_home, 770);
}

static void
test_tips_are_due_and_kept_change_is_a_tip(void **state)
{
    const mpos_tender card[] = {{.kind = MPOS_TENDER_EXACT, .amount = 2300, .tip = 300}};
    const mpos_tender keep[] = {{.kind = MPOS_TENDER_CASH, .amount = 2500, .flags = MPOS_TENDER_KEEP}};
    const mpos_tender wrong[] = {{.kind = MPOS_TENDER_EXACT, .amount = 200, .tip = 300}};
    mpos_bill bill = bill_of(2000, card, 1);
    mpos_tendered tendered[1];
    mpos_settlement s = settle(&bill, tendered);

    (void)state;
    assert_int_equal(s.tip, 300);
    assert_int_equal(s.due, 2300);
    assert_int_equal(s.left, 0);
    bill = bill_of(2212, keep, 1);
    bill.tip = 100;
    s = settle(&bill, tendered);
    assert_int_equal(s.tip, 100 + 190);
    assert_int_equal(s.rounding, -2);
    assert_int_equal(s.change, 0);
    bill.tenders = wrong;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_OUT_OF_RANGE);
}

static void
test_other_currencies_have_a_rate_and_a_spread(void **state)
{
    /* 20.00 CHF at 1.05 x 0.98 = 1.029 are 20.58 EUR; change 8.26 is 7.70 CHF at 1.05 x 1.02 = 1.071, worth 8.24, and a rest. */
    const mpos_tender francs[] = {{.kind = MPOS_TENDER_CASH, .currency = 1, .amount = 2000}};
    const mpos_tender yen[] = {{.kind = MPOS_TENDER_CASH, .currency = 2, .amount = 10000}};
    mpos_bill bill = bill_of(1232, francs, 1);
    mpos_tendered tendered[1];
    mpos_settlement s = settle(&bill, tendered);
    int64_t value;

    (void)state;
    assert_int_equal(tendered[0].value, 2058);
    assert_int_equal(s.change, 830); /* 8.28 in coins of 5 */
    assert_int_equal(s.rounding, 2058 - 830 - 1232);
    bill.change_currency = 1;
    s = settle(&bill, tendered);
    assert_int_equal(s.change_given, 770);
    assert_int_equal(s.change, 824 + 5);
    assert_int_equal(s.change_home, 5);
    bill.tenders = yen;
    s = settle(&bill, tendered);
    assert_int_equal(tendered[0].value, 6100);
    assert_int_equal(mpos_tender_value(&bill, 2, 12345, &value), MPOS_OK);
    assert_int_equal(value, 7530);
}

static void
test_asking_for_another_currency(void **state)
{
    mpos_bill bill = bill_of(0, NULL, 0);
    int64_t amount, value;

    (void)state;
    for (uint8_t currency = 1; currency < 3; currency++) {
        for (int64_t due = 0; due < 3000; due += 7) {
            assert_int_equal(mpos_tender_ask(&bill, currency, MPOS_TENDER_EXACT, due, &amount), MPOS_OK);
            assert_int_equal(mpos_tender_value(&bill, currency, amount, &value), MPOS_OK);
            assert_true(value >= due);
            if (amount > 0) {
                const mpos_tender card[] = {
                    {.kind = MPOS_TENDER_EXACT, .currency = currency, .amount = amount}};
                mpos_bill paid = bill_of(due, card, 1);
                mpos_tendered tendered[1];

                assert_int_equal(mpos_tender_value(&bill, currency, amount - 1, &value), MPOS_OK);
                assert_true(value < due);
                assert_int_equal(settle(&paid, tendered).left, 0);
            }
        }
    }
    assert_int_equal(mpos_tender_ask(&bill, 1, MPOS_TENDER_CASH, 1232, &amount), MPOS_OK);
    assert_int_equal(amount, 1200); /* 11.972 francs, in coins of 5 */
    assert_int_equal(mpos_tender_ask(&bill, 0, MPOS_TENDER_CASH, 1232, &amount), MPOS_OK);
    assert_int_equal(amount, 1230);
    assert_int_equal(mpos_tender_ask(&bill, 3, MPOS_TENDER_CASH, 1232, &amount), MPOS_E_OUT_OF_RANGE);
}

static void
test_a_refund_is_the_mirror_image(void **state)
{
    static const uint8_t modes[] = {MPOS_ROUND_HALF_UP, MPOS_ROUND_HALF_EVEN, MPOS_ROUND_HALF_DOWN,
                                    MPOS_ROUND_UP, MPOS_ROUND_DOWN};
    const mpos_tender sold[] = {{.kind = MPOS_TENDER_CASH, .currency = 1, .amount = 1500},
                                {.kind = MPOS_TENDER_CASH, .amount = 2000}};
    const mpos_tender back[] = {{.kind = MPOS_TENDER_CASH, .currency = 1, .amount = -1500},
                                {.kind = MPOS_TENDER_CASH, .amount = -2000}};

    (void)state;
    for (size_t m = 0; m < sizeof modes; m++) {
        mpos_bill bill = bill_of(2437, sold, 2), mirror = bill_of(-2437, back, 2);
        mpos_tendered tendered[2];
        mpos_settlement s, t;

        bill.mode = mirror.mode = modes[m];
        s = settle(&bill, tendered);
        t = settle(&mirror, tendered);
        assert_int_equal(s.rounding, -t.rounding);
        assert_int_equal(s.change, -t.change);
        assert_int_equal(s.paid, -t.paid);
    }
    mpos_bill floors = bill_of(-2437, back, 0);
    mpos_settlement s;

    floors.mode = MPOS_ROUND_FLOOR; /* towards minus infinity: more is paid out */
    assert_int_equal(mpos_settle(&floors, &s, NULL), MPOS_OK);
    assert_int_equal(s.payable, -2440);
    floors.mode = MPOS_ROUND_CEILING; /* less is paid out */
    assert_int_equal(mpos_settle(&floors, &s, NULL), MPOS_OK);
    assert_int_equal(s.payable, -2435);
    floors.tenders = sold;
    floors.tender_count = 1;
    assert_int_equal(mpos_settle(&floors, &s, NULL), MPOS_E_OUT_OF_RANGE);
}

static void
test_what_is_refused(void **state)
{
    mpos_tender_currency own[2] = {currencies[0], currencies[1]};
    mpos_tender cash[] = {{.kind = MPOS_TENDER_CASH, .amount = MPOS_AMOUNT_MAX, .currency = 1}};
    mpos_bill bill = bill_of(100, cash, 1);
    mpos_tendered tendered[1];
    mpos_settlement s;

    (void)state;
    bill.currencies = own;
    bill.currency_count = 2;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_AMOUNT_OVERFLOW);
    bill.total = MPOS_AMOUNT_MAX;
    bill.tip = 1;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_AMOUNT_OVERFLOW);
    bill = bill_of(100, cash, 1);
    cash[0].currency = 3;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_INVALID_VALUE);
    cash[0].currency = 0;
    bill.change_currency = 3;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_INVALID_VALUE);
    bill = bill_of(100, cash, 1);
    bill.tip = -1;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_OUT_OF_RANGE);
    bill = bill_of(100, cash, 1);
    bill.currencies = currencies + 1;
    bill.currency_count = 1;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_CURRENCY);
    own[1].rate = 0;
    bill.currencies = own;
    bill.currency_count = 2;
    assert_int_equal(mpos_settle(&bill, &s, tendered), MPOS_E_OUT_OF_RANGE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cash_is_rounded_and_gives_change),
        cmocka_unit_test(test_a_card_is_not_rounded),
        cmocka_unit_test(test_only_the_last_cash_is_rounded),
        cmocka_unit_test(test_nothing_after_the_last_tender_leaves_the_change),
        cmocka_unit_test(test_tips_are_due_and_kept_change_is_a_tip),
        cmocka_unit_test(test_other_currencies_have_a_rate_and_a_spread),
        cmocka_unit_test(test_asking_for_another_currency),
        cmocka_unit_test(test_a_refund_is_the_mirror_image),
        cmocka_unit_test(test_what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
