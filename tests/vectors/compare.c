/* compare.c - what was expected of an order against what it came to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order_case.h"

void
expect_amount(report *r, int scale, const char *what, const json_t *expected, int64_t amount)
{
    report parse = {0};
    int64_t wanted = decimal_of(&parse, expected, scale);
    char got[MPOS_DECIMAL_SIZE + 1];

    got[mpos_decimal_format(amount, scale, got)] = '\0';
    if (parse.failed) {
        report_fail(r, "%s is %s, expected %s", what, got, parse.reason);
    } else if (wanted != amount) {
        char text[MPOS_DECIMAL_SIZE + 1];

        text[mpos_decimal_format(wanted, scale, text)] = '\0';
        report_fail(r, "%s is %s, expected %s", what, got, text);
    }
}

static void
expect(order_case *c, const char *what, const json_t *expected, int64_t amount)
{
    expect_amount(c->in.r, c->in.scale, what, expected, amount);
}

static int
has_length(order_case *c, const char *what, const json_t *list, size_t count)
{
    int same = json_is_array(list) && json_array_size(list) == count;

    if (!same) {
        report_fail(c->in.r, "%s has %zu elements, expected %zu", what, count, json_array_size(list));
    }
    return same;
}

/* Lists with one amount per line. */
static int
compare_lines(order_case *c, const char *name, const json_t *value)
{
    static const char words[] =
        "line_gross|line_subtotals|line_subtotal line_discounts|line_discount "
        "line_own_discounts line_order_discounts line_net|line_nets line_tax|line_tax_totals "
        "line_total|line_totals line_discounted|line_discounted_totals|line_after_discount";
    int at = word_of(name, words);

    if (at < 0 || !json_is_array(value)) {
        return 0;
    }
    for (size_t i = 0; has_length(c, name, value, c->in.case_lines) && i < c->in.case_lines; i++) {
        const line_result *l = &c->out.lines[c->in.at[i]];
        const int64_t amounts[] = {l->gross,        l->own_discount + l->order_discount,
                                   l->own_discount, l->order_discount,
                                   l->net,          l->tax,
                                   l->total,        l->gross - l->own_discount - l->order_discount};

        expect(c, name, json_array_get(value, i), amounts[at]);
        if (c->in.r->failed) {
            break;
        }
    }
    return 1;
}

/* The discount that is at a place of the case's list. */
static size_t
applied_at(const order_case *c, size_t place)
{
    size_t k = 0;

    while (c->in.listed[k] != place) {
        k++;
    }
    return k;
}

/* Lists with a list for each line, or a line's list for each discount of the order. */
static int
compare_nested(order_case *c, const char *name, const json_t *value)
{
    int at = word_of(
        name, "line_taxes|line_tax_amounts line_tax_bases|line_bases order_discount_by_line|discount_by_line "
              "line_discount_amounts|line_own_discount_amounts");
    size_t rows = at == 2 ? c->in.discount_count : c->in.case_lines;

    if (at < 0) {
        return 0;
    }
    for (size_t i = 0; has_length(c, name, value, rows) && i < rows; i++) {
        const json_t *row = json_array_get(value, i);
        const mpos_cart_line *line = &c->in.lines[c->in.at[at == 2 ? 0 : i]];
        size_t count = at == 2 ? c->in.case_lines : at == 3 ? line->discount_count : line->tax_count;

        for (size_t k = 0; has_length(c, name, row, count) && k < count; k++) {
            const line_result *l = &c->out.lines[c->in.at[at == 2 ? k : i]];

            expect(c, name, json_array_get(row, k),
                   at == 0   ? l->amounts[k]
                   : at == 1 ? l->bases[k]
                   : at == 3 ? l->own[k]
                             : l->shares[applied_at(c, i)]);
        }
        if (c->in.r->failed) {
            break;
        }
    }
    return 1;
}

/* Amount of one discount, or of all, of the order. */
static int
compare_discounts(order_case *c, const char *name, const json_t *value)
{
    int64_t sum = 0;

    for (size_t k = 0; k < c->in.discount_count; k++) {
        sum += c->out.discounts[k];
    }
    if (word_of(name, "order_discount_total|order_discount") == 0) {
        expect(c, name, value, sum);
        return 1;
    }
    if (word_of(name, "order_discount_amounts|order_discounts|discount_amounts") != 0) {
        return 0;
    }
    for (size_t k = 0; has_length(c, name, value, c->in.discount_count) && k < c->in.discount_count; k++) {
        expect(c, name, json_array_get(value, k), c->out.discounts[applied_at(c, k)]);
    }
    return 1;
}

