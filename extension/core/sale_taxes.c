/* sale_taxes.c - the taxes of a sale as its cart has them. */
#include "promotion.h"

#include "id.h"

/* The place of a tax in the cart, which grows where it is new. Charges come last, so mostly it is there. */
static mpos_err
place_of(const mpos_cart *cart, const mpos_rule_tax *tax, uint16_t *out)
{
    for (uint16_t i = 0; i < cart->tax_count; i++) {
        if (mpos_id_same(cart->taxes[i].id, tax->tax.id)) {
            *out = i;
            return MPOS_OK;
        }
    }
    return MPOS_E_TOO_MANY;
}

mpos_err
mpos_sale_taxes(mpos_sale *sale, const uint16_t *taxes, size_t count, uint16_t *out, uint16_t *count_out)
{
    mpos_err err = MPOS_OK;

    *count_out = 0;
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        const mpos_rule_tax *tax = &sale->rules->taxes[taxes[i]];

        if (mpos_when_holds(&tax->when, &sale->basket->in)) {
            err = place_of(sale->cart, tax, &out[(*count_out)++]);
        }
    }
    return err;
}
