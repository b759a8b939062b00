/* test_pricing.c - one rule of pricing.h per test, with numbers worked out by hand. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "pricing.h"

enum { LINES = 8, LIST = 4 };

/* A cart under construction; the arrays of its lines lie beside it. */
typedef struct draft {
    mpos_cart cart;
    mpos_cart_tax taxes[LIST];
    mpos_cart_discount order_discounts[LIST];
    mpos_cart_line lines[LINES];
    mpos_cart_modifier modifiers[LINES][LIST];
    mpos_cart_discount discounts[LINES][LIST];
    uint16_t line_taxes[LINES][LIST];
    mpos_priced priced;
    void *room;
} draft;

static int
setup(void **state)
{
    draft *d = calloc(1, sizeof *d);

    memcpy(d->cart.currency, "EUR", 3);
    d->cart.exponent = 2;
    d->cart.rounding = (mpos_rounding){
        .mode = MPOS_ROUND_HALF_UP, .level = MPOS_LEVEL_LINE_TAX, .increment = 1, .cash_increment = 1};
    mpos_cart_default_sequence(&d->cart);
    d->cart.taxes = d->taxes;
    d->cart.discounts = d->order_discounts;
    d->cart.lines = d->lines;
    *state = d;
    return 0;
}

static int
teardown(void **state)
{
    free(((draft *)*state)->room);
    free(*state);
    return 0;
}

static uint16_t
add_tax(draft *d, mpos_tax_type type, int64_t value, int flags)
{
    d->taxes[d->cart.tax_count] =
        (mpos_cart_tax){.type = (uint8_t)type, .flags = (uint8_t)flags, .value = value};
    return d->cart.tax_count++;
}

static mpos_cart_line *
add_line(draft *d, int64_t unit_price, int64_t qty)
{
    uint16_t at = d->cart.line_count++;

    d->lines[at] = (mpos_cart_line){.qty = qty, .unit_price = unit_price, .parent = MPOS_NO_PARENT};
    d->lines[at].modifiers = d->modifiers[at];
    d->lines[at].discounts = d->discounts[at];
    d->lines[at].taxes = d->line_taxes[at];
    return &d->lines[at];
}

static void
tax_line(draft *d, mpos_cart_line *line, uint16_t tax)
{
    d->line_taxes[line - d->lines][line->tax_count++] = tax;
}

static void
modify(draft *d, mpos_cart_line *line, int64_t price, uint32_t qty, mpos_modifier_per per)
{
    d->modifiers[line - d->lines][line->modifier_count++] =
        (mpos_cart_modifier){.price = price, .qty = qty, .per = (uint8_t)per};
}

static void
discount_line(draft *d, mpos_cart_line *line, mpos_discount_type type, int64_t value)
{
    d->discounts[line - d->lines][line->discount_count++] =
        (mpos_cart_discount){.type = (uint8_t)type, .value = value};
}

static void
discount_order(draft *d, mpos_discount_type type, int64_t value)
{
    d->order_discounts[d->cart.discount_count++] =
        (mpos_cart_discount){.type = (uint8_t)type, .value = value};
}

/* Prices with exactly the memory asked for, so that the sanitizer sees a byte too many. */
static mpos_err
price(draft *d)
{
    size_t size = mpos_price_size(&d->cart);

    free(d->room);
    d->room = malloc(size);
    return mpos_price(&d->cart, d->room, size, &d->priced);
}

static void
test_quantity_times_price(void **state)
{
    draft *d = *state;

    add_line(d, 250, 3 * MPOS_QTY_ONE);
    add_line(d, 1299, 345000); /* 0.345 x 12.99 = 4.48155 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].gross, 750);
    assert_int_equal(d->priced.lines[1].gross, 448);
    assert_int_equal(d->priced.total, 1198);
    assert_int_equal(d->priced.net, 1198);
    assert_int_equal(d->priced.tax, 0);
}

static void
test_modifiers_per_unit_and_per_line(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 300, 2 * MPOS_QTY_ONE);

    modify(d, line, 50, 2, MPOS_PER_UNIT);
    modify(d, line, -20, 1, MPOS_PER_UNIT);
    modify(d, line, 100, 3, MPOS_PER_LINE);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.total, 2 * (300 + 100 - 20) + 300);
}

static void
test_a_line_never_goes_below_zero(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 100, MPOS_QTY_ONE);

    modify(d, line, -150, 1, MPOS_PER_UNIT);
    discount_line(d, line, MPOS_DISCOUNT_FIXED, 10);
    add_line(d, 100, MPOS_QTY_ONE);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].gross, 0);
    assert_int_equal(d->priced.lines[0].line_discount, 0);
    assert_int_equal(d->priced.total, 100);
}

/* A menu at 10.00 of a burger (8.00, 7 %), fries (3.00, 7 %) and a drink (4.00, 19 %), all included. */
static void
menu(draft *d, int64_t qty)
{
    static const int64_t prices[] = {800, 300, 400};
    uint16_t low = add_tax(d, MPOS_TAX_PERCENT, 70000000, MPOS_TAX_INCLUDED);
    uint16_t high = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);

    add_line(d, 1000, qty)->component_count = 3;
    for (int i = 0; i < 3; i++) {
        mpos_cart_line *component = add_line(d, prices[i], qty);

        component->parent = 0;
        tax_line(d, component, i < 2 ? low : high);
    }
}

