/* sell.c - see sell.h. Words: sale, rating, gross. */
#include "sell.h"

#include <string.h>

#include "arena.h"
#include "price_work.h"
#include "promotion.h"
#include "rules_check.h"

/* Lists in the caller's memory. */
typedef struct slabs {
    mpos_cart_line *lines;
    mpos_cart_discount *discounts;
    mpos_cart_discount **line_discounts;
    mpos_cart_discount *slots; /* MPOS_DISCOUNTS_MAX for each line without parent */
    mpos_cart_modifier *modifiers;
    uint16_t *line_taxes; /* MPOS_LINE_TAXES_MAX for each line */
    uint16_t *charge_taxes;
    int64_t *gross;
    mpos_cart_tax *taxes;
    uint16_t *tax_places;
    mpos_tax_choice *choices;
    uint8_t *scratch;
} slabs;

static slabs
take_slabs(mpos_arena *arena, const mpos_rules *rules, const mpos_basket *basket)
{
    size_t lines = basket->line_count;
    size_t roots = 0;
    size_t modifiers = 0;
    slabs s;

    for (size_t i = 0; i < lines; i++) {
        roots += basket->lines[i].parent == MPOS_NO_PARENT;
        modifiers += 2 * (size_t)basket->lines[i].modifier_count;
    }
    s.lines = mpos_arena_take(arena, lines + rules->charge_count, sizeof *s.lines);
    s.discounts = mpos_arena_take(arena, MPOS_DISCOUNTS_MAX, sizeof *s.discounts);
    s.line_discounts = mpos_arena_take(arena, lines, sizeof *s.line_discounts);
    s.slots = mpos_arena_take(arena, roots * MPOS_DISCOUNTS_MAX, sizeof *s.slots);
    s.modifiers = mpos_arena_take(arena, modifiers, sizeof *s.modifiers);
    s.line_taxes = mpos_arena_take(arena, lines * MPOS_LINE_TAXES_MAX, sizeof *s.line_taxes);
    s.charge_taxes =
        mpos_arena_take(arena, rules->charge_count * (size_t)MPOS_LINE_TAXES_MAX, sizeof *s.charge_taxes);
    s.gross = mpos_arena_take(arena, lines, sizeof *s.gross);
    s.taxes = mpos_arena_take(arena, MPOS_CART_TAXES_MAX, sizeof *s.taxes);
    s.tax_places = mpos_arena_take(arena, rules->tax_count, sizeof *s.tax_places);
    s.choices = mpos_arena_take(arena, rules->tax_count, sizeof *s.choices);
    s.scratch = mpos_arena_take(arena, mpos_promote_size(rules, basket), 1);
    return s;
}

size_t
mpos_sell_size(const mpos_rules *rules, const mpos_basket *basket)
{
    mpos_arena arena = {0};

    if (mpos_basket_check(basket, rules, NULL) != MPOS_OK) {
        return 0;
    }
    take_slabs(&arena, rules, basket);
    return arena.used;
}

/* Index of one of the rules' taxes in the cart, which gets it if it has it not yet. */
static mpos_err
place_tax(mpos_sale *sale, uint16_t tax, uint16_t *out)
{
    if (sale->tax_places[tax] == 0) {
        if (sale->cart->tax_count == MPOS_CART_TAXES_MAX) {
            return MPOS_E_TOO_MANY;
        }
        sale->taxes[sale->cart->tax_count++] = sale->rules->taxes[tax].tax;
        sale->tax_places[tax] = sale->cart->tax_count;
    }
    *out = (uint16_t)(sale->tax_places[tax] - 1);
    return MPOS_OK;
}

static mpos_err
place_rating(mpos_sale *sale, const mpos_rating *rating, uint16_t *out, uint16_t *count_out)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rating->now_count; i++) {
        err = place_tax(sale, rating->now[i], &out[i]);
    }
    *count_out = (uint16_t)rating->now_count;
    return err;
}

mpos_err
mpos_sale_taxes(mpos_sale *sale, const uint16_t *taxes, size_t count, uint16_t *out, uint16_t *count_out)
{
    mpos_rating rating;
    mpos_err err = mpos_tax_rate(sale->rules, &sale->basket->in, sale->choices, taxes, count, &rating);

    return err == MPOS_OK ? place_rating(sale, &rating, out, count_out) : err;
}

