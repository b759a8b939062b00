/* pricing_read.c - reading the inputs of a pricing vector. */
#include "pricing_case.h"

#include <stdio.h>
#include <string.h>

/* A percentage such as "8.875" as a rate of scale 9. */
enum { PERCENT_SCALE = MPOS_RATE_SCALE - 2 };

int
case_exponent(const json_t *inputs)
{
    const char *currency = json_string_value(json_object_get(inputs, "currency"));
    int exponent = 2;

    if (currency != NULL && strlen(currency) == 3) {
        mpos_currency_exponent(currency, &exponent);
    }
    return exponent;
}

int64_t
case_decimal(report *r, const json_t *value, int scale)
{
    char digits[32];
    const char *text = json_string_value(value);
    int64_t out = 0;

    if (json_is_integer(value)) {
        snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = digits;
    }
    if (text == NULL || mpos_decimal_parse(text, strlen(text), scale, &out) != MPOS_OK) {
        report_skip(r, "not a decimal of %d places: %s", scale, text != NULL ? text : "(missing)");
    }
    return out;
}

static int
flag_of(const json_t *object, const char *name, int otherwise)
{
    const json_t *value = json_object_get(object, name);

    return value == NULL ? otherwise : json_is_true(value);
}

static const char *
text_of(const json_t *object, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : otherwise;
}

static void
read_level(pricing_case *c, const char *text)
{
    static const struct {
        const char *text;
        mpos_rounding_level level;
    } levels[] = {
        {"unit", MPOS_LEVEL_UNIT}, {"line", MPOS_LEVEL_LINE},     {"line_tax", MPOS_LEVEL_LINE_TAX},
        {"rate", MPOS_LEVEL_RATE}, {"tax_rate", MPOS_LEVEL_RATE}, {"order", MPOS_LEVEL_ORDER},
    };

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(levels[i].text, text) == 0) {
            c->cart.rounding.level = (uint8_t)levels[i].level;
            return;
        }
    }
    report_skip(c->r, "not supported: level %s", text);
}

void
case_rounding(pricing_case *c, const json_t *inputs)
{
    static const char *const members[] = {"mode", "level", "increment", NULL};
    const json_t *rounding = json_object_get(inputs, "rounding");
    const json_t *increment = json_object_get(rounding, "increment");
    const char *inclusive = text_of(inputs, "inclusive_round", "tax");
    mpos_rounding_mode mode = MPOS_ROUND_HALF_UP;

    if (rounding != NULL && !known_members(c->r, rounding, members)) {
        return;
    }
    if (mpos_rounding_mode_from_text(text_of(rounding, "mode", "half_up"), &mode) != MPOS_OK) {
        report_skip(c->r, "not supported: mode %s", text_of(rounding, "mode", ""));
    }
    c->cart.rounding.mode = (uint8_t)mode;
    c->cart.rounding.inclusive = strcmp(inclusive, "net") == 0 ? MPOS_INCLUSIVE_NET : MPOS_INCLUSIVE_TAX;
    c->cart.rounding.increment = increment != NULL ? case_decimal(c->r, increment, c->exponent) : 1;
    c->cart.rounding.cash_increment = 1;
    read_level(c, text_of(rounding, "level", "line"));
}

static void
read_tax(pricing_case *c, const json_t *object, mpos_cart_tax *tax)
{
    static const char *const members[] = {
        "type", "rate", "amount", "included", "base_affected", "affects_next_base", NULL};
    const char *type = text_of(object, "type", "percent");

    if (!known_members(c->r, object, members)) {
        return;
    }
    tax->flags = (uint8_t)((flag_of(object, "included", 0) ? MPOS_TAX_INCLUDED : 0) |
                           (flag_of(object, "affects_next_base", 0) ? MPOS_TAX_AFFECTS_NEXT : 0) |
                           (flag_of(object, "base_affected", 1) ? 0 : MPOS_TAX_BASE_UNAFFECTED));
    if (strcmp(type, "fixed") == 0 || strcmp(type, "fixed_per_unit") == 0) {
        const json_t *amount = json_object_get(object, "amount");

        tax->type = MPOS_TAX_FIXED;
        tax->value =
            case_decimal(c->r, amount != NULL ? amount : json_object_get(object, "rate"), c->exponent);
    } else if (strcmp(type, "percent") == 0 || strcmp(type, "division") == 0) {
        tax->type = strcmp(type, "percent") == 0 ? MPOS_TAX_PERCENT : MPOS_TAX_DIVISION;
        tax->value = case_decimal(c->r, json_object_get(object, "rate"), PERCENT_SCALE);
    } else {
        report_skip(c->r, "not supported: tax type %s", type);
    }
    if (tax->value < 0) {
        report_skip(c->r, "not supported: negative tax");
    }
}