static void
test_combo_price_is_apportioned(void **state)
{
    draft *d = *state;

    menu(d, MPOS_QTY_ONE);
    modify(d, &d->lines[3], 30, 1, MPOS_PER_UNIT);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[1].gross, 533); /* 533.33 */
    assert_int_equal(d->priced.lines[2].gross, 200);
    assert_int_equal(d->priced.lines[3].gross, 267 + 30); /* 266.67 and its own modifier */
    assert_int_equal(d->priced.lines[0].gross, 1030);
    assert_int_equal(d->priced.gross, 1030);
    assert_int_equal(d->priced.total, 1030);
    assert_int_equal(d->priced.lines[0].tax, d->priced.tax);
    assert_int_equal(d->priced.taxes[0].amount, 35 + 13); /* of 5.33 and of 2.00 */
    assert_int_equal(d->priced.taxes[1].amount, 47);      /* of 2.97 */
}

static void
test_combo_discounts_follow_the_components(void **state)
{
    draft *d = *state;

    menu(d, 2 * MPOS_QTY_ONE);
    discount_line(d, &d->lines[0], MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 300);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].discounts[0], 200);
    assert_int_equal(d->priced.lines[0].line_discount, 200);
    assert_int_equal(d->priced.lines[0].order_discount, 300);
    assert_int_equal(d->priced.lines[1].line_discount + d->priced.lines[2].line_discount +
                         d->priced.lines[3].line_discount,
                     200);
    assert_int_equal(d->priced.lines[0].shares[0], 300);
    assert_int_equal(d->priced.total, 1500);
    assert_int_equal(d->priced.discount, 500);
}

static void
test_free_components_share_equally(void **state)
{
    draft *d = *state;

    menu(d, MPOS_QTY_ONE);
    d->lines[1].unit_price = d->lines[2].unit_price = d->lines[3].unit_price = 0;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[1].gross, 334);
    assert_int_equal(d->priced.lines[2].gross, 333);
    assert_int_equal(d->priced.lines[3].gross, 333);
}

static void
test_default_sequence(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 10000, MPOS_QTY_ONE);

    discount_line(d, line, MPOS_DISCOUNT_FIXED, 500);
    discount_line(d, line, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 700);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 50000000);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].discounts[1], 1000); /* 10 % of 100.00 */
    assert_int_equal(d->priced.discounts[1], 450);           /* 5 % of 90.00 */
    assert_int_equal(d->priced.lines[0].discounts[0], 500);
    assert_int_equal(d->priced.discounts[0], 700);
    assert_int_equal(d->priced.total, 10000 - 1000 - 450 - 500 - 700);
}

static void
test_declared_sequence(void **state)
{
    draft *d = *state;
    static const uint8_t sequence[] = {MPOS_STEP_ORDER_FIXED, MPOS_STEP_LINE_PERCENT};
    mpos_cart_line *line = add_line(d, 10000, MPOS_QTY_ONE);

    memset(d->cart.sequence, 0, sizeof d->cart.sequence);
    memcpy(d->cart.sequence, sequence, sizeof sequence);
    d->cart.sequence_count = sizeof sequence;
    discount_line(d, line, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 1000);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].discounts[0], 900); /* 10 % of what the fixed one left */
    assert_int_equal(d->priced.total, 8100);
}