/* Unit price before taxes move it, and where it is from. */
static void
choose_price(const mpos_sale *sale, const mpos_basket_line *from, mpos_cart_line *line)
{
    const mpos_book_price *price;
    mpos_circumstances in;

    line->unit_price = from->price;
    if (from->open_price != MPOS_NO_AMOUNT) {
        line->unit_price = from->open_price;
        return;
    }
    in = mpos_basket_line_in(sale->basket, from);
    price = mpos_book_choose(sale->rules, &in, from);
    if (price != NULL) {
        line->unit_price = price->price;
        memcpy(line->source, sale->rules->books[price->book].id, 16);
    }
}

/* A line as it was chosen, without taxes. */
static void
begin_line(mpos_sale *sale, size_t at, mpos_cart_modifier *modifiers, uint16_t *taxes)
{
    const mpos_basket_line *from = &sale->basket->lines[at];
    mpos_cart_line *line = &sale->lines[at];

    *line =
        (mpos_cart_line){.qty = from->qty, .parent = from->parent, .component_count = from->component_count};
    memcpy(line->id, from->id, 16);
    memcpy(line->item, from->item, 16);
    memcpy(line->variant, from->variant, 16);
    line->floor = from->floor == MPOS_NO_AMOUNT ? 0 : from->floor;
    choose_price(sale, from, line);
    line->modifiers = modifiers;
    line->modifier_count = (uint16_t)mpos_free_modifiers(from, modifiers);
    line->taxes = taxes;
    line->discounts = sale->line_discounts[at];
    line->discount_count = from->discount_count;
    if (from->discount_count > 0) {
        memcpy(sale->line_discounts[at], from->discounts, from->discount_count * sizeof *from->discounts);
    }
}

/* Rates a line and moves its prices with its taxes. */
static mpos_err
rate_line(mpos_sale *sale, size_t at, mpos_cart_modifier *modifiers, uint16_t *taxes)
{
    const mpos_basket_line *from = &sale->basket->lines[at];
    const mpos_rounding *rounding = &sale->cart->rounding;
    mpos_cart_line *line = &sale->lines[at];
    mpos_rating rating;
    mpos_err err =
        mpos_tax_rate(sale->rules, &sale->basket->in, sale->choices, from->taxes, from->tax_count, &rating);

    MPOS_CHECK(err, place_rating(sale, &rating, taxes, &line->tax_count));
    if (err != MPOS_OK || !rating.moved) {
        return err;
    }
    MPOS_CHECK(err, mpos_tax_move(sale->rules, rounding, &rating, line->unit_price, MPOS_QTY_ONE,
                                  &line->unit_price));
    MPOS_CHECK(err, mpos_tax_move(sale->rules, rounding, &rating, line->floor, MPOS_QTY_ONE, &line->floor));
    for (size_t i = 0; err == MPOS_OK && i < line->modifier_count; i++) {
        err = mpos_tax_move(sale->rules, rounding, &rating, modifiers[i].price, 0, &modifiers[i].price);
    }
    return err;
}

/* price * to / from, both not negative; nothing moves where from is zero. */
static mpos_err
scale_price(const mpos_rounding *rounding, mpos_wide from, mpos_wide to, int64_t *price)
{
    while (from > INT64_MAX || to > INT64_MAX) {
        from /= 2;
        to /= 2;
    }
    return from > 0 ? mpos_round_ratio(to * *price, from, 1, (mpos_rounding_mode)rounding->mode, price)
                    : MPOS_OK;
}

/* A combo's own prices move in the proportion of what its components cost alone. */
static mpos_err
scale_combo(mpos_sale *sale, size_t at, mpos_cart_modifier *modifiers)
{
    mpos_cart_line *line = &sale->lines[at];
    mpos_wide from = 0;
    mpos_wide to = 0;
    mpos_err err = MPOS_OK;

    for (size_t i = at + 1; i <= at + line->component_count; i++) {
        from += (mpos_wide)sale->basket->lines[i].price * line[i - at].qty;
        to += (mpos_wide)line[i - at].unit_price * line[i - at].qty;
    }
    if (from == to) {
        return MPOS_OK;
    }
    MPOS_CHECK(err, scale_price(&sale->cart->rounding, from, to, &line->unit_price));
    MPOS_CHECK(err, scale_price(&sale->cart->rounding, from, to, &line->floor));
    for (size_t i = 0; err == MPOS_OK && i < line->modifier_count; i++) {
        err = scale_price(&sale->cart->rounding, from, to, &modifiers[i].price);
    }
    return err;
}

