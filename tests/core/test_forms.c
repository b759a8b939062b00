/* test_forms.c - layout of the forms, buffers, limits of a cart, and bytes that nobody should believe. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cart_form.h"
#include "cart_random.h"
#include "host.h"
#include "priced_form.h"

static random_cart r;
static uint8_t form[1 << 20];
static uint64_t room[1 << 18];
static uint64_t price_room[1 << 18];

/* One line of two pieces at 1.19 with 19 % included, a modifier, and a fixed discount of 0.10 on the order. */
static mpos_cart
small_cart(void)
{
    static const mpos_cart_tax tax = {.id = {1}, .flags = MPOS_TAX_INCLUDED, .value = 190000000};
    static const mpos_cart_discount discount = {.type = MPOS_DISCOUNT_FIXED, .value = 10};
    static const mpos_cart_modifier modifier = {.id = {2}, .price = 5, .qty = 1, .per = MPOS_PER_UNIT};
    static const uint16_t taxes[] = {0};
    static mpos_cart_line line;
    mpos_cart cart;

    memset(&cart, 0, sizeof cart);
    memcpy(cart.currency, "EUR", 3);
    cart.exponent = 2;
    cart.rounding = (mpos_rounding){
        .mode = MPOS_ROUND_HALF_UP, .level = MPOS_LEVEL_LINE, .increment = 1, .cash_increment = 5};
    memset(cart.catalogue, 0xcc, 32);
    mpos_cart_default_sequence(&cart);
    line = (mpos_cart_line){
        .id = {3}, .item = {4}, .qty = 2 * MPOS_QTY_ONE, .unit_price = 119, .parent = MPOS_NO_PARENT};
    line.modifier_count = line.tax_count = 1;
    line.modifiers = &modifier;
    line.taxes = taxes;
    cart.tax_count = cart.discount_count = cart.line_count = 1;
    cart.taxes = &tax;
    cart.discounts = &discount;
    cart.lines = &line;
    return cart;
}

static void
test_priced_form_layout(void **state)
{
    mpos_cart cart = small_cart();
    mpos_priced priced;
    size_t size;

    (void)state;
    assert_int_equal(mpos_price(&cart, price_room, sizeof price_room, &priced), MPOS_OK);
    assert_int_equal(mpos_priced_form_encode(&cart, &priced, form, sizeof form, &size), MPOS_OK);
    assert_int_equal(size, 120 + 48 + 24 + 112 + 32 + 8 + 24);
    assert_memory_equal(form, "MPOSPRC1EUR\2\0\1\0\4", 16);
    assert_int_equal(mpos_get_u64(form + 16), 1);
    assert_int_equal(mpos_get_u64(form + 24), 5);
    assert_memory_equal(form + 32, cart.catalogue, 32);
    assert_memory_equal(form + 64, "\1\2\3\4\0\0\0\0\0\1\0\1\0\1\0\0", 16);
    assert_int_equal(mpos_get_u64(form + 80), 248);  /* gross */
    assert_int_equal(mpos_get_u64(form + 88), 10);   /* discount */
    assert_int_equal(mpos_get_u64(form + 96), 200);  /* net */
    assert_int_equal(mpos_get_u64(form + 104), 38);  /* tax */
    assert_int_equal(mpos_get_u64(form + 112), 238); /* total */
    assert_int_equal(form[120], 1);                  /* tax id */
    assert_int_equal(mpos_get_u64(form + 144), 190000000);
    assert_int_equal(mpos_get_u64(form + 152), 200);
    assert_int_equal(mpos_get_u64(form + 160), 38);
    assert_int_equal(form[168], MPOS_DISCOUNT_FIXED);
    assert_int_equal(mpos_get_u64(form + 176), 10);
    assert_int_equal(mpos_get_u64(form + 184), 10);
    assert_int_equal(form[192], 3); /* line id */
    assert_int_equal(form[208], 4); /* item */
    assert_int_equal(mpos_get_u64(form + 224), 2000000);
    assert_int_equal(mpos_get_u64(form + 232), 119);
    assert_memory_equal(form + 240, "\xff\xff\0\0\0\1\0\0\0\1\0\0\0\0\0\0", 16);
    assert_int_equal(mpos_get_u64(form + 256), 248);
    assert_int_equal(form[304], 2);                 /* modifier */
    assert_int_equal(mpos_get_u64(form + 336), 10); /* share of the order's discount */
    assert_int_equal(mpos_get_u64(form + 360), 38); /* line tax */
}

