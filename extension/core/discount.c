/* discount.c - the declared sequence of line and order discounts, then surcharges. Words: step, base, share. */
#include "price_work.h"

#include "apportion.h"

mpos_err
mpos_price_percentage(const mpos_cart *cart, int64_t rate, int64_t base, int64_t *out)
{
    mpos_rounding_mode mode = (mpos_rounding_mode)cart->rounding.mode;
    int64_t left;
    mpos_err err;

    if (cart->rounding.discount == MPOS_DISCOUNT_ROUND_AMOUNT) {
        return mpos_round_ratio((mpos_wide)base * rate, MPOS_RATE_ONE, 1, mode, out);
    }
    err = mpos_round_ratio((mpos_wide)base * (MPOS_RATE_ONE - rate), MPOS_RATE_ONE, 1, mode, &left);
    if (err == MPOS_OK) {
        *out = base - left;
    }
    return err;
}

/* What a discount takes off `base`: never more than `most`. */
static mpos_err
discount_amount(const mpos_cart *cart, const mpos_cart_discount *discount, int64_t base, int64_t most,
                int64_t *out)
{
    int64_t amount = discount->value;
    mpos_err err = MPOS_OK;

    if (discount->type == MPOS_DISCOUNT_PERCENT) {
        err = mpos_price_percentage(cart, discount->value, base, &amount);
    }
    if (err == MPOS_OK) {
        *out = amount < most ? amount : most;
    }
    return err;
}

static int64_t
sum_of(const int64_t *values, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

/* What a discount takes off some lines, into work->parts: by what is left of them, down to their floors. */
static mpos_err
apportion_discount(mpos_price_work *work, const mpos_cart_discount *discount, size_t first, size_t count,
                   int64_t *amount)
{
    const int64_t *left = work->left + first;
    int64_t base = sum_of(left, count);
    int64_t most = base;
    int capped = work->floored ||
                 work->cart->apportion != MPOS_APPORTION_LARGEST; /* who takes the rest might not have it */
    mpos_err err;

    for (size_t i = 0; capped && i < count; i++) {
        work->caps[i] = left[i] - work->floors[first + i];
        most -= work->floors[first + i];
    }
    err = discount_amount(work->cart, discount, base, most, amount);
    return err == MPOS_OK ? mpos_apportion_by((mpos_apportion_mode)work->cart->apportion, *amount, left,
                                              capped ? work->caps : NULL, count, work->parts, work->scratch)
                          : err;
}

/* Takes discount k of line `at` off the line, or off the components of a combo. */
static mpos_err
take_line_discount(mpos_price_work *work, size_t at, size_t k)
{
    const mpos_cart_line *line = &work->cart->lines[at];
    size_t first = line->component_count > 0 ? at + 1 : at;
    size_t count = line->component_count > 0 ? line->component_count : 1;
    int64_t amount;
    mpos_err err = apportion_discount(work, &line->discounts[k], first, count, &amount);

    if (err != MPOS_OK) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        work->left[first + i] -= work->parts[i];
        work->priced->lines[first + i].line_discount += work->parts[i];
    }
    work->priced->lines[at].discounts[k] = amount;
    return MPOS_OK;
}

/* Takes discount k of the order off all leaves, in proportion to what is left of them. */
static mpos_err
take_order_discount(mpos_price_work *work, size_t k)
{
    size_t count = work->cart->line_count;
    int64_t amount;
    mpos_err err = apportion_discount(work, &work->cart->discounts[k], 0, count, &amount);

    if (err != MPOS_OK) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        work->left[i] -= work->parts[i];
        work->priced->lines[i].order_discount += work->parts[i];
        work->priced->lines[i].shares[k] = work->parts[i];
    }
    work->priced->discounts[k] = amount;
    return MPOS_OK;
}

/* Of a list with exclusive discounts the first of them is alone; else all are in. */
static int
is_in(const mpos_cart_discount *discounts, size_t count, size_t k)
{
    if ((discounts[k].flags & MPOS_DISCOUNT_SURCHARGE) != 0) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if ((discounts[i].flags & MPOS_DISCOUNT_EXCLUSIVE) != 0) {
            return i == k;
        }
    }
    return 1;
}

/* Which discounts of a list an entry of the sequence takes. */
typedef struct pick {
    uint8_t type;
    size_t nth; /* this one of its type ... */
    int rest;   /* ... and, for the last entry of the kind, all after it */
} pick;

static int
picks(const pick *p, const mpos_cart_discount *discounts, size_t count, size_t k, size_t *seen)
{
    size_t nth;

    if (discounts[k].type != p->type || !is_in(discounts, count, k)) {
        return 0;
    }
    nth = (*seen)++;
    return nth == p->nth || (p->rest && nth > p->nth);
}

static mpos_err
run_line_step(mpos_price_work *work, const pick *p)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; i < work->cart->line_count; i++) {
        const mpos_cart_line *line = &work->cart->lines[i];
        size_t seen = 0;

        for (size_t k = 0; err == MPOS_OK && k < line->discount_count; k++) {
            err = picks(p, line->discounts, line->discount_count, k, &seen) ? take_line_discount(work, i, k)
                                                                            : MPOS_OK;
        }
    }
    return err;
}

static mpos_err
run_order_step(mpos_price_work *work, const pick *p)
{
    mpos_err err = MPOS_OK;
    size_t seen = 0;

    size_t count = work->cart->discount_count;

    for (size_t k = 0; err == MPOS_OK && k < count; k++) {
        err = picks(p, work->cart->discounts, count, k, &seen) ? take_order_discount(work, k) : MPOS_OK;
    }
    return err;
}

static pick
pick_of(const mpos_cart *cart, size_t at)
{
    uint8_t step = cart->sequence[at];
    pick p = {step == MPOS_STEP_LINE_FIXED || step == MPOS_STEP_ORDER_FIXED ? MPOS_DISCOUNT_FIXED
                                                                            : MPOS_DISCOUNT_PERCENT,
              0, 1};

    for (size_t i = 0; i < cart->sequence_count; i++) {
        if (cart->sequence[i] == step) {
            p.nth += i < at;
            p.rest &= i <= at;
        }
    }
    return p;
}

mpos_err
mpos_price_discounts(mpos_price_work *work)
{
    const mpos_cart *cart = work->cart;
    mpos_err err = MPOS_OK;

    for (size_t s = 0; err == MPOS_OK && s < cart->sequence_count; s++) {
        pick p = pick_of(cart, s);

        if (cart->sequence[s] == MPOS_STEP_LINE_PERCENT || cart->sequence[s] == MPOS_STEP_LINE_FIXED) {
            err = run_line_step(work, &p);
        } else if (cart->line_count > 0) {
            err = run_order_step(work, &p);
        }
    }
    return err;
}

int
mpos_discount_turn(const mpos_cart *cart, const mpos_cart_discount *discounts, size_t count, size_t k,
                   int of_order)
{
    uint8_t percent = of_order ? MPOS_STEP_ORDER_PERCENT : MPOS_STEP_LINE_PERCENT;
    uint8_t fixed = of_order ? MPOS_STEP_ORDER_FIXED : MPOS_STEP_LINE_FIXED;
    uint8_t step = discounts[k].type == MPOS_DISCOUNT_FIXED ? fixed : percent;

    for (size_t s = 0; s < cart->sequence_count; s++) {
        pick p = pick_of(cart, s);
        size_t seen = 0;

        for (size_t i = 0; cart->sequence[s] == step && i <= k; i++) {
            if (picks(&p, discounts, count, i, &seen) && i == k) {
                return (int)s;
            }
        }
    }
    return -1;
}
