/* refund.c - see refund.h. */
#include "refund.h"

#include "wide.h"

/* What has come back of a line in all, up to some quantity. */
typedef struct returned {
    mpos_refunded amounts;
    int64_t bases[MPOS_LINE_TAXES_MAX];
    int64_t taxes[MPOS_LINE_TAXES_MAX];
} returned;

/* amount * part / whole, half up; 0 of nothing. */
static int64_t
portion(int64_t amount, int64_t part, int64_t whole)
{
    if (whole == 0) {
        return 0;
    }
    return (int64_t)mpos_wide_quotient(2 * (mpos_wide)amount * part + whole, 2 * (mpos_wide)whole);
}

/*
 * Taxes are taken out of the total one by one: each step splits what is left in proportion, so neither part ever falls
 * when the total rises.
 */
static void
return_up_to(const mpos_cart *cart, const mpos_cart_line *line, const mpos_priced_line *sold, int64_t qty,
             returned *out)
{
    int64_t left = portion(sold->total, qty, line->qty);
    int64_t whole = sold->total;
    int64_t included = 0;

    out->amounts.total = left;
    out->amounts.discount = portion(sold->line_discount + sold->order_discount, qty, line->qty);
    for (size_t k = 0; k < sold->tax_count; k++) {
        out->taxes[k] = portion(sold->taxes[k].amount, left, whole);
        out->bases[k] = portion(sold->taxes[k].base, qty, line->qty);
        left -= out->taxes[k];
        whole -= sold->taxes[k].amount;
        included += (cart->taxes[sold->taxes[k].tax].flags & MPOS_TAX_INCLUDED) != 0 ? out->taxes[k] : 0;
    }
    out->amounts.net = left;
    out->amounts.tax = out->amounts.total - left;
    out->amounts.gross = left + included + out->amounts.discount;
}

static void
add_difference(const mpos_refunded *from, const mpos_refunded *to, mpos_refunded *sum)
{
    sum->gross += to->gross - from->gross;
    sum->discount += to->discount - from->discount;
    sum->net += to->net - from->net;
    sum->tax += to->tax - from->tax;
    sum->total += to->total - from->total;
}

static void
refund_leaf(const mpos_cart *cart, const mpos_priced *priced, size_t at, int64_t before, int64_t qty,
            mpos_refunded *sum, mpos_priced_tax *taxes)
{
    const mpos_priced_line *sold = &priced->lines[at];
    returned from;
    returned to;

    return_up_to(cart, &cart->lines[at], sold, before, &from);
    return_up_to(cart, &cart->lines[at], sold, before + qty, &to);
    add_difference(&from.amounts, &to.amounts, sum);
    for (size_t k = 0; k < sold->tax_count; k++) {
        taxes[sold->taxes[k].tax].base += to.bases[k] - from.bases[k];
        taxes[sold->taxes[k].tax].amount += to.taxes[k] - from.taxes[k];
    }
}

mpos_err
mpos_refund_line(const mpos_cart *cart, const mpos_priced *priced, size_t at, int64_t before, int64_t qty,
                 mpos_refunded *out, mpos_priced_tax *taxes)
{
    const mpos_cart_line *line;
    size_t first;
    size_t count;

    if (at >= cart->line_count || before < 0 || qty <= 0) {
        return MPOS_E_OUT_OF_RANGE;
    }
    line = &cart->lines[at];
    if (line->parent != MPOS_NO_PARENT) {
        return MPOS_E_LINE_STATE;
    }
    if (before > line->qty || qty > line->qty - before) {
        return MPOS_E_REFUND_EXCEEDED;
    }
    first = line->component_count > 0 ? at + 1 : at;
    count = line->component_count > 0 ? line->component_count : 1;
    *out = (mpos_refunded){0};
    for (size_t i = 0; i < count; i++) {
        refund_leaf(cart, priced, first + i, before, qty, out, taxes);
    }
    return MPOS_OK;
}
