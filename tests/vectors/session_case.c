/*
 * session_case.c - a session is the sums of its orders, each priced by itself: tax per rate, net per group (lines with the
 * same taxes; p1, p2 ..., those with fewer taxes first, else as they first appear; or lines by their names), and what each tender took. Orders are named by their id
 * in the files that are run (or in the project's own), or stated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order_case.h"

enum { SUMS_MAX = 64, NAME_SIZE = 128 };

typedef struct named_sum {
    char name[NAME_SIZE];
    int64_t amount;
    int64_t other; /* of a rate: what it was taken of */
} named_sum;

typedef struct session {
    report *r;
    int scale;
    const json_t *inputs;
    named_sum rates[SUMS_MAX];
    named_sum groups[SUMS_MAX]; /* named by the rates of their taxes */
    named_sum items[SUMS_MAX];  /* named as the lines are */
    named_sum tenders[SUMS_MAX];
    int64_t total, net, tax, discount, rounding;
} session;

static void
add_to(session *s, named_sum *sums, const char *name, int64_t amount, int64_t other)
{
    for (size_t i = 0; i < SUMS_MAX; i++) {
        if (sums[i].name[0] == '\0') {
            snprintf(sums[i].name, NAME_SIZE, "%s", name);
        }
        if (strcmp(sums[i].name, name) == 0) {
            sums[i].amount += amount;
            sums[i].other += other;
            return;
        }
    }
    report_fail(s->r, "more than %d sums", SUMS_MAX);
}

static void
add_line(session *s, const order_case *c, size_t i)
{
    char name[NAME_SIZE] = "";

    for (size_t t = 0; t < c->in.cart.tax_count; t++) {
        for (size_t k = 0; k < c->in.lines[i].tax_count; k++) {
            char rate[MPOS_DECIMAL_SIZE + 1];
            size_t len = strlen(name);

            if (c->in.line_taxes[i][k] == t && c->in.taxes[t].type == MPOS_TAX_FIXED) {
                snprintf(name + len, sizeof name - len, "+fixed");
            } else if (c->in.line_taxes[i][k] == t) {
                rate[mpos_decimal_format(c->in.taxes[t].value, PERCENT_SCALE, rate)] = '\0';
                snprintf(name + len, sizeof name - len, "+%s", rate);
                add_to(s, s->rates, rate, c->out.lines[i].amounts[k], c->out.lines[i].bases[k]);
            }
        }
    }
    add_to(s, s->groups, name[0] != '\0' ? name : "none", c->out.lines[i].net, 0);
    if (c->in.names[i] != NULL) {
        add_to(s, s->items, c->in.names[i], c->out.lines[i].net, 0);
    }
}

static size_t
count_of(const char *name, char of)
{
    size_t count = 0;

    for (; *name != '\0'; name++) {
        count += *name == of;
    }
    return count;
}

/* The n-th group, from 1: those with fewer taxes come first, else as they first appeared. */
static const named_sum *
nth_group(const session *s, long n)
{
    for (size_t taxes = 0; taxes <= MPOS_LINE_TAXES_MAX; taxes++) {
        for (size_t i = 0; i < SUMS_MAX && s->groups[i].name[0] != '\0'; i++) {
            if (count_of(s->groups[i].name, '+') == taxes && --n == 0) {
                return &s->groups[i];
            }
        }
    }
    return NULL;
}

/* What the tender takes of the order: cash its rounded total, when the session rounds cash. */
static int64_t
taken(session *s, const char *tender, int64_t total)
{
    const json_t *coin = member_of(s->inputs, "cash_increment");

    if (coin == NULL || strcmp(tender, "cash") != 0) {
        return total;
    }
    return ask_rounded(s->r, text_of(member_of(s->inputs, "rounding"), "mode", "half_up"), total,
                       decimal_of(s->r, coin, s->scale));
}

/* Several tenders of one order: what cash is over the total was given back. */
static int64_t
add_shares(session *s, const json_t *tenders, int64_t total)
{
    int64_t sum = 0, back;
    const char *name;
    json_t *amount;

    json_object_foreach((json_t *)tenders, name, amount)
    {
        sum += decimal_of(s->r, amount, s->scale);
    }
    back = sum - taken(s, "cash", total);
    json_object_foreach((json_t *)tenders, name, amount)
    {
        int64_t own = decimal_of(s->r, amount, s->scale);

        add_to(s, s->tenders, name, strcmp(name, "cash") == 0 && back > 0 ? own - back : own, 0);
    }
    if (back > 0 && member_of(tenders, "cash") == NULL) {
        report_fail(s->r, "change without cash");
    }
    return back > 0 ? sum - back : sum;
}

/* A list of tenders as an object: kinds and amounts. */
static json_t *
tenders_by_kind(session *s, const json_t *list)
{
    json_t *out = json_object();
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        const char *kind = text_of(one, "kind|type|method|tender", NULL);
        json_t *amount = (json_t *)member_of(one, "amount|value");

        known_members(s->r, one, "kind|type|method|tender amount|value");
        if (kind == NULL || amount == NULL || json_object_get(out, kind) != NULL) {
            report_fail(s->r, "a tender without kind or amount, or a kind twice");
        } else {
            json_object_set(out, kind, amount);
        }
    }
    return out;
}

