/* pricing_case.c - kinds of pricing vectors, and comparing what was expected with what the core made. */
#include "pricing_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apportion.h"

void *
case_price(pricing_case *c)
{
    size_t size;
    void *room;
    mpos_err err;

    if (c->r->verdict != PASSED) {
        return NULL;
    }
    size = mpos_price_size(&c->cart);
    room = malloc(size + 8);
    err = mpos_price(&c->cart, room, size, &c->priced);
    if (err != MPOS_OK) {
        report_fail(c->r, "the core refused the cart: %s", mpos_err_code(err));
    }
    return room;
}

void
case_expect(pricing_case *c, const char *what, const json_t *expected, int64_t amount)
{
    report parse = {PASSED, ""};
    int64_t wanted = case_decimal(&parse, expected, c->exponent);
    char got[MPOS_DECIMAL_SIZE + 1];

    got[mpos_decimal_format(amount, c->exponent, got)] = '\0';
    if (parse.verdict != PASSED || wanted != amount) {
        report_fail(c->r, "%s is %s, expected %s", what, got,
                    json_is_string(expected) ? json_string_value(expected) : "another number");
    }
}

/* Expects a list of amounts, taken one by one from the priced cart. */
static void
expect_list(pricing_case *c, const char *what, const json_t *list, size_t count,
            int64_t (*amount_of)(const pricing_case *c, size_t i, size_t k), size_t k)
{
    if (json_array_size(list) != count) {
        report_fail(c->r, "%s has %zu elements, expected %zu", what, count, json_array_size(list));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        case_expect(c, what, json_array_get(list, i), amount_of(c, i, k));
    }
}

static int64_t
line_gross(const pricing_case *c, size_t i, size_t k)
{
    (void)k;
    return c->priced.lines[i].gross;
}

static int64_t
line_discount(const pricing_case *c, size_t i, size_t k)
{
    (void)k;
    return c->priced.lines[i].line_discount + c->priced.lines[i].order_discount;
}

static int64_t
line_net(const pricing_case *c, size_t i, size_t k)
{
    (void)k;
    return c->priced.lines[i].net;
}

static int64_t
line_tax(const pricing_case *c, size_t i, size_t k)
{
    (void)k;
    return c->priced.lines[i].tax;
}

static int64_t
line_total(const pricing_case *c, size_t i, size_t k)
{
    (void)k;
    return c->priced.lines[i].total;
}

static int64_t
tax_amount(const pricing_case *c, size_t i, size_t line)
{
    return c->priced.lines[line].taxes[i].amount;
}

static int64_t
tax_base(const pricing_case *c, size_t i, size_t line)
{
    return c->priced.lines[line].taxes[i].base;
}

static int64_t
order_discount(const pricing_case *c, size_t i, size_t k)
{
    (void)k;
    return c->priced.discounts[i];
}

static int64_t
discount_share(const pricing_case *c, size_t i, size_t k)
{
    return c->priced.lines[i].shares[k];
}

typedef struct list_member {
    const char *name;
    int64_t (*amount_of)(const pricing_case *c, size_t i, size_t k);
} list_member;

static const list_member line_lists[] = {
    {"line_gross", line_gross}, {"line_discounts", line_discount}, {"line_net", line_net},
    {"line_tax", line_tax},     {"line_total", line_total},
};

/* Lists with one amount per line. Returns whether the member is one. */
static int
compare_line_list(pricing_case *c, const char *name, const json_t *value)
{
    for (size_t i = 0; i < sizeof line_lists / sizeof line_lists[0]; i++) {
        if (strcmp(line_lists[i].name, name) == 0) {
            expect_list(c, name, value, c->item_count, line_lists[i].amount_of, 0);
            return 1;
        }
    }
    return 0;
}

/* Lists of lists. */
static int
compare_nested(pricing_case *c, const char *name, const json_t *value)
{
    int taxes = strcmp(name, "line_taxes") == 0;
    int bases = strcmp(name, "line_tax_bases") == 0;

    if (taxes || bases) {
        for (size_t i = 0; i < c->item_count; i++) {
            expect_list(c, name, json_array_get(value, i), c->lines[i].tax_count,
                        taxes ? tax_amount : tax_base, i);
        }
        return 1;
    }
    if (strcmp(name, "order_discount_by_line") == 0) {
        for (size_t k = 0; k < c->cart.discount_count; k++) {
            expect_list(c, name, json_array_get(value, k), c->item_count, discount_share, k);
        }
        return 1;
    }
    if (strcmp(name, "order_discount_amounts") == 0) {
        expect_list(c, name, value, c->cart.discount_count, order_discount, 0);
        return 1;
    }
    return 0;
}

