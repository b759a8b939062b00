/* test_sell.c - from basket and rules to the cart: prices, modifiers, taxes and where they move. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "pricing.h"
#include "sell.h"

enum { LINES = 4, LIST = 4 };

/* Rules and a basket under construction. */
typedef struct till {
    mpos_rules rules;
    mpos_rule_tax taxes[LIST];
    mpos_tax_map maps[LIST];
    mpos_replacement replacements[LIST];
    mpos_book books[LIST];
    mpos_charge_rule charges[LIST];
    mpos_outlet_rounding roundings[1];
    mpos_basket basket;
    mpos_basket_line lines[LINES];
    mpos_book_price prices[LINES][LIST];
    mpos_basket_group groups[2];
    mpos_basket_modifier modifiers[LINES][LIST];
    mpos_cart_discount discounts[LINES];
    mpos_cart cart;
    mpos_priced priced;
    void *room;
    void *price_room;
} till;

static const uint16_t first_tax[] = {0};
static const uint16_t second_tax[] = {1};
static const uint16_t two_taxes[] = {0, 1};
static const uint16_t tax_2[] = {2};

static mpos_when
always(void)
{
    return (mpos_when){.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};
}

/* Tax 0: 19 % included, 1: 7 % included, 2: 10 % added. */
static int
setup(void **state)
{
    till *t = calloc(1, sizeof *t);

    mpos_rules_init(&t->rules, "EUR", 2);
    mpos_basket_init(&t->basket);
    t->taxes[0].tax = (mpos_cart_tax){.id = {1}, .flags = MPOS_TAX_INCLUDED, .value = 190000000};
    t->taxes[1].tax = (mpos_cart_tax){.id = {2}, .flags = MPOS_TAX_INCLUDED, .value = 70000000};
    t->taxes[2].tax = (mpos_cart_tax){.id = {3}, .value = 100000000};
    for (uint8_t i = 0; i < LIST; i++) {
        t->taxes[i].when = t->maps[i].when = t->books[i].when = t->charges[i].when = always();
        t->maps[i].id[0] = t->books[i].id[0] = t->charges[i].id[0] = i + 1;
        t->maps[i].replacements = &t->replacements[i];
        t->maps[i].replacement_count = 1;
    }
    t->rules.taxes = t->taxes;
    t->rules.tax_count = 3;
    t->rules.maps = t->maps;
    t->rules.books = t->books;
    t->rules.charges = t->charges;
    t->rules.roundings = t->roundings;
    t->basket.lines = t->lines;
    t->basket.discounts = t->discounts;
    t->groups[0].free = 0;
    t->groups[1].free = 1;
    *state = t;
    return 0;
}

static int
teardown(void **state)
{
    till *t = *state;

    free(t->room);
    free(t->price_room);
    free(t);
    return 0;
}

static mpos_basket_line *
add_line(till *t, int64_t price, int64_t qty)
{
    uint16_t at = t->basket.line_count++;

    t->lines[at] = (mpos_basket_line){.id = {0xa0, (uint8_t)at},
                                      .item = {0xb0, (uint8_t)at},
                                      .category = {0xc0},
                                      .qty = qty,
                                      .price = price,
                                      .open_price = MPOS_NO_AMOUNT,
                                      .floor = MPOS_NO_AMOUNT,
                                      .parent = MPOS_NO_PARENT,
                                      .prices = t->prices[at],
                                      .groups = t->groups,
                                      .group_count = 2,
                                      .modifiers = t->modifiers[at],
                                      .taxes = first_tax,
                                      .tax_count = 1};
    return &t->lines[at];
}

static void
modify(till *t, mpos_basket_line *line, uint16_t group, int64_t price, uint32_t qty)
{
    t->modifiers[line - t->lines][line->modifier_count] =
        (mpos_basket_modifier){{0xd0, (uint8_t)line->modifier_count}, group, MPOS_PER_UNIT, qty, price};
    line->modifier_count++;
}

static void
in_book(till *t, mpos_basket_line *line, uint16_t book, int64_t min_qty, int64_t price)
{
    t->prices[line - t->lines][line->price_count++] = (mpos_book_price){book, min_qty, price};
    t->rules.book_count = LIST;
}

static mpos_tax_map *
map_tax(till *t, uint16_t from, const uint16_t *to, uint16_t count, mpos_map_keep keep)
{
    uint16_t at = t->rules.map_count++;

    t->replacements[at] = (mpos_replacement){from, count, to};
    t->maps[at].keep = (uint8_t)keep;
    return &t->maps[at];
}