static void
test_cart_form_layout(void **state)
{
    mpos_cart cart = small_cart();
    size_t size;

    (void)state;
    assert_int_equal(mpos_cart_form_encode(&cart, form, sizeof form, &size), MPOS_OK);
    assert_int_equal(size, 80 + 32 + 16 + 64 + 32 + 2);
    assert_memory_equal(form, "MPOSCRT1EUR\2\0\1\0\4", 16);
    assert_int_equal(form[80], 1);
    assert_int_equal(form[80 + 17], MPOS_TAX_INCLUDED);
    assert_int_equal(form[112], MPOS_DISCOUNT_FIXED);
    assert_int_equal(form[128], 3);
    assert_int_equal(form[192], 2);
    assert_int_equal(mpos_get_u16(form + 224), 0);
}

static void
test_encoding_exact_one_less_zero(void **state)
{
    mpos_cart cart = small_cart();
    mpos_priced priced;
    size_t size = mpos_priced_form_size(&cart);
    size_t cart_size = mpos_cart_form_size(&cart);
    size_t written = 5;
    uint8_t *exact = malloc(size);

    (void)state;
    assert_int_equal(mpos_price(&cart, price_room, sizeof price_room, &priced), MPOS_OK);
    assert_int_equal(mpos_priced_form_encode(&cart, &priced, exact, 0, &written), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_priced_form_encode(&cart, &priced, exact, size - 1, &written),
                     MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_cart_form_encode(&cart, exact, cart_size - 1, &written), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(written, 5);
    assert_int_equal(mpos_priced_form_encode(&cart, &priced, exact, size, &written), MPOS_OK);
    assert_int_equal(written, size);
    free(exact);
}

static size_t
random_form(void)
{
    size_t size;

    do {
        random_cart_next(&r);
    } while (r.cart.line_count > 6 || r.cart.discount_count == 0);
    assert_int_equal(mpos_cart_form_encode(&r.cart, form, sizeof form, &size), MPOS_OK);
    return size;
}

static void
test_truncated_and_longer_forms_are_refused(void **state)
{
    mpos_cart cart;
    size_t size;

    (void)state;
    random_cart_seed(&r, 3);
    size = random_form();
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *shorter = malloc(cut + 1);

        memcpy(shorter, form, cut);
        assert_int_not_equal(mpos_cart_form_decode(shorter, cut, room, sizeof room, &cart), MPOS_OK);
        free(shorter);
    }
    form[size] = 0;
    assert_int_equal(mpos_cart_form_decode(form, size + 1, room, sizeof room, &cart), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_cart_form_decode(form, size, room, sizeof room, &cart), MPOS_OK);
}

static void
test_decoding_with_too_little_room(void **state)
{
    mpos_cart cart = small_cart();
    mpos_cart before, out;
    size_t size;

    (void)state;
    assert_int_equal(mpos_cart_form_encode(&cart, form, sizeof form, &size), MPOS_OK);
    memset(&out, 0x5a, sizeof out);
    before = out;
    assert_int_equal(mpos_cart_form_decode(form, size, NULL, 0, &out), MPOS_E_BUFFER_TOO_SMALL);
    for (size_t bytes = 0; bytes < 200; bytes += 8) {
        void *small = malloc(bytes + 8);
        mpos_err err = mpos_cart_form_decode(form, size, small, bytes, &out);

        assert_true(err == MPOS_E_BUFFER_TOO_SMALL || err == MPOS_OK);
        if (err != MPOS_OK) {
            assert_memory_equal(&out, &before, sizeof out);
        } else {
            before = out;
        }
        free(small);
    }
}

