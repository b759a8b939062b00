/*
 * invoice_case.c - an invoice as EN 16931 adds it up: lines come net, allowances and charges of the document are added to the
 * bucket of their rate and category, VAT is taken once of each bucket. A bucket is one line of the core's cart.
 */
#include <stdlib.h>
#include <string.h>

#include "order_case.h"

enum { BUCKETS_MAX = MPOS_CART_TAXES_MAX };

typedef struct bucket {
    int64_t rate;
    const char *category;
    int64_t net;
} bucket;

typedef struct invoice {
    report *r;
    int scale;
    order_case *c;
    bucket buckets[BUCKETS_MAX];
    size_t count;
    int by_line; /* one rounding for each line instead of each bucket */
    int64_t lines, allowances, charges, prepaid, rounding;
} invoice;

static int
same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const json_t *
rate_member(const json_t *object)
{
    const json_t *rate = member_of(object, "tax_rate|rate|vat_rate|tax_percent");

    return json_is_string(rate) && json_string_length(rate) == 0 ? NULL : rate;
}

static const char *
category_of(const json_t *object)
{
    return text_of(object, "category|tax_category|vat_category", NULL);
}

static void
add_to_bucket(invoice *in, const json_t *object, int64_t amount, int apart)
{
    const json_t *rate = rate_member(object);
    bucket b = {rate != NULL ? decimal_of(in->r, rate, PERCENT_SCALE) : 0, category_of(object), amount};
    size_t i = apart ? in->count : 0;

    while (i < in->count &&
           (in->buckets[i].rate != b.rate || !same_text(in->buckets[i].category, b.category))) {
        i++;
    }
    if (i == BUCKETS_MAX) {
        report_fail(in->r, "more than %d buckets", BUCKETS_MAX);
    } else if (i == in->count) {
        in->buckets[in->count++] = b;
    } else {
        in->buckets[i].net += amount;
    }
}

/* 1 for a charge, -1 for an allowance, in whatever words; lists that are named so say it for their elements. */
static int
charge_sign(invoice *in, const json_t *object, int otherwise)
{
    const char *type = text_of(object, "type|kind", NULL);
    int charge = flag_of(object, "charge|is_charge|charge_indicator|indicator", otherwise > 0);

    if (type != NULL) {
        charge = word_of(type, "allowance|discount charge");
        if (charge < 0) {
            report_fail(in->r, "neither allowance nor charge: %s", type);
        }
    }
    return charge > 0 ? 1 : -1;
}

/* Stated, or a percentage of a stated base. */
static int64_t
extra_amount(invoice *in, const json_t *object)
{
    const json_t *amount = member_of(object, "amount|value"), *base = member_of(object, "base_amount|base");
    int64_t exact;

    if (amount != NULL || base == NULL) {
        return decimal_of(in->r, amount, in->scale);
    }
    if (__builtin_mul_overflow(decimal_of(in->r, base, in->scale),
                               decimal_of(in->r, member_of(object, "percent"), PERCENT_SCALE), &exact)) {
        report_fail(in->r, "an allowance or charge of too large a base");
        return 0;
    }
    return ask_rounded(in->r, "half_up", exact, MPOS_RATE_ONE) / MPOS_RATE_ONE;
}

/* Allowances and charges in one list without a word: an allowance is what is below zero, when there is such. */
static int
is_signed(invoice *in, const json_t *list)
{
    int below = 0;
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (member_of(one, "charge|is_charge|charge_indicator|indicator|type|kind") != NULL) {
            return 0;
        }
        below |= extra_amount(in, one) < 0;
    }
    return below;
}

static const char extra_members[] =
    "amount|value tax_rate|rate|vat_rate|tax_percent category|tax_category|vat_category "
    "charge|is_charge|charge_indicator|indicator type|kind reason name code percent base_amount base";

/* Sum of allowances (below zero) and charges of a list; each is given to `take` when there is one. */
static int64_t
sum_extras(invoice *in, const json_t *list, int otherwise, void (*take)(invoice *, const json_t *, int64_t))
{
    int64_t sum = 0;
    int by_sign = is_signed(in, list);
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        int64_t amount = (by_sign ? 1 : charge_sign(in, one, otherwise)) * extra_amount(in, one);

        known_members(in->r, one, extra_members);
        sum += amount;
        if (take != NULL) {
            take(in, one, amount);
        }
    }
    return sum;
}