/* The gross of a line, of a combo with the modifiers of its components. */
static mpos_err
set_gross(mpos_sale *sale, size_t at)
{
    const mpos_cart_line *line = &sale->lines[at];
    mpos_split split;
    int64_t price = 0;
    mpos_err err;

    if (line->parent != MPOS_NO_PARENT) {
        sale->gross[at] = 0;
        return MPOS_OK;
    }
    err = mpos_price_line_gross(sale->cart, line, &price);
    if (err != MPOS_OK || line->component_count == 0) {
        sale->gross[at] = price;
        return err;
    }
    err = mpos_price_split(sale->cart, at, price, &split);
    sale->gross[at] = 0;
    for (size_t i = 0; err == MPOS_OK && i < line->component_count; i++) {
        err = mpos_money_add(sale->gross[at], split.gross[i], &sale->gross[at]);
    }
    return err;
}

static mpos_err
sell_lines(mpos_sale *sale, const slabs *s)
{
    size_t count = sale->basket->line_count;
    mpos_cart_modifier *modifiers = s->modifiers;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        uint16_t *taxes = s->line_taxes + i * MPOS_LINE_TAXES_MAX;

        begin_line(sale, i, modifiers, taxes);
        err = rate_line(sale, i, modifiers, taxes);
        modifiers += 2 * (size_t)sale->basket->lines[i].modifier_count;
    }
    modifiers = s->modifiers;
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        err = sale->lines[i].component_count > 0 ? scale_combo(sale, i, modifiers) : MPOS_OK;
        modifiers += 2 * (size_t)sale->basket->lines[i].modifier_count;
    }
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        err = set_gross(sale, i);
    }
    return err;
}

static void
begin_cart(const mpos_rules *rules, const mpos_basket *basket, const slabs *s, mpos_cart *cart)
{
    *cart = (mpos_cart){.exponent = rules->exponent,
                        .rounding = *mpos_rules_rounding(rules, basket->in.outlet),
                        .apportion = rules->apportion,
                        .sequence_count = rules->sequence_count,
                        .discount_count = basket->discount_count,
                        .line_count = basket->line_count,
                        .taxes = s->taxes,
                        .discounts = s->discounts,
                        .lines = s->lines};
    memcpy(cart->currency, rules->currency, sizeof cart->currency);
    memcpy(cart->catalogue, basket->catalogue, sizeof cart->catalogue);
    memcpy(cart->sequence, rules->sequence, sizeof cart->sequence);
    if (basket->discount_count > 0) {
        memcpy(s->discounts, basket->discounts, basket->discount_count * sizeof *s->discounts);
    }
}

static void
begin_sale(const mpos_rules *rules, const mpos_basket *basket, const slabs *s, mpos_cart *cart,
           mpos_sale *sale)
{
    mpos_cart_discount *slots = s->slots;

    *sale = (mpos_sale){.rules = rules,
                        .basket = basket,
                        .cart = cart,
                        .lines = s->lines,
                        .discounts = s->discounts,
                        .line_discounts = s->line_discounts,
                        .gross = s->gross,
                        .charge_taxes = s->charge_taxes,
                        .scratch = s->scratch,
                        .taxes = s->taxes,
                        .tax_places = s->tax_places,
                        .choices = s->choices};
    for (size_t i = 0; i < basket->line_count; i++) {
        int root = basket->lines[i].parent == MPOS_NO_PARENT;

        s->line_discounts[i] = root ? slots : NULL;
        slots += root ? MPOS_DISCOUNTS_MAX : 0;
    }
    for (size_t i = 0; i < rules->tax_count; i++) {
        s->tax_places[i] = 0;
        s->choices[i].known = 0;
    }
}

mpos_err
mpos_sell(const mpos_rules *rules, const mpos_basket *basket, void *room, size_t room_size, mpos_cart *out)
{
    mpos_arena arena = {room, room_size, 0};
    mpos_cart cart;
    mpos_sale sale;
    slabs s;
    mpos_err err = mpos_basket_check(basket, rules, NULL);

    if (err != MPOS_OK) {
        return err;
    }
    s = take_slabs(&arena, rules, basket);
    if (arena.used > room_size) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    begin_cart(rules, basket, &s, &cart);
    begin_sale(rules, basket, &s, &cart, &sale);
    err = sell_lines(&sale, &s);
    MPOS_CHECK(err, mpos_promote(&sale));
    MPOS_CHECK(err, mpos_charge_sale(&sale));
    MPOS_CHECK(err, mpos_cart_check(&cart));
    if (err == MPOS_OK) {
        *out = cart;
    }
    return err;
}
