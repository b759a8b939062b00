/* pricing_case.c - the kinds of pricing vectors. */
#include <string.h>

#include "order_case.h"

typedef void
run_kind(const json_t *inputs, const json_t *expected, report *r);

/* An order when it has lines; an amount that is paid when it has a total; else numbers. */
static void
run_cash_rounding(const json_t *inputs, const json_t *expected, report *r)
{
    if (member_of(inputs, "lines|items") != NULL) {
        run_order(inputs, expected, r);
    } else if (member_of(inputs, "total|tenders|payments") != NULL) {
        run_tender(inputs, expected, r);
    } else {
        run_rounding(inputs, expected, r);
    }
}

static void
run_tender_or_order(const json_t *inputs, const json_t *expected, report *r)
{
    (member_of(inputs, "lines|items") != NULL ? run_order : run_tender)(inputs, expected, r);
}

void
run_pricing(const json_t *object, report *r)
{
    static const struct {
        const char *name;
        run_kind *run;
    } kinds[] = {
        {"order", run_order},
        {"tax", run_order},
        {"allocation", run_allocation},
        {"rounding", run_rounding},
        {"cash_rounding", run_cash_rounding},
        {"invoice", run_invoice},
        {"refund", run_refund},
        {"session", run_session},
        {"tender", run_tender_or_order},
    };
    const char *kind = text_of(object, "kind", "(none)");
    const json_t *inputs = member_of(object, "inputs"), *expected = member_of(object, "expected");

    if (!known_members(r, object, "kind inputs expected derived")) {
        return;
    }
    if (!json_is_object(inputs) || json_object_size(expected) == 0) {
        report_fail(r, "a case needs inputs and expected");
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            kinds[i].run(inputs, expected, r);
            return;
        }
    }
    report_fail(r, "unknown kind %s", kind);
}
