/* promotion_amount.c - promotions that look at each line by itself, and amounts spread over lines. Words: rate, worth. */
#include "promotion_work.h"

#include "price_work.h"

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

mpos_err
mpos_promoting_rate(const mpos_promoting *p, int64_t amount, int64_t rate, int64_t *out)
{
    return mpos_price_percentage(p->sale->cart, rate, amount, out);
}

mpos_err
mpos_promoting_worth(const mpos_promoting *p, size_t i, int64_t qty, int64_t *out)
{
    const mpos_cart_line *line = &p->sale->lines[i];
    int64_t gross = p->sale->gross[i];
    int64_t worth;
    mpos_err err =
        mpos_round_ratio((mpos_wide)line->unit_price * qty, MPOS_QTY_ONE, 1, mpos_promoting_mode(p), &worth);

    if (err == MPOS_OK && p->promoted[i] > 0) {
        err = mpos_round_ratio((mpos_wide)worth * (gross - p->promoted[i]), gross, 1, mpos_promoting_mode(p),
                               &worth);
    }
    if (err == MPOS_OK) {
        *out = least(worth, mpos_promoting_room(p, i));
    }
    return err;
}

mpos_err
mpos_promoting_spread(mpos_promoting *p, int64_t total, const int64_t *weights, const int64_t *caps)
{
    mpos_err err = mpos_apportion_by((mpos_apportion_mode)p->sale->cart->apportion, total, weights, caps,
                                     p->count, p->parts, p->scratch);

    for (size_t i = 0; err == MPOS_OK && i < p->count; i++) {
        p->amounts[i] = p->parts[i];
    }
    return err;
}

/* Once, from what is left of the open lines, in proportion to it. */
static mpos_err
spread_amount(mpos_promoting *p, int64_t value)
{
    int64_t room = 0;

    for (size_t i = 0; i < p->count; i++) {
        p->weights[i] = p->open[i] ? p->left[i] : 0;
        p->units[i] = p->open[i] ? mpos_promoting_room(p, i) : 0;
        p->joins[i] = p->open[i];
        room += p->units[i];
    }
    return mpos_promoting_spread(p, least(value, room), p->weights, p->units);
}

/* The amount for all units of a line; more than an amount can be is as good as everything. */
static mpos_err
of_all_units(const mpos_promoting *p, size_t i, int64_t value, int64_t *out)
{
    mpos_err err = mpos_price_extend(p->sale->cart, &p->sale->lines[i], value, 0, out);

    if (err == MPOS_E_AMOUNT_OVERFLOW) {
        *out = MPOS_AMOUNT_MAX;
        return MPOS_OK;
    }
    return err;
}

/* Down to value for each unit: modifiers are paid all the same. */
static mpos_err
lower_price(const mpos_promoting *p, size_t i, int64_t value, int64_t *out)
{
    int64_t full = 0;
    int64_t wanted = 0;
    mpos_err err = of_all_units(p, i, p->sale->lines[i].unit_price, &full);

    err = err == MPOS_OK ? of_all_units(p, i, value, &wanted) : err;
    *out = full - wanted - p->promoted[i];
    return err;
}

static mpos_err
amount_of(const mpos_promoting *p, const mpos_promotion *promotion, size_t i, int64_t *out)
{
    switch (promotion->kind) {
    case MPOS_PROMOTION_PERCENT:
        return mpos_promoting_rate(p, p->left[i], promotion->value, out);
    case MPOS_PROMOTION_AMOUNT_UNIT:
        return of_all_units(p, i, promotion->value, out);
    default:
        return lower_price(p, i, promotion->value, out);
    }
}

mpos_err
mpos_promote_amounts(mpos_promoting *p, const mpos_promotion *promotion)
{
    mpos_err err = MPOS_OK;

    if (promotion->kind == MPOS_PROMOTION_AMOUNT) {
        return spread_amount(p, promotion->value);
    }
    for (size_t i = 0; err == MPOS_OK && i < p->count; i++) {
        int64_t amount = 0;

        err = p->open[i] ? amount_of(p, promotion, i, &amount) : MPOS_OK;
        if (amount > 0) {
            p->amounts[i] = least(amount, mpos_promoting_room(p, i));
        }
    }
    return err;
}