/* The net of a line that does not state it: price and quantity as the core extends them, and its allowances and charges. */
static int64_t
line_net(invoice *in, const json_t *line)
{
    json_t *one = json_object(), *lines = json_array();
    const json_t *currency = member_of(in->c->inputs, "currency");
    order_case *c = calloc(1, sizeof *c);
    int64_t net;

    json_object_set(one, "unit_price", (json_t *)member_of(line, "unit_price|price"));
    json_object_set(one, "qty", (json_t *)member_of(line, "qty|quantity"));
    if (member_of(line, "per_qty|base_qty") != NULL) {
        json_object_set(one, "per_qty", (json_t *)member_of(line, "per_qty|base_qty"));
    }
    json_array_append_new(lines, one);
    c->inputs = json_pack("{s:o, s:O*}", "lines", lines, "currency", currency);
    c->in.r = in->r;
    order_read(&c->in, c->inputs, "");
    order_price(c);
    net = c->out.gross;
    json_decref((json_t *)c->inputs);
    free(c);
    return net +
           sum_extras(in, list_of(in->r, line, "allowances_charges|line_allowances_charges"), -1, NULL) +
           sum_extras(in, list_of(in->r, line, "allowances|discounts"), -1, NULL) +
           sum_extras(in, list_of(in->r, line, "charges"), 1, NULL);
}

static void
read_line_of(invoice *in, const json_t *line)
{
    static const char members[] =
        "qty|quantity unit_price|price tax_rate|rate|vat_rate|tax_percent line_net|net|net_amount "
        "per_qty|base_qty category|tax_category|vat_category allowances_charges|line_allowances_charges "
        "allowances|discounts "
        "charges name|id unit";
    const json_t *stated = member_of(line, "line_net|net|net_amount");
    int64_t net;

    if (known_members(in->r, line, members)) {
        net = stated != NULL ? decimal_of(in->r, stated, in->scale) : line_net(in, line);
        in->lines += net;
        add_to_bucket(in, line, net, in->by_line);
    }
}

static void
take_extra(invoice *in, const json_t *one, int64_t amount)
{
    *(amount < 0 ? &in->allowances : &in->charges) += amount < 0 ? -amount : amount;
    add_to_bucket(in, one, amount, 0);
}

static int64_t
amount_or_none(invoice *in, const json_t *inputs, const char *names)
{
    const json_t *value = member_of(inputs, names);

    return value != NULL && !json_is_object(value) ? decimal_of(in->r, value, in->scale) : 0;
}

static void
read_invoice(invoice *in, const json_t *inputs)
{
    static const char members[] =
        "currency unit lines|items order_allowances_charges|allowances_charges allowances|order_allowances "
        "charges|order_charges prepaid|prepaid_amount|paid|paid_amount "
        "rounding rounding_amount|payable_rounding|payable_rounding_amount";
    const json_t *rounding = member_of(inputs, "rounding");
    size_t i;
    json_t *line;

    if (!known_members(in->r, inputs, members)) {
        return;
    }
    in->by_line =
        json_is_object(rounding) && word_of(text_of(rounding, "level", "rate"), "line|per_line") == 0;
    json_array_foreach((json_t *)list_of(in->r, inputs, "lines|items"), i, line)
    {
        read_line_of(in, line);
    }
    sum_extras(in, list_of(in->r, inputs, "order_allowances_charges|allowances_charges"), -1, take_extra);
    sum_extras(in, list_of(in->r, inputs, "allowances|order_allowances"), -1, take_extra);
    sum_extras(in, list_of(in->r, inputs, "charges|order_charges"), 1, take_extra);
    in->prepaid = amount_or_none(in, inputs, "prepaid|prepaid_amount|paid|paid_amount");
    in->rounding =
        amount_or_none(in, inputs, "rounding_amount|payable_rounding|payable_rounding_amount|rounding");
}

/* One line of the cart for each bucket, with a tax of its own. */
static void
price_buckets(invoice *in, const json_t *inputs)
{
    order_in *cart = &in->c->in;
    const json_t *rounding = member_of(inputs, "rounding");

    cart->scale = in->scale;
    memcpy(cart->cart.currency, "XXX", 3);
    mpos_cart_default_sequence(&cart->cart);
    cart->cart.rounding =
        (mpos_rounding){.mode = (uint8_t)mode_of(in->r, text_of(rounding, "mode", "half_up")),
                        .level = MPOS_LEVEL_RATE,
                        .increment = 1,
                        .cash_increment = 1};
    cart->item_count = cart->case_lines = cart->cart.line_count = cart->cart.tax_count = (uint16_t)in->count;
    for (size_t i = 0; i < in->count; i++) {
        int64_t net = in->buckets[i].net;

        cart->taxes[i].value = in->buckets[i].rate;
        cart->line_taxes[i][0] = (uint16_t)i;
        cart->sign[i] = net < 0 ? -1 : 1;
        cart->lines[i] = (mpos_cart_line){.qty = MPOS_QTY_ONE,
                                          .unit_price = net < 0 ? -net : net,
                                          .parent = MPOS_NO_PARENT,
                                          .tax_count = 1,
                                          .taxes = cart->line_taxes[i]};
    }
    order_price(in->c);
}

static int64_t
rate_of(invoice *in, const json_t *object)
{
    const json_t *rate = rate_member(object);

    return rate != NULL ? decimal_of(in->r, rate, PERCENT_SCALE) : 0;
}

