/* charge_rule.c - the charges of the rules in a cart: lines of their own, or surcharges. Words: charge, surcharge, waive. */
#include "promotion.h"

#include "id.h"

static int
is_waived(const mpos_basket *basket, const mpos_charge_rule *charge)
{
    for (size_t i = 0; i < basket->waived_count; i++) {
        if (mpos_id_same(basket->waived[i], charge->id)) {
            return (charge->flags & MPOS_CHARGE_WAIVABLE) != 0;
        }
    }
    return 0;
}

/* A charge per guest needs guests. */
static int
is_due(const mpos_basket *basket, const mpos_charge_rule *charge)
{
    return mpos_when_holds(&charge->when, &basket->in) && !is_waived(basket, charge) &&
           (charge->type != MPOS_CHARGE_PER_GUEST || basket->in.guests > 0);
}

static int64_t
guests_of(const mpos_sale *sale, const mpos_charge_rule *charge)
{
    return charge->type == MPOS_CHARGE_PER_GUEST ? sale->basket->in.guests : 1;
}

/* Enters the lines' gross and is taxed as they are. */
static mpos_err
add_surcharge(mpos_sale *sale, const mpos_charge_rule *charge)
{
    mpos_cart_discount *out = &sale->discounts[sale->cart->discount_count];
    int percent = charge->type == MPOS_CHARGE_PERCENT;
    int64_t value;

    if (sale->cart->discount_count == MPOS_DISCOUNTS_MAX) {
        return MPOS_E_TOO_MANY;
    }
    if (__builtin_mul_overflow(charge->value, guests_of(sale, charge), &value) || value > MPOS_AMOUNT_MAX) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    *out = (mpos_cart_discount){.type = percent ? MPOS_DISCOUNT_PERCENT : MPOS_DISCOUNT_FIXED,
                                .flags = MPOS_DISCOUNT_SURCHARGE | MPOS_DISCOUNT_RULE,
                                .base = charge->base,
                                .value = value};
    memcpy(out->rule, charge->id, sizeof out->rule);
    sale->cart->discount_count++;
    return MPOS_OK;
}

/* taxes has room for MPOS_LINE_TAXES_MAX. */
static mpos_err
add_line(mpos_sale *sale, const mpos_charge_rule *charge, uint16_t *taxes)
{
    int percent = charge->type == MPOS_CHARGE_PERCENT;
    mpos_cart_line *out = &sale->lines[sale->cart->line_count];

    *out = (mpos_cart_line){.qty = guests_of(sale, charge) * MPOS_QTY_ONE,
                            .unit_price = charge->value,
                            .kind = percent ? MPOS_LINE_CHARGE_PERCENT : MPOS_LINE_CHARGE_FIXED,
                            .base = charge->base,
                            .parent = MPOS_NO_PARENT,
                            .taxes = taxes};
    memcpy(out->id, charge->id, sizeof out->id);
    memcpy(out->item, charge->id, sizeof out->item);
    sale->cart->line_count++;
    return mpos_sale_taxes(sale, charge->taxes, charge->tax_count, taxes, &out->tax_count);
}

mpos_err
mpos_charge_sale(mpos_sale *sale)
{
    uint16_t *taxes = sale->charge_taxes;
    mpos_err err = MPOS_OK;

    if (sale->basket->line_count == 0) {
        return MPOS_OK;
    }
    for (size_t k = 0; err == MPOS_OK && k < sale->rules->charge_count; k++) {
        const mpos_charge_rule *charge = &sale->rules->charges[k];

        if (!is_due(sale->basket, charge)) {
            continue;
        }
        if ((charge->flags & MPOS_CHARGE_APPORTIONED) != 0) {
            err = add_surcharge(sale, charge);
        } else {
            err = add_line(sale, charge, taxes);
            taxes += MPOS_LINE_TAXES_MAX;
        }
    }
    return err;
}
