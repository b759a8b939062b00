/* free_modifiers.c - the free ones of a modifier group: its cheapest that cost something. Words: group, free, unit. */
#include "promotion.h"

#include <string.h>

/*
 * How many units of modifier k are free: those of the group that rank before it are served first. A modifier without a price
 * ("no onions", or a discount) neither needs nor uses up what is free. Cheaper first, ties as chosen.
 */
static uint32_t
free_units(const mpos_basket_line *line, size_t k)
{
    const mpos_basket_modifier *modifier = &line->modifiers[k];
    uint32_t left = line->groups[modifier->group].free;

    if (modifier->price <= 0) {
        return 0;
    }
    for (size_t i = 0; i < line->modifier_count && left > 0; i++) {
        const mpos_basket_modifier *other = &line->modifiers[i];

        if (i == k || other->group != modifier->group || other->price <= 0) {
            continue;
        }
        if (other->price < modifier->price || (other->price == modifier->price && i < k)) {
            left = left > other->qty ? left - other->qty : 0;
        }
    }
    return left < modifier->qty ? left : modifier->qty;
}

static mpos_cart_modifier *
write_modifier(mpos_cart_modifier *out, const mpos_basket_modifier *modifier, uint32_t qty, int64_t price)
{
    if (qty == 0) {
        return out;
    }
    memcpy(out->id, modifier->id, sizeof out->id);
    out->price = price;
    out->qty = qty;
    out->per = modifier->per;
    return out + 1;
}

size_t
mpos_free_modifiers(const mpos_basket_line *line, mpos_cart_modifier *out)
{
    mpos_cart_modifier *next = out;

    for (size_t k = 0; k < line->modifier_count; k++) {
        const mpos_basket_modifier *modifier = &line->modifiers[k];
        uint32_t free = free_units(line, k);

        next = write_modifier(next, modifier, free, 0);
        next = write_modifier(next, modifier, modifier->qty - free, modifier->price);
    }
    return (size_t)(next - out);
}