static void
test_repeated_steps_take_one_each_and_the_last_the_rest(void **state)
{
    draft *d = *state;
    static const uint8_t sequence[] = {MPOS_STEP_ORDER_PERCENT, MPOS_STEP_ORDER_FIXED,
                                       MPOS_STEP_ORDER_PERCENT};

    memset(d->cart.sequence, 0, sizeof d->cart.sequence);
    memcpy(d->cart.sequence, sequence, sizeof sequence);
    d->cart.sequence_count = sizeof sequence;
    add_line(d, 10000, MPOS_QTY_ONE);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_PERCENT, 100000000);
    discount_order(d, MPOS_DISCOUNT_FIXED, 1000);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.discounts[0], 1000);
    assert_int_equal(d->priced.discounts[3], 1000);
    assert_int_equal(d->priced.discounts[1], 800);
    assert_int_equal(d->priced.discounts[2], 720);
}

static void
test_fixed_discount_takes_at_most_what_is_left(void **state)
{
    draft *d = *state;

    discount_line(d, add_line(d, 300, MPOS_QTY_ONE), MPOS_DISCOUNT_FIXED, 1000);
    add_line(d, 200, MPOS_QTY_ONE);
    discount_order(d, MPOS_DISCOUNT_FIXED, 500);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].line_discount, 300);
    assert_int_equal(d->priced.lines[1].order_discount, 200);
    assert_int_equal(d->priced.total, 0);
}

static void
test_included_added_and_mixed_taxes(void **state)
{
    draft *d = *state;
    uint16_t included = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);
    uint16_t added = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);
    mpos_cart_line *line = add_line(d, 1190, MPOS_QTY_ONE);

    tax_line(d, line, included);
    tax_line(d, line, added);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].net, 1000);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 190);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 50);
    assert_int_equal(d->priced.lines[0].taxes[1].base, 1000);
    assert_int_equal(d->priced.total, 1240);
}

static void
test_order_of_mixed_taxes_does_not_matter(void **state)
{
    draft *d = *state;
    uint16_t added = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);
    uint16_t included = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);
    mpos_cart_line *line = add_line(d, 1190, MPOS_QTY_ONE);

    tax_line(d, line, added);
    tax_line(d, line, included);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].taxes[0].base, 1000);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 50);
    assert_int_equal(d->priced.total, 1240);
}

static void
test_compound_taxes(void **state)
{
    draft *d = *state;
    uint16_t first = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_AFFECTS_NEXT);
    uint16_t second = add_tax(d, MPOS_TAX_PERCENT, 100000000, 0);
    uint16_t apart = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_BASE_UNAFFECTED);
    mpos_cart_line *line = add_line(d, 1000, MPOS_QTY_ONE);

    tax_line(d, line, first);
    tax_line(d, line, second);
    tax_line(d, line, apart);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 100);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 110);
    assert_int_equal(d->priced.lines[0].taxes[1].base, 1100);
    assert_int_equal(d->priced.lines[0].taxes[2].amount, 100);
    assert_int_equal(d->priced.total, 1310);
}

static void
test_included_compound_taxes(void **state)
{
    draft *d = *state;
    uint16_t first = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_INCLUDED | MPOS_TAX_AFFECTS_NEXT);
    uint16_t second = add_tax(d, MPOS_TAX_PERCENT, 100000000, MPOS_TAX_INCLUDED);
    mpos_cart_line *line = add_line(d, 1210, MPOS_QTY_ONE);

    tax_line(d, line, first);
    tax_line(d, line, second);
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].net, 1000);
    assert_int_equal(d->priced.lines[0].taxes[0].amount, 100);
    assert_int_equal(d->priced.lines[0].taxes[1].amount, 110);
    assert_int_equal(d->priced.lines[0].taxes[1].base, 1100);
}

