/* promotion.c - which promotions apply, and what they become in the cart. Words: apply, touched. */
#include "promotion_work.h"

#include <string.h>

#include "id.h"
#include "price_work.h"

int
mpos_targets_have(const mpos_targets *targets, const mpos_basket_line *line)
{
    if (targets->item_count == 0 && targets->category_count == 0) {
        return 1;
    }
    return mpos_id_listed(targets->items, targets->item_count, line->item) ||
           (!mpos_id_is_zero(line->variant) &&
            mpos_id_listed(targets->items, targets->item_count, line->variant)) ||
           mpos_id_listed(targets->categories, targets->category_count, line->category);
}

/* Whether promotions may count and reduce a line: it is not spared, and no discount by hand wants to be alone on it. */
static int
is_promotable(const mpos_sale *sale, size_t i)
{
    const mpos_basket_line *line = &sale->basket->lines[i];

    if ((line->flags & MPOS_BASKET_NO_DISCOUNT) != 0) {
        return 0;
    }
    for (size_t k = 0; k < line->discount_count; k++) {
        if ((line->discounts[k].flags & MPOS_DISCOUNT_EXCLUSIVE) != 0) {
            return 0;
        }
    }
    return 1;
}

/* Arrays of the work in the scratch, ranked last; without memory only counted. */
static void
take_arrays(mpos_promoting *p, uint16_t **ranked, mpos_arena *arena)
{
    size_t n = p->count;
    int64_t **wide[] = {&p->left,  &p->floor,   &p->promoted, &p->amounts, &p->weights,
                        &p->parts, &p->scratch, &p->units,    &p->spare,   &p->used};

    for (size_t k = 0; k < sizeof wide / sizeof wide[0]; k++) {
        *wide[k] = mpos_arena_take(arena, n, sizeof **wide[k]);
    }
    p->open = mpos_arena_take(arena, n, 1);
    p->joins = mpos_arena_take(arena, n, 1);
    p->touched = mpos_arena_take(arena, n, 1);
    p->fits = mpos_arena_take(arena, n, 1);
    p->by_price = mpos_arena_take(arena, n, sizeof *p->by_price);
    *ranked = mpos_arena_take(arena, p->sale->rules->promotion_count, sizeof **ranked);
}

size_t
mpos_promote_size(const mpos_rules *rules, const mpos_basket *basket)
{
    mpos_sale sale = {.rules = rules};
    mpos_promoting p = {.sale = &sale, .count = basket->line_count};
    mpos_arena arena = {0};
    uint16_t *ranked;

    take_arrays(&p, &ranked, &arena);
    return arena.used;
}

/* What a discount takes off `left`, at most `room` of it. */
static mpos_err
discount_of(const mpos_promoting *p, const mpos_cart_discount *discount, int64_t left, int64_t room,
            int64_t *out)
{
    int64_t amount = discount->value;
    mpos_err err = discount->type == MPOS_DISCOUNT_PERCENT
                       ? mpos_promoting_rate(p, left, discount->value, &amount)
                       : MPOS_OK;

    if (err == MPOS_OK) {
        *out = amount < room ? amount : room;
    }
    return err;
}

/* Which of two steps the sequence has first. */
static uint8_t
first_type(const mpos_cart *cart, uint8_t percent, uint8_t fixed)
{
    for (size_t i = 0; i < cart->sequence_count; i++) {
        if (cart->sequence[i] == percent || cart->sequence[i] == fixed) {
            return cart->sequence[i] == percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED;
        }
    }
    return MPOS_DISCOUNT_PERCENT;
}

/* left, less the discounts that were given to line i by hand. */
static mpos_err
take_given(mpos_promoting *p, size_t i)
{
    const mpos_basket_line *line = &p->sale->basket->lines[i];
    uint8_t first = first_type(p->sale->cart, MPOS_STEP_LINE_PERCENT, MPOS_STEP_LINE_FIXED);
    mpos_err err = MPOS_OK;

    for (int round = 0; round < 2; round++) {
        for (size_t k = 0; err == MPOS_OK && k < line->discount_count; k++) {
            int64_t amount = 0;

            if ((line->discounts[k].type == first) == (round == 0)) {
                err = discount_of(p, &line->discounts[k], p->left[i], mpos_promoting_room(p, i), &amount);
            }
            p->left[i] -= amount;
        }
    }
    return err;
}

