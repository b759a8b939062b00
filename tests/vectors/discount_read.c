/* discount_read.c - discounts of a line and of the order: what each takes, of which lines, when, and at most how much. */
#include <stdlib.h>
#include <string.h>

#include "order_case.h"

static const char discount_members[] =
    "type|kind value|percent|percentage|rate|amount|fixed on|base|apply_on exclusive stackable|combinable "
    "name|code|id priority per max|max_amount|maximum|max_discount|cap|limit "
    "taxes|tax|applies_to_taxes lines|items|applies_to_lines";

static discount_on
read_on(order_in *in, const json_t *object)
{
    int at = word_of(text_of(object, "on|base|apply_on", "price"),
                     "price|subtotal|lines net|net_total|excl gross|total|grand_total|incl");

    if (at < 0) {
        report_fail(in->r, "unknown base of a discount %s", text_of(object, "on|base|apply_on", ""));
    }
    return at < 0 ? ON_PRICE : (discount_on)at;
}

static void
read_value(order_in *in, const json_t *object, mpos_cart_discount *out)
{
    const json_t *percent = member_of(object, "percent|percentage|rate");
    const json_t *value = member_of(object, "value|percent|percentage|rate|amount|fixed");
    const char *type = text_of(object, "type|kind", percent != NULL ? "percent" : "fixed");
    int at = word_of(type, "percent|percentage|rate fixed|amount|fixed_amount");

    if (at < 0) {
        report_fail(in->r, "unknown discount type %s", type);
        return;
    }
    out->type = (uint8_t)at;
    out->flags = flag_of(object, "exclusive", 0) || !flag_of(object, "stackable|combinable", 1)
                     ? MPOS_DISCOUNT_EXCLUSIVE
                     : 0;
    out->value = decimal_of(in->r, value, at == MPOS_DISCOUNT_PERCENT ? PERCENT_SCALE : in->scale);
    if (out->value < 0) {
        report_fail(in->r, "a discount below zero");
    }
}

static int64_t
read_most(order_in *in, const json_t *object)
{
    const json_t *most = member_of(object, "max|max_amount|maximum|max_discount|cap|limit");

    return most != NULL ? decimal_of(in->r, most, in->scale) : INT64_MAX;
}

/* A discount of each unit: its amount times the quantity; a percentage is rounded on one unit first. */
static void
read_each_unit(order_in *in, size_t i, mpos_cart_discount *out)
{
    const mpos_cart_line *line = &in->lines[i];
    int64_t price = line->unit_price;

    for (size_t k = 0; k < line->modifier_count; k++) {
        price +=
            line->modifiers[k].per == MPOS_PER_UNIT ? line->modifiers[k].price * line->modifiers[k].qty : 0;
    }
    if (line->qty % MPOS_QTY_ONE != 0 || price > INT64_MAX / MPOS_RATE_ONE) {
        report_fail(in->r, "a discount of each unit of a broken quantity");
        return;
    }
    if (out->type == MPOS_DISCOUNT_PERCENT) {
        out->value = ask_rounded(in->r, in->mode, price * out->value, MPOS_RATE_ONE) / MPOS_RATE_ONE;
        out->type = MPOS_DISCOUNT_FIXED;
    }
    out->value *= line->qty / MPOS_QTY_ONE;
}

