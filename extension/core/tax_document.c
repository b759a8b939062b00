/* tax_document.c - one rounding per tax, per set of lines or per order, apportioned to the lines. Words: group, share. */
#include "tax.h"

#include <string.h>

#include "apportion.h"

/* The line taxes that are rounded together: one tax of the cart, or all included or all added ones (of some lines). */
typedef struct group {
    const mpos_cart *cart;
    int tax; /* index into cart->taxes, -1 for all */
    int set; /* of lines, -1 for all */
    int included;
} group;

static int
belongs(const group *g, uint16_t tax, const mpos_tax_share *share)
{
    return (g->tax < 0 || g->tax == tax) && (g->set < 0 || g->set == share->set) &&
           (g->cart->taxes[tax].flags & MPOS_TAX_INCLUDED) == g->included;
}

/* All line taxes of the work, flat; mpos_price_work.shares runs parallel to the priced lines' taxes. */
static const mpos_priced_line_tax *
flat_taxes(const mpos_price_work *work, size_t *count)
{
    size_t lines = work->cart->line_count;

    *count = 0;
    for (size_t i = 0; i < lines; i++) {
        *count += work->priced->lines[i].tax_count;
    }
    return lines > 0 ? work->priced->lines[0].taxes : NULL;
}

/* Whether an earlier member of the group has the same fraction, so that its pool was added there. */
static int
counted(const mpos_price_work *work, const group *g, const mpos_priced_line_tax *taxes, size_t at)
{
    const mpos_tax_share *shares = work->shares;

    for (size_t i = 0; i < at; i++) {
        if (shares[i].numerator == shares[at].numerator && shares[i].denominator == shares[at].denominator &&
            belongs(g, taxes[i].tax, &shares[i])) {
            return 1;
        }
    }
    return 0;
}

/*
 * Exact tax of the group. Pools of equal fractions are added before dividing, so that sixths and ninths that add up
 * to a half are seen as the half.
 */
static mpos_err
sum_exact(const mpos_price_work *work, const group *g, mpos_wide *out)
{
    size_t count;
    const mpos_priced_line_tax *taxes = flat_taxes(work, &count);
    const mpos_tax_share *shares = work->shares;
    mpos_wide sum = 0;

    for (size_t i = 0; i < count; i++) {
        mpos_wide pool = 0;

        if (!belongs(g, taxes[i].tax, &shares[i]) || counted(work, g, taxes, i)) {
            continue;
        }
        for (size_t k = i; k < count; k++) {
            if (shares[k].numerator == shares[i].numerator &&
                shares[k].denominator == shares[i].denominator && belongs(g, taxes[k].tax, &shares[k])) {
                pool += shares[k].pool;
            }
        }
        if (__builtin_mul_overflow(pool, (mpos_wide)shares[i].numerator, &pool) ||
            __builtin_add_overflow(pool, (mpos_wide)(shares[i].denominator / 2), &pool) ||
            __builtin_add_overflow(sum, mpos_wide_quotient(pool, shares[i].denominator), &sum)) {
            return MPOS_E_AMOUNT_OVERFLOW;
        }
    }
    *out = sum;
    return MPOS_OK;
}

/* What included taxes of the group were taken of: each batch's price once. */
static mpos_wide
sum_pools(const mpos_price_work *work, const group *g)
{
    size_t count;
    const mpos_priced_line_tax *taxes = flat_taxes(work, &count);
    const mpos_tax_share *shares = work->shares;
    mpos_wide pool = 0;

    for (size_t i = 0; i < count; i++) {
        if (belongs(g, taxes[i].tax, &shares[i]) && (g->tax >= 0 || shares[i].leads)) {
            pool += shares[i].most;
        }
    }
    return pool;
}

/* Exact tax of the group on one line, and its members there. */
static mpos_wide
line_members(const mpos_price_work *work, const group *g, size_t line, const mpos_tax_share *shares,
             mpos_wide exact[MPOS_LINE_TAXES_MAX])
{
    const mpos_priced_line *priced = &work->priced->lines[line];
    mpos_wide sum = 0;

    for (size_t k = 0; k < priced->tax_count; k++) {
        exact[k] = belongs(g, priced->taxes[k].tax, &shares[k]) ? shares[k].exact : 0;
        sum += exact[k];
    }
    return sum;
}

/*
 * Weight of each line in the group, and for included taxes what is still in its price. Returns the most that the
 * lines of the group can take.
 */