/* Sum over the taxes of a rate (or of a name), bases or amounts. */
static int64_t
tax_sum(const order_case *c, const char *key, int by_name, int of_bases, int *found)
{
    json_t *text = json_string(key);
    report parse = {0};
    int64_t rate = by_name ? 0 : decimal_of(&parse, text, PERCENT_SCALE), sum = 0;

    for (size_t t = 0; t < c->in.cart.tax_count; t++) {
        int64_t own = c->in.kinds[t] == TAX_BELOW_ZERO ? -c->in.taxes[t].value : c->in.taxes[t].value;
        const char *name = c->in.tax_names[t];

        if (by_name ? name != NULL && strcmp(name, key) == 0
                    : !parse.failed && c->in.taxes[t].type != MPOS_TAX_FIXED && own == rate) {
            sum += of_bases ? c->out.bases[t] : c->out.amounts[t];
            *found = 1;
        }
    }
    json_decref(text);
    return sum;
}

/* {rate: amount} or {name: amount}. */
static int
compare_taxes(order_case *c, const char *name, const json_t *value)
{
    static const char words[] =
        "tax_by_rate|taxes_by_rate net_by_rate|base_by_rate|tax_base_by_rate "
        "tax_by_name|taxes|tax_amounts|tax_by_code tax_bases|base_by_name|tax_base_by_name|tax_base_by_code";
    int at = word_of(name, words);
    const char *key;
    json_t *amount;

    if (at < 0 || !json_is_object(value)) {
        return 0;
    }
    json_object_foreach((json_t *)value, key, amount)
    {
        int found = 0;
        int64_t sum = tax_sum(c, key, at >= 2, at % 2, &found);

        if (!found) {
            report_fail(c->in.r, "%s: no tax %s", name, key);
        }
        expect(c, name, amount, sum);
    }
    return 1;
}

/* [{rate or name, base, tax}]. */
static int
compare_tax_list(order_case *c, const char *name, const json_t *value)
{
    size_t i;
    json_t *one;

    if (word_of(name, "taxes|vat|tax_summary|tax_breakdown|vat_breakdown") < 0 || !json_is_array(value)) {
        return 0;
    }
    json_array_foreach((json_t *)value, i, one)
    {
        const char *tax = text_of(one, "name|code|id", NULL), *rate = text_of(one, "rate|tax_rate", NULL);
        const json_t *base = member_of(one, "base|net|taxable"), *amount = member_of(one, "tax|amount|total");
        int found = 0;

        known_members(c->in.r, one, "name|code|id rate|tax_rate base|net|taxable tax|amount|total");
        if (tax == NULL && rate == NULL) {
            report_fail(c->in.r, "%s: a tax without name or rate", name);
        }
        if (!c->in.r->failed && base != NULL) {
            expect(c, name, base, tax_sum(c, tax != NULL ? tax : rate, tax != NULL, 1, &found));
        }
        if (!c->in.r->failed && amount != NULL) {
            expect(c, name, amount, tax_sum(c, tax != NULL ? tax : rate, tax != NULL, 0, &found));
        }
        if (!found) {
            report_fail(c->in.r, "%s: no tax %s", name, tax != NULL ? tax : rate);
        }
    }
    return 1;
}

/* [{gross, discount, net, tax, total}], one for each line. */
static int
compare_objects(order_case *c, const char *name, const json_t *value)
{
    if (word_of(name, "lines|items") < 0) {
        return 0;
    }
    for (size_t i = 0; has_length(c, name, value, c->in.case_lines) && i < c->in.case_lines; i++) {
        const line_result *l = &c->out.lines[c->in.at[i]];
        const int64_t amounts[] = {l->gross, l->own_discount + l->order_discount, l->net, l->tax, l->total};
        const char *member;
        json_t *amount;

        json_object_foreach(json_array_get(value, i), member, amount)
        {
            int at = word_of(member, "gross|subtotal discount|discount_total net tax|tax_total total");

            if (at < 0) {
                report_fail(c->in.r, "unknown expected field %s of a line", member);
            } else {
                expect(c, member, amount, amounts[at]);
            }
        }
        if (c->in.r->failed) {
            break;
        }
    }
    return 1;
}

