/* test_explain.c - every amount of a bill is explained, by the numbers that made it. */
#include <stdlib.h>
#include <string.h>

#include "basket_random.h"
#include "explain.h"
#include "host.h"
#include "sell.h"

/* A sale and its trace. */
typedef struct bill {
    const mpos_rules *rules;
    const mpos_basket *basket;
    mpos_cart cart;
    mpos_priced priced;
    mpos_explain_entry *entries;
    size_t count;
    void *room;
    void *price_room;
} bill;

/* Explains with room for exactly the most entries. */
static void
make(bill *b, const mpos_rules *rules, const mpos_basket *basket)
{
    size_t size = mpos_sell_size(rules, basket);

    *b = (bill){.rules = rules, .basket = basket, .room = malloc(size)};
    assert_int_equal(mpos_sell(rules, basket, b->room, size, &b->cart), MPOS_OK);
    size = mpos_price_size(&b->cart);
    b->price_room = malloc(size > 0 ? size : 1);
    assert_int_equal(mpos_price(&b->cart, b->price_room, size, &b->priced), MPOS_OK);
    size = mpos_explain_count_max(basket, &b->cart);
    b->entries = malloc(size * sizeof *b->entries);
    assert_int_equal(mpos_explain(rules, basket, &b->cart, &b->priced, b->entries, size, &b->count), MPOS_OK);
    assert_in_range(b->count, 1, size);
}

static void
end(bill *b)
{
    free(b->entries);
    free(b->price_room);
    free(b->room);
}

static const mpos_explain_entry *
find(const bill *b, size_t line, mpos_explain_step step, size_t index)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->entries[i].line == line && b->entries[i].step == step && b->entries[i].index == index) {
            return &b->entries[i];
        }
    }
    return NULL;
}

static void
expect(const bill *b, size_t line, mpos_explain_step step, size_t index, uint8_t rule, int64_t value,
       int64_t base, int64_t amount, int64_t remainder)
{
    const mpos_explain_entry *e = find(b, line, step, index);

    assert_non_null(e);
    assert_int_equal(e->rule[0], rule);
    assert_int_equal(e->value, value);
    assert_int_equal(e->base, base);
    assert_int_equal(e->amount, amount);
    assert_int_equal(e->remainder, remainder);
}

static mpos_when
always(void)
{
    return (mpos_when){.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};
}

/*
 * 2 x 10.00 by a book of 9.50, with a modifier of 0.33; 10 % off the line by hand, 5 % off the order by a promotion, 10 % service
 * charge on what is left, 19 % included.
 */
