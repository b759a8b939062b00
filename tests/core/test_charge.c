/* test_charge.c - surcharges, charges and exclusive discounts: which are refused, and what moves what. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "pricing.h"

typedef struct desk {
    mpos_cart cart;
    mpos_cart_tax tax;
    mpos_cart_line lines[3];
    mpos_cart_discount discounts[3];
    uint16_t taxes[1];
    mpos_priced priced;
    uint64_t room[1024];
} desk;

/* Two items of 10.00 and 30.00 with 20 % added tax, and room for a charge as third line. */
static void
desk_init(desk *d)
{
    memset(d, 0, sizeof *d);
    memcpy(d->cart.currency, "EUR", 3);
    d->cart.exponent = 2;
    d->cart.rounding = (mpos_rounding){
        .mode = MPOS_ROUND_HALF_UP, .level = MPOS_LEVEL_LINE, .increment = 1, .cash_increment = 1};
    mpos_cart_default_sequence(&d->cart);
    d->tax = (mpos_cart_tax){.type = MPOS_TAX_PERCENT, .value = 200000000};
    d->cart.taxes = &d->tax;
    d->cart.tax_count = 1;
    d->cart.lines = d->lines;
    d->cart.line_count = 2;
    d->cart.discounts = d->discounts;
    for (int i = 0; i < 3; i++) {
        d->lines[i] =
            (mpos_cart_line){.qty = MPOS_QTY_ONE, .unit_price = 1000 + i * 2000, .parent = MPOS_NO_PARENT};
        d->lines[i].taxes = d->taxes;
        d->lines[i].tax_count = 1;
    }
}

static mpos_err
run(desk *d)
{
    return mpos_price(&d->cart, d->room, sizeof d->room, &d->priced);
}

static mpos_cart_line *
add_charge(desk *d, mpos_line_kind kind, int64_t value, mpos_charge_base base)
{
    mpos_cart_line *line = &d->lines[2];

    line->kind = (uint8_t)kind;
    line->base = (uint8_t)base;
    line->unit_price = value;
    line->tax_count = 0;
    d->cart.line_count = 3;
    return line;
}

static void
test_fixed_charge_counts_guests(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    add_charge(&d, MPOS_LINE_CHARGE_FIXED, 150, 0)->qty = 4 * MPOS_QTY_ONE;
    assert_int_equal(run(&d), MPOS_OK);
    assert_int_equal(d.priced.lines[2].total, 600);
    assert_int_equal(d.priced.total, 4800 + 600);
}

/* Discounts do not touch charges, and a charge's base follows its setting. */
static void
test_bases(void **state)
{
    static const struct {
        mpos_charge_base base;
        int64_t amount;
    } cases[] = {{MPOS_CHARGE_ON_LEFT, 300}, {MPOS_CHARGE_ON_GROSS, 400}, {MPOS_CHARGE_ON_TOTAL, 360}};
    desk d;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        desk_init(&d);
        d.discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 1000};
        d.cart.discount_count = 1;
        add_charge(&d, MPOS_LINE_CHARGE_PERCENT, 100000000, cases[i].base);
        assert_int_equal(run(&d), MPOS_OK);
        assert_int_equal(d.priced.lines[2].gross, cases[i].amount);
        assert_int_equal(d.priced.lines[2].order_discount, 0);
        assert_int_equal(d.priced.total, 3600 + cases[i].amount);
        assert_int_equal(d.priced.gross, 4000 + cases[i].amount);
    }
}

static void
test_surcharge_is_taxed_with_its_lines(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    d.discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_PERCENT, .value = 100000000};
    d.discounts[1] = (mpos_cart_discount){
        .type = MPOS_DISCOUNT_PERCENT, .flags = MPOS_DISCOUNT_SURCHARGE, .value = 50000000};
    d.cart.discount_count = 2;
    assert_int_equal(run(&d), MPOS_OK);
    assert_int_equal(d.priced.discounts[0], 400);
    assert_int_equal(d.priced.discounts[1], -180);
    assert_int_equal(d.priced.lines[0].shares[1], -45);
    assert_int_equal(d.priced.net, 3600 + 180);
    assert_int_equal(d.priced.tax, 756);
    d.discounts[1].base = MPOS_CHARGE_ON_GROSS;
    assert_int_equal(run(&d), MPOS_OK);
    assert_int_equal(d.priced.discounts[1], -200);
}

/* Where the discounts left nothing a percentage of the rest is nothing, and a fixed one has no line to go to. */
static void
test_nothing_left_nothing_added(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    d.discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_PERCENT, .value = MPOS_RATE_ONE};
    d.discounts[1] =
        (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .flags = MPOS_DISCOUNT_SURCHARGE, .value = 99};
    d.cart.discount_count = 2;
    add_charge(&d, MPOS_LINE_CHARGE_PERCENT, 100000000, MPOS_CHARGE_ON_TOTAL);
    assert_int_equal(run(&d), MPOS_OK);
    assert_int_equal(d.priced.total, 0);
    assert_int_equal(d.priced.discounts[1], 0);
}