/* Every changed byte gives an error or a cart that can be priced or refused; the sanitizers see the rest. */
static void
test_changed_bytes_do_no_harm(void **state)
{
    (void)state;
    random_cart_seed(&r, 4);
    for (int round = 0; round < 4000; round++) {
        size_t size = random_form();
        uint8_t *exact = malloc(size);
        mpos_cart cart;
        mpos_priced priced;

        memcpy(exact, form, size);
        for (uint64_t changes = 1 + random_below(&r, 3); changes > 0; changes--) {
            exact[random_below(&r, random_below(&r, 2) ? size : 140)] = (uint8_t)random_below(&r, 256);
        }
        if (mpos_cart_form_decode(exact, size, room, sizeof room, &cart) == MPOS_OK) {
            size_t needed = mpos_price_size(&cart);
            void *memory = malloc(needed);
            mpos_err err = mpos_price(&cart, memory, needed, &priced);

            assert_true(err == MPOS_OK || err == MPOS_E_AMOUNT_OVERFLOW || err == MPOS_E_OUT_OF_RANGE);
            free(memory);
        }
        free(exact);
    }
}

/* The priced form as well, through its own decoder. */
static void
test_changed_priced_forms_do_no_harm(void **state)
{
    (void)state;
    random_cart_seed(&r, 8);
    for (int round = 0; round < 4000; round++) {
        mpos_cart cart;
        mpos_priced priced;
        size_t size;
        uint8_t *exact;

        random_form();
        assert_int_equal(mpos_price(&r.cart, price_room, sizeof price_room, &priced), MPOS_OK);
        assert_int_equal(mpos_priced_form_encode(&r.cart, &priced, form, sizeof form, &size), MPOS_OK);
        exact = malloc(size);
        memcpy(exact, form, size);
        exact[random_below(&r, size)] ^= (uint8_t)(1 + random_below(&r, 255));
        mpos_priced_form_decode(exact, size, room, sizeof room, &cart, &priced);
        free(exact);
    }
}

static mpos_err
checked(mpos_cart cart)
{
    return mpos_cart_check(&cart);
}

static void
test_cart_check_names_what_is_wrong(void **state)
{
    mpos_cart cart = small_cart();
    mpos_cart_line line = cart.lines[0];
    mpos_cart_tax tax = cart.taxes[0];
    mpos_cart_discount discount = cart.discounts[0];
    mpos_cart_modifier modifier = cart.lines[0].modifiers[0];
    uint16_t twice[] = {0, 0};

    (void)state;
    cart.lines = &line;
    cart.taxes = &tax;
    cart.discounts = &discount;
    line.modifiers = &modifier;
    assert_int_equal(checked(cart), MPOS_OK);
#define WRONG(change, back, err)                                                                             \
    do {                                                                                                     \
        change;                                                                                              \
        assert_int_equal(checked(cart), err);                                                                \
        back;                                                                                                \
        assert_int_equal(checked(cart), MPOS_OK);                                                            \
    } while (0)
    WRONG(line.qty = 0, line.qty = 1, MPOS_E_OUT_OF_RANGE);
    WRONG(line.qty = MPOS_QTY_MAX + 1, line.qty = MPOS_QTY_MAX, MPOS_E_OUT_OF_RANGE);
    WRONG(line.unit_price = -1, line.unit_price = 0, MPOS_E_OUT_OF_RANGE);
    WRONG(line.unit_price = MPOS_AMOUNT_MAX + 1, line.unit_price = 1, MPOS_E_OUT_OF_RANGE);
    WRONG(modifier.qty = 0, modifier.qty = 1, MPOS_E_OUT_OF_RANGE);
    WRONG(modifier.qty = MPOS_MODIFIER_QTY_MAX + 1, modifier.qty = 1, MPOS_E_OUT_OF_RANGE);
    WRONG(modifier.price = INT64_MIN, modifier.price = 1, MPOS_E_OUT_OF_RANGE);
    WRONG(modifier.per = 2, modifier.per = 1, MPOS_E_INVALID_VALUE);
    WRONG(discount.value = 0, discount.value = 1, MPOS_E_DISCOUNT_RULE);
    WRONG((discount.type = 0, discount.value = MPOS_RATE_ONE + 1), discount.value = 1, MPOS_E_DISCOUNT_RULE);
    WRONG(discount.type = 2, discount.type = 0, MPOS_E_INVALID_VALUE);
    WRONG(cart.sequence_count = 1, cart.sequence_count = 4, MPOS_E_DISCOUNT_RULE);
    WRONG(cart.sequence[0] = 9, cart.sequence[0] = 1, MPOS_E_INVALID_VALUE);
    WRONG(tax.value = -1, tax.value = 0, MPOS_E_OUT_OF_RANGE);
    WRONG(tax.value = MPOS_RATE_MAX + 1, tax.value = 0, MPOS_E_OUT_OF_RANGE);
    WRONG((tax.type = 2, tax.value = MPOS_RATE_ONE + 1), tax.type = 0, MPOS_E_OUT_OF_RANGE);
    WRONG((tax.type = 2, tax.value = MPOS_RATE_ONE, tax.flags = 0),
          (tax.type = 0, tax.flags = MPOS_TAX_INCLUDED), MPOS_E_OUT_OF_RANGE);
    WRONG(cart.rounding.discount = 2, cart.rounding.discount = 0, MPOS_E_INVALID_VALUE);
    WRONG(tax.type = 3, tax.type = 0, MPOS_E_INVALID_VALUE);
    WRONG(tax.flags = 8, tax.flags = 0, MPOS_E_INVALID_VALUE);
    WRONG((line.taxes = twice, line.tax_count = 2), line.tax_count = 1, MPOS_E_INVALID_VALUE);
    WRONG(cart.tax_count = 0, cart.tax_count = 1, MPOS_E_INVALID_VALUE);
    WRONG(cart.rounding.mode = 7, cart.rounding.mode = 0, MPOS_E_INVALID_VALUE);
    WRONG(cart.rounding.level = MPOS_ROUNDING_LEVELS, cart.rounding.level = 0, MPOS_E_INVALID_VALUE);
    WRONG(cart.rounding.inclusive = 2, cart.rounding.inclusive = 0, MPOS_E_INVALID_VALUE);
    WRONG(cart.rounding.increment = 0, cart.rounding.increment = 1, MPOS_E_OUT_OF_RANGE);
    WRONG(cart.exponent = 5, cart.exponent = 2, MPOS_E_INVALID_VALUE);
    WRONG(line.component_count = 1, line.component_count = 0, MPOS_E_COMBO_RULE);
    WRONG(line.parent = 0, line.parent = MPOS_NO_PARENT, MPOS_E_COMBO_RULE);
#undef WRONG
}

