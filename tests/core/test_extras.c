/* test_extras.c - facts that only some carts have: written when they are there, and only then. */
#include <string.h>

#include "cart_form.h"
#include "host.h"
#include "priced_form.h"

typedef struct desk {
    mpos_cart cart;
    mpos_cart_tax tax;
    mpos_tax_bracket brackets[2];
    mpos_cart_discount discount;
    mpos_cart_line line;
    uint16_t taxes[1];
    uint64_t room[512];
    uint64_t form_room[1024];
    uint8_t form[1024];
    size_t size;
} desk;

static void
desk_init(desk *d)
{
    memset(d, 0, sizeof *d);
    memcpy(d->cart.currency, "EUR", 3);
    d->cart.exponent = 2;
    d->cart.rounding = (mpos_rounding){.increment = 1, .cash_increment = 1};
    mpos_cart_default_sequence(&d->cart);
    d->tax.id[0] = 0x77;
    d->line = (mpos_cart_line){.qty = MPOS_QTY_ONE, .unit_price = 100, .parent = MPOS_NO_PARENT};
    d->line.taxes = d->taxes;
    d->line.tax_count = 1;
    d->discount = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED, .value = 5};
    d->cart.taxes = &d->tax;
    d->cart.lines = &d->line;
    d->cart.discounts = &d->discount;
    d->cart.tax_count = d->cart.line_count = d->cart.discount_count = 1;
}

/* The form comes back as it was. */
static void
encode(desk *d)
{
    mpos_cart again;
    uint8_t form[sizeof d->form];
    size_t size;

    assert_int_equal(mpos_cart_form_encode(&d->cart, d->form, sizeof d->form, &d->size), MPOS_OK);
    assert_int_equal(d->size, mpos_cart_form_size(&d->cart));
    assert_int_equal(
        mpos_cart_form_decode(d->form, d->size, d->form_room, mpos_cart_form_room_size(d->size), &again),
        MPOS_OK);
    assert_int_equal(mpos_cart_form_encode(&again, form, sizeof form, &size), MPOS_OK);
    assert_int_equal(size, d->size);
    assert_memory_equal(form, d->form, size);
}

static mpos_err
decode(desk *d)
{
    mpos_cart again;

    return mpos_cart_form_decode(d->form, d->size, d->form_room, mpos_cart_form_room_size(d->size), &again);
}

enum { HEADER = 80, TAX = 32, DISCOUNT = 16, LINE = 64, INDEX = 2 };

static void
test_absent_facts_have_no_bytes(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    encode(&d);
    assert_int_equal(d.size, HEADER + TAX + DISCOUNT + LINE + INDEX);
    assert_int_equal(d.form[78], 0);
    assert_int_equal(d.form[HEADER + TAX + DISCOUNT + 60], 0);
}

static void
test_extras_of_a_line(void **state)
{
    const size_t at = HEADER + TAX + DISCOUNT;
    desk d;

    (void)state;
    desk_init(&d);
    d.line.variant[0] = 0xaa;
    d.line.source[15] = 0xbb;
    d.line.floor = 50;
    d.cart.apportion = MPOS_APPORTION_FIRST;
    encode(&d);
    assert_int_equal(d.size, at + LINE + 16 + 16 + 8 + INDEX);
    assert_int_equal(d.form[78], 2);
    assert_hex(d.form + at + 60, "07000000"
                                 "aa000000000000000000000000000000"
                                 "000000000000000000000000000000bb"
                                 "0000000000000032"
                                 "0000");
    d.form[at + 60] = 0x0f;
    assert_int_equal(decode(&d), MPOS_E_INVALID_VALUE);
    d.form[at + 60] = 0x07;
    d.form[at + 64] = 0; /* a variant that is none */
    assert_int_equal(decode(&d), MPOS_E_INVALID_VALUE);
    d.form[at + 64] = 1;
    assert_int_equal(decode(&d), MPOS_OK);
    d.form[at + 64 + 39] = 0; /* a floor that is none */
    assert_int_equal(decode(&d), MPOS_E_INVALID_VALUE);
}

