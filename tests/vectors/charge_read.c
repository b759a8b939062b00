/* charge_read.c - charges of an order: lines of their own or spread over the items. */
#include <string.h>

#include "order_case.h"

static int
line_has(const order_in *in, size_t line, uint16_t tax)
{
    for (size_t k = 0; k < in->lines[line].tax_count; k++) {
        if (in->line_taxes[line][k] == tax) {
            return 1;
        }
    }
    return 0;
}

/*
 * A taxable charge that does not say how has the taxes of the order: those that are stated to be, else those that every line
 * with taxes has.
 */
static uint16_t
taxes_of_lines(order_in *in, uint16_t out[MPOS_LINE_TAXES_MAX])
{
    uint16_t count = 0;
    int taxed = 0;

    if (in->order_taxes != NULL) {
        return read_tax_list(in, in->order_taxes, out);
    }
    for (uint16_t t = 0; t < in->cart.tax_count; t++) {
        int every = 1, some = 0;

        for (size_t i = 0; i < in->item_count; i++) {
            every &= in->lines[i].tax_count == 0 || line_has(in, i, t);
            some |= line_has(in, i, t);
        }
        taxed |= some;
        if (every && some && count < MPOS_LINE_TAXES_MAX) {
            out[count++] = t;
        }
    }
    if (taxed && count == 0) {
        report_fail(in->r, "a taxable charge without taxes over lines that are taxed differently");
    }
    return count;
}

/* When the charge is calculated, and what a percentage is taken of. */
typedef struct phase {
    uint8_t base;
    int apportioned;
} phase;

static phase
read_phase(order_in *in, const json_t *object)
{
    static const char words[] =
        "subtotal|subtotal_phase|after_discount|after_discounts|net|before_tax "
        "gross|before_discount|before_discounts "
        "total|total_phase|after_tax|after_taxes "
        "apportioned_percentage|apportioned_percentage_phase|apportioned_amount|apportioned_amount_phase";
    const char *text = text_of(object, "on|base|phase|calculation_phase", "subtotal");
    const char *treatment = text_of(object, "treatment|treatment_type", "line_item");
    int at = word_of(text, words);
    int spread = word_of(treatment, "line_item|line_item_treatment|line apportioned|apportioned_treatment");

    if (at < 0 || spread < 0) {
        report_fail(in->r, "unknown base or treatment of a charge: %s, %s", text, treatment);
        return (phase){0};
    }
    return (phase){.base = at == 1   ? MPOS_CHARGE_ON_GROSS
                           : at == 2 ? MPOS_CHARGE_ON_TOTAL
                                     : MPOS_CHARGE_ON_LEFT,
                   .apportioned = at == 3 || spread == 1 || flag_of(object, "apportioned|apportion", 0)};
}

static void
add_surcharge(order_in *in, phase p, int percent, int64_t value)
{
    mpos_cart_discount *surcharge = &in->discounts[in->cart.discount_count];

    in->empty[in->cart.discount_count] = value == 0;
    in->on[in->cart.discount_count++] = ON_PRICE;
    surcharge->type = percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED;
    surcharge->flags = MPOS_DISCOUNT_SURCHARGE;
    surcharge->base = p.base;
    surcharge->value = value;
}

static void
add_charge_line(order_in *in, const json_t *object, phase p, int percent, int64_t value)
{
    const json_t *qty = member_of(object, "qty|quantity|guests");
    const json_t *taxes = member_of(object, "taxes|tax");
    size_t i = in->cart.line_count++;
    mpos_cart_line *line = &in->lines[i];

    line->kind = percent ? MPOS_LINE_CHARGE_PERCENT : MPOS_LINE_CHARGE_FIXED;
    line->base = percent ? p.base : 0;
    line->qty = qty != NULL && !percent ? decimal_of(in->r, qty, MPOS_QTY_SCALE) : MPOS_QTY_ONE;
    line->unit_price = value < 0 ? -value : value;
    line->parent = MPOS_NO_PARENT;
    line->taxes = in->line_taxes[i];
    line->tax_count = taxes != NULL                         ? read_tax_list(in, taxes, in->line_taxes[i])
                      : flag_of(object, "taxable|taxed", 0) ? taxes_of_lines(in, in->line_taxes[i])
                                                            : 0;
    in->sign[i] = value < 0 ? -1 : 1;
}

