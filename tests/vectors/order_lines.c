/* order_lines.c - taxes, discounts, modifiers and lines of an order. */
#include <string.h>

#include "order_case.h"

/* [{from, amount, rate}], and the span that repeats. */
static void
read_brackets(order_in *in, const json_t *object, size_t t)
{
    const json_t *list = member_of(object, "brackets|table"), *span = member_of(object, "span");
    mpos_tax_bracket *out = in->brackets[t];
    size_t i;
    json_t *one;

    if (json_array_size(list) > CASE_BRACKETS_MAX) {
        report_fail(in->r, "more than %d brackets", CASE_BRACKETS_MAX);
        return;
    }
    json_array_foreach((json_t *)list, i, one)
    {
        const json_t *from = member_of(one, "from"), *amount = member_of(one, "amount"),
                     *rate = member_of(one, "rate|percent");

        known_members(in->r, one, "from amount rate|percent");
        out[i].from = from != NULL ? decimal_of(in->r, from, in->scale) : 0;
        out[i].amount = amount != NULL ? decimal_of(in->r, amount, in->scale) : 0;
        out[i].rate = rate != NULL ? decimal_of(in->r, rate, PERCENT_SCALE) : 0;
    }
    in->taxes[t].bracket_count = (uint16_t)json_array_size(list);
    in->taxes[t].brackets = out;
    in->taxes[t].value = span != NULL ? decimal_of(in->r, span, in->scale) : 0;
}

/* The value of a tax in the words of its type; perhaps below zero. */
static void
read_tax_value(order_in *in, const json_t *object, mpos_cart_tax *tax, size_t t)
{
    const json_t *rate = member_of(object, "rate|percent|value|percentage|amount");
    const json_t *amount = member_of(object, "amount|value|rate|fixed");
    const json_t *rounding = member_of(object, "rounding|rounding_mode|mode|rounding_type");
    const char *type =
        text_of(object, "type|amount_type|kind", member_of(object, "fixed") != NULL ? "fixed" : "percent");
    int at = word_of(type, "percent|percentage|rate|withheld|retained|withholding "
                           "fixed|fixed_per_unit|per_unit|amount|fixed_amount division|divided "
                           "bracket|brackets|table actual|order_amount|fixed_per_order");

    if (at < 0) {
        report_fail(in->r, "unknown tax type %s", type);
        return;
    }
    tax->type = (uint8_t)at;
    if (at == MPOS_TAX_BRACKET) {
        read_brackets(in, object, t);
        return;
    }
    if (at > MPOS_TAX_BRACKET) {
        tax->type = MPOS_TAX_FIXED;
        tax->value = decimal_of(in->r, amount, in->scale);
        in->kinds[t] = TAX_OF_ORDER;
        return;
    }
    tax->value =
        at == MPOS_TAX_FIXED ? decimal_of(in->r, amount, in->scale) : decimal_of(in->r, rate, PERCENT_SCALE);
    if (rounding != NULL) {
        in->apart[t] =
            1 + (int)mode_of(in->r, json_is_object(rounding) ? text_of(rounding, "mode|method", "half_up")
                                                             : json_string_value(rounding));
    }
    in->kinds[t] = tax->value < 0 ? TAX_BELOW_ZERO
                   : flag_of(object, "withheld|retained|withholding", 0) ||
                           word_of(type, "withheld|retained|withholding") == 0
                       ? TAX_WITHHELD
                       : TAX_PLAIN;
    tax->value = tax->value < 0 ? -tax->value : tax->value;
}

void
read_tax(order_in *in, const json_t *object, const char *name)
{
    static const char members[] =
        "name code|id type|amount_type|kind rate|percent|value|percentage|amount|fixed "
        "included|inclusive|price_include|is_tax_inclusive|included_in_price|include_in_price "
        "base_affected|is_base_affected affects_next_base|include_base_amount|compound|affects_next "
        "withheld|retained|withholding rounding|rounding_mode|mode|rounding_type brackets|table span "
        "on|basis|charge_type|applied_on row|of";
    size_t t = in->cart.tax_count;
    int included = flag_of(
        object, "included|inclusive|price_include|is_tax_inclusive|included_in_price|include_in_price",
        in->included);

    if (!known_members(in->r, object, members)) {
        return;
    }
    if (t == MPOS_CART_TAXES_MAX || !json_is_object(object)) {
        report_fail(in->r, "a tax that is none, or more than %d", MPOS_CART_TAXES_MAX);
        return;
    }
    in->tax_objects[t] = object;
    in->tax_names[t] = name;
    in->cart.tax_count++;
    read_tax_value(in, object, &in->taxes[t], t);
    read_basis(in, object, t);
    in->taxes[t].flags =
        (uint8_t)((included ? MPOS_TAX_INCLUDED : 0) |
                  (flag_of(object, "affects_next_base|include_base_amount|compound|affects_next", 0)
                       ? MPOS_TAX_AFFECTS_NEXT
                       : 0) |
                  (flag_of(object, "base_affected|is_base_affected", 1) ? 0 : MPOS_TAX_BASE_UNAFFECTED));
}