/* Sells with exactly the memory asked for, so that the sanitizer sees a byte too many, and prices. */
static mpos_err
sell(till *t)
{
    size_t size = mpos_sell_size(&t->rules, &t->basket);
    mpos_err err;

    assert_int_equal(mpos_rules_check(&t->rules, NULL), MPOS_OK);
    free(t->room);
    free(t->price_room);
    t->price_room = NULL;
    t->room = malloc(size > 0 ? size : 1);
    err = mpos_sell(&t->rules, &t->basket, t->room, size, &t->cart);
    if (err != MPOS_OK) {
        return err;
    }
    size = mpos_price_size(&t->cart);
    t->price_room = malloc(size);
    return mpos_price(&t->cart, t->price_room, size, &t->priced);
}

static void
test_a_line_is_taken_over(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 1190, 2 * MPOS_QTY_ONE);

    line->variant[5] = 7;
    line->floor = 300;
    line->discounts = t->discounts;
    line->discount_count = 1;
    t->discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 190};
    modify(t, line, 0, 50, 1);
    memset(t->basket.catalogue, 9, 32);
    t->rules.apportion = MPOS_APPORTION_LAST;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.line_count, 1);
    assert_int_equal(t->cart.tax_count, 1);
    assert_int_equal(t->cart.apportion, MPOS_APPORTION_LAST);
    assert_memory_equal(t->cart.catalogue, t->basket.catalogue, 32);
    assert_memory_equal(t->cart.lines[0].id, line->id, 16);
    assert_memory_equal(t->cart.lines[0].item, line->item, 16);
    assert_memory_equal(t->cart.lines[0].variant, line->variant, 16);
    assert_int_equal(t->cart.lines[0].floor, 300);
    assert_int_equal(t->cart.lines[0].modifier_count, 1);
    assert_int_equal(t->priced.gross, 2 * 1240);
    assert_int_equal(t->priced.total, 2 * 1240 - 190);
    assert_memory_equal(t->cart.lines[0].source, (uint8_t[16]){0}, 16);
}

static void
test_rounding_is_the_outlets(void **state)
{
    till *t = *state;

    add_line(t, 100, MPOS_QTY_ONE);
    t->roundings[0] = (mpos_outlet_rounding){{7}, {MPOS_ROUND_UP, MPOS_LEVEL_RATE, 0, 5, 10, 0}};
    t->rules.rounding_count = 1;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.rounding.mode, MPOS_ROUND_HALF_UP);
    t->basket.in.outlet[0] = 7;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.rounding.mode, MPOS_ROUND_UP);
    assert_int_equal(t->cart.rounding.increment, 5);
}

static void
test_price_books_by_rank(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 1000, 3 * MPOS_QTY_ONE);

    in_book(t, line, 0, 0, 900);
    in_book(t, line, 1, 0, 800);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 900); /* alike: the lower id */
    assert_memory_equal(t->cart.lines[0].source, t->books[0].id, 16);
    t->books[1].when.days = 0x7f;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 800); /* the more limited */
    t->books[0].priority = 1;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 900); /* the higher priority */
    t->books[0].when.places = 1 << MPOS_DELIVERY;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 800); /* the one that holds */
    t->books[1].when.places = 1 << MPOS_DELIVERY;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    assert_memory_equal(t->cart.lines[0].source, (uint8_t[16]){0}, 16);
    t->basket.in.place = MPOS_DELIVERY;
    line->open_price = 0;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 0); /* open comes first, also when nothing is asked */
}

static void
test_quantity_breaks(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 1000, 5 * MPOS_QTY_ONE - 1);

    in_book(t, line, 0, 10 * MPOS_QTY_ONE, 700);
    in_book(t, line, 0, 5 * MPOS_QTY_ONE, 800);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    line->qty++;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 800);
    line->qty = 10 * MPOS_QTY_ONE;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 700);
    in_book(t, line, 1, 0, 950); /* of less rank: it does not matter that it is there */
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 700);
    line->qty = MPOS_QTY_ONE;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 950);
}

static void
test_free_modifiers_cost_nothing(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 500, MPOS_QTY_ONE);

    modify(t, line, 1, 80, 1);
    modify(t, line, 1, 60, 2); /* one of these is the free one */
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.gross, 500 + 80 + 60);
}

