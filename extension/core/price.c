/* price.c - gross amounts, combos, and the order of the steps. */
#include "price_work.h"

#include <string.h>

#include "apportion.h"
#include "arena.h"

/* Arrays of the result and of the work, in the caller's memory. */
typedef struct slabs {
    mpos_priced_line *lines;
    mpos_priced_tax *taxes;
    mpos_priced_line_tax *line_taxes;
    int64_t *order_discounts;
    int64_t *line_discounts;
    int64_t *shares;
    int64_t *work; /* six arrays of one element per line */
    mpos_tax_share *tax_shares;
} slabs;

static slabs
take_slabs(mpos_arena *arena, const mpos_cart *cart, const mpos_cart_counts *counts)
{
    size_t lines = cart->line_count;
    slabs s;

    s.lines = mpos_arena_take(arena, lines, sizeof *s.lines);
    s.taxes = mpos_arena_take(arena, cart->tax_count, sizeof *s.taxes);
    s.line_taxes = mpos_arena_take(arena, counts->line_taxes, sizeof *s.line_taxes);
    s.order_discounts = mpos_arena_take(arena, cart->discount_count, sizeof *s.order_discounts);
    s.line_discounts = mpos_arena_take(arena, counts->discounts, sizeof *s.line_discounts);
    s.shares = mpos_arena_take(arena, lines * cart->discount_count, sizeof *s.shares);
    s.work = mpos_arena_take(arena, lines * MPOS_WORK_ARRAYS, sizeof *s.work);
    s.tax_shares = mpos_arena_take(
        arena, mpos_level_is_document(cart->rounding.level) ? counts->line_taxes : 0, sizeof *s.tax_shares);
    return s;
}

size_t
mpos_price_size(const mpos_cart *cart)
{
    mpos_arena arena = {0};
    mpos_cart_counts counts;

    if (mpos_cart_count(cart, &counts) != MPOS_OK) {
        return 0;
    }
    take_slabs(&arena, cart, &counts);
    return arena.used;
}

/* Hands each line its part of the slabs. */
static void
link_lines(const mpos_cart *cart, slabs s, mpos_priced *priced)
{
    for (size_t i = 0; i < cart->line_count; i++) {
        mpos_priced_line *line = &s.lines[i];

        line->tax_count = cart->lines[i].tax_count;
        line->taxes = s.line_taxes;
        line->discounts = s.line_discounts;
        line->shares = s.shares;
        s.line_taxes += cart->lines[i].tax_count;
        s.line_discounts += cart->lines[i].discount_count;
        s.shares += cart->discount_count;
    }
    priced->lines = s.lines;
    priced->taxes = s.taxes;
    priced->discounts = s.order_discounts;
}

static void
link_work(const mpos_cart *cart, const slabs *s, mpos_priced *priced, mpos_price_work *work)
{
    size_t n = cart->line_count;

    work->cart = cart;
    work->priced = priced;
    work->left = s->work;
    work->weights = s->work + n;
    work->caps = s->work + 2 * n;
    work->parts = s->work + 3 * n;
    work->scratch = s->work + 4 * n;
    work->floors = s->work + 5 * n;
    work->floored = 0;
    work->shares = s->tax_shares;
}

mpos_err
mpos_price_extend(const mpos_cart *cart, const mpos_cart_line *line, mpos_wide unit, mpos_wide fixed,
                  int64_t *out)
{
    mpos_wide exact;

    if (__builtin_mul_overflow(unit, (mpos_wide)line->qty, &exact) ||
        __builtin_add_overflow(exact, fixed * MPOS_QTY_ONE, &exact)) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    return mpos_round_ratio(exact, MPOS_QTY_ONE, 1, (mpos_rounding_mode)cart->rounding.mode, out);
}

/* Sums of a line's modifiers: at most 50 x 99 x 2^53, far within 128 bits. */
static void
sum_modifiers(const mpos_cart_line *line, mpos_wide *per_unit, mpos_wide *per_line)
{
    *per_unit = 0;
    *per_line = 0;
    for (size_t i = 0; i < line->modifier_count; i++) {
        const mpos_cart_modifier *m = &line->modifiers[i];

        *(m->per == MPOS_PER_UNIT ? per_unit : per_line) += (mpos_wide)m->price * m->qty;
    }
}

mpos_err
mpos_price_line_gross(const mpos_cart *cart, const mpos_cart_line *line, int64_t *out)
{
    mpos_wide per_unit;
    mpos_wide per_line;
    int64_t gross;
    mpos_err err;

    sum_modifiers(line, &per_unit, &per_line);
    err = mpos_price_extend(cart, line, line->unit_price + per_unit, per_line, &gross);
    if (err == MPOS_OK) {
        *out = gross < 0 ? 0 : gross;
    }
    return err;
}

/* A component's gross: its part of the combo and its own modifiers. */
static mpos_err
component_gross(const mpos_cart *cart, const mpos_cart_line *line, int64_t part, int64_t *out)
{
    mpos_wide per_unit;
    mpos_wide per_line;
    int64_t extra;
    int64_t gross;
    mpos_err err;

    sum_modifiers(line, &per_unit, &per_line);
    err = mpos_price_extend(cart, line, per_unit, per_line, &extra);
    err = err == MPOS_OK ? mpos_money_add(part, extra, &gross) : err;
    if (err == MPOS_OK) {
        *out = gross < 0 ? 0 : gross;
    }
    return err;
}