static void
test_rule_of_a_discount(void **state)
{
    const size_t at = HEADER + TAX;
    desk d;

    (void)state;
    desk_init(&d);
    d.discount.flags = MPOS_DISCOUNT_RULE;
    d.discount.rule[1] = 0xcc;
    encode(&d);
    assert_int_equal(d.size, at + DISCOUNT + 16 + LINE + INDEX);
    assert_hex(d.form + at, "01040000000000000000000000000005"
                            "00cc0000000000000000000000000000");
    d.form[at + 17] = 0;
    assert_int_equal(decode(&d), MPOS_E_INVALID_VALUE);
    d.discount.rule[1] = 0;
    assert_int_equal(mpos_cart_check(&d.cart), MPOS_E_INVALID_VALUE);
    d.discount.flags = 0;
    assert_int_equal(mpos_cart_check(&d.cart), MPOS_OK);
    d.discount.rule[1] = 1;
    assert_int_equal(mpos_cart_check(&d.cart), MPOS_E_INVALID_VALUE);
}

static void
test_brackets_of_a_tax(void **state)
{
    desk d;

    (void)state;
    desk_init(&d);
    d.brackets[0] = (mpos_tax_bracket){1, 2, 3};
    d.brackets[1] = (mpos_tax_bracket){4, 5, 6};
    d.tax.type = MPOS_TAX_BRACKET;
    d.tax.brackets = d.brackets;
    d.tax.bracket_count = 2;
    d.tax.value = 9;
    encode(&d);
    assert_int_equal(d.size, HEADER + TAX + 2 * 24 + DISCOUNT + LINE + INDEX);
    assert_hex(d.form + HEADER + 16, "0300000200000000"
                                     "0000000000000009"
                                     "0000000000000001"
                                     "0000000000000002"
                                     "0000000000000003"
                                     "0000000000000004"
                                     "0000000000000005"
                                     "0000000000000006");
}

/* All at once in the priced form, with memory to the byte. */
static void
test_priced_form_has_them_too(void **state)
{
    desk d;
    mpos_priced priced, read_priced;
    mpos_cart again;
    uint8_t form[sizeof d.form];
    size_t size;

    (void)state;
    desk_init(&d);
    d.brackets[0] = (mpos_tax_bracket){1, 2, 3};
    d.tax = (mpos_cart_tax){.id = {1}, .type = MPOS_TAX_BRACKET, .bracket_count = 1, .brackets = d.brackets};
    d.discount.flags = MPOS_DISCOUNT_RULE;
    d.discount.rule[0] = 3;
    d.line.variant[0] = 4;
    d.line.source[0] = 5;
    d.line.floor = 97;
    assert_int_equal(mpos_price(&d.cart, d.room, sizeof d.room, &priced), MPOS_OK);
    assert_int_equal(priced.total, 97 + 2);
    assert_int_equal(mpos_priced_form_encode(&d.cart, &priced, d.form, sizeof d.form, &d.size), MPOS_OK);
    assert_int_equal(d.size, 120 + 48 + 24 + (24 + 16) + (112 + 16 + 16 + 8) + 8 + 24);
    assert_int_equal(mpos_priced_form_decode(d.form, d.size, d.form_room, mpos_priced_form_room_size(d.size),
                                             &again, &read_priced),
                     MPOS_OK);
    assert_int_equal(again.lines[0].floor, 97);
    assert_memory_equal(again.lines[0].variant, d.line.variant, 16);
    assert_memory_equal(again.lines[0].source, d.line.source, 16);
    assert_memory_equal(again.discounts[0].rule, d.discount.rule, 16);
    assert_int_equal(mpos_priced_form_encode(&again, &read_priced, form, sizeof form, &size), MPOS_OK);
    assert_memory_equal(form, d.form, d.size);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absent_facts_have_no_bytes), cmocka_unit_test(test_extras_of_a_line),
        cmocka_unit_test(test_rule_of_a_discount),         cmocka_unit_test(test_brackets_of_a_tax),
        cmocka_unit_test(test_priced_form_has_them_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