static mpos_err
start_line(mpos_promoting *p, size_t i)
{
    const mpos_sale *sale = p->sale;
    int64_t floor;
    mpos_err err = mpos_price_extend(sale->cart, &sale->lines[i], sale->lines[i].floor, 0, &floor);

    if (err != MPOS_OK) {
        return err;
    }
    p->left[i] = sale->gross[i];
    p->floor[i] = floor < p->left[i] ? floor : p->left[i];
    p->touched[i] = is_promotable(sale, i) ? MPOS_UNTOUCHED : MPOS_UNTOUCHABLE;
    p->spared |= (sale->basket->lines[i].flags & MPOS_BASKET_NO_DISCOUNT) != 0;
    return take_given(p, i);
}

static mpos_err
start(mpos_promoting *p)
{
    const mpos_basket *basket = p->sale->basket;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < p->count; i++) {
        if (basket->lines[i].parent == MPOS_NO_PARENT) {
            err = start_line(p, i);
        }
    }
    for (size_t k = 0; k < basket->discount_count; k++) {
        if ((basket->discounts[k].flags & MPOS_DISCOUNT_EXCLUSIVE) != 0) {
            p->order_touched = MPOS_TOUCHED_ALONE;
        }
    }
    return err;
}

static int
may_touch(const mpos_promotion *promotion, uint8_t touched)
{
    return touched == MPOS_UNTOUCHED ||
           (touched == MPOS_TOUCHED_STACKABLE && (promotion->flags & MPOS_PROMOTION_STACKABLE) != 0);
}

static uint8_t
touch_of(const mpos_promotion *promotion)
{
    return (promotion->flags & MPOS_PROMOTION_STACKABLE) != 0 ? MPOS_TOUCHED_STACKABLE : MPOS_TOUCHED_ALONE;
}

/* Marks the open lines. Returns whether the targets, open or not, reach what the promotion wants of them. */
static int
open_lines(mpos_promoting *p, const mpos_promotion *promotion)
{
    const mpos_sale *sale = p->sale;
    int whole = promotion->scope == MPOS_SCOPE_ORDER;
    int now = mpos_when_holds(&promotion->when, &sale->basket->in);
    int64_t qty = 0;
    int64_t amount = 0;

    for (size_t i = 0; i < p->count; i++) {
        const mpos_cart_line *line = &sale->lines[i];

        p->open[i] = 0;
        if (sale->basket->lines[i].parent == MPOS_NO_PARENT && p->touched[i] != MPOS_UNTOUCHABLE &&
            mpos_promotion_holds(sale, promotion, i, now) &&
            mpos_targets_have(&promotion->targets, &sale->basket->lines[i])) {
            qty += line->qty; /* at most MPOS_MAX_LINES of each: they fit */
            amount += sale->gross[i];
            p->open[i] = (whole || may_touch(promotion, p->touched[i])) &&
                         line->discount_count < MPOS_DISCOUNTS_MAX && mpos_promoting_room(p, i) > 0;
        }
    }
    return qty >= promotion->min_qty && amount >= promotion->min_amount;
}

static void
write_discount(mpos_cart_discount *out, const mpos_promotion *promotion, mpos_discount_type type,
               int64_t value)
{
    *out = (mpos_cart_discount){.type = (uint8_t)type, .flags = MPOS_DISCOUNT_RULE, .value = value};
    memcpy(out->rule, promotion->id, sizeof out->rule);
}

/*
 * A percentage stays one, so that it is taken when its turn in the sequence comes, unless it might pass its limit: then it is
 * the amount that was found here. At most: the rate of the whole gross, rounded up.
 */