/* The charges, before their taxes: lines of their own and what was spread over the items. */
static int64_t
charge_total(const order_case *c)
{
    int64_t sum = 0;

    for (size_t i = c->in.item_count; i < c->in.cart.line_count; i++) {
        sum += c->out.lines[i].gross;
    }
    for (size_t k = c->in.discount_count; k < c->in.cart.discount_count; k++) {
        sum -= c->out.discounts[k];
    }
    return sum;
}

static int
compare_total(order_case *c, const char *name, const json_t *value)
{
    static const char words[] =
        "total|grand_total|total_included|total_with_tax|order_total "
        "tax_total|total_tax|taxes_total|tax "
        "net_total|total_excluded|total_without_tax|net|untaxed_total lines_net|lines_net_total "
        "service_charge_total|service_charges_total|charge_total "
        "gross_total|subtotal|items_total|lines_gross "
        "discount_total|total_discount|discount "
        "payable|payable_total withheld_total|retained_total|withheld|retained|retained_tax";
    const int64_t amounts[] = {c->out.total,    c->out.tax,   c->out.net,      c->out.net,
                               charge_total(c), c->out.gross, c->out.discount, c->out.total - c->out.withheld,
                               c->out.withheld};
    int at = word_of(name, words);

    if (at >= 0) {
        expect(c, name, value, amounts[at]);
    }
    return at >= 0;
}

/* Charges by themselves: what each takes and its taxes. */
static int
compare_charges(order_case *c, const char *name, const json_t *value)
{
    int at =
        word_of(name, "service_charge_amounts|service_charges service_charge_taxes service_charge_totals");
    size_t count = c->in.cart.line_count - c->in.item_count;

    if (at < 0) {
        return 0;
    }
    if (c->in.cart.discount_count > c->in.discount_count) {
        report_fail(c->in.r, "%s of charges that are spread over the items", name);
        return 1;
    }
    for (size_t i = 0; has_length(c, name, value, count) && i < count; i++) {
        const line_result *l = &c->out.lines[c->in.item_count + i];

        expect(c, name, json_array_get(value, i), at == 0 ? l->gross : at == 1 ? l->tax : l->total);
    }
    return 1;
}

/* A case may expect that it is refused. */
static int
compare_error(order_case *c, const json_t *expected)
{
    const json_t *error = member_of(expected, "error|refused");

    if (error == NULL && c->err != MPOS_OK) {
        report_fail(c->in.r, "the core refused the cart: %s", mpos_err_code(c->err));
    } else if (error != NULL &&
               (c->err == MPOS_OK ||
                (json_is_string(error) && strcmp(json_string_value(error), mpos_err_code(c->err)) != 0))) {
        report_fail(c->in.r, "error is %s", mpos_err_code(c->err));
    }
    if (error != NULL) {
        known_members(c->in.r, expected, "error|refused");
    }
    return error != NULL || c->err != MPOS_OK;
}

void
order_compare(order_case *c, const json_t *expected)
{
    const char *name;
    json_t *value;

    if (c->in.r->failed || compare_error(c, expected)) {
        return;
    }
    json_object_foreach((json_t *)expected, name, value)
    {
        if (!compare_lines(c, name, value) && !compare_nested(c, name, value) &&
            !compare_discounts(c, name, value) && !compare_taxes(c, name, value) &&
            !compare_tax_list(c, name, value) && !compare_objects(c, name, value) &&
            !compare_charges(c, name, value) && !compare_total(c, name, value) &&
            !expect_tender(c->inputs, c->out.total - c->out.withheld, c->in.scale, value, name, c->in.r)) {
            report_fail(c->in.r, "unknown expected field %s", name);
        }
    }
}

void
run_order(const json_t *inputs, const json_t *expected, report *r)
{
    order_case *c = calloc(1, sizeof *c);

    c->in.r = r;
    c->inputs = inputs;
    order_read(&c->in, inputs, "");
    order_price(c);
    order_compare(c, expected);
    free(c);
}