/* {amount} or {rate} (or {type, value}), taxable or with taxes. */
static void
read_charge(order_in *in, const json_t *object)
{
    static const char members[] =
        "amount|fixed rate|percent|percentage type|kind value taxable|taxed taxes|tax on|base|phase "
        "calculation_phase treatment|treatment_type apportioned|apportion name|id|code "
        "qty|quantity|guests";
    const json_t *rate = member_of(object, "rate|percent|percentage");
    const json_t *value = member_of(object, "value|rate|percent|percentage|amount|fixed");
    const char *type = text_of(object, "type|kind", rate != NULL ? "percent" : "fixed");
    int at = word_of(type, "percent|percentage|rate fixed|amount|fixed_amount");
    int percent = at == 0;
    int64_t amount = decimal_of(in->r, value, percent ? PERCENT_SCALE : in->scale);
    phase p = read_phase(in, object);

    if (!known_members(in->r, object, members) || in->r->failed) {
        return;
    }
    if (at < 0 || in->cart.line_count == CASE_LINES_MAX || in->cart.discount_count == CASE_LIST_MAX ||
        (amount < 0 && (percent || p.apportioned))) {
        report_fail(in->r, "a charge of unknown type, below zero, or one too many");
    } else if (p.apportioned) {
        add_surcharge(in, p, percent, amount);
    } else {
        add_charge_line(in, object, p, percent, amount);
    }
}

void
read_charges(order_in *in, const json_t *list)
{
    size_t i;
    json_t *object;

    json_array_foreach((json_t *)list, i, object)
    {
        if (!in->r->failed) {
            read_charge(in, object);
        }
    }
}

/* A percentage of an amount, rounded as the order is. */
static int64_t
percentage_of(order_in *in, int64_t amount, int64_t rate)
{
    int64_t exact;

    if (__builtin_mul_overflow(amount, rate, &exact)) {
        report_fail(in->r, "a percentage of too large an amount");
        return 0;
    }
    return ask_rounded(in->r, in->mode, exact, MPOS_RATE_ONE) / MPOS_RATE_ONE;
}

/*
 * A charge of a line is a modifier of it. Percentages, also of its discounts, are of the line's price without charges; so each
 * becomes an amount.
 */
void
read_line_charges(order_in *in, const json_t *list, size_t i)
{
    mpos_cart_line *line = &in->lines[i];
    int64_t price = 0;
    size_t k;
    json_t *object;

    if (list == NULL) {
        return;
    }
    if (__builtin_mul_overflow(line->unit_price, line->qty, &price) || line->modifier_count > 0 ||
        json_array_size(list) > CASE_MODIFIERS_MAX) {
        report_fail(in->r, "charges beside modifiers, or of too large a line");
        return;
    }
    price = ask_rounded(in->r, in->mode, price, MPOS_QTY_ONE) / MPOS_QTY_ONE;
    for (k = 0; k < line->discount_count; k++) {
        mpos_cart_discount *discount = &in->line_discounts[i][k];

        if (discount->type == MPOS_DISCOUNT_PERCENT) {
            *discount = (mpos_cart_discount){.type = MPOS_DISCOUNT_FIXED,
                                             .value = percentage_of(in, price, discount->value)};
        }
    }
    json_array_foreach((json_t *)list, k, object)
    {
        const json_t *rate = member_of(object, "percent|rate|percentage");
        const json_t *value = member_of(object, "value|percent|rate|percentage|amount");
        int percent =
            word_of(text_of(object, "type", rate != NULL ? "percent" : "fixed"), "percent|percentage") == 0;

        known_members(in->r, object, "type value percent|rate|percentage amount name|reason");
        in->modifiers[i][k] = (mpos_cart_modifier){
            .qty = 1,
            .per = MPOS_PER_LINE,
            .price = percent ? percentage_of(in, price, decimal_of(in->r, value, PERCENT_SCALE))
                             : decimal_of(in->r, value, in->scale)};
    }
    line->modifier_count = (uint16_t)json_array_size(list);
}
