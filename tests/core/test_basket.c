/* test_basket.c - baskets: their form and where their mistakes are. */
#include <stdlib.h>
#include <string.h>

#include "basket.h"
#include "host.h"

static const uint8_t ids[][16] = {{1}, {2}};
static const uint16_t taxes[] = {1, 0};
static const mpos_basket_group groups[] = {{2}, {0}, {1}};

/* A basket of a plain line and a combo with one component. */
typedef struct table {
    mpos_basket basket;
    mpos_book_price prices[3];
    mpos_basket_modifier modifiers[2];
    mpos_cart_discount discounts[2];
    mpos_basket_line lines[3];
    mpos_rules rules;
} table;

static table *
make(void)
{
    table *t = calloc(1, sizeof *t);

    mpos_basket_init(&t->basket);
    mpos_rules_init(&t->rules, "EUR", 2);
    t->rules.tax_count = 2;
    t->rules.book_count = 3;
    t->basket.in = (mpos_circumstances){{3}, {4}, 29000000, 2, MPOS_TAKE_AWAY, MPOS_CHANNEL_WEB, 1};
    memset(t->basket.catalogue, 0xcc, 32);
    t->prices[0] = (mpos_book_price){2, 0, 450};
    t->prices[1] = (mpos_book_price){2, 10 * MPOS_QTY_ONE, 400};
    t->prices[2] = (mpos_book_price){0, 0, 0};
    t->modifiers[0] = (mpos_basket_modifier){{6}, 2, MPOS_PER_UNIT, 3, 50};
    t->modifiers[1] = (mpos_basket_modifier){{7}, 0, MPOS_PER_LINE, 1, -20};
    t->discounts[0] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 5};
    t->discounts[1] = (mpos_cart_discount){.flags = MPOS_DISCOUNT_EXCLUSIVE, .value = MPOS_RATE_ONE};
    for (uint8_t i = 0; i < 3; i++) {
        t->lines[i] = (mpos_basket_line){.id = {i + 1},
                                         .item = {0x10},
                                         .variant = {0x20},
                                         .category = {0x30},
                                         .qty = MPOS_QTY_ONE,
                                         .price = 500,
                                         .open_price = -1,
                                         .floor = -1,
                                         .parent = MPOS_NO_PARENT};
    }
    t->lines[0].open_price = 0;
    t->lines[0].floor = 100;
    t->lines[0].flags = MPOS_BASKET_NO_DISCOUNT | MPOS_BASKET_LATER;
    t->lines[0].at = t->basket.in.at + 1;
    t->lines[0].taxes = t->lines[2].taxes = taxes;
    t->lines[0].tax_count = t->lines[2].tax_count = 2;
    t->lines[0].prices = t->prices;
    t->lines[0].price_count = 3;
    t->lines[0].groups = groups;
    t->lines[0].group_count = 3;
    t->lines[0].modifiers = t->modifiers;
    t->lines[0].modifier_count = 2;
    t->lines[0].discounts = t->discounts;
    t->lines[0].discount_count = 2;
    t->lines[1].component_count = 1;
    t->lines[2].parent = 1;
    t->basket.coupons = ids;
    t->basket.waived = ids;
    t->basket.discounts = t->discounts;
    t->basket.lines = t->lines;
    t->basket.coupon_count = t->basket.waived_count = t->basket.discount_count = 2;
    t->basket.line_count = 3;
    return t;
}

static uint8_t *
encode(const mpos_basket *basket, size_t *size)
{
    size_t wanted = mpos_basket_form_size(basket);
    uint8_t *form = malloc(wanted);

    assert_int_equal(mpos_basket_form_encode(basket, form, wanted - 1, size), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_basket_form_encode(basket, form, wanted, size), MPOS_OK);
    assert_int_equal(*size, wanted);
    return form;
}

