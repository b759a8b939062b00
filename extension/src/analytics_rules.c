/* analytics_rules.c - what took something off an order or added to it, as SQL reads it. Words: rule, discount, surcharge, charge. */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "priced_form.h"
#include "sqlstate.h"

enum { RULE_LINE, RULE_KIND, RULE_ID, RULE_AMOUNT, RULE_COLUMNS };

PG_FUNCTION_INFO_V1(mpos_priced_rules);

static void
put_rule(ReturnSetInfo *result, const uint8 *line, const char *kind, const uint8 *rule, int64 amount)
{
    Datum values[RULE_COLUMNS] = {
        [RULE_LINE] = PointerGetDatum(line),
        [RULE_KIND] = CStringGetTextDatum(kind),
        [RULE_ID] = PointerGetDatum(rule),
        [RULE_AMOUNT] = Int64GetDatum(amount),
    };
    bool nulls[RULE_COLUMNS] = {[RULE_LINE] = line == NULL, [RULE_ID] = rule == NULL};

    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Above zero it adds to the order. */
static void
put_discounts(ReturnSetInfo *result, const uint8 *line, const mpos_cart_discount *discounts, int count,
              const int64 *amounts)
{
    for (int k = 0; k < count; k++) {
        bool rule = (discounts[k].flags & MPOS_DISCOUNT_RULE) != 0;
        bool surcharge = (discounts[k].flags & MPOS_DISCOUNT_SURCHARGE) != 0;

        put_rule(result, line,
                 surcharge ? "charge"
                 : rule    ? "promotion"
                           : "discount",
                 rule ? discounts[k].rule : NULL, -amounts[k]);
    }
}

/* priced_rules(form bytea) returns setof (line_id uuid, kind text, rule_id uuid, amount bigint) */
Datum
mpos_priced_rules(PG_FUNCTION_ARGS)
{
    const bytea *form = PG_GETARG_BYTEA_PP(0);
    size_t size = VARSIZE_ANY_EXHDR(form);
    size_t room_size = mpos_priced_form_room_size(size);
    void *room = palloc(room_size);
    ReturnSetInfo *result = (ReturnSetInfo *)fcinfo->resultinfo;
    mpos_cart cart;
    mpos_priced priced;

    InitMaterializedSRF(fcinfo, 0);
    mpos_check(
        mpos_priced_form_decode((const uint8 *)VARDATA_ANY(form), size, room, room_size, &cart, &priced),
        "stored priced form");
    put_discounts(result, NULL, cart.discounts, cart.discount_count, priced.discounts);
    for (int i = 0; i < cart.line_count; i++) {
        const mpos_cart_line *line = &cart.lines[i];

        put_discounts(result, line->id, line->discounts, line->discount_count, priced.lines[i].discounts);
        if (line->kind != MPOS_LINE_ITEM) {
            put_rule(result, line->id, "charge", line->item, priced.lines[i].gross);
        }
    }
    pfree(room);
    return (Datum)0;
}
