/* test_sell_tax.c - from basket and rules to the cart: taxes, and where maps move them and the prices. */
#include <string.h>

#include "sell_till.h"

static void
test_taxes_stand_in_the_order_of_the_lines(void **state)
{
    till *t = *state;

    till_line(t, 100, MPOS_QTY_ONE)->taxes = till_tax_2;
    till_line(t, 100, MPOS_QTY_ONE)->taxes = till_first_tax;
    till_line(t, 100, MPOS_QTY_ONE)->taxes = till_tax_2;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.tax_count, 2);
    assert_int_equal(t->cart.taxes[0].id[0], 3);
    assert_int_equal(t->cart.taxes[1].id[0], 1);
    assert_int_equal(t->cart.lines[2].taxes[0], 0);
}

/* A tax changes on a day: both are the item's, one holds. */
static void
test_taxes_hold_when_they_hold(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1190, MPOS_QTY_ONE);

    line->taxes = till_two_taxes;
    line->tax_count = 2;
    t->taxes[0].when.until = 1000;
    t->taxes[1].when.from = 1000;
    t->basket.in.at = 999;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
    t->basket.in.at = 1000;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 78); /* 1190 x 7/107 = 77.85 */
    assert_int_equal(t->priced.total, 1190);
}

static void
test_take_away_keeps_what_the_customer_pays(void **state)
{
    till *t = *state;

    till_line(t, 1190, MPOS_QTY_ONE);
    till_map(t, 0, till_second_tax, 1, MPOS_KEEP_GROSS)->when.places = 1 << MPOS_TAKE_AWAY;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
    t->basket.in.place = MPOS_TAKE_AWAY;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1190);
    assert_int_equal(t->priced.tax, 78);
    assert_int_equal(t->priced.total, 1190);
}

static void
test_a_map_may_keep_the_net(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1190, MPOS_QTY_ONE);

    line->floor = 595;
    till_modify(t, line, 0, 119, 1);
    till_modify(t, line, 0, -119, 1);
    till_map(t, 0, till_second_tax, 1, MPOS_KEEP_NET);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1070);
    assert_int_equal(t->cart.lines[0].floor, 535);
    assert_int_equal(t->cart.lines[0].modifiers[0].price, 107);
    assert_int_equal(t->cart.lines[0].modifiers[1].price, -107);
    assert_int_equal(t->priced.tax, 70);
    assert_int_equal(t->priced.net, 1000);
}

/* From included to added and back: the same net, or the same to pay. */
static void
test_maps_between_included_and_added(void **state)
{
    till *t = *state;
    mpos_tax_map *map;

    till_line(t, 1190, MPOS_QTY_ONE);
    map = till_map(t, 0, till_tax_2, 1, MPOS_KEEP_NET);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    assert_int_equal(t->priced.total, 1100);
    map->keep = MPOS_KEEP_GROSS;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1082); /* 1190 / 1.10 = 1081.82 */
    assert_int_equal(t->priced.total, 1190);
    t->lines[0].taxes = till_tax_2;
    t->lines[0].price = 1000;
    t->replacements[0] = (mpos_replacement){2, 1, till_first_tax};
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1100);
    assert_int_equal(t->priced.total, 1100);
    map->keep = MPOS_KEEP_NET;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1190);
    assert_int_equal(t->priced.net, 1000);
}

static void
test_the_map_of_highest_rank_replaces(void **state)
{
    till *t = *state;

    till_line(t, 1000, MPOS_QTY_ONE);
    till_map(t, 0, till_second_tax, 1, MPOS_KEEP_GROSS);
    till_map(t, 0, NULL, 0, MPOS_KEEP_GROSS);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 1);
    t->maps[1].when.channels = 1;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 0);
    assert_int_equal(t->priced.total, 1000);
    t->maps[0].priority = 1;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 1);
    t->replacements[0].tax = 1; /* names another tax */
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 0);
}

/* Two taxes that a map makes one are one. */
static void
test_a_tax_is_on_a_line_once(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 1000, MPOS_QTY_ONE);

    line->taxes = till_two_taxes;
    line->tax_count = 2;
    till_map(t, 0, till_second_tax, 1, MPOS_KEEP_GROSS);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 1);
    assert_int_equal(t->cart.taxes[0].id[0], 2);
}

static void
test_exempt_pays_no_tax(void **state)
{
    till *t = *state;
    mpos_tax_map *map;

    till_line(t, 1190, MPOS_QTY_ONE);
    t->basket.in.exempt = 1;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.total, 1000);
    assert_int_equal(t->cart.tax_count, 0);
    map = till_map(t, 0, NULL, 0, MPOS_KEEP_GROSS);
    map->flags = MPOS_MAP_EXEMPT;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.total, 1190);
    assert_int_equal(t->priced.tax, 0);
    t->replacements[0].tax = 1; /* an exemption of another tax leaves this one */
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
    t->basket.in.exempt = 0;
    t->replacements[0].tax = 0;
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
}

/* A deposit per bottle in the price stays what it is; nothing of it is in a modifier. */
static void
test_fixed_taxes_move_with_the_unit(void **state)
{
    till *t = *state;
    mpos_basket_line *line = till_line(t, 125, 6 * MPOS_QTY_ONE);

    t->taxes[0].tax =
        (mpos_cart_tax){.id = {1}, .type = MPOS_TAX_FIXED, .flags = MPOS_TAX_INCLUDED, .value = 25};
    till_modify(t, line, 0, 10, 1);
    till_map(t, 0, NULL, 0, MPOS_KEEP_NET);
    assert_int_equal(till_sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 100);
    assert_int_equal(t->cart.lines[0].modifiers[0].price, 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, till_start, till_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_taxes_stand_in_the_order_of_the_lines),
        TEST(test_taxes_hold_when_they_hold),
        TEST(test_take_away_keeps_what_the_customer_pays),
        TEST(test_a_map_may_keep_the_net),
        TEST(test_maps_between_included_and_added),
        TEST(test_the_map_of_highest_rank_replaces),
        TEST(test_a_tax_is_on_a_line_once),
        TEST(test_exempt_pays_no_tax),
        TEST(test_fixed_taxes_move_with_the_unit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