static int64_t
add_tenders(session *s, const json_t *tenders, int64_t total)
{
    json_t *by_kind;
    int64_t amount;

    if (json_is_string(tenders)) {
        amount = taken(s, json_string_value(tenders), total);
        add_to(s, s->tenders, json_string_value(tenders), amount, 0);
        return amount;
    }
    by_kind = json_is_array(tenders) ? tenders_by_kind(s, tenders) : json_incref((json_t *)tenders);
    amount = s->r->failed ? 0 : add_shares(s, by_kind, total);
    json_decref(by_kind);
    return amount;
}

static void
add_totals(session *s, const order_case *c, const json_t *tenders)
{
    for (size_t i = 0; i < c->in.cart.line_count; i++) {
        if (c->in.lines[i].component_count == 0) {
            add_line(s, c, i);
        }
    }
    s->rounding += add_tenders(s, tenders, c->out.total) - c->out.total;
    s->total += c->out.total;
    s->net += c->out.net;
    s->tax += c->out.tax;
    s->discount += c->out.discount;
}

static void
add_order(session *s, const json_t *order, const json_t *tender)
{
    const char *id = json_string_value(order);
    const json_t *found = id != NULL ? case_by_id(id) : order;
    const json_t *inputs = member_of(found, "inputs");
    order_case *c = calloc(1, sizeof *c);

    c->in.r = s->r;
    c->inputs = inputs != NULL ? inputs : found;
    if (found == NULL || tender == NULL) {
        report_fail(s->r, "order %s is in no file that is run, or without tender",
                    id != NULL ? id : "(no text)");
    } else {
        order_read(&c->in, c->inputs, "tender");
        order_price(c);
        s->scale = c->in.scale;
        if (c->err != MPOS_OK) {
            report_fail(s->r, "the core refused order %s: %s", id != NULL ? id : "", mpos_err_code(c->err));
        }
    }
    if (!s->r->failed) {
        add_totals(s, c, tender);
    }
    free(c);
}

static const named_sum *
sum_of(const named_sum *sums, const char *name)
{
    static const named_sum none;

    for (size_t i = 0; i < SUMS_MAX; i++) {
        if (strcmp(sums[i].name, name) == 0) {
            return &sums[i];
        }
    }
    return &none;
}

/* A rate as it is written in the sums: without zeros at its end. */
static const named_sum *
sum_of_rate(session *s, const char *rate)
{
    json_t *text = json_string(rate);
    char name[MPOS_DECIMAL_SIZE + 1];

    name[mpos_decimal_format(decimal_of(s->r, text, PERCENT_SCALE), PERCENT_SCALE, name)] = '\0';
    json_decref(text);
    return sum_of(s->rates, name);
}

/* Objects of sums. */
static int
compare_sums(session *s, const char *what, const json_t *sums)
{
    int at = word_of(
        what,
        "tax_by_rate|taxes_by_rate net_by_rate|base_by_rate net_by_group by_tender|tenders|tender_totals");
    const char *name;
    json_t *value;

    if (at < 0 || !json_is_object(sums)) {
        return 0;
    }
    json_object_foreach((json_t *)sums, name, value)
    {
        const named_sum *group = sum_of(s->items, name);

        if (at == 2 && group->name[0] == '\0') {
            group = nth_group(s, name[0] == 'p' ? strtol(name + 1, NULL, 10) : 0);
        }
        if (at == 2 && group == NULL) {
            report_fail(s->r, "unknown group %s", name);
            return 1;
        }
        expect_amount(s->r, s->scale, what, value,
                      at == 0   ? sum_of_rate(s, name)->amount
                      : at == 1 ? sum_of_rate(s, name)->other
                      : at == 2 ? group->amount
                                : sum_of(s->tenders, name)->amount);
    }
    return 1;
}

static void
compare(session *s, const json_t *expected, size_t orders)
{
    static const char words[] = "total|grand_total net_total tax_total discount_total cash_rounding|rounding "
                                "orders|order_count|count";
    const int64_t amounts[] = {s->total, s->net, s->tax, s->discount, s->rounding, (int64_t)orders};
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)expected, name, value)
    {
        int at = word_of(name, words);

        if (at >= 0) {
            expect_amount(s->r, at == 5 ? 0 : s->scale, name, value, amounts[at]);
        } else if (!compare_sums(s, name, value)) {
            const named_sum *tender = sum_of(s->tenders, name);

            if (tender->name[0] == '\0') {
                report_fail(s->r, "unknown expected field %s", name);
            }
            expect_amount(s->r, s->scale, name, value, tender->amount);
        }
    }
}

void
run_session(const json_t *inputs, const json_t *expected, report *r)
{
    const json_t *orders = member_of(inputs, "orders"), *tenders = member_of(inputs, "tenders|payments");
    session *s = calloc(1, sizeof *s);

    s->r = r;
    s->scale = case_scale(inputs);
    s->inputs = inputs;
    if (!json_is_array(orders) || (tenders != NULL && json_array_size(orders) != json_array_size(tenders))) {
        report_fail(r, "orders and tenders are no lists of one length");
    } else if (known_members(r, inputs,
                             "orders tenders|payments currency unit cash_increment rounding name")) {
        for (size_t i = 0; !r->failed && i < json_array_size(orders); i++) {
            const json_t *order = json_array_get(orders, i), *own = json_array_get(tenders, i);
            json_t *cash = json_string("cash");

            own = own != NULL ? own : member_of(order, "tenders|payments|tender");
            add_order(s, order, own != NULL ? own : cash);
            json_decref(cash);
        }
    }
    if (!r->failed) {
        compare(s, expected, json_array_size(orders));
    }
    free(s);
}
