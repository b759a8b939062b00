/*
 * refund_case.c - an order that comes back: in the steps that the case names, and besides whole and in the smallest steps
 * its quantities allow. Both of these must end at the negative of what was charged, tax by tax.
 */
#include <stdlib.h>
#include <string.h>

#include "order_case.h"
#include "wide.h"

enum { STEPS_MAX = 60000, SMALL_STEPS = 1000 };

/* One part of a line that comes back. */
typedef struct back {
    uint16_t line;
    int64_t qty;
    size_t step; /* of the case: what comes back together */
} back;

typedef struct returns {
    order_case *c;
    back *backs;
    size_t count;
    size_t steps;
} returns;

typedef struct returned {
    int64_t net, tax, total;
} returned;

/* What came back: of each step, of all, and of each tax. */
typedef struct outcome {
    returned *steps;
    returned all;
    int64_t taxes[MPOS_CART_TAXES_MAX];
} outcome;

static void
add_back(returns *all, size_t line, int64_t qty, size_t step)
{
    if (qty > 0 && all->count < STEPS_MAX) {
        all->backs[all->count++] = (back){(uint16_t)line, qty, step};
    } else if (qty != 0) {
        report_fail(all->c->in.r, "a return of less than nothing, or one too many");
    }
}

static void
put_question(const returns *all, bytes *question)
{
    int64_t before[CASE_LINES_MAX] = {0};

    bytes_u8(question, 'B');
    bytes_u16(question, (uint16_t)all->count);
    for (size_t i = 0; i < all->count; i++) {
        const back *b = &all->backs[i];

        bytes_u16(question, b->line);
        bytes_i64(question, before[b->line]);
        bytes_i64(question, b->qty);
        before[b->line] += b->qty;
    }
    order_form(all->c, question);
}

static mpos_err
bring_back(const returns *all, outcome *out)
{
    bytes question = {0};
    const uint8_t *at;
    size_t size;
    mpos_err err;

    put_question(all, &question);
    at = all->c->in.r->failed ? NULL : ask(&question, &size, &err);
    for (size_t i = 0; at != NULL && i < all->count; i++) {
        returned *step = &out->steps[all->backs[i].step], now;

        take_i64(&at); /* gross */
        take_i64(&at); /* discount */
        now.net = take_i64(&at);
        now.tax = take_i64(&at);
        now.total = take_i64(&at);
        step->net += now.net;
        step->tax += now.tax;
        step->total += now.total;
        out->all.net += now.net;
        out->all.tax += now.tax;
        out->all.total += now.total;
    }
    for (size_t t = 0; at != NULL && t < all->c->in.cart.tax_count; t++) {
        take_i64(&at); /* base */
        out->taxes[t] = take_i64(&at);
    }
    bytes_free(&question);
    return at != NULL || all->c->in.r->failed ? MPOS_OK : err;
}

/* All of it comes back in that many steps of each line: nothing may be left. */
static void
check_whole(order_case *c, int64_t steps)
{
    returns all = {.c = c, .backs = calloc(STEPS_MAX, sizeof(back)), .steps = 1};
    outcome out = {.steps = calloc(1, sizeof(returned))};

    for (size_t i = 0; i < c->in.cart.line_count; i++) {
        int64_t qty = c->in.lines[i].qty, before = 0;

        for (int64_t k = 1; k <= steps; k++) {
            int64_t now = (int64_t)((mpos_wide)qty * k / steps) - before;

            add_back(&all, i, now, 0);
            before += now;
        }
    }
    if (bring_back(&all, &out) != MPOS_OK || out.all.total != c->out.total || out.all.tax != c->out.tax) {
        report_fail(c->in.r, "the order does not come back whole in %d steps", (int)steps);
    }
    for (size_t t = 0; t < c->in.cart.tax_count; t++) {
        if (out.taxes[t] != c->out.amounts[t]) {
            report_fail(c->in.r, "tax %zu does not come back whole in %d steps", t, (int)steps);
        }
    }
    free(out.steps);
    free(all.backs);
}