static void
test_taxes_stand_in_the_order_of_the_lines(void **state)
{
    till *t = *state;

    add_line(t, 100, MPOS_QTY_ONE)->taxes = tax_2;
    add_line(t, 100, MPOS_QTY_ONE)->taxes = first_tax;
    add_line(t, 100, MPOS_QTY_ONE)->taxes = tax_2;
    assert_int_equal(sell(t), MPOS_OK);
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
    mpos_basket_line *line = add_line(t, 1190, MPOS_QTY_ONE);

    line->taxes = two_taxes;
    line->tax_count = 2;
    t->taxes[0].when.until = 1000;
    t->taxes[1].when.from = 1000;
    t->basket.in.at = 999;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
    t->basket.in.at = 1000;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 78); /* 1190 x 7/107 = 77.85 */
    assert_int_equal(t->priced.total, 1190);
}

static void
test_take_away_keeps_what_the_customer_pays(void **state)
{
    till *t = *state;

    add_line(t, 1190, MPOS_QTY_ONE);
    map_tax(t, 0, second_tax, 1, MPOS_KEEP_GROSS)->when.places = 1 << MPOS_TAKE_AWAY;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
    t->basket.in.place = MPOS_TAKE_AWAY;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1190);
    assert_int_equal(t->priced.tax, 78);
    assert_int_equal(t->priced.total, 1190);
}

static void
test_a_map_may_keep_the_net(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 1190, MPOS_QTY_ONE);

    line->floor = 595;
    modify(t, line, 0, 119, 1);
    modify(t, line, 0, -119, 1);
    map_tax(t, 0, second_tax, 1, MPOS_KEEP_NET);
    assert_int_equal(sell(t), MPOS_OK);
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

    add_line(t, 1190, MPOS_QTY_ONE);
    map = map_tax(t, 0, tax_2, 1, MPOS_KEEP_NET);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1000);
    assert_int_equal(t->priced.total, 1100);
    map->keep = MPOS_KEEP_GROSS;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1082); /* 1190 / 1.10 = 1081.82 */
    assert_int_equal(t->priced.total, 1190);
    t->lines[0].taxes = tax_2;
    t->lines[0].price = 1000;
    t->replacements[0] = (mpos_replacement){2, 1, first_tax};
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1100);
    assert_int_equal(t->priced.total, 1100);
    map->keep = MPOS_KEEP_NET;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 1190);
    assert_int_equal(t->priced.net, 1000);
}

static void
test_the_map_of_highest_rank_replaces(void **state)
{
    till *t = *state;

    add_line(t, 1000, MPOS_QTY_ONE);
    map_tax(t, 0, second_tax, 1, MPOS_KEEP_GROSS);
    map_tax(t, 0, NULL, 0, MPOS_KEEP_GROSS);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 1);
    t->maps[1].when.channels = 1;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 0);
    assert_int_equal(t->priced.total, 1000);
    t->maps[0].priority = 1;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 1);
    t->replacements[0].tax = 1; /* names another tax */
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 0);
}

/* Two taxes that a map makes one are one. */
static void
test_a_tax_is_on_a_line_once(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 1000, MPOS_QTY_ONE);

    line->taxes = two_taxes;
    line->tax_count = 2;
    map_tax(t, 0, second_tax, 1, MPOS_KEEP_GROSS);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].tax_count, 1);
    assert_int_equal(t->cart.taxes[0].id[0], 2);
}

static void
test_exempt_pays_no_tax(void **state)
{
    till *t = *state;
    mpos_tax_map *map;

    add_line(t, 1190, MPOS_QTY_ONE);
    t->basket.in.exempt = 1;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.total, 1000);
    assert_int_equal(t->cart.tax_count, 0);
    map = map_tax(t, 0, NULL, 0, MPOS_KEEP_GROSS);
    map->flags = MPOS_MAP_EXEMPT;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.total, 1190);
    assert_int_equal(t->priced.tax, 0);
    t->replacements[0].tax = 1; /* an exemption of another tax leaves this one */
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
    t->basket.in.exempt = 0;
    t->replacements[0].tax = 0;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.tax, 190);
}

