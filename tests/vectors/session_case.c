/*
 * session_case.c - a session is the sums of its orders, each priced by itself: tax per rate, net per group (lines with the
 * same taxes; p1, p2 ... in the order in which they first appear), and what each tender took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing_case.h"

enum { GROUPS_MAX = 16, TENDERS_MAX = 8, ID_SIZE = 64 };

typedef struct named_sum {
    char name[ID_SIZE];
    int64_t amount;
} named_sum;

typedef struct session {
    report *r;
    int exponent;
    named_sum rates[MPOS_CART_TAXES_MAX];
    named_sum groups[GROUPS_MAX]; /* named by the rates of their taxes */
    named_sum tenders[TENDERS_MAX];
} session;

static void
add_to(session *s, named_sum *sums, size_t count, const char *name, int64_t amount)
{
    for (size_t i = 0; i < count; i++) {
        if (sums[i].name[0] == '\0') {
            snprintf(sums[i].name, ID_SIZE, "%s", name);
        }
        if (strcmp(sums[i].name, name) == 0) {
            sums[i].amount += amount;
            return;
        }
    }
    report_skip(s->r, "more than %zu sums", count);
}

/* Rate of a tax as a percentage, "8.875". */
static void
rate_name(const mpos_cart_tax *tax, char out[MPOS_DECIMAL_SIZE + 1])
{
    out[mpos_decimal_format(tax->value, MPOS_RATE_SCALE - 2, out)] = '\0';
}

static void
add_line(session *s, const pricing_case *c, size_t i)
{
    char name[ID_SIZE] = "";

    for (size_t t = 0; t < c->cart.tax_count; t++) {
        for (size_t k = 0; k < c->lines[i].tax_count; k++) {
            char rate[MPOS_DECIMAL_SIZE + 1];
            size_t len = strlen(name);

            if (c->line_taxes[i][k] == t) {
                rate_name(&c->taxes[t], rate);
                snprintf(name + len, sizeof name - len, "+%s", rate);
                add_to(s, s->rates, MPOS_CART_TAXES_MAX, rate, c->priced.lines[i].taxes[k].amount);
            }
        }
    }
    add_to(s, s->groups, GROUPS_MAX, name[0] != '\0' ? name : "none", c->priced.lines[i].net);
}

static void
add_order(session *s, const char *id, const char *tender)
{
    const json_t *order = case_by_id(id);
    pricing_case *c = calloc(1, sizeof *c);
    void *room = NULL;

    c->r = s->r;
    if (order == NULL) {
        report_skip(s->r, "order %s is not in these files", id);
    } else {
        case_read_order(c, json_object_get(order, "inputs"));
        room = case_price(c);
        s->exponent = c->exponent;
    }
    for (size_t i = 0; s->r->verdict == PASSED && i < c->cart.line_count; i++) {
        add_line(s, c, i);
    }
    if (s->r->verdict == PASSED) {
        add_to(s, s->tenders, TENDERS_MAX, tender, c->priced.total);
    }
    free(room);
    free(c);
}

static void
expect_sum(session *s, const char *what, const json_t *expected, int64_t amount)
{
    pricing_case c = {.r = s->r, .exponent = s->exponent};

    case_expect(&c, what, expected, amount);
}

static int64_t
sum_of(const named_sum *sums, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(sums[i].name, name) == 0) {
            return sums[i].amount;
        }
    }
    return 0;
}

static void
compare_groups(session *s, const json_t *groups)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)groups, name, value)
    {
        long n = name[0] == 'p' ? strtol(name + 1, NULL, 10) : 0;

        if (n < 1 || n > GROUPS_MAX) {
            report_skip(s->r, "not supported: group %s", name);
            return;
        }
        expect_sum(s, name, value, s->groups[n - 1].amount);
    }
}

static void
compare(session *s, const json_t *expected)
{
    const char *name, *rate;
    json_t *value, *amount;

    json_object_foreach((json_t *)expected, name, value)
    {
        if (strcmp(name, "net_by_group") == 0) {
            compare_groups(s, value);
        } else if (strcmp(name, "tax_by_rate") == 0) {
            json_object_foreach(value, rate, amount)
            {
                expect_sum(s, "tax_by_rate", amount, sum_of(s->rates, MPOS_CART_TAXES_MAX, rate));
            }
        } else if (json_is_string(value)) {
            expect_sum(s, name, value, sum_of(s->tenders, TENDERS_MAX, name));
        } else {
            report_skip(s->r, "not supported: expected %s", name);
        }
    }
}

void
run_session(const json_t *inputs, const json_t *expected, report *r)
{
    static const char *const members[] = {"orders", "tenders", "note", NULL};
    const json_t *orders = json_object_get(inputs, "orders"), *tenders = json_object_get(inputs, "tenders");
    session *s = calloc(1, sizeof *s);

    s->r = r;
    s->exponent = 2;
    if (known_members(r, inputs, members) && json_array_size(orders) == json_array_size(tenders)) {
        for (size_t i = 0; r->verdict == PASSED && i < json_array_size(orders); i++) {
            add_order(s, json_string_value(json_array_get(orders, i)),
                      json_string_value(json_array_get(tenders, i)));
        }
    } else {
        report_skip(r, "not supported: a session of this form");
    }
    if (r->verdict == PASSED) {
        compare(s, expected);
    }
    free(s);
}