/* Decodes from and into memory of exactly that size; what was read must write these bytes again. */
static mpos_err
decode(const uint8_t *form, size_t size, size_t room_size, const mpos_rules *rules)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    void *room = malloc(room_size > 0 ? room_size : 1);
    mpos_basket basket;
    mpos_err err;

    if (size > 0) {
        memcpy(exact, form, size);
    }
    err = mpos_basket_form_decode(exact, size, rules, room, room_size, &basket);
    free(exact);
    if (err == MPOS_OK) {
        size_t again_size;
        uint8_t *again = encode(&basket, &again_size);

        assert_int_equal(again_size, size);
        assert_memory_equal(again, form, size);
        free(again);
    }
    free(room);
    return err;
}

static void
test_form_comes_back(void **state)
{
    table *t = make();
    size_t size;
    uint8_t *form = encode(&t->basket, &size);

    (void)state;
    assert_int_equal(decode(form, size, mpos_basket_room_size(size), &t->rules), MPOS_OK);
    t->rules.book_count = 2;
    assert_int_equal(decode(form, size, mpos_basket_room_size(size), &t->rules), MPOS_E_INVALID_VALUE);
    assert_int_equal(decode(form, size, mpos_basket_room_size(size), NULL), MPOS_OK);
    free(form);
    free(t);
}

static void
test_form_layout(void **state)
{
    table *t = make();
    uint8_t form[MPOS_BASKET_HEADER_SIZE + 112];
    size_t size;

    (void)state;
    t->basket.coupon_count = t->basket.waived_count = t->basket.discount_count = 0;
    t->basket.lines = &t->lines[1];
    t->basket.line_count = 1;
    assert_int_equal(mpos_basket_form_encode(&t->basket, form, sizeof form, &size), MPOS_OK);
    assert_int_equal(size, sizeof form);
    assert_hex(form, "4d504f5342534b31"
                     "03000000000000000000000000000000"
                     "04000000000000000000000000000000"
                     "0000000001ba8140"
                     "0002"
                     "01"
                     "05"
                     "01"
                     "000000");
    assert_hex(form + 88, "0000"
                          "0000"
                          "0000"
                          "0001"
                          "02000000000000000000000000000000"
                          "10000000000000000000000000000000"
                          "20000000000000000000000000000000"
                          "30000000000000000000000000000000"
                          "00000000000f4240"
                          "00000000000001f4"
                          "ffffffffffffffff"
                          "ffffffffffffffff"
                          "ffff"
                          "0001"
                          "0000"
                          "0000"
                          "0000"
                          "0000"
                          "0000"
                          "0000");
    free(t);
}

static void
test_wrong_sizes_are_refused(void **state)
{
    table *t = make();
    size_t size;
    uint8_t *form = encode(&t->basket, &size);
    uint8_t *longer = calloc(1, size + 1);

    (void)state;
    memcpy(longer, form, size);
    for (size_t i = 0; i < size; i++) {
        assert_int_not_equal(decode(form, i, mpos_basket_room_size(size), &t->rules), MPOS_OK);
    }
    assert_int_equal(decode(longer, size + 1, mpos_basket_room_size(size), &t->rules), MPOS_E_INVALID_VALUE);
    for (size_t room = 0; room < 256; room += 8) {
        assert_int_equal(decode(form, size, room, &t->rules), MPOS_E_BUFFER_TOO_SMALL);
    }
    free(longer);
    free(form);
    free(t);
}