static void
test_first_exclusive_is_alone(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    d.discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 100};
    d.discounts[1] =
        (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .flags = MPOS_DISCOUNT_EXCLUSIVE, .value = 200};
    d.discounts[2] = (mpos_cart_discount){
        .type = MPOS_DISCOUNT_PERCENT, .flags = MPOS_DISCOUNT_EXCLUSIVE, .value = 500000000};
    d.cart.discount_count = 3;
    assert_int_equal(run(&d), MPOS_OK);
    assert_int_equal(d.priced.discounts[0], 0);
    assert_int_equal(d.priced.discounts[1], 200);
    assert_int_equal(d.priced.discounts[2], 0);
}

static void
test_wrong_charges_are_refused(void **state)
{
    static const mpos_cart_modifier modifier = {.qty = 1};
    static const mpos_cart_discount discount = {.type = MPOS_DISCOUNT_FIXED, .value = 1};
    desk d;
    mpos_cart_line *charge;

    (void)state;
    desk_init(&d);
    charge = add_charge(&d, MPOS_LINE_CHARGE_PERCENT, MPOS_RATE_MAX, MPOS_CHARGE_ON_LEFT);
    assert_int_equal(run(&d), MPOS_OK);
    charge->unit_price = MPOS_RATE_MAX + 1;
    assert_int_equal(run(&d), MPOS_E_OUT_OF_RANGE);
    charge->unit_price = 1;
    charge->qty = 2 * MPOS_QTY_ONE;
    assert_int_equal(run(&d), MPOS_E_OUT_OF_RANGE);
    charge->qty = MPOS_QTY_ONE;
    charge->base = 3;
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE);
    charge->base = MPOS_CHARGE_ON_TOTAL;
    charge->tax_count = 1;
    assert_int_equal(run(&d), MPOS_E_DISCOUNT_RULE);
    charge->tax_count = 0;
    charge->kind = MPOS_LINE_CHARGE_FIXED;
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE); /* a fixed charge has no base */
    charge->base = 0;
    charge->modifiers = &modifier;
    charge->modifier_count = 1;
    assert_int_equal(run(&d), MPOS_E_DISCOUNT_RULE);
    charge->modifier_count = 0;
    charge->discounts = &discount;
    charge->discount_count = 1;
    assert_int_equal(run(&d), MPOS_E_DISCOUNT_RULE);
    charge->discount_count = 0;
    charge->kind = 3;
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE);
    d.lines[0].base = 1; /* an item has none either */
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE);
}

static void
test_wrong_surcharges_are_refused(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    d.discounts[0] =
        (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .flags = MPOS_DISCOUNT_SURCHARGE, .value = 1};
    d.cart.discount_count = 1;
    assert_int_equal(run(&d), MPOS_OK);
    d.discounts[0].base = MPOS_CHARGE_ON_TOTAL;
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE);
    d.discounts[0].base = 0;
    d.discounts[0].flags |= MPOS_DISCOUNT_EXCLUSIVE;
    assert_int_equal(run(&d), MPOS_E_DISCOUNT_RULE);
    d.discounts[0].flags = 4;
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE);
    d.discounts[0].flags = 0;
    d.discounts[0].base = 1; /* of a surcharge only */
    assert_int_equal(run(&d), MPOS_E_INVALID_VALUE);
    d.discounts[0].base = 0;
    d.discounts[0].flags = MPOS_DISCOUNT_SURCHARGE;
    d.cart.discount_count = 0;
    d.lines[0].discounts = d.discounts; /* of the order only */
    d.lines[0].discount_count = 1;
    assert_int_equal(run(&d), MPOS_E_DISCOUNT_RULE);
}

static void
test_overflow_is_reported(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    d.lines[0].unit_price = MPOS_AMOUNT_MAX - 3000;
    d.tax.value = 0;
    assert_int_equal(run(&d), MPOS_OK);
    add_charge(&d, MPOS_LINE_CHARGE_FIXED, 1, 0);
    assert_int_equal(run(&d), MPOS_E_AMOUNT_OVERFLOW);
    d.cart.line_count = 2;
    d.discounts[0] =
        (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .flags = MPOS_DISCOUNT_SURCHARGE, .value = 1};
    d.cart.discount_count = 1;
    assert_int_equal(run(&d), MPOS_E_AMOUNT_OVERFLOW);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_charge_counts_guests),
        cmocka_unit_test(test_bases),
        cmocka_unit_test(test_surcharge_is_taxed_with_its_lines),
        cmocka_unit_test(test_nothing_left_nothing_added),
        cmocka_unit_test(test_first_exclusive_is_alone),
        cmocka_unit_test(test_wrong_charges_are_refused),
        cmocka_unit_test(test_wrong_surcharges_are_refused),
        cmocka_unit_test(test_overflow_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