static void
read_taxes(pricing_case *c, const json_t *taxes)
{
    const char *name;
    json_t *object;

    json_object_foreach((json_t *)taxes, name, object)
    {
        if (c->cart.tax_count == MPOS_CART_TAXES_MAX) {
            report_skip(c->r, "more than %d taxes", MPOS_CART_TAXES_MAX);
            return;
        }
        c->tax_names[c->cart.tax_count] = name;
        read_tax(c, object, &c->taxes[c->cart.tax_count++]);
    }
}

static uint16_t
read_discounts(pricing_case *c, const json_t *list, mpos_cart_discount out[CASE_LIST_MAX])
{
    static const char *const members[] = {"type", "value", "on", "exclusive", NULL};
    size_t i;
    json_t *object;

    if (json_array_size(list) > CASE_LIST_MAX) {
        report_skip(c->r, "more than %d discounts", CASE_LIST_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, i, object)
    {
        int percent = strcmp(text_of(object, "type", ""), "percent") == 0;

        if (!known_members(c->r, object, members)) {
            return 0;
        }
        out[i].type = percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED;
        out[i].flags = flag_of(object, "exclusive", 0) ? MPOS_DISCOUNT_EXCLUSIVE : 0;
        out[i].value =
            case_decimal(c->r, json_object_get(object, "value"), percent ? PERCENT_SCALE : c->exponent);
    }
    return (uint16_t)json_array_size(list);
}

/* Discounts "on" the gross are the core's when every tax is included: then the gross is what is discounted. */
static void
check_discount_base(pricing_case *c, const json_t *list)
{
    size_t i;
    json_t *object;

    json_array_foreach((json_t *)list, i, object)
    {
        const char *on = json_string_value(json_object_get(object, "on"));

        for (size_t t = 0; on != NULL && t < c->cart.tax_count; t++) {
            if (strcmp(on, "gross") != 0 || !(c->taxes[t].flags & MPOS_TAX_INCLUDED)) {
                report_skip(c->r, "not supported: discount on %s with added taxes", on);
            }
        }
    }
}

static uint16_t
read_modifiers(pricing_case *c, const json_t *list, mpos_cart_modifier out[CASE_LIST_MAX])
{
    static const char *const members[] = {"price", "per", "qty", NULL};
    size_t i;
    json_t *object;

    if (json_array_size(list) > CASE_LIST_MAX) {
        report_skip(c->r, "more than %d modifiers", CASE_LIST_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, i, object)
    {
        const json_t *qty = json_object_get(object, "qty");

        if (!known_members(c->r, object, members)) {
            return 0;
        }
        out[i].price = case_decimal(c->r, json_object_get(object, "price"), c->exponent);
        out[i].qty = qty != NULL ? (uint32_t)case_decimal(c->r, qty, 0) : 1;
        out[i].per = strcmp(text_of(object, "per", "unit"), "line") == 0 ? MPOS_PER_LINE : MPOS_PER_UNIT;
    }
    return (uint16_t)json_array_size(list);
}

static uint16_t
read_line_taxes(pricing_case *c, const json_t *list, uint16_t out[MPOS_LINE_TAXES_MAX])
{
    size_t i;
    json_t *name;

    if (json_array_size(list) > MPOS_LINE_TAXES_MAX) {
        report_skip(c->r, "more than %d taxes on a line", MPOS_LINE_TAXES_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, i, name)
    {
        uint16_t t = 0;

        while (t < c->cart.tax_count && strcmp(c->tax_names[t], json_string_value(name)) != 0) {
            t++;
        }
        if (t == c->cart.tax_count) {
            report_skip(c->r, "unknown tax %s", json_string_value(name));
        }
        out[i] = t;
    }
    return (uint16_t)json_array_size(list);
}

/* Price and quantity. A price finer than the currency is moved to whole minor units together with the quantity. */
static void
read_price(pricing_case *c, const json_t *object, mpos_cart_line *line)
{
    const json_t *price = json_object_get(object, "unit_price");
    const json_t *qty = json_object_get(object, "qty");
    report finer = {PASSED, ""};
    int shift = 0;

    line->unit_price = case_decimal(&finer, price, c->exponent);
    line->qty = qty != NULL ? case_decimal(c->r, qty, MPOS_QTY_SCALE) : MPOS_QTY_ONE;
    while (finer.verdict != PASSED && json_is_string(price) && shift < 6 && line->qty % 10 == 0 &&
           line->modifier_count == 0) {
        finer.verdict = PASSED;
        shift++;
        line->unit_price = case_decimal(&finer, price, c->exponent + shift);
        line->qty /= 10;
    }
    if (finer.verdict != PASSED) {
        report_skip(c->r, "%s", finer.reason);
    }
    if (line->qty <= 0 || line->unit_price < 0) {
        report_skip(c->r, "not supported: a line that is not above zero");
    }
}

static void
read_line(pricing_case *c, const json_t *object, size_t i)
{
    static const char *const members[] = {"unit_price", "qty",  "taxes", "modifiers",
                                          "discounts",  "note", NULL};
    mpos_cart_line *line = &c->lines[i];

    if (!known_members(c->r, object, members)) {
        return;
    }
    line->parent = MPOS_NO_PARENT;
    line->modifiers = c->modifiers[i];
    line->discounts = c->discounts[i];
    line->taxes = c->line_taxes[i];
    line->modifier_count = read_modifiers(c, json_object_get(object, "modifiers"), c->modifiers[i]);
    line->discount_count = read_discounts(c, json_object_get(object, "discounts"), c->discounts[i]);
    line->tax_count = read_line_taxes(c, json_object_get(object, "taxes"), c->line_taxes[i]);
    read_price(c, object, line);
}

/* A taxable charge that does not say how is taxed like the lines, when they are all taxed alike. */
static uint16_t
taxes_of_lines(pricing_case *c, uint16_t out[MPOS_LINE_TAXES_MAX])
{
    uint16_t count = c->cart.line_count > 0 ? c->lines[0].tax_count : 0;

    for (size_t i = 0; i < c->cart.line_count; i++) {
        if (c->lines[i].kind == MPOS_LINE_ITEM &&
            (c->lines[i].tax_count != count ||
             memcmp(c->line_taxes[i], c->line_taxes[0], count * sizeof *out) != 0)) {
            report_skip(c->r, "not supported: a taxable charge without taxes over lines taxed differently");
            return 0;
        }
    }
    memcpy(out, c->line_taxes[0], count * sizeof *out);
    return count;
}

/* What a percentage is taken of: after the discounts, before them, or of the total with taxes. */
static uint8_t
charge_base(pricing_case *c, const json_t *object)
{
    const char *on = text_of(object, "on", text_of(object, "phase", "subtotal"));

    if (strcmp(on, "gross") == 0 || strcmp(on, "before_discount") == 0) {
        return MPOS_CHARGE_ON_GROSS;
    }
    if (strcmp(on, "total") == 0 || strcmp(on, "after_tax") == 0) {
        return MPOS_CHARGE_ON_TOTAL;
    }
    if (strcmp(on, "subtotal") != 0 && strcmp(on, "after_discount") != 0) {
        report_skip(c->r, "not supported: charge on %s", on);
    }
    return MPOS_CHARGE_ON_LEFT;
}

/* {amount} or {rate} (or {type, value}), taxable or with taxes, apportioned over the lines or a line of its own. */
static void
read_charge(pricing_case *c, const json_t *object)
{
    static const char *const members[] = {"amount", "rate", "percent",     "type",  "value", "taxable",
                                          "taxes",  "on",   "apportioned", "phase", "name",  NULL};
    const json_t *rate = json_object_get(object, "rate"), *amount = json_object_get(object, "amount");
    const json_t *value = json_object_get(object, "value");
    int percent;

    rate = rate != NULL ? rate : json_object_get(object, "percent");
    percent = value != NULL ? strcmp(text_of(object, "type", ""), "percent") == 0 : rate != NULL;
    value = value != NULL ? value : percent ? rate : amount;
    if (!known_members(c->r, object, members) || c->cart.line_count == CASE_LINES_MAX ||
        c->cart.discount_count == CASE_LIST_MAX) {
        return;
    }
    if (flag_of(object, "apportioned", 0)) {
        mpos_cart_discount *surcharge = &c->order_discounts[c->cart.discount_count++];

        surcharge->type = percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED;
        surcharge->flags = MPOS_DISCOUNT_SURCHARGE;
        surcharge->base = charge_base(c, object);
        surcharge->value = case_decimal(c->r, value, percent ? PERCENT_SCALE : c->exponent);
    } else {
        size_t i = c->cart.line_count;
        mpos_cart_line *line = &c->lines[i];

        line->kind = percent ? MPOS_LINE_CHARGE_PERCENT : MPOS_LINE_CHARGE_FIXED;
        line->base = percent ? charge_base(c, object) : 0;
        line->qty = MPOS_QTY_ONE;
        line->unit_price = case_decimal(c->r, value, percent ? PERCENT_SCALE : c->exponent);
        line->parent = MPOS_NO_PARENT;
        line->taxes = c->line_taxes[i];
        line->tax_count = json_object_get(object, "taxes") != NULL
                              ? read_line_taxes(c, json_object_get(object, "taxes"), c->line_taxes[i])
                          : flag_of(object, "taxable", 0) ? taxes_of_lines(c, c->line_taxes[i])
                                                          : 0;
        c->cart.line_count++;
    }
}

/* Kinds that the case does not name come last, in the default order. */
static void
read_sequence(pricing_case *c, const json_t *list)
{
    static const char *const names[] = {"line_percent", "order_percent", "line_fixed", "order_fixed"};
    size_t i;
    json_t *name;

    json_array_foreach((json_t *)list, i, name)
    {
        size_t step = 0;

        while (step < 4 && strcmp(names[step], json_string_value(name)) != 0) {
            step++;
        }
        if (step == 4 || i == MPOS_SEQUENCE_MAX) {
            report_skip(c->r, "not supported: discount step %s", json_string_value(name));
            return;
        }
        c->cart.sequence[c->cart.sequence_count++] = (uint8_t)(step + 1);
    }
    for (uint8_t step = 1; step <= 4; step++) {
        if (memchr(c->cart.sequence, step, c->cart.sequence_count) == NULL &&
            c->cart.sequence_count < MPOS_SEQUENCE_MAX) {
            c->cart.sequence[c->cart.sequence_count++] = step;
        }
    }
}

static void
start_cart(pricing_case *c, const json_t *inputs, const json_t *lines)
{
    c->exponent = case_exponent(inputs);
    c->cart.exponent = (uint8_t)c->exponent;
    memcpy(c->cart.currency, text_of(inputs, "currency", "XXX"), 3);
    c->cart.taxes = c->taxes;
    c->cart.discounts = c->order_discounts;
    c->cart.lines = c->lines;
    if (json_array_size(lines) > CASE_LINES_MAX) {
        report_skip(c->r, "more than %d lines", CASE_LINES_MAX);
        return;
    }
    c->cart.line_count = (uint16_t)json_array_size(lines);
}

void
case_read_order(pricing_case *c, const json_t *inputs)
{
    static const char *const members[] = {"currency",
                                          "rounding",
                                          "inclusive_round",
                                          "taxes",
                                          "lines",
                                          "order_discounts",
                                          "discount_sequence",
                                          "cash_increment",
                                          "note",
                                          "service_charges",
                                          NULL};
    const json_t *cash = json_object_get(inputs, "cash_increment");
    const json_t *lines = json_object_get(inputs, "lines");

    if (!known_members(c->r, inputs, members)) {
        return;
    }
    start_cart(c, inputs, lines);
    case_rounding(c, inputs);
    c->cart.rounding.cash_increment = cash != NULL ? case_decimal(c->r, cash, c->exponent) : 1;
    read_taxes(c, json_object_get(inputs, "taxes"));
    c->cart.discount_count =
        read_discounts(c, json_object_get(inputs, "order_discounts"), c->order_discounts);
    check_discount_base(c, json_object_get(inputs, "order_discounts"));
    read_sequence(c, json_object_get(inputs, "discount_sequence"));
    c->item_count = c->cart.line_count;
    for (size_t i = 0; c->r->verdict == PASSED && i < c->item_count; i++) {
        read_line(c, json_array_get(lines, i), i);
    }
    for (size_t i = 0;
         c->r->verdict == PASSED && i < json_array_size(json_object_get(inputs, "service_charges")); i++) {
        read_charge(c, json_array_get(json_object_get(inputs, "service_charges"), i));
    }
}

/* The tax of that rate, added to the cart when it is new. */
static uint16_t
tax_of_rate(pricing_case *c, const char *rate)
{
    json_t *text = json_string(rate);
    int64_t value = case_decimal(c->r, text, PERCENT_SCALE);
    uint16_t t = 0;

    json_decref(text);
    while (t < c->cart.tax_count && c->taxes[t].value != value) {
        t++;
    }
    if (t == MPOS_CART_TAXES_MAX) {
        report_skip(c->r, "more than %d rates", MPOS_CART_TAXES_MAX);
        return 0;
    }
    if (t == c->cart.tax_count) {
        c->taxes[c->cart.tax_count++].value = value;
    }
    return t;
}

/* Takes an amount off the lines of a rate, one after the other: what counts is the sum of the rate's bucket. */
static void
take_off_rate(pricing_case *c, uint16_t tax, int64_t amount)
{
    for (size_t i = 0; amount > 0 && i < c->cart.line_count; i++) {
        mpos_cart_line *line = &c->lines[i];
        int64_t part = amount < line->unit_price ? amount : line->unit_price;

        if (c->line_taxes[i][0] == tax && part > 0) {
            line->unit_price -= part;
            amount -= part;
        }
    }
    if (amount > 0) {
        report_skip(c->r, "not supported: a rate below zero");
    }
}

static mpos_cart_line *
invoice_line(pricing_case *c, size_t i, uint16_t tax, int64_t net)
{
    mpos_cart_line *line = &c->lines[i];

    line->parent = MPOS_NO_PARENT;
    line->taxes = c->line_taxes[i];
    line->tax_count = 1;
    line->qty = MPOS_QTY_ONE;
    line->unit_price = net;
    c->line_taxes[i][0] = tax;
    return line;
}

/* A line below zero (a return) is read as nothing here and taken off its rate when all lines are there. */
static void
read_invoice_line(pricing_case *c, const json_t *object, size_t i)
{
    static const char *const members[] = {"qty",     "unit_price", "tax_rate",           "line_net",
                                          "per_qty", "category",   "allowances_charges", NULL};
    int64_t net = case_decimal(c->r, json_object_get(object, "line_net"), c->exponent);

    if (!known_members(c->r, object, members)) {
        return;
    }
    invoice_line(c, i, tax_of_rate(c, text_of(object, "tax_rate", "0")), net < 0 ? 0 : net);
    c->invoice_net += net;
}

static void
take_returns(pricing_case *c, const json_t *lines)
{
    for (size_t i = 0; c->r->verdict == PASSED && i < c->item_count; i++) {
        int64_t net = case_decimal(c->r, json_object_get(json_array_get(lines, i), "line_net"), c->exponent);

        if (net < 0) {
            take_off_rate(c, c->line_taxes[i][0], -net);
        }
    }
}

/* {amount, tax_rate, charge: true or false} of the whole document (BG-20, BG-21). */
static void
read_allowance(pricing_case *c, const json_t *object)
{
    static const char *const members[] = {"amount", "tax_rate", "charge", "category", "reason", NULL};
    int64_t amount = case_decimal(c->r, json_object_get(object, "amount"), c->exponent);
    uint16_t tax = tax_of_rate(c, text_of(object, "tax_rate", "0"));

    if (!known_members(c->r, object, members) || c->cart.line_count == CASE_LINES_MAX) {
        return;
    }
    if (flag_of(object, "charge", 0)) {
        invoice_line(c, c->cart.line_count, tax, amount)->kind = MPOS_LINE_CHARGE_FIXED;
        c->cart.line_count++;
    } else {
        take_off_rate(c, tax, amount);
    }
}

void
case_read_invoice(pricing_case *c, const json_t *inputs)
{
    static const char *const members[] = {"currency", "lines", "order_allowances_charges", "note", NULL};
    const json_t *lines = json_object_get(inputs, "lines");
    const json_t *extra = json_object_get(inputs, "order_allowances_charges");

    if (!known_members(c->r, inputs, members)) {
        return;
    }
    start_cart(c, inputs, lines);
    case_rounding(c, inputs);
    c->cart.rounding.level = MPOS_LEVEL_RATE;
    c->lines_net = &c->invoice_net;
    c->item_count = c->cart.line_count;
    for (size_t i = 0; c->r->verdict == PASSED && i < c->item_count; i++) {
        read_invoice_line(c, json_array_get(lines, i), i);
    }
    take_returns(c, lines);
    for (size_t i = 0; c->r->verdict == PASSED && i < json_array_size(extra); i++) {
        read_allowance(c, json_array_get(extra, i));
    }
}