static void
test_fixed_and_division_taxes(void **state)
{
    draft *d = *state;
    uint16_t deposit = add_tax(d, MPOS_TAX_FIXED, 25, MPOS_TAX_INCLUDED);
    uint16_t division = add_tax(d, MPOS_TAX_DIVISION, 200000000, 0);
    mpos_cart_line *line = add_line(d, 125, 4 * MPOS_QTY_ONE);

    tax_line(d, line, deposit);
    tax_line(d, add_line(d, 400, MPOS_QTY_ONE), division); /* 20 % of the price with tax, 5.00 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.lines[0].tax, 100);
    assert_int_equal(d->priced.lines[0].net, 400);
    assert_int_equal(d->priced.lines[1].tax, 100);
    assert_int_equal(d->priced.lines[1].total, 500);
}

static void
test_division_taxes_of_the_whole_price_are_refused(void **state)
{
    draft *d = *state;
    uint16_t a = add_tax(d, MPOS_TAX_DIVISION, 600000000, 0);
    uint16_t b = add_tax(d, MPOS_TAX_DIVISION, 400000000, 0);
    mpos_cart_line *line = add_line(d, 400, MPOS_QTY_ONE);

    tax_line(d, line, a);
    tax_line(d, line, b);
    assert_int_equal(price(d), MPOS_E_OUT_OF_RANGE);
}

static void
test_included_tax_takes_at_most_the_price(void **state)
{
    draft *d = *state;
    uint16_t deposit = add_tax(d, MPOS_TAX_FIXED, 25, MPOS_TAX_INCLUDED);
    uint16_t percent = add_tax(d, MPOS_TAX_PERCENT, 190000000, MPOS_TAX_INCLUDED);

    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        mpos_cart_line *line;

        d->cart.line_count = 0;
        line = add_line(d, 10, MPOS_QTY_ONE);
        tax_line(d, line, percent);
        tax_line(d, line, deposit);
        d->cart.rounding.level = (uint8_t)level;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.net, 0);
        assert_int_equal(d->priced.tax, 10);
    }
}

static void
test_rounding_the_tax_or_the_net(void **state)
{
    draft *d = *state;

    tax_line(d, add_line(d, 299, MPOS_QTY_ONE), add_tax(d, MPOS_TAX_PERCENT, 40000000, MPOS_TAX_INCLUDED));
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        d->cart.rounding.inclusive = MPOS_INCLUSIVE_TAX;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.tax, 12); /* 11.5 */
        d->cart.rounding.inclusive = MPOS_INCLUSIVE_NET;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.net, 288); /* 287.5 */
        assert_int_equal(d->priced.tax, 11);
    }
}

/* Three lines of 3 pieces at 0.33 with 20 % and 5 % added: where the rounding happens shows in the sums. */
static void
test_levels(void **state)
{
    static const int64_t wanted[MPOS_ROUNDING_LEVELS][2] = {
        [MPOS_LEVEL_UNIT] = {63, 18},     /* 7 and 2 per piece */
        [MPOS_LEVEL_LINE] = {60, 15},     /* 24.75 a line, rounded to 25, split 20 and 5 */
        [MPOS_LEVEL_LINE_TAX] = {60, 15}, /* 19.8 and 4.95 a line */
        [MPOS_LEVEL_RATE] = {59, 15},     /* 59.4 and 14.85 */
        [MPOS_LEVEL_ORDER] = {59, 15},    /* 74.25 in all */
    };
    draft *d = *state;
    uint16_t high = add_tax(d, MPOS_TAX_PERCENT, 200000000, 0);
    uint16_t low = add_tax(d, MPOS_TAX_PERCENT, 50000000, 0);

    for (int i = 0; i < 3; i++) {
        mpos_cart_line *line = add_line(d, 33, 3 * MPOS_QTY_ONE);

        tax_line(d, line, high);
        tax_line(d, line, low);
    }
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.taxes[0].amount, wanted[level][0]);
        assert_int_equal(d->priced.taxes[1].amount, wanted[level][1]);
        assert_int_equal(d->priced.taxes[0].base, 297);
    }
}

static void
test_fractions_that_add_up_to_a_tie_are_a_tie(void **state)
{
    draft *d = *state;
    uint16_t tax = add_tax(d, MPOS_TAX_PERCENT, 200000000, MPOS_TAX_INCLUDED);

    for (int i = 0; i < 3; i++) {
        tax_line(d, add_line(d, 1, MPOS_QTY_ONE), tax); /* a sixth each */
    }
    d->cart.rounding.level = MPOS_LEVEL_RATE;
    d->cart.rounding.mode = MPOS_ROUND_HALF_DOWN;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 0);
    d->cart.rounding.mode = MPOS_ROUND_HALF_UP;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 1);
}

static void
test_unit_level_spreads_a_discount_over_the_units(void **state)
{
    draft *d = *state;
    mpos_cart_line *line = add_line(d, 100, 3 * MPOS_QTY_ONE);

    tax_line(d, line, add_tax(d, MPOS_TAX_PERCENT, 250000000, 0));
    discount_line(d, line, MPOS_DISCOUNT_FIXED, 1); /* 2.99: 1.00, 1.00 and 0.99 */
    d->cart.rounding.level = MPOS_LEVEL_UNIT;
    d->cart.rounding.mode = MPOS_ROUND_DOWN;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 25 + 25 + 24);
    line->qty = 2500000; /* no units: as a line, 2.49 */
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 62);
}

static void
test_increment_of_the_tax(void **state)
{
    draft *d = *state;

    tax_line(d, add_line(d, 1000, MPOS_QTY_ONE), add_tax(d, MPOS_TAX_PERCENT, 77000000, 0));
    d->cart.rounding.increment = 5;
    assert_int_equal(price(d), MPOS_OK);
    assert_int_equal(d->priced.tax, 75); /* 77 */
}

