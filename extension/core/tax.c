/* tax.c - taxes of one line. */
#include "tax.h"

#include <string.h>

#include "apportion.h"

static int
has(const mpos_cart_tax *tax, int flag)
{
    return (tax->flags & flag) != 0;
}

/* Whether neighbour `tax` joins the batch of `head`, the later one; next is the tax right after `tax`. */
static int
joins(const mpos_cart_tax *tax, const mpos_cart_tax *head, const mpos_cart_tax *next)
{
    int same = MPOS_TAX_INCLUDED | MPOS_TAX_AFFECTS_NEXT;

    return tax->type == head->type && (tax->flags & same) == (head->flags & same) &&
           (!has(tax, MPOS_TAX_AFFECTS_NEXT) || has(next, MPOS_TAX_BASE_UNAFFECTED));
}

void
mpos_tax_view_init(const mpos_cart *cart, const mpos_cart_line *line, mpos_tax_view *out)
{
    const mpos_cart_tax *taxes[MPOS_LINE_TAXES_MAX];

    for (size_t i = 0; i < line->tax_count; i++) {
        taxes[i] = &cart->taxes[line->taxes[i]];
    }
    mpos_tax_view_make(&cart->rounding, taxes, line->tax_count, out);
}

void
mpos_tax_view_make(const mpos_rounding *rounding, const mpos_cart_tax *const *taxes, size_t count,
                   mpos_tax_view *out)
{
    size_t last = count;

    out->rounding = rounding;
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        out->taxes[i] = taxes[i];
    }
    for (size_t i = out->count; i-- > 0;) {
        if (last == out->count || !joins(out->taxes[i], out->taxes[last], out->taxes[i + 1])) {
            last = i;
        }
        out->last[i] = (uint8_t)last;
    }
    for (size_t i = 0; i < out->count; i++) {
        out->first[i] = i > 0 && out->last[i - 1] == out->last[i] ? out->first[i - 1] : (uint8_t)i;
    }
}

/* How tax i moves the base of tax j: -1, 0 or 1 times its amount. Not for taxes of one batch. */
static int
influence(const mpos_tax_view *view, size_t i, size_t j)
{
    int compounds =
        j > i && has(view->taxes[i], MPOS_TAX_AFFECTS_NEXT) && !has(view->taxes[j], MPOS_TAX_BASE_UNAFFECTED);

    if (has(view->taxes[i], MPOS_TAX_INCLUDED)) {
        return compounds ? 0 : -1; /* it is still in the price: leaving it there is compounding */
    }
    return compounds ? 1 : 0;
}

static int
same_batch(const mpos_tax_view *view, size_t i, size_t j)
{
    return view->first[i] == view->first[j];
}

void
mpos_tax_weights(const mpos_wide *exact, size_t count, int64_t *weights)
{
    mpos_wide sum = 0;
    mpos_wide unit = 1;

    for (size_t i = 0; i < count; i++) {
        sum += exact[i];
    }
    while (sum / 2 >= unit * (INT64_MAX / 2)) {
        unit *= 10;
    }
    for (size_t i = 0; i < count; i++) {
        weights[i] = (int64_t)(unit == 1 ? exact[i] : mpos_wide_quotient(exact[i], unit));
    }
}

mpos_err
mpos_tax_round(const mpos_rounding *rounding, int included, mpos_wide exact, mpos_wide pool, int64_t *out)
{
    mpos_rounding_mode mode = (mpos_rounding_mode)rounding->mode;
    int64_t most;
    int64_t tax;
    mpos_err err;

    if (!included) {
        return mpos_round_ratio(exact, MPOS_PICO, rounding->increment, mode, out);
    }
    err = mpos_round_ratio(pool, MPOS_PICO, 1, MPOS_ROUND_DOWN, &most);
    if (rounding->inclusive == MPOS_INCLUSIVE_NET) {
        int64_t net;

        err =
            err == MPOS_OK ? mpos_round_ratio(pool - exact, MPOS_PICO, rounding->increment, mode, &net) : err;
        tax = err == MPOS_OK && net < most ? most - net : 0;
    } else {
        err = err == MPOS_OK ? mpos_round_ratio(exact, MPOS_PICO, rounding->increment, mode, &tax) : err;
    }
    if (err == MPOS_OK) {
        *out = tax < most ? tax : most;
    }
    return err;
}

/* One batch being evaluated. */
typedef struct batch {
    size_t first;
    size_t last;
    mpos_wide most; /* what included taxes may take together */
    /* What each tax is taken of, pico; of a fixed tax: the quantity at the same scale. */
    const mpos_wide *pools;
    int64_t denominator;
} batch;

/* Numerators are the taxes' values; the denominator turns the pool into their base. */
static int64_t
denominator_of(const mpos_tax_view *view, const batch *b)
{
    const mpos_cart_tax *head = view->taxes[b->first];
    int64_t sum = 0;

    if (head->type == MPOS_TAX_FIXED || head->type == MPOS_TAX_BRACKET) {
        return 1;
    }
    for (size_t i = b->first; i <= b->last; i++) {
        sum += view->taxes[i]->value;
    }
    if (head->type == MPOS_TAX_PERCENT) {
        return has(head, MPOS_TAX_INCLUDED) ? MPOS_RATE_ONE + sum : MPOS_RATE_ONE;
    }
    return has(head, MPOS_TAX_INCLUDED) ? MPOS_RATE_ONE : MPOS_RATE_ONE - sum;
}

