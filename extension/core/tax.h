/*
 * tax.h - the taxes of one line: batches, bases and how one tax moves the base of another; internal to the core.
 * Words: batch, pool, base, influence.
 *
 * Evaluation order: fixed taxes from last to first, then included ones from last to first, each batch taken out of
 * the price that the later batches left, then added ones from first to last. An included tax is no part of the base of
 * the others, an added one is none either, unless it affects those after it.
 */
#ifndef MPOS_CORE_TAX_H
#define MPOS_CORE_TAX_H

#include "pricing.h"
#include "price_work.h"

/* A line's taxes, looked up. Batch b of tax i is the range first[i]..last[i]. */
typedef struct mpos_tax_view {
    const mpos_rounding *rounding;
    const mpos_cart_tax *taxes[MPOS_LINE_TAXES_MAX];
    uint8_t first[MPOS_LINE_TAXES_MAX];
    uint8_t last[MPOS_LINE_TAXES_MAX];
    size_t count;
} mpos_tax_view;

/* The view of count taxes (at most MPOS_LINE_TAXES_MAX) that the caller has found himself; they must outlive it. */
void
mpos_tax_view_make(const mpos_rounding *rounding, const mpos_cart_tax *const *taxes, size_t count,
                   mpos_tax_view *out);

void
mpos_tax_view_init(const mpos_cart *cart, const mpos_cart_line *line, mpos_tax_view *out);

/*
 * Taxes of a price (minor units) and a quantity (scale 6). Rounded ones come out as whole minor units, times
 * MPOS_PICO; with shares not NULL nothing is rounded and each tax's share is filled in as well.
 */
mpos_err
mpos_tax_evaluate(const mpos_tax_view *view, int64_t price, int64_t qty, mpos_tax_share *shares,
                  mpos_wide amounts[MPOS_LINE_TAXES_MAX]);

/* The same of a price in pico, so that a net price need not be rounded first. */
mpos_err
mpos_tax_evaluate_pico(const mpos_tax_view *view, mpos_wide price, int64_t qty, mpos_tax_share *shares,
                       mpos_wide amounts[MPOS_LINE_TAXES_MAX]);

/* tax_bracket.c: what the table of a bracket tax says for a base, both in pico. AMOUNT_OVERFLOW. */
mpos_err
mpos_tax_bracket_amount(const mpos_cart_tax *tax, mpos_wide base, mpos_wide *out);

/*
 * tax_bracket.c: reads the table of each bracket tax once, with the bases of all lines, and gives each line its exact share.
 * work->shares are filled; the pool of a bracket tax is its base.
 */
mpos_err
mpos_tax_brackets(mpos_price_work *work);

/* Fills the bases of a line's taxes from their amounts, and net, tax and total of the line. */
mpos_err
mpos_tax_finish(const mpos_tax_view *view, int64_t price, mpos_priced_line *line);

/* tax_document.c: rounds once per tax or per order, and apportions to the lines. work->shares are filled. */
mpos_err
mpos_tax_document(mpos_price_work *work);

/* Weights that fit 63 bits in the proportion of exact amounts (not negative). */
void
mpos_tax_weights(const mpos_wide *exact, size_t count, int64_t *weights);

/*
 * Rounds a tax. Included taxes are rounded by tax or by net, as declared, and are at most the pool they were taken
 * of. exact and pool in pico.
 */
mpos_err
mpos_tax_round(const mpos_rounding *rounding, int included, mpos_wide exact, mpos_wide pool, int64_t *out);

#endif