static void
test_empty_cart(void **state)
{
    draft *d = *state;

    add_tax(d, MPOS_TAX_PERCENT, 77000000, 0);
    discount_order(d, MPOS_DISCOUNT_FIXED, 5);
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        assert_int_equal(price(d), MPOS_OK);
        assert_int_equal(d->priced.total, 0);
        assert_int_equal(d->priced.discounts[0], 0);
    }
}

static void
test_room_one_less_and_zero(void **state)
{
    draft *d = *state;
    mpos_priced before;
    size_t size;
    void *room;

    menu(d, MPOS_QTY_ONE);
    discount_order(d, MPOS_DISCOUNT_FIXED, 5);
    size = mpos_price_size(&d->cart);
    room = malloc(size);
    memset(&d->priced, 0x5a, sizeof d->priced);
    before = d->priced;
    assert_int_equal(mpos_price(&d->cart, room, size - 1, &d->priced), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_price(&d->cart, NULL, 0, &d->priced), MPOS_E_BUFFER_TOO_SMALL);
    assert_memory_equal(&before, &d->priced, sizeof before);
    assert_int_equal(mpos_price(&d->cart, room, size, &d->priced), MPOS_OK);
    free(room);
}

static void
test_overflow_is_an_error_everywhere(void **state)
{
    draft *d = *state;
    uint16_t tax = add_tax(d, MPOS_TAX_PERCENT, MPOS_RATE_MAX, MPOS_TAX_AFFECTS_NEXT);
    uint16_t again = add_tax(d, MPOS_TAX_PERCENT, MPOS_RATE_MAX, 0);
    uint16_t fixed = add_tax(d, MPOS_TAX_FIXED, MPOS_AMOUNT_MAX, 0);
    mpos_cart_line *line = add_line(d, MPOS_AMOUNT_MAX, MPOS_QTY_ONE);

    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        d->cart.rounding.level = (uint8_t)level;
        d->cart.line_count = 1;
        line->tax_count = line->modifier_count = 0;
        line->qty = MPOS_QTY_ONE;
        line->unit_price = MPOS_AMOUNT_MAX;
        assert_int_equal(price(d), MPOS_OK); /* the largest amount there is */
        line->qty = MPOS_QTY_MAX;
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->qty = MPOS_QTY_ONE;
        modify(d, line, MPOS_AMOUNT_MAX, MPOS_MODIFIER_QTY_MAX, MPOS_PER_UNIT);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->modifier_count = 0;
        add_line(d, 1, MPOS_QTY_ONE); /* two lines, one too much together */
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        d->cart.line_count = 1;
        tax_line(d, line, tax);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->unit_price = MPOS_AMOUNT_MAX / 20;
        assert_int_equal(price(d), MPOS_OK);
        tax_line(d, line, again);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->tax_count = 0;
        line->unit_price = 1;
        line->qty = 2 * MPOS_QTY_ONE;
        tax_line(d, line, fixed);
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
        line->qty = MPOS_QTY_MAX;
        assert_int_equal(price(d), MPOS_E_AMOUNT_OVERFLOW);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_quantity_times_price),
        TEST(test_modifiers_per_unit_and_per_line),
        TEST(test_a_line_never_goes_below_zero),
        TEST(test_combo_price_is_apportioned),
        TEST(test_combo_discounts_follow_the_components),
        TEST(test_free_components_share_equally),
        TEST(test_default_sequence),
        TEST(test_declared_sequence),
        TEST(test_repeated_steps_take_one_each_and_the_last_the_rest),
        TEST(test_fixed_discount_takes_at_most_what_is_left),
        TEST(test_included_added_and_mixed_taxes),
        TEST(test_order_of_mixed_taxes_does_not_matter),
        TEST(test_compound_taxes),
        TEST(test_included_compound_taxes),
        TEST(test_fixed_and_division_taxes),
        TEST(test_division_taxes_of_the_whole_price_are_refused),
        TEST(test_included_tax_takes_at_most_the_price),
        TEST(test_rounding_the_tax_or_the_net),
        TEST(test_levels),
        TEST(test_fractions_that_add_up_to_a_tie_are_a_tie),
        TEST(test_unit_level_spreads_a_discount_over_the_units),
        TEST(test_increment_of_the_tax),
        TEST(test_empty_cart),
        TEST(test_room_one_less_and_zero),
        TEST(test_overflow_is_an_error_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