/* {line, qty}, {lines: [...]}, a list of those, or a list of quantities by line. */
static void
read_step(returns *all, const json_t *one, size_t step)
{
    const json_t *lines = member_of(one, "lines|items"), *line = member_of(one, "line|index|line_index");
    report *r = all->c->in.r;
    size_t i;
    json_t *part;

    if (json_is_object(one) && !known_members(r, one, "line|index|line_index qty|quantity lines|items")) {
        return;
    }
    json_array_foreach((json_t *)(lines != NULL ? lines : one), i, part)
    {
        if (json_is_object(part)) {
            read_step(all, part, step);
        } else {
            add_back(all, i, llabs(decimal_of(r, part, MPOS_QTY_SCALE)), step);
        }
    }
    if (line != NULL) {
        const json_t *qty = member_of(one, "qty|quantity");
        size_t at = (size_t)json_integer_value(line);

        if (!json_is_integer(line) || at >= all->c->in.cart.line_count) {
            report_fail(r, "a return of a line that is not there");
            return;
        }
        add_back(all, at, qty != NULL ? llabs(decimal_of(r, qty, MPOS_QTY_SCALE)) : all->c->in.lines[at].qty,
                 step);
    }
}

/* A list of steps, or one of them; without one all of it comes back. */
static void
read_steps(returns *all, const json_t *list)
{
    size_t i;
    json_t *one;

    if (list == NULL) {
        all->steps = 1;
        for (i = 0; i < all->c->in.cart.line_count; i++) {
            add_back(all, i, all->c->in.lines[i].qty, 0);
        }
        return;
    }
    one = json_array_get(list, 0);
    if (!json_is_object(one) && !json_is_array(one)) {
        all->steps = 1;
        read_step(all, list, 0);
        return;
    }
    all->steps = json_array_size(list);
    json_array_foreach((json_t *)list, i, one)
    {
        read_step(all, one, i);
    }
}

/* What comes back is below zero, what is left is not. */
static int
compare_one(returns *all, const outcome *out, const char *name, const json_t *value)
{
    static const char words[] =
        "refund_total|refunded_total refund_tax_total|refund_tax refund_net_total|refund_net "
        "remaining|remaining_total|left refund_totals refund_taxes refund_nets";
    order_case *c = all->c;
    int at = word_of(name, words);
    const int64_t amounts[] = {-out->all.total, -out->all.tax, -out->all.net, c->out.total - out->all.total};

    if (at < 0) {
        return 0;
    }
    if (at < 4) {
        expect_amount(c->in.r, c->in.scale, name, value, amounts[at]);
        return 1;
    }
    if (json_array_size(value) != all->steps) {
        report_fail(c->in.r, "%s has %zu elements", name, all->steps);
    }
    for (size_t i = 0; !c->in.r->failed && i < all->steps; i++) {
        const returned *s = &out->steps[i];

        expect_amount(c->in.r, c->in.scale, name, json_array_get(value, i),
                      at == 4   ? -s->total
                      : at == 5 ? -s->tax
                                : -s->net);
    }
    return 1;
}

static void
compare_refund(order_case *c, const json_t *expected)
{
    static const char names[] =
        "refunds|refund|returns|refund_lines|return_lines|returned|refund_qty|refund_quantities|return_qty";
    returns all = {.c = c, .backs = calloc(STEPS_MAX, sizeof(back))};
    outcome out = {0};
    json_t *rest = json_object();
    const json_t *error = member_of(expected, "refund_error|error|refused");
    const char *name;
    json_t *value;
    mpos_err err;

    read_steps(&all, member_of(c->inputs, names));
    out.steps = calloc(all.steps + 1, sizeof *out.steps);
    err = bring_back(&all, &out);
    if ((error != NULL) != (err != MPOS_OK) ||
        (json_is_string(error) && strcmp(json_string_value(error), mpos_err_code(err)) != 0)) {
        report_fail(c->in.r, "error is %s", mpos_err_code(err));
    }
    json_object_foreach((json_t *)expected, name, value)
    {
        if (value != error && !c->in.r->failed && !compare_one(&all, &out, name, value)) {
            json_object_set(rest, name, value);
        }
    }
    order_compare(c, rest);
    json_decref(rest);
    free(out.steps);
    free(all.backs);
}

void
run_refund(const json_t *inputs, const json_t *expected, report *r)
{
    order_case *c = calloc(1, sizeof *c);
    int64_t steps;

    c->in.r = r;
    c->inputs = inputs;
    order_read(
        &c->in, inputs,
        "refunds|refund|returns|refund_lines|return_lines|returned|refund_qty|refund_quantities|return_qty");
    order_price(c);
    steps = c->in.cart.line_count > 0 ? STEPS_MAX / c->in.cart.line_count : 1;
    if (!r->failed && c->err == MPOS_OK) {
        check_whole(c, 1);
        check_whole(c, steps < SMALL_STEPS ? steps : SMALL_STEPS);
        compare_refund(c, expected);
    } else {
        order_compare(c, expected);
    }
    free(c);
}
