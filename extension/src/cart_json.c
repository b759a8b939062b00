/* cart_json.c - taxes, promotions and charges of a priced cart as docs/openapi.yaml has them. */
#include "postgres.h"

#include "json.h"
#include "order_rows.h"
#include "quantity.h"

void
mpos_cart_taxes_json(mpos_call *call, StringInfo out, const mpos_cart *cart, const mpos_priced *priced)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(call, cart->catalogue);

    mpos_json_open(out, "taxes", '[');
    for (int i = 0; i < cart->tax_count; i++) {
        const mpos_catalogue_tax *tax =
            catalogue != NULL ? mpos_catalogue_tax_find(catalogue, cart->taxes[i].id) : NULL;

        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "id", cart->taxes[i].id);
        mpos_json_text(out, "name", tax != NULL ? tax->name : "");
        mpos_json_decimal(out, "rate", cart->taxes[i].value, MPOS_RATE_SCALE);
        mpos_json_bool(out, "included", (cart->taxes[i].flags & MPOS_TAX_INCLUDED) != 0);
        mpos_json_int(out, "base", priced->taxes[i].base);
        mpos_json_int(out, "tax", priced->taxes[i].amount);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

/* What a promotion took off the order, on whichever lines. */
static int64
taken_off(const mpos_cart *cart, const mpos_priced *priced, const uint8 rule[16])
{
    int64 sum = 0;

    for (int k = 0; k < cart->discount_count; k++) {
        if (memcmp(cart->discounts[k].rule, rule, 16) == 0) {
            sum += priced->discounts[k];
        }
    }
    for (int i = 0; i < cart->line_count; i++) {
        for (int k = 0; k < cart->lines[i].discount_count; k++) {
            if (memcmp(cart->lines[i].discounts[k].rule, rule, 16) == 0) {
                sum += priced->lines[i].discounts[k];
            }
        }
    }
    return sum;
}

static bool
is_promotion(const mpos_cart_discount *discount)
{
    return (discount->flags & (MPOS_DISCOUNT_RULE | MPOS_DISCOUNT_SURCHARGE)) == MPOS_DISCOUNT_RULE;
}

static void
add_promotion(mpos_sale_promotions *to, const mpos_cart *cart, const mpos_priced *priced,
              const mpos_cart_discount *discount)
{
    if (!is_promotion(discount)) {
        return;
    }
    for (int i = 0; i < to->count; i++) {
        if (memcmp(to->list[i].id, discount->rule, 16) == 0) {
            return;
        }
    }
    if (to->count == to->room) {
        to->room = Max(to->room * 2, 8);
        to->list = to->list != NULL ? repalloc(to->list, sizeof *to->list * (size_t)to->room)
                                    : palloc(sizeof *to->list * (size_t)to->room);
    }
    memcpy(to->list[to->count].id, discount->rule, 16);
    to->list[to->count].amount = taken_off(cart, priced, discount->rule);
    to->count++;
}

void
mpos_cart_promotions(const mpos_cart *cart, const mpos_priced *priced, mpos_sale_promotions *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 0; i < cart->line_count; i++) {
        for (int k = 0; k < cart->lines[i].discount_count; k++) {
            add_promotion(out, cart, priced, &cart->lines[i].discounts[k]);
        }
    }
    for (int k = 0; k < cart->discount_count; k++) {
        add_promotion(out, cart, priced, &cart->discounts[k]);
    }
}

static void
charge_json(StringInfo out, const uint8 line[16], const uint8 id[16], const char *name, int64 tax,
            int64 total)
{
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "line_id", line);
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "name", name);
    mpos_json_int(out, "net", total - tax);
    mpos_json_int(out, "tax", tax);
    mpos_json_int(out, "total", total);
    mpos_json_close(out, '}');
}

/* Those with a line of their own, then those that lie on the lines: their taxes are the lines'. */
static void
charges_json(const mpos_catalogue *catalogue, StringInfo out, const mpos_cart *cart,
             const mpos_priced *priced)
{
    mpos_json_open(out, "charges", '[');
    for (int i = 0; i < cart->line_count; i++) {
        if (cart->lines[i].kind != MPOS_LINE_ITEM) {
            charge_json(out, cart->lines[i].id, cart->lines[i].item,
                        mpos_catalogue_rule_name(catalogue, cart->lines[i].item), priced->lines[i].tax,
                        priced->lines[i].total);
        }
    }
    for (int k = 0; k < cart->discount_count; k++) {
        if ((cart->discounts[k].flags & MPOS_DISCOUNT_SURCHARGE) != 0) {
            charge_json(out, NULL, cart->discounts[k].rule,
                        mpos_catalogue_rule_name(catalogue, cart->discounts[k].rule), 0,
                        -priced->discounts[k]);
        }
    }
    mpos_json_close(out, ']');
}

void
mpos_cart_rules_json(mpos_call *call, StringInfo out, const mpos_cart *cart, const mpos_priced *priced)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(call, cart->catalogue);
    mpos_sale_promotions promotions;

    mpos_cart_promotions(cart, priced, &promotions);
    mpos_json_open(out, "promotions", '[');
    for (int i = 0; i < promotions.count; i++) {
        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "id", promotions.list[i].id);
        mpos_json_text(out, "name", mpos_catalogue_rule_name(catalogue, promotions.list[i].id));
        mpos_json_int(out, "amount", promotions.list[i].amount);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
    charges_json(catalogue, out, cart, priced);
}