mpos_err
mpos_price_split(const mpos_cart *cart, size_t at, int64_t price, mpos_split *out)
{
    const mpos_cart_line *components = &cart->lines[at + 1];
    size_t count = cart->lines[at].component_count;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        err = mpos_price_extend(cart, &components[i], components[i].unit_price, 0, &out->weights[i]);
    }
    if (err == MPOS_OK) {
        err = mpos_apportion_by((mpos_apportion_mode)cart->apportion, price, out->weights, NULL, count,
                                out->parts, out->scratch);
    }
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        err = component_gross(cart, &components[i], out->parts[i], &out->gross[i]);
    }
    return err;
}

static mpos_err
split_combo(mpos_price_work *work, size_t at, int64_t price)
{
    mpos_split split;
    size_t count = work->cart->lines[at].component_count;
    mpos_err err = mpos_price_split(work->cart, at, price, &split);

    if (err == MPOS_OK) {
        memcpy(&work->left[at + 1], split.gross, count * sizeof split.gross[0]);
    }
    return err;
}

/* What discounts must leave of a line or of a combo's components: never more than there is. */
static mpos_err
set_floor(mpos_price_work *work, size_t at)
{
    const mpos_cart_line *line = &work->cart->lines[at];
    size_t first = line->component_count > 0 ? at + 1 : at;
    size_t count = line->component_count > 0 ? line->component_count : 1;
    int64_t floor;
    int64_t gross = 0;
    mpos_err err;

    if (line->floor == 0) {
        return MPOS_OK;
    }
    work->floored = 1;
    err = mpos_price_extend(work->cart, line, line->floor, 0, &floor);
    for (size_t i = first; err == MPOS_OK && i < first + count; i++) {
        err = mpos_money_add(gross, work->left[i], &gross);
    }
    return err == MPOS_OK ? mpos_apportion(floor < gross ? floor : gross, work->left + first, NULL, count,
                                           work->floors + first, work->scratch)
                          : err;
}

/* Fills left and gross of every leaf and the gross of the order. */
static mpos_err
price_gross(mpos_price_work *work)
{
    const mpos_cart *cart = work->cart;
    int64_t *sum = &work->priced->gross;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        const mpos_cart_line *line = &cart->lines[i];
        int64_t gross;

        if (line->parent == MPOS_NO_PARENT && line->kind == MPOS_LINE_ITEM) {
            err = mpos_price_line_gross(cart, line, &gross);
            if (err == MPOS_OK && line->component_count > 0) {
                err = split_combo(work, i, gross);
            } else if (err == MPOS_OK) {
                work->left[i] = gross;
            }
            err = err == MPOS_OK ? set_floor(work, i) : err;
        }
        work->priced->lines[i].gross = work->left[i];
        err = err == MPOS_OK ? mpos_money_add(*sum, work->left[i], sum) : err;
    }
    return err;
}

/* Adds a component's amounts to its combo line. They are bounded by the order's totals. */
static void
add_to_combo(const mpos_cart *cart, mpos_priced_line *combo, const mpos_priced_line *component)
{
    combo->gross += component->gross;
    combo->line_discount += component->line_discount;
    combo->order_discount += component->order_discount;
    combo->net += component->net;
    combo->tax += component->tax;
    combo->total += component->total;
    for (size_t k = 0; k < cart->discount_count; k++) {
        combo->shares[k] += component->shares[k];
    }
}

static mpos_err
add_to_order(mpos_priced *priced, const mpos_priced_line *line)
{
    mpos_err err = mpos_money_add(priced->net, line->net, &priced->net);

    err = err == MPOS_OK ? mpos_money_add(priced->tax, line->tax, &priced->tax) : err;
    err = err == MPOS_OK ? mpos_money_add(priced->total, line->total, &priced->total) : err;
    for (size_t k = 0; err == MPOS_OK && k < line->tax_count; k++) {
        mpos_priced_tax *sum = &priced->taxes[line->taxes[k].tax];

        err = mpos_money_add(sum->base, line->taxes[k].base, &sum->base);
        err = err == MPOS_OK ? mpos_money_add(sum->amount, line->taxes[k].amount, &sum->amount) : err;
    }
    priced->discount += line->line_discount + line->order_discount; /* at most the gross */
    return err;
}

static mpos_err
sum_up(const mpos_cart *cart, mpos_priced *priced)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        if (cart->lines[i].component_count == 0) {
            err = add_to_order(priced, &priced->lines[i]);
        }
    }
    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        if (cart->lines[i].parent != MPOS_NO_PARENT) {
            add_to_combo(cart, &priced->lines[cart->lines[i].parent], &priced->lines[i]);
        }
    }
    return err;
}

mpos_err
mpos_price(const mpos_cart *cart, void *room, size_t room_size, mpos_priced *out)
{
    mpos_arena arena = {room, room_size, 0};
    mpos_priced priced = {0};
    mpos_price_work work;
    mpos_cart_counts counts;
    slabs s;
    mpos_err err = mpos_cart_check(cart);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_cart_count(cart, &counts);
    s = take_slabs(&arena, cart, &counts);
    if (arena.used > room_size) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    if (arena.used > 0) {
        memset(room, 0, arena.used);
    }
    link_lines(cart, s, &priced);
    link_work(cart, &s, &priced, &work);
    err = price_gross(&work);
    err = err == MPOS_OK ? mpos_price_discounts(&work) : err;
    err = err == MPOS_OK ? mpos_price_charges(&work) : err;
    err = err == MPOS_OK ? mpos_price_taxes(&work) : err;
    err = err == MPOS_OK ? mpos_price_last_charges(&work) : err;
    err = err == MPOS_OK ? sum_up(cart, &priced) : err;
    if (err == MPOS_OK) {
        *out = priced;
    }
    return err;
}