/* What one tax of the batch makes of its pool, before anything bounds it. */
static mpos_err
uncapped_amount(const mpos_tax_view *view, const batch *b, size_t i, mpos_wide *out)
{
    if (view->taxes[i]->type == MPOS_TAX_BRACKET) {
        return mpos_tax_bracket_amount(view->taxes[i], b->pools[i], out);
    }
    *out = mpos_wide_quotient(b->pools[i] * view->taxes[i]->value + b->denominator / 2, b->denominator);
    return MPOS_OK;
}

/* A pool is at most 2^53 x 10^12 and a rate 10^10 (a quantity 10^21 and a fixed tax 2^53): 128 bits hold both. */
static mpos_err
exact_amounts(const mpos_tax_view *view, const batch *b, mpos_wide amounts[MPOS_LINE_TAXES_MAX])
{
    mpos_wide open = b->most;

    for (size_t i = b->first; i <= b->last; i++) {
        mpos_err err = uncapped_amount(view, b, i, &amounts[i]);

        if (err != MPOS_OK || amounts[i] > MPOS_AMOUNT_MAX * MPOS_PICO) {
            return MPOS_E_AMOUNT_OVERFLOW;
        }
        if (has(view->taxes[i], MPOS_TAX_INCLUDED)) {
            amounts[i] = amounts[i] < open ? amounts[i] : open;
            open -= amounts[i];
        }
    }
    return MPOS_OK;
}

/* The taxes of the batch rounded in one, then split over them. */
static mpos_err
round_together(const mpos_tax_view *view, const batch *b, mpos_wide amounts[MPOS_LINE_TAXES_MAX])
{
    size_t count = b->last - b->first + 1;
    int64_t weights[MPOS_LINE_TAXES_MAX];
    int64_t parts[MPOS_LINE_TAXES_MAX];
    int64_t scratch[MPOS_LINE_TAXES_MAX];
    mpos_wide sum = 0;
    int64_t total;
    mpos_err err;

    for (size_t i = b->first; i <= b->last; i++) {
        sum += amounts[i];
    }
    err = mpos_tax_round(view->rounding, has(view->taxes[b->first], MPOS_TAX_INCLUDED), sum, b->most, &total);
    mpos_tax_weights(amounts + b->first, count, weights);
    err = err == MPOS_OK ? mpos_apportion(total, weights, NULL, count, parts, scratch) : err;
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        amounts[b->first + i] = parts[i] * MPOS_PICO;
    }
    return err;
}

static mpos_err
round_each(const mpos_tax_view *view, const batch *b, mpos_wide amounts[MPOS_LINE_TAXES_MAX])
{
    mpos_wide open = b->most;

    for (size_t i = b->first; i <= b->last; i++) {
        int64_t rounded;
        mpos_err err = mpos_tax_round(view->rounding, has(view->taxes[i], MPOS_TAX_INCLUDED), amounts[i],
                                      open, &rounded);

        if (err != MPOS_OK) {
            return err;
        }
        amounts[i] = rounded * MPOS_PICO;
        open -= amounts[i];
    }
    return MPOS_OK;
}

static mpos_err
round_batch(const mpos_tax_view *view, const batch *b, mpos_wide amounts[MPOS_LINE_TAXES_MAX])
{
    int by_net =
        has(view->taxes[b->first], MPOS_TAX_INCLUDED) && view->rounding->inclusive == MPOS_INCLUSIVE_NET;

    if (b->first != b->last && (by_net || view->rounding->level == MPOS_LEVEL_LINE)) {
        return round_together(view, b, amounts);
    }
    return round_each(view, b, amounts);
}

static void
note_shares(const mpos_tax_view *view, const batch *b, const mpos_wide *amounts, mpos_tax_share *shares)
{
    for (size_t i = b->first; i <= b->last; i++) {
        int bracket = view->taxes[i]->type == MPOS_TAX_BRACKET;
        mpos_wide uncapped =
            bracket ? amounts[i]
                    : mpos_wide_quotient(b->pools[i] * view->taxes[i]->value + b->denominator / 2,
                                         b->denominator);
        int capped = amounts[i] != uncapped;

        shares[i].pool = capped ? amounts[i] : b->pools[i];
        shares[i].numerator = capped ? 1 : view->taxes[i]->value;
        shares[i].denominator = capped ? 1 : b->denominator;
        shares[i].exact = amounts[i];
        shares[i].most = b->most;
        shares[i].leads = i == b->first;
    }
}

/* What is being evaluated. */
typedef struct evaluation {
    const mpos_tax_view *view;
    mpos_wide price; /* pico */
    int64_t qty;
    mpos_wide open; /* of the price, not yet taken by included taxes */
    mpos_wide pools[MPOS_LINE_TAXES_MAX];
    uint8_t done[MPOS_LINE_TAXES_MAX];
    mpos_tax_share *shares;
    mpos_wide *amounts;
} evaluation;