static void
test_combos_keep_their_shape(void **state)
{
    mpos_cart cart = small_cart();
    mpos_cart_line lines[3];
    mpos_cart_discount discount = {.type = MPOS_DISCOUNT_FIXED, .value = 1};

    (void)state;
    for (int i = 0; i < 3; i++) {
        lines[i] = (mpos_cart_line){.qty = 1, .parent = i > 0 ? 0 : MPOS_NO_PARENT};
        lines[i].discounts = &discount;
    }
    lines[0].component_count = 2;
    cart.lines = lines;
    cart.line_count = 3;
    assert_int_equal(checked(cart), MPOS_OK);
    lines[2].parent = MPOS_NO_PARENT;
    assert_int_equal(checked(cart), MPOS_E_COMBO_RULE);
    lines[2].parent = 1;
    assert_int_equal(checked(cart), MPOS_E_COMBO_RULE);
    lines[2].parent = 0;
    lines[1].component_count = 1;
    assert_int_equal(checked(cart), MPOS_E_COMBO_RULE);
    lines[1].component_count = 0;
    lines[1].discount_count = 1;
    assert_int_equal(checked(cart), MPOS_E_DISCOUNT_RULE);
    lines[1].discount_count = 0;
    cart.line_count = 2;
    assert_int_equal(checked(cart), MPOS_E_COMBO_RULE);
}

/* A cart of as many lines as counts say; combos of `components` each. */
static mpos_err
sized(mpos_cart *cart, mpos_cart_line *lines, size_t roots, size_t components)
{
    size_t n = 0;

    for (size_t i = 0; i < roots; i++) {
        size_t combo = n;

        lines[n++] = (mpos_cart_line){.qty = MPOS_QTY_ONE,
                                      .unit_price = 100,
                                      .parent = MPOS_NO_PARENT,
                                      .component_count = (uint16_t)components};
        for (size_t k = 0; k < components; k++) {
            lines[n++] = (mpos_cart_line){.qty = MPOS_QTY_ONE, .unit_price = 100, .parent = (uint16_t)combo};
        }
    }
    cart->lines = lines;
    cart->line_count = (uint16_t)n;
    return mpos_cart_check(cart);
}