/* A deposit per bottle in the price stays what it is; nothing of it is in a modifier. */
static void
test_fixed_taxes_move_with_the_unit(void **state)
{
    till *t = *state;
    mpos_basket_line *line = add_line(t, 125, 6 * MPOS_QTY_ONE);

    t->taxes[0].tax =
        (mpos_cart_tax){.id = {1}, .type = MPOS_TAX_FIXED, .flags = MPOS_TAX_INCLUDED, .value = 25};
    modify(t, line, 0, 10, 1);
    map_tax(t, 0, NULL, 0, MPOS_KEEP_NET);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[0].unit_price, 100);
    assert_int_equal(t->cart.lines[0].modifiers[0].price, 10);
}

/* A combo of 9.52 (two components of 5.95) moves with them. */
static void
test_combos_move_with_their_components(void **state)
{
    till *t = *state;
    mpos_basket_line *combo = add_line(t, 952, MPOS_QTY_ONE);

    combo->component_count = 2;
    combo->tax_count = 0;
    combo->floor = 476;
    modify(t, combo, 0, 119, 1);
    for (int i = 0; i < 2; i++) {
        add_line(t, 595, MPOS_QTY_ONE)->parent = 0;
    }
    map_tax(t, 0, second_tax, 1, MPOS_KEEP_NET);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.lines[1].unit_price, 535);
    assert_int_equal(t->cart.lines[0].unit_price, 856);
    assert_int_equal(t->cart.lines[0].floor, 428);
    assert_int_equal(t->cart.lines[0].modifiers[0].price, 107);
    assert_int_equal(t->priced.total, 856 + 107);
}

static void
test_charges_follow_and_are_rated(void **state)
{
    till *t = *state;

    add_line(t, 1000, MPOS_QTY_ONE);
    t->charges[0].value = 100000000;
    t->charges[0].taxes = first_tax;
    t->charges[0].tax_count = 1;
    t->charges[1].type = MPOS_CHARGE_PER_GUEST;
    t->charges[1].flags = MPOS_CHARGE_WAIVABLE;
    t->charges[1].value = 150;
    t->rules.charge_count = 2;
    t->basket.in.guests = 2;
    map_tax(t, 0, second_tax, 1, MPOS_KEEP_GROSS);
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->cart.line_count, 3);
    assert_int_equal(t->priced.total, 1000 + 100 + 300);
    assert_int_equal(t->cart.tax_count, 1);
    assert_int_equal(t->cart.taxes[0].id[0], 2);
    t->basket.waived = (const uint8_t(*)[16])t->charges[1].id;
    t->basket.waived_count = 1;
    assert_int_equal(sell(t), MPOS_OK);
    assert_int_equal(t->priced.total, 1000 + 100);
}

static void
test_errors_leave_the_cart_alone(void **state)
{
    till *t = *state;
    size_t size;
    uint64_t room[1024];

    add_line(t, 1000, MPOS_QTY_ONE)->taxes = tax_2;
    memset(&t->cart, 0x55, sizeof t->cart);
    size = mpos_sell_size(&t->rules, &t->basket);
    assert_true(size > 0 && size <= sizeof room);
    assert_int_equal(mpos_sell(&t->rules, &t->basket, room, size - 8, &t->cart), MPOS_E_BUFFER_TOO_SMALL);
    t->rules.tax_count = 2;
    assert_int_equal(mpos_sell(&t->rules, &t->basket, room, size, &t->cart), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_sell_size(&t->rules, &t->basket), 0);
    assert_int_equal(t->cart.line_count, 0x5555);
    t->rules.tax_count = 3;
    t->lines[0].price = MPOS_AMOUNT_MAX;
    t->lines[0].qty = 2 * MPOS_QTY_ONE;
    assert_int_equal(mpos_sell(&t->rules, &t->basket, room, size, &t->cart), MPOS_E_AMOUNT_OVERFLOW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_line_is_taken_over),
        TEST(test_rounding_is_the_outlets),
        TEST(test_price_books_by_rank),
        TEST(test_quantity_breaks),
        TEST(test_free_modifiers_cost_nothing),
        TEST(test_taxes_stand_in_the_order_of_the_lines),
        TEST(test_taxes_hold_when_they_hold),
        TEST(test_take_away_keeps_what_the_customer_pays),
        TEST(test_a_map_may_keep_the_net),
        TEST(test_maps_between_included_and_added),
        TEST(test_the_map_of_highest_rank_replaces),
        TEST(test_a_tax_is_on_a_line_once),
        TEST(test_exempt_pays_no_tax),
        TEST(test_fixed_taxes_move_with_the_unit),
        TEST(test_combos_move_with_their_components),
        TEST(test_charges_follow_and_are_rated),
        TEST(test_errors_leave_the_cart_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