/* A tax of the order by name, or one that is stated where it is used. */
static size_t
find_tax(order_in *in, const json_t *one)
{
    const char *name = json_string_value(one);
    size_t t = 0;

    if (json_is_object(one)) {
        while (t < in->cart.tax_count && !json_equal(in->tax_objects[t], one)) {
            t++;
        }
        if (t == in->cart.tax_count) {
            read_tax(in, one, NULL);
        }
        return t;
    }
    while (t < in->cart.tax_count &&
           (name == NULL || in->tax_names[t] == NULL || strcmp(in->tax_names[t], name) != 0)) {
        t++;
    }
    if (t == in->cart.tax_count) {
        report_fail(in->r, "unknown tax %s", name != NULL ? name : "(no text)");
    }
    return t;
}

uint16_t
read_tax_list(order_in *in, const json_t *list, uint16_t out[MPOS_LINE_TAXES_MAX])
{
    size_t i;
    json_t *one;

    if (json_is_string(list) || json_is_object(list)) {
        out[0] = (uint16_t)find_tax(in, list);
        return 1;
    }
    if ((list != NULL && !json_is_array(list)) || json_array_size(list) > MPOS_LINE_TAXES_MAX) {
        report_fail(in->r, "taxes of a line that are no list, or more than %d", MPOS_LINE_TAXES_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, i, one)
    {
        out[i] = (uint16_t)find_tax(in, one);
    }
    return (uint16_t)json_array_size(list);
}

static uint16_t
read_modifiers(order_in *in, const json_t *list, mpos_cart_modifier out[CASE_MODIFIERS_MAX])
{
    size_t i;
    int per;
    json_t *object;

    if (json_array_size(list) > CASE_MODIFIERS_MAX) {
        report_fail(in->r, "more than %d modifiers", CASE_MODIFIERS_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, i, object)
    {
        const json_t *qty = member_of(object, "qty|quantity");

        if (!known_members(in->r, object, "price|amount|unit_price per qty|quantity name|id")) {
            return 0;
        }
        out[i].price = decimal_of(in->r, member_of(object, "price|amount|unit_price"), in->scale);
        out[i].qty = qty != NULL ? (uint32_t)decimal_of(in->r, qty, 0) : 1;
        per = word_of(text_of(object, "per", "unit"), "unit|item|each line|once");
        out[i].per = per == 1 ? MPOS_PER_LINE : MPOS_PER_UNIT;
        if (per < 0) {
            report_fail(in->r, "a modifier per %s", text_of(object, "per", ""));
        }
    }
    return (uint16_t)json_array_size(list);
}

/*
 * Price and quantity as one piece: for a price finer than the currency, or of several units that do not divide the quantity.
 * `decimals` are those of both together, beyond the currency's.
 */
static void
read_piece(order_in *in, int64_t price, int64_t qty, int64_t units, int decimals, mpos_cart_line *line)
{
    int64_t exact, increment = units;

    for (; decimals > 0 && qty % 10 == 0; decimals--) {
        qty /= 10;
    }
    for (int i = 0; i < decimals; i++) {
        if (__builtin_mul_overflow(increment, 10, &increment)) {
            report_fail(in->r, "a price of too many decimals");
            return;
        }
    }
    if (__builtin_mul_overflow(price, qty, &exact) || line->modifier_count > 0 ||
        in->cart.rounding.level == MPOS_LEVEL_UNIT) {
        report_fail(in->r,
                    "a price that its quantity does not make whole, with modifiers or rounded per unit");
        return;
    }
    line->unit_price = ask_rounded(in->r, in->mode, exact, increment) / increment;
    line->qty = qty == 0 ? 0 : MPOS_QTY_ONE;
}

static void
read_price(order_in *in, const json_t *object, size_t i)
{
    const json_t *qty = member_of(object, "qty|quantity"), *per = member_of(object, "per_qty|base_qty");
    const json_t *price = member_of(object, "unit_price|price");
    mpos_cart_line *line = &in->lines[i];
    int64_t units = per != NULL ? decimal_of(in->r, per, MPOS_QTY_SCALE) : MPOS_QTY_ONE;
    int64_t count = qty != NULL ? decimal_of(in->r, qty, MPOS_QTY_SCALE) : MPOS_QTY_ONE;
    int finer = decimals_of(price) - in->scale;

    finer = finer > 0 ? finer : 0;
    line->unit_price = decimal_of(in->r, price, in->scale + finer);
    line->qty = count;
    if (units < 1) {
        report_fail(in->r, "a price of no units");
    } else if (finer > 0 || units != MPOS_QTY_ONE) {
        read_piece(in, line->unit_price, count, units, finer, line);
    }
    in->sign[i] = line->qty == 0 ? 0 : (line->qty < 0) != (line->unit_price < 0) ? -1 : 1;
    line->qty = line->qty < 0 ? -line->qty : line->qty;
    if (line->unit_price < 0) {
        line->unit_price = -line->unit_price;
        for (size_t k = 0; k < line->modifier_count; k++) {
            in->modifiers[i][k].price = -in->modifiers[i][k].price;
        }
    }
}

/* A line may state the rate of its one tax instead of naming it. */
static void
read_line_taxes(order_in *in, const json_t *object, size_t i)
{
    const json_t *rate = member_of(object, "tax_rate"), *taxes = member_of(object, "taxes|tax");
    mpos_cart_line *line = &in->lines[i];

    taxes = taxes != NULL ? taxes : in->order_taxes;
    line->tax_count = read_tax_list(in, taxes, in->line_taxes[i]);
    if (rate != NULL) {
        json_t *tax = json_pack("{s:O, s:b}", "rate", rate, "included",
                                flag_of(object, "tax_included|included", in->included));

        line->tax_count = read_tax_list(in, tax, in->line_taxes[i]);
        json_object_set_new((json_t *)object, "tax_of_rate", tax); /* lives as long as the case */
    }
    flatten_cascade(in, in->line_taxes[i], line->tax_count);
}

/* What a line and a component have. */
static void
read_item(order_in *in, const json_t *object, size_t i, const char *members)
{
    const json_t *floor = member_of(object, "min_price|floor|minimum_price");
    mpos_cart_line *line = &in->lines[i];

    if (!known_members(in->r, object, members)) {
        return;
    }
    line->parent = MPOS_NO_PARENT;
    line->modifiers = in->modifiers[i];
    line->discounts = in->line_discounts[i];
    line->taxes = in->line_taxes[i];
    line->modifier_count = read_modifiers(in, list_of(in->r, object, "modifiers|options"), in->modifiers[i]);
    line->floor = floor != NULL ? decimal_of(in->r, floor, in->scale) : 0;
    read_line_taxes(in, object, i);
    read_price(in, object, i);
}

/* Components have a quantity for each combo. */
static void
read_components(order_in *in, const json_t *list, size_t combo)
{
    size_t k;
    json_t *object;

    json_array_foreach((json_t *)list, k, object)
    {
        size_t i = in->cart.line_count;

        if (in->r->failed || i == CASE_LINES_MAX) {
            report_fail(in->r, "more than %d lines", CASE_LINES_MAX);
            return;
        }
        in->cart.line_count++;
        read_item(in, object, i,
                  "unit_price|price qty|quantity taxes|tax tax_rate tax_included|included tax_of_rate "
                  "modifiers|options name|id|item|sku");
        in->lines[i].parent = (uint16_t)combo;
        in->lines[i].qty = in->lines[i].qty * (in->lines[combo].qty / MPOS_QTY_ONE);
        in->sign[i] = in->sign[combo];
        in->exempt[i] = in->exempt[combo];
        if (in->lines[combo].qty % MPOS_QTY_ONE != 0) {
            report_fail(in->r, "a broken quantity of a combo");
        }
    }
    in->lines[combo].component_count = (uint16_t)json_array_size(list);
}

void
read_line(order_in *in, const json_t *object)
{
    static const char members[] =
        "unit_price|price qty|quantity per_qty|base_qty taxes|tax tax_rate "
        "tax_included|included tax_of_rate modifiers|options exempt|tax_exempt components|combo "
        "discounts|adjustments charges|surcharges min_price|floor|minimum_price "
        "name|id|item|sku|product|group unit";
    size_t i = in->cart.line_count;

    if (i == CASE_LINES_MAX) {
        report_fail(in->r, "more than %d lines", CASE_LINES_MAX);
        return;
    }
    in->at[in->case_lines++] = i;
    in->cart.line_count++;
    in->exempt[i] |= flag_of(object, "exempt|tax_exempt", 0);
    in->names[i] = text_of(object, "group|product|name|item|sku|id", NULL);
    read_item(in, object, i, members);
    read_line_discounts(in, list_of(in->r, object, "discounts|adjustments"), i);
    read_line_charges(in, list_of(in->r, object, "charges|surcharges"), i);
    read_components(in, list_of(in->r, object, "components|combo"), i);
    in->item_count = in->cart.line_count;
}