static void
test_a_bill_step_by_step(void **state)
{
    static const uint16_t taxes[] = {0};
    static const mpos_book_price prices[] = {{0, MPOS_QTY_ONE, 950}};
    static const mpos_basket_group groups[] = {{0}};
    static const mpos_basket_modifier modifiers[] = {{{0x60}, 0, MPOS_PER_UNIT, 1, 33}};
    static const mpos_cart_discount discounts[] = {{.type = MPOS_DISCOUNT_PERCENT, .value = 100000000}};
    mpos_rule_tax tax = {{.id = {0x70}, .flags = MPOS_TAX_INCLUDED, .value = 190000000}, always()};
    mpos_book book = {{0x71}, 0, always()};
    mpos_promotion promotion = {.id = {0x72}, .scope = MPOS_SCOPE_ORDER, .value = 50000000, .when = always()};
    mpos_charge_rule charge = {.id = {0x73}, .value = 100000000, .when = always()};
    mpos_basket_line line = {
        .id = {1}, .item = {0x61}, .qty = 2 * MPOS_QTY_ONE, .price = 1000, .open_price = -1};
    mpos_rules rules;
    mpos_basket basket;
    bill b;

    (void)state;
    mpos_rules_init(&rules, "EUR", 2);
    mpos_basket_init(&basket);
    rules.taxes = &tax;
    rules.books = &book;
    rules.promotions = &promotion;
    rules.charges = &charge;
    rules.tax_count = rules.book_count = rules.promotion_count = rules.charge_count = 1;
    line.floor = -1;
    line.parent = MPOS_NO_PARENT;
    line.taxes = taxes;
    line.prices = prices;
    line.groups = groups;
    line.modifiers = modifiers;
    line.discounts = discounts;
    line.tax_count = line.price_count = line.group_count = line.modifier_count = line.discount_count = 1;
    basket.lines = &line;
    basket.line_count = 1;
    make(&b, &rules, &basket);
    expect(&b, 0, MPOS_WHY_PRICE, 0, 0x61, 0, 0, 1000, 0);
    expect(&b, 0, MPOS_WHY_BOOK, 0, 0x71, MPOS_QTY_ONE, 1000, 950, 0);
    expect(&b, 0, MPOS_WHY_MODIFIER, 0, 0x60, 1, 33, 66, 0);
    expect(&b, 0, MPOS_WHY_GROSS, 0, 0x61, 2 * MPOS_QTY_ONE, 950, 1966, 0);
    expect(&b, 0, MPOS_WHY_LINE_DISCOUNT, 0, 0, 100000000, 1966, 197, -400000); /* 196.6 */
    expect(&b, 0, MPOS_WHY_DISCOUNT_SHARE, 0, 0x72, 0, 88, 88, 0);
    expect(&b, MPOS_EXPLAIN_ORDER, MPOS_WHY_ORDER_DISCOUNT, 0, 0x72, 50000000, 1769, 88, 450000); /* 88.45 */
    expect(&b, 1, MPOS_WHY_CHARGE, 0, 0x73, 100000000, 1681, 168, 100000);
    expect(&b, 0, MPOS_WHY_TAX, 0, 0x70, 190000000, 1413, 268, 394957); /* 1681 x 19/119 = 268.394957... */
    expect(&b, MPOS_EXPLAIN_ORDER, MPOS_WHY_TAX_TOTAL, 0, 0x70, 190000000, 1413, 268, 0);
    expect(&b, 0, MPOS_WHY_LINE_TOTAL, 0, 0, 1413, 268, 1681, 0);
    expect(&b, MPOS_EXPLAIN_ORDER, MPOS_WHY_TOTAL, 0, 0, 1413 + 168, 268, 1681 + 168, 0);
    assert_null(find(&b, 0, MPOS_WHY_TAX_MAP, 0));
    end(&b);
}

/* Tax map, exemption, open price and combo: where the unit price went. */
static void
test_moved_prices_name_their_map(void **state)
{
    static const uint16_t taxes[] = {0};
    mpos_rule_tax tax = {{.id = {0x70}, .flags = MPOS_TAX_INCLUDED, .value = 190000000}, always()};
    mpos_replacement none = {0, 0, NULL};
    mpos_tax_map map = {.id = {0x74}, .keep = MPOS_KEEP_NET, .replacement_count = 1, .when = always()};
    mpos_basket_line lines[3] = {{.id = {1}, .item = {0x61}, .variant = {0x65}, .qty = MPOS_QTY_ONE},
                                 {.id = {2}, .item = {0x62}, .qty = MPOS_QTY_ONE},
                                 {.id = {3}, .item = {0x63}, .qty = MPOS_QTY_ONE}};
    mpos_rules rules;
    mpos_basket basket;
    bill b;

    (void)state;
    mpos_rules_init(&rules, "EUR", 2);
    mpos_basket_init(&basket);
    map.replacements = &none;
    rules.taxes = &tax;
    rules.maps = &map;
    rules.tax_count = rules.map_count = 1;
    for (size_t i = 0; i < 3; i++) {
        lines[i].price = 1190;
        lines[i].open_price = lines[i].floor = MPOS_NO_AMOUNT;
        lines[i].parent = i < 2 ? MPOS_NO_PARENT : 1;
        lines[i].taxes = taxes;
        lines[i].tax_count = i != 1;
    }
    lines[0].open_price = 2380;
    lines[1].component_count = 1;
    basket.lines = lines;
    basket.line_count = 3;
    make(&b, &rules, &basket);
    expect(&b, 0, MPOS_WHY_OPEN_PRICE, 0, 0x65, 0, 1190, 2380, 0);
    expect(&b, 0, MPOS_WHY_TAX_MAP, 0, 0x74, 0, 2380, 2000, 0);
    expect(&b, 1, MPOS_WHY_TAX_MAP, 0, 0x74, 0, 1190, 1000, 0);
    expect(&b, 2, MPOS_WHY_TAX_MAP, 0, 0x74, 0, 1190, 1000, 0);
    expect(&b, 2, MPOS_WHY_COMBO_SHARE, 0, 0x63, 0, 1000, 1000, 0);
    end(&b);
    basket.in.exempt = 1;
    rules.map_count = 0;
    make(&b, &rules, &basket);
    expect(&b, 0, MPOS_WHY_TAX_MAP, 0, 0, 0, 2380, 2000, 0);
    end(&b);
}