/* Which bucket of its rate the i-th of the list is, from 0; -1 when it is the only one and so stands for all of them. */
static int
place_of(invoice *in, const json_t *list, size_t i)
{
    int64_t rate = rate_of(in, json_array_get(list, i));
    int before = 0, same = 0;

    for (size_t k = 0; k < json_array_size(list); k++) {
        int equal = rate_of(in, json_array_get(list, k)) == rate;

        same += equal;
        before += equal && k < i;
    }
    return same > 1 ? before : -1;
}

/* Buckets of a rate. */
static size_t
buckets_of(const invoice *in, int64_t rate)
{
    size_t count = 0;

    for (size_t b = 0; b < in->count; b++) {
        count += in->buckets[b].rate == rate;
    }
    return count;
}

/* Elements of one rate that the lines do not tell apart: they are its bucket together. Returns whether it is so. */
static int
compare_together(invoice *in, const json_t *list, size_t at)
{
    int64_t rate = rate_of(in, json_array_get(list, at)), base = 0, tax = 0;
    size_t same = 0, i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        const json_t *net = member_of(one, "base|taxable|net"), *vat = member_of(one, "tax|amount|vat");

        if (rate_of(in, one) == rate && net != NULL && vat != NULL) {
            same++;
            base += decimal_of(in->r, net, in->scale);
            tax += decimal_of(in->r, vat, in->scale);
        }
    }
    if (same < 2 || buckets_of(in, rate) != 1) {
        return 0;
    }
    for (size_t b = 0; b < in->count; b++) {
        if (in->buckets[b].rate == rate && (in->buckets[b].net != base || in->c->out.amounts[b] != tax)) {
            report_fail(in->r, "vat of the elements of one rate together");
        }
    }
    return 1;
}

/* A bucket of the VAT breakdown, found by its rate and, when stated, its category. */
static void
compare_bucket(invoice *in, const json_t *one, int place)
{
    const json_t *net = member_of(one, "base|taxable|net"), *vat = member_of(one, "tax|amount|vat");
    int64_t wanted = rate_of(in, one), base = 0, tax = 0;
    int found = 0, nth = 0;

    for (size_t b = 0; b < in->count; b++) {
        const bucket *own = &in->buckets[b];
        int chosen =
            category_of(one) != NULL ? same_text(own->category, category_of(one)) : place < 0 || nth == place;

        if (own->rate == wanted) {
            nth++;
            found |= chosen;
            base += chosen ? own->net : 0;
            tax += chosen ? in->c->out.amounts[b] : 0;
        }
    }
    if (!found) {
        report_fail(in->r, "no such bucket of the VAT breakdown");
        return;
    }
    if (net != NULL) {
        expect_amount(in->r, in->scale, "vat base", net, base);
    }
    if (vat != NULL) {
        expect_amount(in->r, in->scale, "vat tax", vat, tax);
    }
}

static void
compare_vat(invoice *in, const json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (known_members(in->r, one,
                          "base|taxable|net tax|amount|vat tax_rate|rate|vat_rate|tax_percent "
                          "category|tax_category|vat_category") &&
            !compare_together(in, list, i)) {
            compare_bucket(in, one, place_of(in, list, i));
        }
    }
}

static void
compare_invoice(invoice *in, const json_t *expected)
{
    static const char words[] =
        "lines_net|line_total|lines_total net_total|tax_exclusive|total_without_tax|taxable_total "
        "tax_total|vat_total|tax total|tax_inclusive|total_with_tax|grand_total "
        "payable|due|amount_due|payable_amount allowance_total|allowances_total|allowances "
        "charge_total|charges_total|charges prepaid|prepaid_total|paid "
        "rounding|rounding_amount|payable_rounding";
    const order_result *o = &in->c->out;
    const int64_t amounts[] = {
        in->lines,      o->net,      o->tax,      o->total,    o->total - in->prepaid + in->rounding,
        in->allowances, in->charges, in->prepaid, in->rounding};
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)expected, name, value)
    {
        int at = word_of(name, words);

        if (word_of(name, "vat|vat_breakdown|taxes") == 0 && json_is_array(value)) {
            compare_vat(in, value);
        } else if (at < 0) {
            report_fail(in->r, "unknown expected field %s", name);
        } else {
            expect_amount(in->r, in->scale, name, value, amounts[at]);
        }
    }
}

void
run_invoice(const json_t *inputs, const json_t *expected, report *r)
{
    invoice *in = calloc(1, sizeof *in);

    in->r = r;
    in->c = calloc(1, sizeof *in->c);
    in->c->in.r = r;
    in->c->inputs = inputs;
    in->scale = case_scale(inputs);
    read_invoice(in, inputs);
    if (!r->failed) {
        price_buckets(in, inputs);
    }
    if (!r->failed && in->c->err != MPOS_OK) {
        report_fail(r, "the core refused the invoice: %s", mpos_err_code(in->c->err));
    }
    if (!r->failed) {
        compare_invoice(in, expected);
    }
    free(in->c);
    free(in);
}
