/*
 * cascade_read.c - taxes of a line that are taken of earlier ones: of the amount of a row, or of the net and all rows up to one. Each
 * is a rate of the net, so that they are so to the core as well, included or added. Words: row, cascade.
 */
#include <string.h>

#include "order_case.h"

void
read_basis(order_in *in, const json_t *object, size_t t)
{
    const char *text = text_of(object, "on|basis|charge_type|applied_on", "net");
    int at = word_of(text, "net|net_total|on_net_total|price "
                           "previous_row_amount|on_previous_row_amount|previous_amount|previous_tax "
                           "previous_row_total|on_previous_row_total|previous_total|running_total");

    if (at < 0) {
        report_fail(in->r, "unknown base of a tax %s", text);
        return;
    }
    in->basis[t] = (tax_basis)at;
    in->rows[t] = text_of(object, "row|of", NULL);
    if (at != BASIS_NET && in->taxes[t].type != MPOS_TAX_PERCENT) {
        report_fail(in->r, "a tax of earlier ones that is no percentage");
    }
}

/* The row that tax k of the list is taken of: the one it names, else the one before it; -1 when there is none. */
static int
row_of(const order_in *in, const uint16_t *taxes, int k)
{
    const char *name = in->rows[taxes[k]];

    for (int i = k - 1; i >= 0; i--) {
        const char *own = in->tax_names[taxes[i]];

        if (name == NULL || (own != NULL && strcmp(own, name) == 0)) {
            return i;
        }
    }
    return -1;
}

/* rate x of; both of scale 9. A product that has more decimals is refused. */
static int64_t
rate_of(order_in *in, int64_t rate, int64_t of)
{
    int64_t product;

    if (__builtin_mul_overflow(rate, of, &product) || product % MPOS_RATE_ONE != 0) {
        report_fail(in->r, "a tax of earlier ones with more than nine decimals");
        return 0;
    }
    return product / MPOS_RATE_ONE;
}

/* The tax with another rate; added when the order has none such. */
static uint16_t
with_rate(order_in *in, uint16_t t, int64_t rate)
{
    size_t i = 0;

    while (i < in->cart.tax_count && (in->tax_objects[i] != in->tax_objects[t] ||
                                      in->taxes[i].value != rate || in->basis[i] != BASIS_NET)) {
        i++;
    }
    if (i == MPOS_CART_TAXES_MAX) {
        report_fail(in->r, "more than %d taxes", MPOS_CART_TAXES_MAX);
        return t;
    }
    if (i == in->cart.tax_count) {
        in->cart.tax_count++;
        in->tax_objects[i] = in->tax_objects[t];
        in->tax_names[i] = in->tax_names[t];
        in->taxes[i] = in->taxes[t];
        in->taxes[i].value = rate;
        in->kinds[i] = in->kinds[t];
        in->apart[i] = in->apart[t];
    }
    return (uint16_t)i;
}

void
flatten_cascade(order_in *in, uint16_t *taxes, uint16_t count)
{
    int64_t rates[MPOS_LINE_TAXES_MAX], sum = MPOS_RATE_ONE, totals[MPOS_LINE_TAXES_MAX];
    int any = 0;

    for (int k = 0; k < count; k++) {
        uint16_t t = taxes[k];
        int row = in->basis[t] == BASIS_NET ? 0 : row_of(in, taxes, k);

        if (row < 0) {
            report_fail(in->r, "a tax of a row that is not before it");
            return;
        }
        any |= in->basis[t] != BASIS_NET;
        rates[k] = in->basis[t] == BASIS_NET ? in->taxes[t].value
                                             : rate_of(in, in->taxes[t].value,
                                                       in->basis[t] == BASIS_ROW ? rates[row] : totals[row]);
        sum += in->kinds[t] == TAX_BELOW_ZERO ? -rates[k] : rates[k];
        totals[k] = sum;
    }
    for (int k = 0; any && k < count; k++) {
        if (in->taxes[taxes[k]].type != MPOS_TAX_PERCENT || in->taxes[taxes[k]].flags > MPOS_TAX_INCLUDED) {
            report_fail(in->r, "taxes of rows beside others that compound, or are no percentages");
        }
        taxes[k] = in->basis[taxes[k]] == BASIS_NET ? taxes[k] : with_rate(in, taxes[k], rates[k]);
    }
}
