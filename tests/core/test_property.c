/* test_property.c - what holds for every cart: parts sum to wholes, nothing is negative, forms say the same. */
#include <stdlib.h>
#include <string.h>

#include "cart_form.h"
#include "cart_random.h"
#include "host.h"
#include "priced_form.h"

static random_cart r;

static int
carts(void)
{
    const char *full = getenv("MPOS_FULL");

    return full != NULL && strcmp(full, "1") == 0 ? 1000000 : 10000;
}

/* Discounts leave the floor, or all there was when that is less; surcharges come on top. */
static void
check_floor(const mpos_cart_line *line, const mpos_priced_line *p)
{
    int64_t left = p->gross - p->line_discount - p->order_discount;
    int64_t floor = (int64_t)((mpos_wide)line->floor * line->qty / MPOS_QTY_ONE);

    if (line->floor > 0) {
        assert_true(left >= floor || p->line_discount + p->order_discount == 0);
    }
}

static void
check_line(const mpos_cart *cart, const mpos_priced *priced, size_t at)
{
    const mpos_cart_line *line = &cart->lines[at];
    const mpos_priced_line *p = &priced->lines[at];
    int64_t included = 0, tax = 0, discounts = 0, shares = 0;

    for (size_t k = 0; k < p->tax_count; k++) {
        assert_true(p->taxes[k].amount >= 0 && p->taxes[k].base >= 0);
        assert_int_equal(p->taxes[k].tax, line->taxes[k]);
        tax += p->taxes[k].amount;
        included += cart->taxes[p->taxes[k].tax].flags & MPOS_TAX_INCLUDED ? p->taxes[k].amount : 0;
    }
    for (size_t k = 0; k < line->discount_count; k++) {
        assert_true(p->discounts[k] >= 0);
        discounts += p->discounts[k];
    }
    for (size_t k = 0; k < cart->discount_count; k++) {
        assert_true(cart->discounts[k].flags & MPOS_DISCOUNT_SURCHARGE ? p->shares[k] <= 0
                                                                       : p->shares[k] >= 0);
        shares += p->shares[k] > 0 ? p->shares[k] : 0;
    }
    assert_true(p->gross >= 0 && p->net >= 0 && p->tax >= 0);
    assert_true(line->kind == MPOS_LINE_ITEM || p->order_discount == 0);
    assert_int_equal(p->order_discount, shares);
    assert_int_equal(p->total, p->net + p->tax);
    if (line->component_count == 0) {
        assert_int_equal(p->tax, tax);
        assert_int_equal(p->net, p->gross - p->line_discount - p->order_discount - included);
    }
    if (line->parent == MPOS_NO_PARENT) {
        assert_int_equal(p->line_discount, discounts);
        check_floor(line, p);
    }
}

typedef struct sums {
    int64_t gross, discount, net, tax, total;
} sums;

static void
add(sums *s, const mpos_priced_line *line)
{
    s->gross += line->gross;
    s->discount += line->line_discount + line->order_discount;
    s->net += line->net;
    s->tax += line->tax;
    s->total += line->total;
}

static void
check_sums(const sums *s, const mpos_priced *priced)
{
    assert_int_equal(s->gross, priced->gross);
    assert_int_equal(s->discount, priced->discount);
    assert_int_equal(s->net, priced->net);
    assert_int_equal(s->tax, priced->tax);
    assert_int_equal(s->total, priced->total);
}

static void
check_order(const mpos_cart *cart, const mpos_priced *priced)
{
    sums roots = {0}, leaves = {0};
    int64_t tax = 0;

    for (size_t i = 0; i < cart->line_count; i++) {
        check_line(cart, priced, i);
        if (cart->lines[i].parent == MPOS_NO_PARENT) {
            add(&roots, &priced->lines[i]);
        }
        if (cart->lines[i].component_count == 0) {
            add(&leaves, &priced->lines[i]);
        }
    }
    check_sums(&roots, priced);
    check_sums(&leaves, priced);
    for (size_t t = 0; t < cart->tax_count; t++) {
        tax += priced->taxes[t].amount;
    }
    assert_int_equal(tax, priced->tax);
    for (size_t k = 0; k < cart->discount_count; k++) {
        int64_t given = 0;

        for (size_t i = 0; i < cart->line_count; i++) {
            given += cart->lines[i].component_count == 0 ? priced->lines[i].shares[k] : 0;
        }
        assert_int_equal(given, priced->discounts[k]);
    }
}