static int
stays_percent(const mpos_promoting *p, const mpos_promotion *promotion)
{
    mpos_wide most = 0;

    if (promotion->kind != MPOS_PROMOTION_PERCENT || promotion->max_amount == 0) {
        return promotion->kind == MPOS_PROMOTION_PERCENT;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (p->open[i] || (promotion->scope == MPOS_SCOPE_ORDER && !p->spared)) {
            most += mpos_wide_quotient((mpos_wide)p->sale->gross[i] * promotion->value + MPOS_RATE_ONE - 1,
                                       MPOS_RATE_ONE);
        }
    }
    return most <= promotion->max_amount;
}

/* Gives the amounts to their lines. */
static void
give_to_lines(mpos_promoting *p, const mpos_promotion *promotion)
{
    int percent = stays_percent(p, promotion);

    for (size_t i = 0; i < p->count; i++) {
        mpos_cart_line *line = &p->sale->lines[i];

        if (p->amounts[i] > 0) {
            write_discount(&p->sale->line_discounts[i][line->discount_count], promotion,
                           percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED,
                           percent ? promotion->value : p->amounts[i]);
            line->discount_count++;
            p->left[i] -= p->amounts[i];
            p->promoted[i] += p->amounts[i];
        }
        if (p->joins[i] && promotion->scope == MPOS_SCOPE_LINE) {
            p->touched[i] = touch_of(promotion);
        }
    }
}

static mpos_err
fill_amounts(mpos_promoting *p, const mpos_promotion *promotion)
{
    memset(p->amounts, 0, p->count * sizeof *p->amounts);
    memset(p->units, 0, p->count * sizeof *p->units);
    memset(p->joins, 0, p->count);
    switch (promotion->kind) {
    case MPOS_PROMOTION_BUY_GET:
        return mpos_promote_units(p, promotion);
    case MPOS_PROMOTION_BUNDLE:
        return mpos_promote_bundle(p, promotion);
    default:
        return mpos_promote_amounts(p, promotion);
    }
}

/* Discounts of the open lines; *applied says whether there was anything to give. */
static mpos_err
apply_to_lines(mpos_promoting *p, const mpos_promotion *promotion, int *applied)
{
    int64_t total = 0;
    mpos_err err = fill_amounts(p, promotion);

    for (size_t i = 0; err == MPOS_OK && i < p->count; i++) {
        total += p->amounts[i]; /* at most the gross of MPOS_MAX_LINES lines */
        p->joins[i] |= p->amounts[i] > 0;
    }
    if (err == MPOS_OK && promotion->max_amount > 0 && total > promotion->max_amount) {
        memcpy(p->weights, p->amounts, p->count * sizeof *p->weights);
        err = mpos_promoting_spread(p, promotion->max_amount, p->weights, p->weights);
    }
    *applied = err == MPOS_OK && total > 0;
    if (*applied) {
        give_to_lines(p, promotion);
    }
    return err;
}

/* What the lines have left, and how much of it above their floors, after the first `count` discounts of the order. */
static mpos_err
order_left(const mpos_promoting *p, size_t count, int64_t *left, int64_t *room)
{
    mpos_err err = MPOS_OK;

    *left = 0;
    *room = 0;
    for (size_t i = 0; err == MPOS_OK && i < p->count; i++) {
        err = mpos_money_add(*left, p->left[i], left);
        *room += mpos_promoting_room(p, i);
    }
    for (size_t k = 0; err == MPOS_OK && k < count; k++) {
        int64_t amount = 0;

        err = discount_of(p, &p->sale->discounts[k], *left, *room, &amount);
        *left -= amount;
        *room -= amount;
    }
    return err;
}

/* What the promotion takes off the order behind its first `count` discounts. */
static mpos_err
order_amount(const mpos_promoting *p, const mpos_promotion *promotion, size_t count, int64_t *out)
{
    int64_t left;
    int64_t room;
    int64_t amount = promotion->value;
    mpos_err err = order_left(p, count, &left, &room);

    if (err == MPOS_OK && promotion->kind == MPOS_PROMOTION_PERCENT) {
        err = mpos_promoting_rate(p, left, promotion->value, &amount);
    }
    if (err == MPOS_OK) {
        amount = promotion->max_amount > 0 && amount > promotion->max_amount ? promotion->max_amount : amount;
        *out = amount < room ? amount : room;
    }
    return err;
}

