/*
 * refund_case.c - an order that comes back: whole, and once more in the smallest steps its quantities allow. Both must end
 * at the negative of what was charged, line by line and tax by tax.
 */
#include <stdlib.h>
#include <string.h>

#include "pricing_case.h"
#include "refund.h"
#include "wide.h"

enum { STEPS_MAX = 1000 };

typedef struct refund_run {
    pricing_case *c;
    mpos_priced_tax taxes[MPOS_CART_TAXES_MAX];
    int64_t total;
} refund_run;

/* Takes line i back in that many steps. */
static void
take_back(refund_run *run, size_t i, int64_t steps)
{
    const mpos_cart *cart = &run->c->cart;
    int64_t qty = cart->lines[i].qty, before = 0;

    for (int64_t k = 1; k <= steps && run->c->r->verdict == PASSED; k++) {
        int64_t now = (int64_t)((mpos_wide)qty * k / steps) - before;
        mpos_refunded back;

        if (now > 0 &&
            mpos_refund_line(cart, &run->c->priced, i, before, now, &back, run->taxes) != MPOS_OK) {
            report_fail(run->c->r, "line %zu cannot be taken back", i);
        } else if (now > 0) {
            run->total += back.total;
            before += now;
        }
    }
}

static int64_t
refund(pricing_case *c, int64_t steps)
{
    refund_run *run = calloc(1, sizeof *run);
    int64_t total;

    run->c = c;
    for (size_t i = 0; i < c->cart.line_count; i++) {
        if (c->cart.lines[i].parent == MPOS_NO_PARENT) {
            take_back(run, i, steps);
        }
    }
    for (size_t t = 0; t < c->cart.tax_count; t++) {
        if (run->taxes[t].amount != c->priced.taxes[t].amount) {
            report_fail(c->r, "tax %zu does not come back whole in %d steps", t, (int)steps);
        }
    }
    total = run->total;
    free(run);
    return total;
}

void
compare_refund(pricing_case *c, const json_t *expected)
{
    json_t *rest = json_copy((json_t *)expected);
    const json_t *wanted = json_object_get(expected, "refund_total");
    int64_t whole = refund(c, 1);

    if (whole != refund(c, STEPS_MAX)) {
        report_fail(c->r, "many steps give back another total than one");
    }
    if (wanted != NULL) {
        case_expect(c, "refund_total", wanted, -whole);
        json_object_del(rest, "refund_total");
    }
    if (json_object_size(rest) > 0) {
        case_compare(c, rest);
    }
    json_decref(rest);
}
