/* test_charge_rule.c - charges of the rules: when they are due, what they are in the cart, and free modifiers. */
#include <string.h>

#include "basket_make.h"
#include "host.h"

enum { PERCENT = 10000000 }; /* of a rate */

static int
start(void **state)
{
    (void)made_begin(state);
    made_line(&made, 11, 2, 1000);
    return 0;
}

/* The cart's charge lines, with the id of the first when there is one. */
static size_t
charge_lines(const mpos_charge_rule *first)
{
    size_t count = made.cart.line_count - made.basket.line_count;

    if (count > 0) {
        assert_memory_equal(made.cart.lines[made.basket.line_count].id, first->id, 16);
    }
    return count;
}

static void
test_fixed_percent_and_per_guest(void **state)
{
    mpos_charge_rule *fixed = made_charge(&made, MPOS_CHARGE_FIXED, 150);

    (void)state;
    made_charge(&made, MPOS_CHARGE_PERCENT, 10 * PERCENT);
    made_charge(&made, MPOS_CHARGE_PER_GUEST, 200);
    made.basket.in.guests = 3;
    made_sell(&made);
    assert_int_equal(charge_lines(fixed), 3);
    assert_int_equal(made.priced.lines[1].total, 150);
    assert_int_equal(made.priced.lines[2].total, 200);
    assert_int_equal(made.priced.lines[3].total, 600);
    assert_int_equal(made.priced.total, 2000 + 150 + 200 + 600);
    made.basket.in.guests = 0;
    made_sell(&made);
    assert_int_equal(charge_lines(fixed), 2);
}

static void
test_due_by_guests_channel_and_place(void **state)
{
    mpos_charge_rule *charge = made_charge(&made, MPOS_CHARGE_PERCENT, 10 * PERCENT);

    (void)state;
    charge->when.guests_min = 6;
    charge->when.places = 1 << MPOS_DINE_IN;
    charge->when.channels = 1 << MPOS_CHANNEL_DINE_IN;
    made.basket.in.guests = 6;
    made.basket.in.channel = MPOS_CHANNEL_DINE_IN;
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 1);
    made.basket.in.guests = 5;
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 0);
    made.basket.in.guests = 6;
    made.basket.in.place = MPOS_TAKE_AWAY;
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 0);
    made.basket.in.place = MPOS_DINE_IN;
    made.basket.in.channel = MPOS_CHANNEL_WEB;
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 0);
}

static void
test_only_what_may_be_waived_is(void **state)
{
    mpos_charge_rule *charge = made_charge(&made, MPOS_CHARGE_FIXED, 100);

    (void)state;
    memcpy(made.waived[0], charge->id, 16);
    made.basket.waived_count = 1;
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 1);
    charge->flags = MPOS_CHARGE_WAIVABLE;
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 0);
    made_id(made.waived[0], 9999);
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 1);
}

static void
test_before_and_after_discount_and_on_the_total(void **state)
{
    mpos_charge_rule *charge = made_charge(&made, MPOS_CHARGE_PERCENT, 10 * PERCENT);

    (void)state;
    made_discount(&made, NULL, MPOS_DISCOUNT_PERCENT, 50 * PERCENT);
    charge->base = MPOS_CHARGE_ON_LEFT;
    made_sell(&made);
    assert_int_equal(made.priced.lines[1].total, 100);
    charge->base = MPOS_CHARGE_ON_GROSS;
    made_sell(&made);
    assert_int_equal(made.priced.lines[1].total, 200);
    made.taxes[0] = (mpos_rule_tax){.tax = {.type = MPOS_TAX_PERCENT, .value = 20 * PERCENT},
                                    .when = {.from = MPOS_NO_TIME, .until = MPOS_NO_TIME}};
    made_id(made.taxes[0].tax.id, 300);
    made.rules.tax_count = 1;
    made.lines[0].tax_count = 1;
    charge->base = MPOS_CHARGE_ON_TOTAL;
    made_sell(&made);
    assert_int_equal(made.priced.lines[1].total, 120);
    charge->base = MPOS_CHARGE_ON_LEFT; /* taxable like the item */
    charge->taxes = made.line_taxes[0];
    charge->tax_count = 1;
    made_sell(&made);
    assert_int_equal(made.priced.lines[1].net, 100);
    assert_int_equal(made.priced.lines[1].tax, 20);
}

/* Apportioned: no line, the items carry it and are taxed with it. */
static void
test_apportioned(void **state)
{
    mpos_charge_rule *charge = made_charge(&made, MPOS_CHARGE_PER_GUEST, 100);

    (void)state;
    charge->flags = MPOS_CHARGE_APPORTIONED;
    made.basket.in.guests = 3;
    made_line(&made, 12, 1, 1000);
    made_sell(&made);
    assert_int_equal(charge_lines(charge), 0);
    assert_int_equal(made.cart.discount_count, 1);
    assert_int_equal(made.cart.discounts[0].flags, MPOS_DISCOUNT_SURCHARGE | MPOS_DISCOUNT_RULE);
    assert_memory_equal(made.cart.discounts[0].rule, charge->id, 16);
    assert_int_equal(made.priced.lines[0].gross, 2200);
    assert_int_equal(made.priced.lines[1].gross, 1100);
    charge->type = MPOS_CHARGE_PERCENT;
    charge->value = 10 * PERCENT;
    made_discount(&made, NULL, MPOS_DISCOUNT_PERCENT, 50 * PERCENT);
    made_sell(&made);
    assert_int_equal(made.priced.total, 1500 + 150);
    charge->base = MPOS_CHARGE_ON_GROSS;
    made_sell(&made);
    assert_int_equal(made.priced.total, 1500 + 300);
}

static void
test_an_empty_basket_has_no_charges(void **state)
{
    (void)state;
    made_charge(&made, MPOS_CHARGE_FIXED, 100);
    made.basket.line_count = 0;
    made_sell(&made);
    assert_int_equal(made.cart.line_count, 0);
}

/* Two of a group are free: the cheapest that cost something, whatever the order of choosing. */
static void
test_free_modifiers(void **state)
{
    mpos_basket_line *line = &made.lines[0];
    const mpos_cart_modifier *out;

    (void)state;
    line->qty = MPOS_QTY_ONE;
    made.groups[0][0].free = 2;
    made_modifier(&made, line, 0, 120, 1);
    made_modifier(&made, line, 0, 0, 3);
    made_modifier(&made, line, 0, 50, 3);
    made_modifier(&made, line, 1, 30, 1);
    made_modifier(&made, line, 0, -20, 1);
    made_sell(&made);
    out = made.cart.lines[0].modifiers;
    assert_int_equal(made.cart.lines[0].modifier_count, 6);
    assert_int_equal(out[0].price, 120);
    assert_int_equal(out[1].price, 0);
    assert_true(out[2].price == 0 && out[2].qty == 2); /* two of the three */
    assert_true(out[3].price == 50 && out[3].qty == 1);
    assert_memory_equal(out[2].id, out[3].id, 16);
    assert_int_equal(out[4].price, 30);
    assert_int_equal(out[5].price, -20);
    assert_int_equal(made.priced.total, 1000 + 120 + 50 + 30 - 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, made_finish)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_fixed_percent_and_per_guest),
        TEST(test_due_by_guests_channel_and_place),
        TEST(test_only_what_may_be_waived_is),
        TEST(test_before_and_after_discount_and_on_the_total),
        TEST(test_apportioned),
        TEST(test_an_empty_basket_has_no_charges),
        TEST(test_free_modifiers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
