/* tax_line.c - taxes of all lines: per unit, per line, or left to the document. */
#include "tax.h"

/* Adds `times` the rounded amounts to the line's taxes. */
static mpos_err
add_amounts(mpos_priced_line *line, const mpos_wide *amounts, int64_t times)
{
    for (size_t i = 0; i < line->tax_count; i++) {
        mpos_wide sum = line->taxes[i].amount + mpos_wide_quotient(amounts[i], MPOS_PICO) * times;

        if (sum > MPOS_AMOUNT_MAX) {
            return MPOS_E_AMOUNT_OVERFLOW;
        }
        line->taxes[i].amount = (int64_t)sum;
    }
    return MPOS_OK;
}

/* `times` units of one price each. */
static mpos_err
add_units(const mpos_tax_view *view, int64_t unit_price, int64_t times, mpos_priced_line *line)
{
    mpos_wide amounts[MPOS_LINE_TAXES_MAX] = {0};
    mpos_err err = times > 0 ? mpos_tax_evaluate(view, unit_price, MPOS_QTY_ONE, NULL, amounts) : MPOS_OK;

    return err == MPOS_OK ? add_amounts(line, amounts, times) : err;
}

/* The price in whole minor units over the units: some cost one more than the others. */
static mpos_err
tax_per_unit(const mpos_tax_view *view, int64_t price, int64_t units, mpos_priced_line *line)
{
    int64_t dearer = price % units;
    mpos_err err = add_units(view, price / units, units - dearer, line);

    return err == MPOS_OK ? add_units(view, price / units + 1, dearer, line) : err;
}

static mpos_err
tax_line(const mpos_tax_view *view, int64_t price, int64_t qty, mpos_priced_line *line)
{
    mpos_wide amounts[MPOS_LINE_TAXES_MAX] = {0};
    mpos_err err;

    if (view->rounding->level == MPOS_LEVEL_UNIT && qty % MPOS_QTY_ONE == 0) {
        return tax_per_unit(view, price, qty / MPOS_QTY_ONE, line);
    }
    err = mpos_tax_evaluate(view, price, qty, NULL, amounts);
    return err == MPOS_OK ? add_amounts(line, amounts, 1) : err;
}

mpos_err
mpos_price_taxes(mpos_price_work *work)
{
    const mpos_cart *cart = work->cart;
    int document = mpos_level_is_document(cart->rounding.level);
    mpos_tax_share *shares = work->shares;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        mpos_priced_line *line = &work->priced->lines[i];
        mpos_wide amounts[MPOS_LINE_TAXES_MAX];
        mpos_tax_view view;

        mpos_tax_view_init(cart, &cart->lines[i], &view);
        for (size_t k = 0; k < view.count; k++) {
            line->taxes[k].tax = cart->lines[i].taxes[k];
        }
        if (document) {
            err = mpos_tax_evaluate(&view, work->left[i], cart->lines[i].qty, shares, amounts);
            shares += view.count;
        } else {
            err = tax_line(&view, work->left[i], cart->lines[i].qty, line);
        }
    }
    err = err == MPOS_OK && document ? mpos_tax_document(work) : err;
    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        mpos_tax_view view;

        mpos_tax_view_init(cart, &cart->lines[i], &view);
        err = mpos_tax_finish(&view, work->left[i], &work->priced->lines[i]);
    }
    return err;
}