static void
test_limits_hold_exactly(void **state)
{
    static mpos_cart_line lines[MPOS_MAX_LINES * 7];
    mpos_cart cart = small_cart();
    mpos_priced priced;
    size_t size;

    (void)state;
    assert_int_equal(sized(&cart, lines, MPOS_MAX_LINES, 0), MPOS_OK);
    assert_int_equal(sized(&cart, lines, MPOS_MAX_LINES + 1, 0), MPOS_E_TOO_MANY);
    assert_int_equal(mpos_price_size(&cart), 0);
    assert_int_equal(mpos_priced_form_size(&cart), 0);
    assert_int_equal(mpos_priced_form_encode(&cart, &priced, form, sizeof form, &size), MPOS_E_TOO_MANY);
    assert_int_equal(sized(&cart, lines, 1, MPOS_MAX_COMPONENTS), MPOS_OK);
    assert_int_equal(sized(&cart, lines, 1, MPOS_MAX_COMPONENTS + 1), MPOS_E_TOO_MANY);
    assert_int_equal(sized(&cart, lines, MPOS_MAX_LINES, 5), MPOS_OK);
    assert_int_equal(cart.line_count, MPOS_CART_LINES_MAX);
    assert_int_equal(mpos_price(&cart, price_room, sizeof price_room, &priced), MPOS_OK);
    assert_int_equal(priced.total, MPOS_MAX_LINES * 100 - 10);
    assert_int_equal(sized(&cart, lines, MPOS_MAX_LINES, 6), MPOS_E_TOO_MANY);
}

static void
test_counts_hold_exactly(void **state)
{
    static mpos_cart_modifier modifiers[MPOS_LINE_MODIFIERS_MAX + 1];
    static mpos_cart_discount discounts[MPOS_DISCOUNTS_MAX + 1];
    static mpos_cart_line lines[90];
    mpos_cart cart = small_cart();
    mpos_cart_line line = cart.lines[0];

    (void)state;
    for (size_t i = 0; i <= MPOS_LINE_MODIFIERS_MAX; i++) {
        modifiers[i] = (mpos_cart_modifier){.qty = 1};
    }
    for (size_t i = 0; i <= MPOS_DISCOUNTS_MAX; i++) {
        discounts[i] = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 1};
    }
    cart.lines = &line;
    line.modifiers = modifiers;
    line.modifier_count = MPOS_LINE_MODIFIERS_MAX;
    assert_int_equal(checked(cart), MPOS_OK);
    line.modifier_count++;
    assert_int_equal(checked(cart), MPOS_E_TOO_MANY);
    line.modifier_count = 0;
    cart.discounts = line.discounts = discounts;
    line.discount_count = cart.discount_count = MPOS_DISCOUNTS_MAX;
    assert_int_equal(checked(cart), MPOS_OK);
    line.discount_count++;
    assert_int_equal(checked(cart), MPOS_E_TOO_MANY);
    line.discount_count--;
    cart.discount_count++;
    assert_int_equal(checked(cart), MPOS_E_TOO_MANY);
    cart.discount_count--;
    line.modifier_count = MPOS_LINE_MODIFIERS_MAX;
    for (size_t i = 0; i < 90; i++) {
        lines[i] = line;
    }
    cart.lines = lines;
    cart.line_count = MPOS_CART_MODIFIERS_MAX / MPOS_LINE_MODIFIERS_MAX;
    assert_int_equal(checked(cart), MPOS_OK);
    cart.line_count++;
    assert_int_equal(checked(cart), MPOS_E_TOO_MANY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_priced_form_layout),
        cmocka_unit_test(test_cart_form_layout),
        cmocka_unit_test(test_encoding_exact_one_less_zero),
        cmocka_unit_test(test_truncated_and_longer_forms_are_refused),
        cmocka_unit_test(test_decoding_with_too_little_room),
        cmocka_unit_test(test_changed_bytes_do_no_harm),
        cmocka_unit_test(test_changed_priced_forms_do_no_harm),
        cmocka_unit_test(test_cart_check_names_what_is_wrong),
        cmocka_unit_test(test_combos_keep_their_shape),
        cmocka_unit_test(test_limits_hold_exactly),
        cmocka_unit_test(test_counts_hold_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