/* Amounts of a step of one line added up. */
static int64_t
sum_of(const bill *b, size_t line, mpos_explain_step step)
{
    int64_t sum = 0;

    for (size_t i = 0; i < b->count; i++) {
        sum += b->entries[i].line == line && b->entries[i].step == step ? b->entries[i].amount : 0;
    }
    return sum;
}

/* What the trace says is what was priced, to the last unit. */
static void
check_line(const bill *b, size_t i)
{
    const mpos_cart_line *line = &b->cart.lines[i];
    const mpos_priced_line *priced = &b->priced.lines[i];
    int64_t surcharges = sum_of(b, i, MPOS_WHY_SURCHARGE_SHARE);

    assert_int_equal(sum_of(b, i, MPOS_WHY_GROSS) + sum_of(b, i, MPOS_WHY_CHARGE) + surcharges,
                     priced->gross);
    assert_int_equal(sum_of(b, i, MPOS_WHY_DISCOUNT_SHARE), priced->order_discount);
    assert_int_equal(sum_of(b, i, MPOS_WHY_TAX), line->component_count > 0 ? 0 : priced->tax);
    assert_int_equal(sum_of(b, i, MPOS_WHY_LINE_TOTAL), priced->total);
    if (line->parent == MPOS_NO_PARENT) {
        assert_int_equal(sum_of(b, i, MPOS_WHY_LINE_DISCOUNT), priced->line_discount);
    }
}

/* A percentage that nothing holds back is at most one unit from what its base asks for. */
static void
check_percentages(const bill *b)
{
    int floors = 0;

    for (size_t i = 0; i < b->cart.line_count; i++) {
        floors |= b->cart.lines[i].floor > 0;
    }
    for (size_t i = 0; i < b->count; i++) {
        const mpos_explain_entry *e = &b->entries[i];
        int percent = e->unit == MPOS_UNIT_RATE && e->step != MPOS_WHY_TAX && e->step != MPOS_WHY_TAX_TOTAL;

        assert_true(e->base >= 0 || e->step == MPOS_WHY_MODIFIER);
        if (percent && (!floors || e->step == MPOS_WHY_CHARGE)) {
            assert_in_range(e->remainder + 1000000, 0, 2000000); /* what is below a millionth is cut off */
        }
    }
}

static void
test_random_bills_add_up(void **state)
{
    static random_basket r;
    const char *full = getenv("MPOS_FULL");

    (void)state;
    random_basket_seed(&r, 77);
    for (int i = full != NULL && strcmp(full, "1") == 0 ? 100000 : 2000; i > 0; i--) {
        bill b;

        random_rules_next(&r);
        random_basket_next(&r);
        make(&b, &r.rules, &r.basket);
        for (size_t at = 0; at < b.cart.line_count; at++) {
            check_line(&b, at);
        }
        check_percentages(&b);
        assert_int_equal(sum_of(&b, MPOS_EXPLAIN_ORDER, MPOS_WHY_TOTAL), b.priced.total);
        assert_int_equal(sum_of(&b, MPOS_EXPLAIN_ORDER, MPOS_WHY_TAX_TOTAL), b.priced.tax);
        end(&b);
    }
}

