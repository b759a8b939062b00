/* charge.c - surcharges apportioned to the lines, and charges that are lines of their own. Words: charge, surcharge, base. */
#include "price_work.h"

#include "apportion.h"

/* What is left of the items after the discounts, before any surcharge; in work->caps. Leaf gross in work->weights. */
typedef struct bases {
    int64_t left;
    int64_t gross;
} bases;

static bases
take_bases(mpos_price_work *work)
{
    bases sums = {0, 0};

    for (size_t i = 0; i < work->cart->line_count; i++) {
        work->caps[i] = work->left[i];
        work->weights[i] = work->cart->lines[i].component_count > 0 ? 0 : work->priced->lines[i].gross;
        sums.left += work->caps[i];
        sums.gross += work->weights[i]; /* at most the order's gross */
    }
    return sums;
}

static mpos_err
percent_of(const mpos_cart *cart, int64_t base, int64_t rate, int64_t *out)
{
    return mpos_round_ratio((mpos_wide)base * rate, MPOS_RATE_ONE, 1, (mpos_rounding_mode)cart->rounding.mode,
                            out);
}

/* Adds surcharge k to the lines. Where nothing is left of the items there is nothing to add it to. */
static mpos_err
add_surcharge(mpos_price_work *work, const bases *sums, size_t k)
{
    const mpos_cart_discount *surcharge = &work->cart->discounts[k];
    int on_gross = surcharge->base == MPOS_CHARGE_ON_GROSS;
    int64_t base = on_gross ? sums->gross : sums->left;
    size_t count = work->cart->line_count;
    int64_t amount = surcharge->value;
    mpos_err err = MPOS_OK;

    if (base == 0) {
        return MPOS_OK;
    }
    if (surcharge->type == MPOS_DISCOUNT_PERCENT) {
        err = percent_of(work->cart, base, surcharge->value, &amount);
    }
    err = err == MPOS_OK ? mpos_apportion_by((mpos_apportion_mode)work->cart->apportion, amount,
                                             on_gross ? work->weights : work->caps, NULL, count, work->parts,
                                             work->scratch)
                         : err;
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        mpos_priced_line *line = &work->priced->lines[i];

        err = mpos_money_add(work->left[i], work->parts[i], &work->left[i]);
        line->gross += work->parts[i]; /* at most the order's, which is checked below */
        line->shares[k] = -work->parts[i];
    }
    work->priced->discounts[k] = -amount;
    return err == MPOS_OK ? mpos_money_add(work->priced->gross, amount, &work->priced->gross) : err;
}

/* A charge's amount becomes the gross of its line. */
static mpos_err
set_charge(mpos_price_work *work, size_t i, int64_t amount)
{
    work->left[i] = amount;
    work->priced->lines[i].gross = amount;
    return mpos_money_add(work->priced->gross, amount, &work->priced->gross);
}

static mpos_err
price_charge(mpos_price_work *work, const bases *sums, size_t i)
{
    const mpos_cart_line *line = &work->cart->lines[i];
    int64_t amount;
    mpos_err err;

    if (line->kind == MPOS_LINE_CHARGE_FIXED) {
        err = mpos_price_extend(work->cart, line, line->unit_price, 0, &amount);
    } else {
        err = percent_of(work->cart, line->base == MPOS_CHARGE_ON_GROSS ? sums->gross : sums->left,
                         line->unit_price, &amount);
    }
    return err == MPOS_OK ? set_charge(work, i, amount) : err;
}

mpos_err
mpos_price_charges(mpos_price_work *work)
{
    const mpos_cart *cart = work->cart;
    bases sums = take_bases(work);
    mpos_err err = MPOS_OK;

    for (size_t k = 0; err == MPOS_OK && k < cart->discount_count; k++) {
        if ((cart->discounts[k].flags & MPOS_DISCOUNT_SURCHARGE) != 0) {
            err = add_surcharge(work, &sums, k);
        }
    }
    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        if (cart->lines[i].kind != MPOS_LINE_ITEM && cart->lines[i].base != MPOS_CHARGE_ON_TOTAL) {
            err = price_charge(work, &sums, i);
        }
    }
    return err;
}

mpos_err
mpos_price_last_charges(mpos_price_work *work)
{
    const mpos_cart *cart = work->cart;
    int64_t total = 0;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        err = mpos_money_add(total, work->priced->lines[i].total, &total);
    }
    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        mpos_priced_line *line = &work->priced->lines[i];

        if (cart->lines[i].base == MPOS_CHARGE_ON_TOTAL) {
            err = percent_of(cart, total, cart->lines[i].unit_price, &line->total);
            err = err == MPOS_OK ? set_charge(work, i, line->total) : err;
            line->net = line->total;
        }
    }
    return err;
}