/* The price as tax `at` sees it, after the batches evaluated before. */
static mpos_wide
pool_of(const evaluation *e, size_t at)
{
    mpos_wide pool = e->price;

    for (size_t i = 0; i < e->view->count; i++) {
        if (e->done[i] && !same_batch(e->view, i, at)) {
            pool += influence(e->view, i, at) * e->amounts[i];
        }
    }
    return pool < 0 ? 0 : pool;
}

/* Fills the pools of the batch and what its included taxes may take. */
static mpos_err
fill_pools(evaluation *e, batch *b)
{
    int fixed = e->view->taxes[b->first]->type == MPOS_TAX_FIXED;

    b->most = pool_of(e, b->first);
    b->most = has(e->view->taxes[b->first], MPOS_TAX_INCLUDED) && b->most > e->open ? e->open : b->most;
    for (size_t i = b->first; i <= b->last; i++) {
        e->pools[i] = fixed ? e->qty * (MPOS_PICO / MPOS_QTY_ONE) : pool_of(e, i);
        if (e->pools[i] > MPOS_AMOUNT_MAX * MPOS_PICO) {
            return MPOS_E_AMOUNT_OVERFLOW;
        }
    }
    return MPOS_OK;
}

static mpos_err
evaluate_batch(evaluation *e, size_t at)
{
    batch b = {.first = e->view->first[at], .last = e->view->last[at], .pools = e->pools};
    int included = has(e->view->taxes[at], MPOS_TAX_INCLUDED);
    mpos_err err = fill_pools(e, &b);

    b.denominator = denominator_of(e->view, &b);
    if (b.denominator <= 0) {
        return MPOS_E_OUT_OF_RANGE; /* division taxes that add up to the whole price */
    }
    err = err == MPOS_OK ? exact_amounts(e->view, &b, e->amounts) : err;
    if (err == MPOS_OK && e->shares == NULL) {
        err = round_batch(e->view, &b, e->amounts);
    } else if (err == MPOS_OK) {
        note_shares(e->view, &b, e->amounts, e->shares);
    }
    for (size_t i = b.first; err == MPOS_OK && i <= b.last; i++) {
        e->done[i] = 1;
        e->open -= included ? e->amounts[i] : 0;
    }
    return err;
}

mpos_err
mpos_tax_evaluate(const mpos_tax_view *view, int64_t price, int64_t qty, mpos_tax_share *shares,
                  mpos_wide amounts[MPOS_LINE_TAXES_MAX])
{
    return mpos_tax_evaluate_pico(view, price * MPOS_PICO, qty, shares, amounts);
}

mpos_err
mpos_tax_evaluate_pico(const mpos_tax_view *view, mpos_wide price, int64_t qty, mpos_tax_share *shares,
                       mpos_wide amounts[MPOS_LINE_TAXES_MAX])
{
    evaluation e = {
        .view = view, .price = price, .qty = qty, .open = price, .shares = shares, .amounts = amounts};
    mpos_err err = MPOS_OK;

    for (size_t i = view->count; err == MPOS_OK && i-- > 0;) {
        if (view->taxes[i]->type == MPOS_TAX_FIXED && !e.done[i]) {
            err = evaluate_batch(&e, i);
        }
    }
    for (size_t i = view->count; err == MPOS_OK && i-- > 0;) {
        if (has(view->taxes[i], MPOS_TAX_INCLUDED) && !e.done[i]) {
            err = evaluate_batch(&e, i);
        }
    }
    for (size_t i = 0; err == MPOS_OK && i < view->count; i++) {
        if (!e.done[i]) {
            err = evaluate_batch(&e, i);
        }
    }
    return err;
}

/* Base of tax j: the price as moved by the other batches, less what its own batch takes out of it. */
static mpos_err
base_of(const mpos_tax_view *view, int64_t price, const mpos_priced_line_tax *taxes, size_t j, int64_t *out)
{
    mpos_wide base = price;

    for (size_t i = 0; i < view->count; i++) {
        int by = same_batch(view, i, j) ? -has(view->taxes[j], MPOS_TAX_INCLUDED) : influence(view, i, j);

        base += by * (mpos_wide)taxes[i].amount;
    }
    if (base > MPOS_AMOUNT_MAX) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    *out = base < 0 ? 0 : (int64_t)base;
    return MPOS_OK;
}

mpos_err
mpos_tax_finish(const mpos_tax_view *view, int64_t price, mpos_priced_line *line)
{
    mpos_err err = MPOS_OK;

    line->net = price;
    for (size_t i = 0; err == MPOS_OK && i < view->count; i++) {
        line->net -= has(view->taxes[i], MPOS_TAX_INCLUDED) ? line->taxes[i].amount : 0;
        err = mpos_money_add(line->tax, line->taxes[i].amount, &line->tax);
        err = err == MPOS_OK ? base_of(view, price, line->taxes, i, &line->taxes[i].base) : err;
    }
    return err == MPOS_OK ? mpos_money_add(line->net, line->tax, &line->total) : err;
}