/* What is read after a bit was changed writes exactly these bytes again; decode sees to that. */
static void
test_changed_bytes_do_no_harm(void **state)
{
    table *t = make();
    size_t size;
    uint8_t *form = encode(&t->basket, &size);

    (void)state;
    for (size_t i = 0; i < size * 8; i++) {
        form[i / 8] ^= (uint8_t)(1 << i % 8);
        decode(form, size, mpos_basket_room_size(size), &t->rules);
        form[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    free(form);
    free(t);
}

#define WRONG(change, error, place)                                                                          \
    do {                                                                                                     \
        table *t = make();                                                                                   \
        char pointer[MPOS_POINTER_SIZE] = "";                                                                \
        change;                                                                                              \
        assert_int_equal(mpos_basket_check(&t->basket, &t->rules, pointer), error);                          \
        assert_string_equal(pointer, place);                                                                 \
        free(t);                                                                                             \
    } while (0)

static void
test_circumstances_name_their_mistakes(void **state)
{
    static const uint8_t falling[][16] = {{2}, {1}};

    (void)state;
    WRONG(t->basket.in.at = -1, MPOS_E_OUT_OF_RANGE, "/at");
    WRONG(t->basket.in.at = MPOS_LOCAL_MINUTE_MAX + 1, MPOS_E_OUT_OF_RANGE, "/at");
    WRONG(t->basket.in.guests = 10000, MPOS_E_OUT_OF_RANGE, "/guests");
    WRONG(t->basket.in.place = 3, MPOS_E_INVALID_VALUE, "/place");
    WRONG(t->basket.in.channel = 9, MPOS_E_INVALID_VALUE, "/channel");
    WRONG(t->basket.in.exempt = 2, MPOS_E_INVALID_VALUE, "/exempt");
    WRONG(t->basket.coupons = falling, MPOS_E_INVALID_VALUE, "/coupons/1");
    WRONG(t->basket.coupon_count = 11, MPOS_E_TOO_MANY, "/coupons");
    WRONG(t->basket.waived = falling, MPOS_E_INVALID_VALUE, "/waived/1");
    WRONG(t->basket.discount_count = 11, MPOS_E_TOO_MANY, "/discounts");
    WRONG(t->discounts[1].flags = MPOS_DISCOUNT_RULE, MPOS_E_INVALID_VALUE, "/discounts/1/flags");
    WRONG(t->discounts[1].value = MPOS_RATE_ONE + 1, MPOS_E_DISCOUNT_RULE, "/discounts/1/value");
    WRONG(t->discounts[0].rule[3] = 1, MPOS_E_INVALID_VALUE, "/discounts/0/rule");
}

static void
test_lines_name_their_mistakes(void **state)
{
    (void)state;
    WRONG(t->lines[0].qty = 0, MPOS_E_OUT_OF_RANGE, "/lines/0/qty");
    WRONG(t->lines[1].price = -1, MPOS_E_OUT_OF_RANGE, "/lines/1/price");
    WRONG(t->lines[0].open_price = -2, MPOS_E_OUT_OF_RANGE, "/lines/0/open_price");
    WRONG(t->lines[0].floor = MPOS_AMOUNT_MAX + 1, MPOS_E_OUT_OF_RANGE, "/lines/0/floor");
    WRONG(t->lines[0].flags |= 4, MPOS_E_INVALID_VALUE, "/lines/0/flags");
    WRONG(t->lines[0].at--, MPOS_E_OUT_OF_RANGE, "/lines/0/at");
    WRONG(t->lines[0].at = MPOS_LOCAL_MINUTE_MAX + 1, MPOS_E_OUT_OF_RANGE, "/lines/0/at");
    WRONG(t->lines[1].at = t->lines[0].at, MPOS_E_OUT_OF_RANGE, "/lines/1/at");
    WRONG(t->lines[2].flags = MPOS_BASKET_LATER, MPOS_E_COMBO_RULE, "/lines/2/flags");
    WRONG(t->rules.tax_count = 1, MPOS_E_INVALID_VALUE, "/lines/0/taxes/0");
    WRONG(t->lines[0].tax_count = 9, MPOS_E_TOO_MANY, "/lines/0/taxes");
    WRONG(t->prices[0].book = 3, MPOS_E_INVALID_VALUE, "/lines/0/prices/0/book");
    WRONG(t->prices[1].min_qty = 0, MPOS_E_INVALID_VALUE, "/lines/0/prices/1/book");
    WRONG(t->prices[2].price = -1, MPOS_E_OUT_OF_RANGE, "/lines/0/prices/2/price");
    WRONG(t->lines[0].price_count = 65, MPOS_E_TOO_MANY, "/lines/0/prices");
    WRONG(t->modifiers[0].group = 3, MPOS_E_INVALID_VALUE, "/lines/0/modifiers/0/group");
    WRONG(t->modifiers[1].per = 2, MPOS_E_INVALID_VALUE, "/lines/0/modifiers/1/per");
    WRONG(t->modifiers[1].qty = 100, MPOS_E_OUT_OF_RANGE, "/lines/0/modifiers/1/qty");
    WRONG(t->lines[0].discount_count = 11, MPOS_E_TOO_MANY, "/lines/0/discounts");
    WRONG(t->lines[0].group_count = 33, MPOS_E_TOO_MANY, "/lines/0/groups");
}

static void
test_combos_keep_their_shape(void **state)
{
    (void)state;
    WRONG(t->lines[1].component_count = 2, MPOS_E_COMBO_RULE, "/lines/1/component_count");
    WRONG(t->lines[2].parent = 0, MPOS_E_COMBO_RULE, "/lines/2/parent");
    WRONG(t->lines[0].parent = 0, MPOS_E_COMBO_RULE, "/lines/0/parent");
    WRONG(t->lines[2].component_count = 1, MPOS_E_COMBO_RULE, "/lines/2/component_count");
    WRONG((t->lines[2].prices = t->prices, t->lines[2].price_count = 1), MPOS_E_COMBO_RULE,
          "/lines/2/prices");
    WRONG(t->lines[2].open_price = 1, MPOS_E_COMBO_RULE, "/lines/2/open_price");
    WRONG(t->lines[2].floor = 0, MPOS_E_DISCOUNT_RULE, "/lines/2/floor");
    WRONG((t->lines[2].discounts = t->discounts, t->lines[2].discount_count = 1), MPOS_E_DISCOUNT_RULE,
          "/lines/2/discounts");
    WRONG((t->lines[1].taxes = taxes, t->lines[1].tax_count = 1), MPOS_E_COMBO_RULE, "/lines/1/taxes");
    WRONG(t->lines[1].component_count = 21, MPOS_E_TOO_MANY, "/lines/1/component_count");
}

static void
test_limits_hold_exactly(void **state)
{
    static mpos_basket_line lines[MPOS_MAX_LINES + 1];
    static mpos_book_price prices[MPOS_LINE_PRICES_MAX];
    mpos_basket basket;
    char pointer[MPOS_POINTER_SIZE];

    (void)state;
    mpos_basket_init(&basket);
    for (size_t i = 0; i < MPOS_LINE_PRICES_MAX; i++) {
        prices[i].min_qty = (int64_t)i;
    }
    for (size_t i = 0; i <= MPOS_MAX_LINES; i++) {
        lines[i] = (mpos_basket_line){.qty = 1, .open_price = -1, .floor = -1, .parent = MPOS_NO_PARENT};
    }
    basket.lines = lines;
    basket.line_count = MPOS_MAX_LINES;
    assert_int_equal(mpos_basket_check(&basket, NULL, pointer), MPOS_OK);
    basket.line_count++;
    assert_int_equal(mpos_basket_check(&basket, NULL, pointer), MPOS_E_TOO_MANY);
    assert_string_equal(pointer, "/lines/200");
    basket.line_count = 63;
    for (size_t i = 0; i < 63; i++) {
        lines[i].prices = prices;
        lines[i].price_count = i < 62 ? 64 : 32;
    }
    assert_int_equal(mpos_basket_check(&basket, NULL, pointer), MPOS_OK); /* 62 x 64 + 32 = 4000 */
    lines[62].price_count++;
    assert_int_equal(mpos_basket_check(&basket, NULL, pointer), MPOS_E_TOO_MANY);
    assert_string_equal(pointer, "/lines/62/prices");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_comes_back),
        cmocka_unit_test(test_form_layout),
        cmocka_unit_test(test_wrong_sizes_are_refused),
        cmocka_unit_test(test_changed_bytes_do_no_harm),
        cmocka_unit_test(test_circumstances_name_their_mistakes),
        cmocka_unit_test(test_lines_name_their_mistakes),
        cmocka_unit_test(test_combos_keep_their_shape),
        cmocka_unit_test(test_limits_hold_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