/* Prices with exactly the memory asked for. */
static void *
price(const mpos_cart *cart, mpos_priced *priced)
{
    size_t size = mpos_price_size(cart);
    void *room = malloc(size);

    assert_non_null(room);
    assert_int_equal(mpos_price(cart, room, size, priced), MPOS_OK);
    return room;
}

static void
test_parts_sum_to_wholes_and_nothing_is_negative(void **state)
{
    (void)state;
    random_cart_seed(&r, 20261121);
    for (int i = 0; i < carts(); i++) {
        mpos_priced priced;
        void *room;

        random_cart_next(&r);
        room = price(&r.cart, &priced);
        check_order(&r.cart, &priced);
        free(room);
    }
}

/* With one included percent tax at rate level, the document's tax is the tax of the document's total. */
static void
test_rate_level_is_the_tax_of_the_sum(void **state)
{
    (void)state;
    random_cart_seed(&r, 77);
    for (int i = 0; i < carts() / 4; i++) {
        mpos_priced priced;
        int64_t wanted;
        void *room;

        random_cart_next(&r);
        r.cart.rounding.level = MPOS_LEVEL_RATE;
        r.cart.rounding.inclusive = MPOS_INCLUSIVE_TAX;
        r.cart.rounding.increment = 1;
        r.cart.tax_count = 1;
        r.taxes[0].type = MPOS_TAX_PERCENT;
        r.taxes[0].flags = MPOS_TAX_INCLUDED;
        r.taxes[0].bracket_count = 0;
        for (size_t k = 0; k < r.cart.line_count; k++) {
            r.lines[k].kind = MPOS_LINE_ITEM; /* a charge on the total has no tax */
            r.lines[k].base = 0;
            r.lines[k].tax_count = r.lines[k].component_count == 0;
            r.line_taxes[k][0] = 0;
        }
        room = price(&r.cart, &priced);
        assert_int_equal(mpos_round_ratio((mpos_wide)priced.total * r.taxes[0].value,
                                          MPOS_RATE_ONE + r.taxes[0].value, 1,
                                          (mpos_rounding_mode)r.cart.rounding.mode, &wanted),
                         MPOS_OK);
        assert_int_equal(priced.tax, wanted);
        free(room);
    }
}

static void
test_cart_form_round_trip(void **state)
{
    (void)state;
    random_cart_seed(&r, 5);
    for (int i = 0; i < carts() / 4; i++) {
        size_t size, again;
        size_t room_size;
        uint8_t *form, *back;
        void *room;
        mpos_cart cart;

        random_cart_next(&r);
        size = mpos_cart_form_size(&r.cart);
        form = malloc(size);
        back = malloc(size);
        assert_int_equal(mpos_cart_form_encode(&r.cart, form, size, &again), MPOS_OK);
        assert_int_equal(again, size);
        room_size = mpos_cart_form_room_size(size);
        room = malloc(room_size);
        assert_int_equal(mpos_cart_form_decode(form, size, room, room_size, &cart), MPOS_OK);
        assert_int_equal(mpos_cart_form_encode(&cart, back, size, &again), MPOS_OK);
        assert_memory_equal(form, back, size);
        free(form);
        free(back);
        free(room);
    }
}

static void
test_priced_form_round_trip(void **state)
{
    (void)state;
    random_cart_seed(&r, 6);
    for (int i = 0; i < carts() / 4; i++) {
        size_t size, again, room_size;
        uint8_t *form, *back;
        void *room, *read_room;
        mpos_cart cart;
        mpos_priced priced, read;

        random_cart_next(&r);
        room = price(&r.cart, &priced);
        size = mpos_priced_form_size(&r.cart);
        form = malloc(size);
        back = malloc(size);
        assert_int_equal(mpos_priced_form_encode(&r.cart, &priced, form, size, &again), MPOS_OK);
        room_size = mpos_priced_form_room_size(size);
        read_room = malloc(room_size);
        assert_int_equal(mpos_priced_form_decode(form, size, read_room, room_size, &cart, &read), MPOS_OK);
        check_order(&cart, &read);
        assert_int_equal(mpos_priced_form_encode(&cart, &read, back, size, &again), MPOS_OK);
        assert_memory_equal(form, back, size);
        free(form);
        free(back);
        free(room);
        free(read_room);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_sum_to_wholes_and_nothing_is_negative),
        cmocka_unit_test(test_rate_level_is_the_tax_of_the_sum),
        cmocka_unit_test(test_cart_form_round_trip),
        cmocka_unit_test(test_priced_form_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