/* VAT buckets of an invoice, found by their rate. */
static void
compare_vat(pricing_case *c, const json_t *list)
{
    size_t i;
    json_t *bucket;

    json_array_foreach((json_t *)list, i, bucket)
    {
        int64_t rate = case_decimal(c->r, json_object_get(bucket, "rate"), MPOS_RATE_SCALE - 2);
        size_t t = 0;

        while (t < c->cart.tax_count && c->taxes[t].value != rate) {
            t++;
        }
        if (t == c->cart.tax_count) {
            report_fail(c->r, "no tax of the rate of bucket %zu", i);
            return;
        }
        case_expect(c, "vat base", json_object_get(bucket, "base"), c->priced.taxes[t].base);
        case_expect(c, "vat tax", json_object_get(bucket, "tax"), c->priced.taxes[t].amount);
    }
}

/* The charges, before their taxes. */
static int64_t
charge_total(const pricing_case *c)
{
    int64_t sum = 0;

    for (size_t i = c->item_count; i < c->cart.line_count; i++) {
        sum += c->priced.lines[i].gross;
    }
    for (size_t k = 0; k < c->cart.discount_count; k++) {
        sum -= (c->order_discounts[k].flags & MPOS_DISCOUNT_SURCHARGE) != 0 ? c->priced.discounts[k] : 0;
    }
    return sum;
}

static int
compare_total(pricing_case *c, const char *name, const json_t *value, int64_t cash)
{
    const struct {
        const char *name;
        int64_t amount;
    } totals[] = {
        {"total", c->priced.total},
        {"payable", c->priced.total},
        {"due_card", c->priced.total},
        {"due_cash", cash},
        {"tax_total", c->priced.tax},
        {"net_total", c->priced.net},
        {"lines_net", c->lines_net != NULL ? *c->lines_net : c->priced.net},
        {"service_charge_total", charge_total(c)},
        {"gross_total", c->priced.gross},
        {"discount_total", c->priced.discount},
        {"cash_rounding", cash - c->priced.total},
    };

    for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
        if (strcmp(totals[i].name, name) == 0) {
            case_expect(c, name, value, totals[i].amount);
            return 1;
        }
    }
    return 0;
}

void
case_compare(pricing_case *c, const json_t *expected)
{
    const mpos_rounding *r = &c->cart.rounding;
    const char *name;
    json_t *value;
    int64_t cash = 0;

    if (mpos_cash_round(c->priced.total, r->cash_increment, (mpos_rounding_mode)r->mode, &cash) != MPOS_OK) {
        report_fail(c->r, "the cash amount cannot be rounded");
    }
    json_object_foreach((json_t *)expected, name, value)
    {
        if (strcmp(name, "vat") == 0) {
            compare_vat(c, value);
        } else if (!compare_line_list(c, name, value) && !compare_nested(c, name, value) &&
                   !compare_total(c, name, value, cash)) {
            report_skip(c->r, "not supported: expected %s", name);
        }
    }
}

static void
run_cart(const json_t *inputs, const json_t *expected, report *r,
         void (*read)(pricing_case *, const json_t *), void (*compare)(pricing_case *, const json_t *))
{
    pricing_case *c = calloc(1, sizeof *c);
    void *room;

    c->r = r;
    read(c, inputs);
    room = case_price(c);
    if (r->verdict == PASSED) {
        compare(c, expected);
    }
    free(room);
    free(c);
}

