/* sell_till.c - see sell_till.h. */
#include "sell_till.h"

#include <stdlib.h>
#include <string.h>

const uint16_t till_first_tax[] = {0};
const uint16_t till_second_tax[] = {1};
const uint16_t till_two_taxes[] = {0, 1};
const uint16_t till_tax_2[] = {2};

mpos_when
till_always(void)
{
    return (mpos_when){.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};
}

int
till_start(void **state)
{
    till *t = calloc(1, sizeof *t);

    mpos_rules_init(&t->rules, "EUR", 2);
    mpos_basket_init(&t->basket);
    t->taxes[0].tax = (mpos_cart_tax){.id = {1}, .flags = MPOS_TAX_INCLUDED, .value = 190000000};
    t->taxes[1].tax = (mpos_cart_tax){.id = {2}, .flags = MPOS_TAX_INCLUDED, .value = 70000000};
    t->taxes[2].tax = (mpos_cart_tax){.id = {3}, .value = 100000000};
    for (uint8_t i = 0; i < TILL_LIST; i++) {
        t->taxes[i].when = t->maps[i].when = t->books[i].when = t->charges[i].when = till_always();
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

int
till_end(void **state)
{
    till *t = *state;

    free(t->room);
    free(t->price_room);
    free(t);
    return 0;
}

mpos_basket_line *
till_line(till *t, int64_t price, int64_t qty)
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
                                      .taxes = till_first_tax,
                                      .tax_count = 1};
    return &t->lines[at];
}

void
till_modify(till *t, mpos_basket_line *line, uint16_t group, int64_t price, uint32_t qty)
{
    t->modifiers[line - t->lines][line->modifier_count] =
        (mpos_basket_modifier){{0xd0, (uint8_t)line->modifier_count}, group, MPOS_PER_UNIT, qty, price};
    line->modifier_count++;
}

void
till_book(till *t, mpos_basket_line *line, uint16_t book, int64_t min_qty, int64_t price)
{
    t->prices[line - t->lines][line->price_count++] = (mpos_book_price){book, min_qty, price};
    t->rules.book_count = TILL_LIST;
}

mpos_tax_map *
till_map(till *t, uint16_t from, const uint16_t *to, uint16_t count, mpos_map_keep keep)
{
    uint16_t at = t->rules.map_count++;

    t->replacements[at] = (mpos_replacement){from, count, to};
    t->maps[at].keep = (uint8_t)keep;
    return &t->maps[at];
}

mpos_err
till_sell(till *t)
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