/* One discount of the whole order. Its amount, where it is not a percentage, is found when all lines have theirs. */
static mpos_err
apply_to_order(mpos_promoting *p, const mpos_promotion *promotion, int *applied)
{
    mpos_cart *cart = p->sale->cart;
    size_t at = cart->discount_count;
    int percent = stays_percent(p, promotion);
    int64_t amount = 0;
    mpos_err err = order_amount(p, promotion, at, &amount);

    *applied = err == MPOS_OK && amount > 0 && at < MPOS_DISCOUNTS_MAX;
    if (*applied) {
        write_discount(&p->sale->discounts[at], promotion,
                       percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED,
                       percent ? promotion->value : amount);
        p->of_order[at] = promotion;
        cart->discount_count++;
    }
    return err;
}

/* Once the lines are done. A discount for which they left nothing goes. */
static mpos_err
settle_order(mpos_promoting *p)
{
    mpos_cart *cart = p->sale->cart;
    size_t kept = 0;
    mpos_err err = MPOS_OK;

    for (size_t k = 0; err == MPOS_OK && k < cart->discount_count; k++) {
        mpos_cart_discount *discount = &p->sale->discounts[kept];

        *discount = p->sale->discounts[k];
        if (p->of_order[k] != NULL && discount->type == MPOS_DISCOUNT_FIXED) {
            err = order_amount(p, p->of_order[k], kept, &discount->value);
        }
        kept += discount->value > 0;
    }
    cart->discount_count = (uint16_t)kept;
    return err;
}

/* A discount of the order reaches every line; where some are to be left alone the others get it as theirs. */
static mpos_err
apply(mpos_promoting *p, const mpos_promotion *promotion, int *applied)
{
    mpos_err err;

    *applied = 0;
    if (!open_lines(p, promotion)) {
        return MPOS_OK;
    }
    if (promotion->scope == MPOS_SCOPE_LINE) {
        return apply_to_lines(p, promotion, applied);
    }
    if (!may_touch(promotion, p->order_touched)) {
        return MPOS_OK;
    }
    err = p->spared ? apply_to_lines(p, promotion, applied) : apply_to_order(p, promotion, applied);
    p->order_touched = *applied ? touch_of(promotion) : p->order_touched;
    return err;
}

/* Of an exclusivity group only the first that applies: whether one of the `count` before has been it. */
static int
group_is_taken(const mpos_sale *sale, const uint16_t *applied, size_t count, uint16_t group)
{
    for (size_t k = 0; group != 0 && k < count; k++) {
        if (sale->rules->promotions[applied[k]].group == group) {
            return 1;
        }
    }
    return 0;
}

/* All in rank. What applied stays at the front of ranked. */
static mpos_err
run(mpos_promoting *p, uint16_t *ranked, size_t count)
{
    const mpos_rules *rules = p->sale->rules;
    size_t applied_count = 0;
    mpos_err err = MPOS_OK;

    for (size_t k = 0; err == MPOS_OK && k < count; k++) {
        const mpos_promotion *promotion = &rules->promotions[ranked[k]];
        int applied = 0;

        if (!group_is_taken(p->sale, ranked, applied_count, promotion->group)) {
            err = apply(p, promotion, &applied);
        }
        if (applied) {
            ranked[applied_count++] = ranked[k];
        }
    }
    return err;
}

mpos_err
mpos_promote(mpos_sale *sale)
{
    mpos_promoting p = {.sale = sale, .count = sale->basket->line_count};
    mpos_arena arena = {sale->scratch, SIZE_MAX / 2, 0};
    uint16_t *ranked;
    size_t count;
    mpos_err err;

    if (sale->rules->promotion_count == 0 || p.count == 0) {
        return MPOS_OK;
    }
    take_arrays(&p, &ranked, &arena);
    count = mpos_promotion_rank(sale, ranked);
    if (count == 0) {
        return MPOS_OK;
    }
    memset(sale->scratch, 0, (size_t)((uint8_t *)ranked - sale->scratch));
    err = start(&p);
    err = err == MPOS_OK ? run(&p, ranked, count) : err;
    return err == MPOS_OK ? settle_order(&p) : err;
}