/* Splits a total over weights, or over units with a floor price: what is left above the floor is the cap. */
static void
run_allocation(const json_t *inputs, const json_t *expected, report *r)
{
    static const char *const members[] = {"total", "weights", "units", "unit", "currency", NULL};
    static const char *const unit_members[] = {"price", "min_price", NULL};
    enum { PARTS_MAX = 1000 };
    int64_t weights[PARTS_MAX], caps[PARTS_MAX], parts[PARTS_MAX], scratch[PARTS_MAX];
    const json_t *units = json_object_get(inputs, "units");
    const json_t *list = units != NULL ? units : json_object_get(inputs, "weights");
    const json_t *wanted = json_object_get(expected, "parts");
    const char *unit = json_string_value(json_object_get(inputs, "unit"));
    size_t count = json_array_size(list);
    pricing_case c = {.r = r,
                      .exponent = unit != NULL && strcmp(unit, "minor") == 0 ? 0 : case_exponent(inputs)};
    int64_t total = case_decimal(r, json_object_get(inputs, "total"), c.exponent);

    if (!known_members(r, inputs, members) || count > PARTS_MAX || !json_is_array(wanted)) {
        report_skip(r, "not supported: allocation of this form");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *element = json_array_get(list, i);
        const json_t *floor = json_object_get(element, "min_price");

        if (units != NULL && !known_members(r, element, unit_members)) {
            return;
        }
        weights[i] = case_decimal(r, units != NULL ? json_object_get(element, "price") : element, c.exponent);
        caps[i] = weights[i] - (floor != NULL ? case_decimal(r, floor, c.exponent) : 0);
    }
    if (r->verdict != PASSED) {
        return;
    }
    if (mpos_apportion(total, weights, units != NULL ? caps : NULL, count, parts, scratch) != MPOS_OK ||
        json_array_size(wanted) != count) {
        report_fail(r, "the total cannot be split");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        case_expect(&c, "part", json_array_get(wanted, i), parts[i]);
    }
}

/* One value rounded to several increments, or several values to one. */
static void
run_rounding(const json_t *inputs, const json_t *expected, report *r)
{
    static const char *const members[] = {"value",      "values",   "mode", "increment",
                                          "increments", "currency", NULL};
    enum { SCALE = 9 };
    const json_t *values = json_object_get(inputs, "values");
    const json_t *rounded = json_object_get(expected, "rounded");
    const json_t *increments = json_object_get(inputs, "increments");
    const char *mode_text = json_string_value(json_object_get(inputs, "mode"));
    pricing_case c = {.r = r, .exponent = SCALE};
    mpos_rounding_mode mode = MPOS_ROUND_HALF_UP;
    size_t count = values != NULL       ? json_array_size(values)
                   : increments != NULL ? json_array_size(increments)
                                        : 1;

    if (!known_members(r, inputs, members) || rounded == NULL ||
        (mode_text != NULL && mpos_rounding_mode_from_text(mode_text, &mode) != MPOS_OK)) {
        report_skip(r, "not supported: rounding of this form");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *increment =
            increments != NULL ? json_array_get(increments, i) : json_object_get(inputs, "increment");
        const json_t *value = values != NULL ? json_array_get(values, i) : json_object_get(inputs, "value");
        const json_t *wanted = increments != NULL ? json_object_get(rounded, json_string_value(increment))
                               : json_is_array(rounded) ? json_array_get(rounded, i)
                                                        : rounded;
        int64_t step = increment != NULL ? case_decimal(r, increment, SCALE) : 10000000;
        int64_t number = case_decimal(r, value, SCALE);
        int64_t out = 0;

        if (r->verdict == PASSED && mpos_round_ratio(number, 1, step, mode, &out) != MPOS_OK) {
            report_fail(r, "the value cannot be rounded");
        }
        case_expect(&c, "rounded", wanted, out);
    }
}

void
run_pricing(const json_t *object, report *r)
{
    static const char *const carts[] = {"order", "tax"};
    const char *kind = json_string_value(json_object_get(object, "kind"));
    const json_t *inputs = json_object_get(object, "inputs");
    const json_t *expected = json_object_get(object, "expected");

    kind = kind != NULL ? kind : "(none)";
    if (!json_is_object(inputs) || json_object_size(expected) == 0) {
        report_fail(r, "a case needs inputs and expected");
    } else if (strcmp(kind, carts[0]) == 0 || strcmp(kind, carts[1]) == 0 ||
               (strcmp(kind, "cash_rounding") == 0 && json_object_get(inputs, "lines") != NULL)) {
        run_cart(inputs, expected, r, case_read_order, case_compare);
    } else if (strcmp(kind, "invoice") == 0) {
        run_cart(inputs, expected, r, case_read_invoice, case_compare);
    } else if (strcmp(kind, "refund") == 0) {
        run_cart(inputs, expected, r, case_read_order, compare_refund);
    } else if (strcmp(kind, "allocation") == 0) {
        run_allocation(inputs, expected, r);
    } else if (strcmp(kind, "rounding") == 0 || strcmp(kind, "cash_rounding") == 0) {
        run_rounding(inputs, expected, r);
    } else if (strcmp(kind, "session") == 0) {
        run_session(inputs, expected, r);
    } else {
        report_skip(r, "not supported: kind %s", kind);
    }
}
