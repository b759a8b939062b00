/* order_price.c - see order_price.h. */
#include "postgres.h"

#include "order_price.h"

static mpos_err
find_catalogue(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, const mpos_catalogue **out)
{
    bool given = MPOS_GIVEN(in, MPOS_PLACE_CATALOGUE);

    *out = given ? mpos_catalogue_get(call, in->catalogue) : mpos_catalogue_current(call);
    if (*out == NULL && op != NULL && op->happened) {
        mpos_op_flag(op, "catalogue");
        *out = mpos_catalogue_current(call);
    }
    if (*out != NULL) {
        return MPOS_OK;
    }
    return mpos_refuse(call, MPOS_E_CATALOGUE_MISSING, given ? "/catalogue" : NULL, "%s", "");
}

/* No rules depend on groups, coupons or charges yet. */
static mpos_err
check_circumstances(mpos_call *call, const mpos_place_in *in)
{
    if (MPOS_GIVEN(in, MPOS_PLACE_CUSTOMER_GROUP)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/customer_group_id",
                           "There is no such group of customers.");
    }
    if (in->coupons.count > 0) {
        return mpos_refuse(call, MPOS_E_COUPON_UNKNOWN, "/coupons/0", "%s", "");
    }
    if (in->waive.count > 0) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/waive/0", "There is no such charge.");
    }
    return MPOS_OK;
}

mpos_err
mpos_order_price(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_priced_cart *out)
{
    const mpos_catalogue *catalogue;
    mpos_err err = find_catalogue(call, op, in, &catalogue);

    if (err == MPOS_OK) {
        err = check_circumstances(call, in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_cart_begin(out, catalogue);
    err = mpos_cart_add(call, out, catalogue, &in->lines);
    if (err == MPOS_OK) {
        err = mpos_cart_discount_order(call, out, &in->discounts);
    }
    return err == MPOS_OK ? mpos_cart_price(call, out) : err;
}