/* The form of four entries gives them again; nothing else is a form. */
static void
assert_reads_back(const mpos_explain_entry *entries, const uint8_t *form, size_t size)
{
    mpos_explain_entry read[4];
    uint8_t wrong[MPOS_TRACE_HEADER_SIZE + 4 * MPOS_TRACE_ENTRY_SIZE];
    size_t count = 0;

    assert_int_equal(mpos_trace_form_decode(form, size, read, 3, &count), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_trace_form_decode(form, size - 1, read, 4, &count), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_trace_form_decode(form, 15, read, 4, &count), MPOS_E_INVALID_VALUE);
    for (size_t at = 0; at < 20; at += at == 11 ? 7 : 11) {
        memcpy(wrong, form, size);
        wrong[at] ^= 0x80;
        assert_int_equal(mpos_trace_form_decode(wrong, size, read, 4, &count), MPOS_E_INVALID_VALUE);
    }
    assert_int_equal(count, 0);
    assert_int_equal(mpos_trace_form_decode(form, size, read, 4, &count), MPOS_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(read[i].step, entries[i].step);
        assert_int_equal(read[i].unit, entries[i].unit);
        assert_int_equal(read[i].line, entries[i].line);
        assert_memory_equal(read[i].rule, entries[i].rule, 16);
        assert_int_equal(read[i].amount, entries[i].amount);
        assert_int_equal(read[i].remainder, entries[i].remainder);
    }
}

static void
test_form_and_room(void **state)
{
    static const mpos_basket_line line = {.id = {1},
                                          .item = {2},
                                          .qty = 1,
                                          .price = 3,
                                          .open_price = -1,
                                          .floor = -1,
                                          .parent = MPOS_NO_PARENT};
    mpos_rules rules;
    mpos_basket basket;
    uint8_t form[MPOS_TRACE_HEADER_SIZE + 4 * MPOS_TRACE_ENTRY_SIZE];
    size_t size;
    bill b;

    (void)state;
    mpos_rules_init(&rules, "EUR", 2);
    mpos_basket_init(&basket);
    basket.lines = &line;
    basket.line_count = 1;
    make(&b, &rules, &basket);
    assert_int_equal(b.count, 4);
    assert_int_equal(mpos_trace_form_encode(b.entries, 4, form, sizeof form - 1, &size),
                     MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_trace_form_encode(b.entries, 4, form, sizeof form, &size), MPOS_OK);
    assert_int_equal(size, sizeof form);
    assert_hex(form, "4d504f5357485931"
                     "00000004"
                     "00000000"
                     "0000"
                     "01"
                     "00"
                     "0000"
                     "0000"
                     "02000000000000000000000000000000"
                     "0000000000000000"
                     "0000000000000000"
                     "0000000000000003"
                     "0000000000000000"
                     "0000"
                     "07"
                     "02"
                     "0000"
                     "0000"
                     "02000000000000000000000000000000"
                     "0000000000000001"
                     "0000000000000003"
                     "0000000000000000"
                     "0000000000000003");
    assert_reads_back(b.entries, form, sizeof form);
    assert_int_equal(mpos_explain(&rules, &basket, &b.cart, &b.priced, b.entries, 3, &size),
                     MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_explain(NULL, NULL, &b.cart, &b.priced, b.entries, 4, &size), MPOS_OK);
    assert_int_equal(b.entries[0].amount, 3);
    end(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bill_step_by_step),
        cmocka_unit_test(test_moved_prices_name_their_map),
        cmocka_unit_test(test_random_bills_add_up),
        cmocka_unit_test(test_form_and_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
