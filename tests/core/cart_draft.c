/* cart_draft.c - see cart_draft.h. */
#include "cart_draft.h"

#include <stdlib.h>
#include <string.h>

int
draft_setup(void **state)
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

int
draft_teardown(void **state)
{
    free(((draft *)*state)->room);
    free(*state);
    return 0;
}

uint16_t
add_tax(draft *d, mpos_tax_type type, int64_t value, int flags)
{
    d->taxes[d->cart.tax_count] =
        (mpos_cart_tax){.type = (uint8_t)type, .flags = (uint8_t)flags, .value = value};
    return d->cart.tax_count++;
}

mpos_cart_line *
add_line(draft *d, int64_t unit_price, int64_t qty)
{
    uint16_t at = d->cart.line_count++;

    d->lines[at] = (mpos_cart_line){.qty = qty, .unit_price = unit_price, .parent = MPOS_NO_PARENT};
    d->lines[at].modifiers = d->modifiers[at];
    d->lines[at].discounts = d->discounts[at];
    d->lines[at].taxes = d->line_taxes[at];
    return &d->lines[at];
}

void
tax_line(draft *d, mpos_cart_line *line, uint16_t tax)
{
    d->line_taxes[line - d->lines][line->tax_count++] = tax;
}

void
modify(draft *d, mpos_cart_line *line, int64_t price, uint32_t qty, mpos_modifier_per per)
{
    d->modifiers[line - d->lines][line->modifier_count++] =
        (mpos_cart_modifier){.price = price, .qty = qty, .per = (uint8_t)per};
}

void
discount_line(draft *d, mpos_cart_line *line, mpos_discount_type type, int64_t value)
{
    d->discounts[line - d->lines][line->discount_count++] =
        (mpos_cart_discount){.type = (uint8_t)type, .value = value};
}

void
discount_order(draft *d, mpos_discount_type type, int64_t value)
{
    d->order_discounts[d->cart.discount_count++] =
        (mpos_cart_discount){.type = (uint8_t)type, .value = value};
}

mpos_err
price(draft *d)
{
    size_t size = mpos_price_size(&d->cart);

    free(d->room);
    d->room = malloc(size);
    return mpos_price(&d->cart, d->room, size, &d->priced);
}