/* The line's price and quantity are known; discounts that take nothing are left out. */
void
read_line_discounts(order_in *in, const json_t *list, size_t i)
{
    mpos_cart_discount *out = in->line_discounts[i];
    mpos_cart_line *line = &in->lines[i];
    size_t k;
    json_t *object;

    in->line_most[i] = INT64_MAX;
    if (json_array_size(list) > CASE_LIST_MAX) {
        report_fail(in->r, "more than %d discounts", CASE_LIST_MAX);
        return;
    }
    json_array_foreach((json_t *)list, k, object)
    {
        mpos_cart_discount one = {0};
        int each;

        if (!known_members(in->r, object, discount_members)) {
            return;
        }
        read_value(in, object, &one);
        each = word_of(text_of(object, "per", "line"), "line|order unit|item|each|piece") == 1;
        if (each) {
            read_each_unit(in, i, &one);
        }
        in->line_most[i] = read_most(in, object);
        if (read_on(in, object) != ON_PRICE ||
            member_of(object, "taxes|tax|applies_to_taxes|lines|items|applies_to_lines") != NULL ||
            (json_array_size(list) > 1 && (each || in->line_most[i] != INT64_MAX))) {
            report_fail(in->r, "a line's discount on another base, of a part, or of each unit beside others");
        }
        if (one.value != 0) {
            out[line->discount_count++] = one;
        }
    }
}

static int64_t
priority_of(const json_t *object)
{
    report ignored = {0};
    const json_t *priority = member_of(object, "priority");

    return priority != NULL ? decimal_of(&ignored, priority, 0) : 0;
}

/* Places of the list in the order of application: the higher priority first, else as they are listed. */
static void
order_of(const json_t *list, size_t places[CASE_LIST_MAX])
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        int64_t own = priority_of(json_array_get(list, k));
        size_t at = k;

        for (; at > 0 && priority_of(json_array_get(list, places[at - 1])) < own; at--) {
            places[at] = places[at - 1];
        }
        places[at] = k;
    }
}

void
read_order_discounts(order_in *in, const json_t *list)
{
    size_t count = json_array_size(list);

    if (count > CASE_LIST_MAX) {
        report_fail(in->r, "more than %d discounts", CASE_LIST_MAX);
        return;
    }
    order_of(list, in->listed);
    for (size_t k = 0; !in->r->failed && k < count; k++) {
        const json_t *object = json_array_get(list, in->listed[k]);

        if (!known_members(in->r, object, discount_members)) {
            return;
        }
        in->discounts[k] = (mpos_cart_discount){0};
        read_value(in, object, &in->discounts[k]);
        in->on[k] = read_on(in, object);
        in->most[k] = read_most(in, object);
        in->empty[k] = in->discounts[k].value == 0;
        if (word_of(text_of(object, "per", "order"), "order|line|cart") != 0) {
            report_fail(in->r, "a discount of the order that is of each unit");
        }
    }
    in->discount_count = count;
    in->cart.discount_count = (uint16_t)count;
}

static int
has_tax(const order_in *in, size_t line, const json_t *taxes)
{
    for (size_t k = 0; k < in->lines[line].tax_count; k++) {
        const char *name = in->tax_names[in->line_taxes[line][k]];
        size_t i;
        json_t *one;

        if (name != NULL && json_is_string(taxes) && strcmp(name, json_string_value(taxes)) == 0) {
            return 1;
        }
        json_array_foreach((json_t *)taxes, i, one)
        {
            if (name != NULL && json_is_string(one) && strcmp(name, json_string_value(one)) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

static int
is_listed(const json_t *lines, size_t line)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)lines, i, one)
    {
        if (json_is_integer(one) && json_integer_value(one) == (json_int_t)line) {
            return 1;
        }
    }
    return 0;
}

/* Which discounts of the order each line has. */
void
read_targets(order_in *in, const json_t *list)
{
    for (size_t k = 0; k < in->discount_count; k++) {
        const json_t *object = json_array_get(list, in->listed[k]);
        const json_t *taxes = member_of(object, "taxes|tax|applies_to_taxes");
        const json_t *lines = member_of(object, "lines|items|applies_to_lines");

        for (size_t i = 0; i < in->case_lines; i++) {
            int in_it =
                (taxes == NULL || has_tax(in, in->at[i], taxes)) && (lines == NULL || is_listed(lines, i));

            for (size_t j = in->at[i]; in_it && j <= in->at[i] + in->lines[in->at[i]].component_count; j++) {
                in->mask[j] |= UINT32_C(1) << k;
            }
        }
    }
}
