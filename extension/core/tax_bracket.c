/* tax_bracket.c - taxes read from a table. Words: bracket, span, base. */
#include "tax.h"

/* Without spans: the last bracket that the base reaches. A base is at most 2^53 x 10^12 and a rate 10^10: 128 bits hold both. */
static mpos_wide
read_table(const mpos_cart_tax *tax, mpos_wide base)
{
    const mpos_tax_bracket *reached = NULL;

    for (size_t i = 0; i < tax->bracket_count && tax->brackets[i].from * MPOS_PICO <= base; i++) {
        reached = &tax->brackets[i];
    }
    if (reached == NULL || base == 0) {
        return 0;
    }
    return reached->amount * MPOS_PICO +
           mpos_wide_quotient((base - reached->from * MPOS_PICO) * reached->rate + MPOS_RATE_ONE / 2,
                              MPOS_RATE_ONE);
}

mpos_err
mpos_tax_bracket_amount(const mpos_cart_tax *tax, mpos_wide base, mpos_wide *out)
{
    mpos_wide span = tax->value * MPOS_PICO;
    mpos_wide spans = span > 0 ? mpos_wide_quotient(base, span) : 0;
    mpos_wide amount = 0;

    if (spans > 0 && __builtin_mul_overflow(spans, read_table(tax, span), &amount)) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    base -= spans * span;
    amount += read_table(tax, base);
    if (amount > MPOS_AMOUNT_MAX * MPOS_PICO) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    *out = amount;
    return MPOS_OK;
}

/* Calls for every share of one tax, in the order of the lines. */
typedef void
share_visit(mpos_tax_share *share, void *context);

static void
visit_shares(mpos_price_work *work, uint16_t tax, share_visit *visit, void *context)
{
    mpos_tax_share *share = work->shares;

    for (size_t i = 0; i < work->cart->line_count; i++) {
        const mpos_priced_line *line = &work->priced->lines[i];

        for (size_t k = 0; k < line->tax_count; k++, share++) {
            if (line->taxes[k].tax == tax) {
                visit(share, context);
            }
        }
    }
}

/* One tax being given out. Weights are bases as multiples of unit, small enough to be multiplied with a tax. */
typedef struct giving {
    mpos_wide base;
    mpos_wide unit;
    mpos_wide weight; /* of all shares */
    mpos_wide tax;
    mpos_wide given;
    mpos_tax_share *most; /* the largest */
} giving;

static void
add_base(mpos_tax_share *share, void *context)
{
    ((giving *)context)->base += share->pool;
}

static void
add_weight(mpos_tax_share *share, void *context)
{
    giving *g = context;

    g->weight += mpos_wide_quotient(share->pool, g->unit);
}

/* Equal bases get equal shares, to the nearest pico. */
static void
give_share(mpos_tax_share *share, void *context)
{
    giving *g = context;
    mpos_wide weight = mpos_wide_quotient(share->pool, g->unit);

    share->exact = g->weight > 0 ? mpos_wide_quotient(g->tax * weight + g->weight / 2, g->weight) : 0;
    share->pool = share->exact;
    share->numerator = 1;
    share->denominator = 1;
    g->given += share->exact;
    g->most = g->most == NULL || share->exact > g->most->exact ? share : g->most;
}

static mpos_err
give_tax(mpos_price_work *work, uint16_t tax)
{
    giving g = {.unit = 1};
    mpos_err err;

    visit_shares(work, tax, add_base, &g);
    if (g.base > MPOS_AMOUNT_MAX * MPOS_PICO) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    while (mpos_wide_quotient(g.base, g.unit) > UINT32_MAX) {
        g.unit *= 2;
    }
    visit_shares(work, tax, add_weight, &g);
    err = mpos_tax_bracket_amount(&work->cart->taxes[tax], g.base, &g.tax);
    if (err == MPOS_OK) {
        visit_shares(work, tax, give_share, &g);
    }
    if (err == MPOS_OK && g.most != NULL) {
        g.most->pool += g.tax - g.given; /* pools are what is added up: no pico is lost between them */
    }
    return err;
}

mpos_err
mpos_tax_brackets(mpos_price_work *work)
{
    mpos_err err = MPOS_OK;

    for (uint16_t t = 0; err == MPOS_OK && t < work->cart->tax_count; t++) {
        if (work->cart->taxes[t].type == MPOS_TAX_BRACKET) {
            err = give_tax(work, t);
        }
    }
    return err;
}
