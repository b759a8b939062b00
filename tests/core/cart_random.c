/* cart_random.c - see cart_random.h. */
#include "cart_random.h"

#include <string.h>

static uint64_t
next_random(random_cart *r)
{
    uint64_t z = (r->state += UINT64_C(0x9E3779B97F4A7C15)); /* splitmix64 */

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t
random_below(random_cart *r, uint64_t below)
{
    return next_random(r) % below;
}

static void
random_id(random_cart *r, uint8_t id[16])
{
    for (int i = 0; i < 16; i += 8) {
        uint64_t bits = next_random(r);

        memcpy(id + i, &bits, 8);
    }
}

void
random_cart_seed(random_cart *r, uint64_t seed)
{
    memset(r, 0, sizeof *r);
    r->state = seed;
}

static void
random_settings(random_cart *r)
{
    static const int64_t increments[] = {1, 1, 1, 5, 10, 100};
    static const uint8_t sequences[][5] = {{1, 2, 3, 4}, {4, 3, 2, 1}, {2, 1, 2, 4, 3}, {3, 4, 1, 2, 1}};
    mpos_cart *cart = &r->cart;
    size_t which = random_below(r, 4);

    memset(cart, 0, sizeof *cart);
    memcpy(cart->currency, "EUR", 3);
    cart->exponent = 2;
    cart->rounding.mode = (uint8_t)random_below(r, MPOS_ROUNDING_MODES);
    cart->rounding.level = (uint8_t)random_below(r, MPOS_ROUNDING_LEVELS);
    cart->rounding.inclusive = (uint8_t)random_below(r, 2);
    cart->rounding.increment = increments[random_below(r, 6)];
    cart->rounding.cash_increment = 5;
    cart->rounding.discount = (uint8_t)random_below(r, 2);
    cart->apportion = (uint8_t)random_below(r, MPOS_APPORTION_MODES);
    random_id(r, cart->catalogue);
    memcpy(cart->sequence, sequences[which], 5);
    cart->sequence_count = which < 2 ? 4 : 5;
    cart->taxes = r->taxes;
    cart->discounts = r->order_discounts;
    cart->lines = r->lines;
}

/* A table of three brackets, with or without a span. */
static void
random_table(random_cart *r, mpos_cart_tax *tax)
{
    mpos_tax_bracket *brackets = r->brackets[tax - r->taxes];
    int64_t from = (int64_t)random_below(r, 20);

    for (int i = 0; i < 3; i++) {
        brackets[i] = (mpos_tax_bracket){from, (int64_t)random_below(r, 100),
                                         random_below(r, 2) ? (int64_t)random_below(r, 200000000) : 0};
        from += 1 + (int64_t)random_below(r, 500);
    }
    tax->flags &= (uint8_t) ~(MPOS_TAX_INCLUDED | MPOS_TAX_AFFECTS_NEXT);
    tax->value = random_below(r, 2) ? 1 + (int64_t)random_below(r, 1000) : 0;
    tax->brackets = brackets;
    tax->bracket_count = 3;
}

static void
random_tax(random_cart *r, mpos_cart_tax *tax)
{
    static const int64_t percents[] = {0,         50000000,  70000000,  88750000,
                                       100000000, 190000000, 200000000, 210000001};

    random_id(r, tax->id);
    tax->type = r->simple ? MPOS_TAX_PERCENT : (uint8_t)random_below(r, 3);
    tax->flags = (uint8_t)(random_below(r, 2) ? MPOS_TAX_INCLUDED : 0);
    if (!r->simple && random_below(r, 4) == 0) {
        tax->flags |= (uint8_t)random_below(r, 4) << 1;
    }
    tax->bracket_count = 0;
    tax->value = tax->type == MPOS_TAX_FIXED ? (int64_t)random_below(r, 60) : percents[random_below(r, 8)];
    if (!r->simple && random_below(r, 8) == 0) {
        tax->type = MPOS_TAX_BRACKET;
        random_table(r, tax);
    }
}

static void
random_discount(random_cart *r, mpos_cart_discount *discount)
{
    static const int64_t rates[] = {1, 5000000, 50000000, 100000000, 333333333, 1000000000};

    discount->type = (uint8_t)random_below(r, 2);
    memset(discount->rule, 0, sizeof discount->rule);
    discount->value = discount->type == MPOS_DISCOUNT_PERCENT
                          ? rates[random_below(r, random_below(r, 8) ? 5 : 6)]
                          : 1 + (int64_t)random_below(r, 900);
}

/* One in four is of a promotion or charge. */
static void
random_rule(random_cart *r, mpos_cart_discount *discount)
{
    if (random_below(r, 4) == 0) {
        discount->flags |= MPOS_DISCOUNT_RULE;
        random_id(r, discount->rule);
        discount->rule[0] |= 1; /* never zero */
    }
}

/* A discount of the order: one in six is a surcharge, one in eight exclusive. */
static void
random_order_discount(random_cart *r, mpos_cart_discount *discount)
{
    random_discount(r, discount);
    discount->flags = 0;
    discount->base = 0;
    if (random_below(r, 6) == 0) {
        discount->flags = MPOS_DISCOUNT_SURCHARGE;
        discount->base = (uint8_t)random_below(r, 2);
    } else if (random_below(r, 8) == 0) {
        discount->flags = MPOS_DISCOUNT_EXCLUSIVE;
    }
    random_rule(r, discount);
}

static void
random_modifier(random_cart *r, mpos_cart_modifier *modifier)
{
    random_id(r, modifier->id);
    modifier->price = (int64_t)random_below(r, 300) - 50;
    modifier->qty = 1 + (uint32_t)random_below(r, 3);
    modifier->per = (uint8_t)(random_below(r, 4) == 0);
}

static int64_t
random_qty(random_cart *r)
{
    return random_below(r, 4) == 0 ? 1 + (int64_t)random_below(r, 5000000)
                                   : (1 + (int64_t)random_below(r, 12)) * MPOS_QTY_ONE;
}

static void
random_line_taxes(random_cart *r, size_t at)
{
    mpos_cart_line *line = &r->lines[at];
    uint16_t first = (uint16_t)random_below(r, 6);

    line->tax_count = (uint16_t)random_below(r, 5);
    line->tax_count = line->tax_count > r->cart.tax_count ? r->cart.tax_count : line->tax_count;
    for (uint16_t k = 0; k < line->tax_count; k++) {
        r->line_taxes[at][k] = (uint16_t)((first + k) % r->cart.tax_count);
    }
}

/* A line without taxes and discounts; plain carts (one in three) have no modifiers either. */
static void
random_line(random_cart *r, size_t at, int plain)
{
    mpos_cart_line *line = &r->lines[at];

    memset(line, 0, sizeof *line);
    random_id(r, line->id);
    random_id(r, line->item);
    line->qty = random_qty(r);
    line->unit_price = (int64_t)random_below(r, random_below(r, 20) ? 3000 : 100000000);
    line->parent = MPOS_NO_PARENT;
    line->modifiers = r->modifiers[at];
    line->discounts = r->discounts[at];
    line->taxes = r->line_taxes[at];
    line->modifier_count = plain ? 0 : (uint16_t)random_below(r, 6);
    for (size_t k = 0; k < line->modifier_count; k++) {
        random_modifier(r, &r->modifiers[at][k]);
    }
}

static void
random_line_discounts(random_cart *r, size_t at, int plain)
{
    mpos_cart_line *line = &r->lines[at];

    line->discount_count = plain || random_below(r, 2) ? 0 : (uint16_t)random_below(r, 4);
    for (size_t k = 0; k < line->discount_count; k++) {
        random_discount(r, &r->discounts[at][k]);
        r->discounts[at][k].flags = random_below(r, 10) == 0 ? MPOS_DISCOUNT_EXCLUSIVE : 0;
        r->discounts[at][k].base = 0;
        random_rule(r, &r->discounts[at][k]);
    }
}

/* One in three has a floor, one in four a variant, one in four a price of a book. */
static void
random_extras(random_cart *r, size_t at, int plain)
{
    mpos_cart_line *line = &r->lines[at];

    if (!plain && random_below(r, 3) == 0) {
        line->floor = (int64_t)random_below(r, 3000);
    }
    if (!plain && random_below(r, 4) == 0) {
        random_id(r, line->variant);
        line->variant[0] |= 1;
    }
    if (!plain && random_below(r, 4) == 0) {
        random_id(r, line->source);
        line->source[0] |= 1;
    }
}

/* A charge: fixed per guest, or a percentage of any base; on the total without taxes. */
static void
random_charge(random_cart *r, size_t at)
{
    mpos_cart_line *line = &r->lines[at];

    random_line(r, at, 1);
    line->kind = (uint8_t)(1 + random_below(r, 2));
    line->qty = line->kind == MPOS_LINE_CHARGE_PERCENT ? MPOS_QTY_ONE
                                                       : (1 + (int64_t)random_below(r, 6)) * MPOS_QTY_ONE;
    if (line->kind == MPOS_LINE_CHARGE_PERCENT) {
        line->unit_price = (int64_t)random_below(r, 250000000);
        line->base = (uint8_t)random_below(r, 3);
    }
    if (line->base != MPOS_CHARGE_ON_TOTAL) {
        random_line_taxes(r, at);
    }
}

/* A combo of 1 to 4 components from `at` on. Returns the line after it. */
static size_t
random_combo(random_cart *r, size_t at, int plain)
{
    mpos_cart_line *combo = &r->lines[at];
    size_t components = 1 + random_below(r, 4);

    combo->component_count = (uint16_t)components;
    for (size_t k = 1; k <= components; k++) {
        random_line(r, at + k, plain);
        r->lines[at + k].qty = combo->qty;
        r->lines[at + k].parent = (uint16_t)at;
        random_line_taxes(r, at + k);
    }
    return at + components + 1;
}

void
random_cart_next(random_cart *r)
{
    int plain = random_below(r, 3) == 0;
    size_t wanted = 1 + random_below(r, random_below(r, 10) ? 12 : 50);
    size_t at = 0;

    random_settings(r);
    r->cart.tax_count = (uint16_t)(plain ? random_below(r, 3) : 2 + random_below(r, 5));
    for (size_t i = 0; i < r->cart.tax_count; i++) {
        random_tax(r, &r->taxes[i]);
    }
    r->cart.discount_count = (uint16_t)(plain ? 0 : random_below(r, 5));
    for (size_t i = 0; i < r->cart.discount_count; i++) {
        random_order_discount(r, &r->order_discounts[i]);
    }
    while (at < wanted) {
        if (!plain && random_below(r, 12) == 0) {
            random_charge(r, at++);
            continue;
        }
        random_line(r, at, plain);
        random_line_discounts(r, at, plain);
        random_extras(r, at, plain);
        if (random_below(r, 6) == 0) {
            at = random_combo(r, at, plain);
        } else {
            random_line_taxes(r, at);
            at++;
        }
    }
    r->cart.line_count = (uint16_t)at;
}