static int64_t
weigh_lines(mpos_price_work *work, const group *g, mpos_wide sum)
{
    const mpos_tax_share *shares = work->shares;
    mpos_wide exact[MPOS_LINE_TAXES_MAX];
    mpos_wide unit = 1;
    mpos_wide most = 0;

    while (sum / 2 >= unit * (INT64_MAX / 4)) {
        unit *= 10;
    }
    for (size_t i = 0; i < work->cart->line_count; i++) {
        const mpos_priced_line *line = &work->priced->lines[i];

        work->weights[i] = (int64_t)mpos_wide_quotient(line_members(work, g, i, shares, exact), unit);
        work->caps[i] = work->left[i];
        for (size_t k = 0; k < line->tax_count; k++) {
            int included = (work->cart->taxes[line->taxes[k].tax].flags & MPOS_TAX_INCLUDED) != 0;

            work->caps[i] -= included ? line->taxes[k].amount : 0;
        }
        most += work->weights[i] > 0 ? work->caps[i] : 0;
        shares += line->tax_count;
    }
    return (int64_t)most; /* at most the order's gross */
}

/* Splits each line's part over the taxes of the group on it. */
static mpos_err
split_lines(mpos_price_work *work, const group *g)
{
    const mpos_tax_share *shares = work->shares;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < work->cart->line_count; i++) {
        mpos_priced_line *line = &work->priced->lines[i];
        mpos_wide exact[MPOS_LINE_TAXES_MAX];
        int64_t weights[MPOS_LINE_TAXES_MAX];
        int64_t parts[MPOS_LINE_TAXES_MAX];
        int64_t scratch[MPOS_LINE_TAXES_MAX];

        line_members(work, g, i, shares, exact);
        mpos_tax_weights(exact, line->tax_count, weights);
        err = mpos_apportion(work->parts[i], weights, NULL, line->tax_count, parts, scratch);
        for (size_t k = 0; err == MPOS_OK && k < line->tax_count; k++) {
            line->taxes[k].amount += parts[k];
        }
        shares += line->tax_count;
    }
    return err;
}

static mpos_err
round_group(mpos_price_work *work, const group *g)
{
    const mpos_cart *cart = work->cart;
    mpos_wide exact;
    int64_t total;
    int64_t most;
    mpos_err err = sum_exact(work, g, &exact);

    if (err != MPOS_OK || exact == 0) {
        return err;
    }
    err = mpos_tax_round(&cart->rounding, g->included, exact, sum_pools(work, g), &total);
    if (err != MPOS_OK) {
        return err;
    }
    most = weigh_lines(work, g, exact);
    total = g->included && total > most ? most : total;
    err = mpos_apportion_by((mpos_apportion_mode)cart->apportion, total, work->weights,
                            g->included ? work->caps : NULL, cart->line_count, work->parts, work->scratch);
    return err == MPOS_OK ? split_lines(work, g) : err;
}

static int
same_taxes(const mpos_cart_line *a, const mpos_cart_line *b)
{
    return a->tax_count == b->tax_count &&
           (a->tax_count == 0 || memcmp(a->taxes, b->taxes, a->tax_count * sizeof a->taxes[0]) == 0);
}

/* Marks the shares of each line with the first line that has the same taxes. */
static void
mark_sets(mpos_price_work *work)
{
    const mpos_cart_line *lines = work->cart->lines;
    mpos_tax_share *share = work->shares;

    for (size_t i = 0; i < work->cart->line_count; i++) {
        size_t set = 0;

        while (set < i && !same_taxes(&lines[set], &lines[i])) {
            set++;
        }
        for (size_t k = 0; k < lines[i].tax_count; k++) {
            (share++)->set = (uint16_t)set;
        }
    }
}

/* Included taxes first: they say what is left of the price. */
static mpos_err
round_both(mpos_price_work *work, group g)
{
    mpos_err err;

    g.included = MPOS_TAX_INCLUDED;
    err = round_group(work, &g);
    g.included = 0;
    return err == MPOS_OK ? round_group(work, &g) : err;
}

static mpos_err
round_sets(mpos_price_work *work, group g)
{
    const mpos_tax_share *share = work->shares;
    mpos_err err = MPOS_OK;

    mark_sets(work);
    for (size_t i = 0; err == MPOS_OK && i < work->cart->line_count; i++) {
        if (work->cart->lines[i].tax_count > 0 && share->set == i) {
            g.set = (int)i;
            err = round_both(work, g);
        }
        share += work->cart->lines[i].tax_count;
    }
    return err;
}

mpos_err
mpos_tax_document(mpos_price_work *work)
{
    group g = {work->cart, -1, -1, 0};
    mpos_err err = mpos_tax_brackets(work);

    if (work->cart->rounding.level == MPOS_LEVEL_COMBINATION) {
        return err == MPOS_OK ? round_sets(work, g) : err;
    }
    if (work->cart->rounding.level == MPOS_LEVEL_ORDER) {
        return err == MPOS_OK ? round_both(work, g) : err;
    }
    for (int t = 0; err == MPOS_OK && t < work->cart->tax_count; t++) {
        g.tax = t;
        g.included = work->cart->taxes[t].flags & MPOS_TAX_INCLUDED;
        err = round_group(work, &g);
    }
    return err;
}
