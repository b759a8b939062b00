/* order_limit.c - see order_limit.h. */
#include "postgres.h"

#include "approval.h"
#include "order_limit.h"
#include "sqlstate.h"

mpos_err
mpos_limit_exceeded(mpos_call *call, mpos_device_op *op, mpos_order *order, mpos_err err, const char *field)
{
    if (op == NULL || !op->happened) {
        return mpos_refuse(call, err, field, "%s", "");
    }
    mpos_order_flag(order, "limit_exceeded");
    mpos_op_flag(op, "limit_exceeded");
    return MPOS_OK;
}

/* What people gave; promotions are the business's own. */
static int64
given_by_hand(const mpos_cart_discount *discounts, const int64 *amounts, int count)
{
    int64 sum = 0;

    for (int k = 0; k < count; k++) {
        sum += (discounts[k].flags & (MPOS_DISCOUNT_RULE | MPOS_DISCOUNT_SURCHARGE)) == 0 ? amounts[k] : 0;
    }
    return sum;
}

static mpos_discounted
discounted(const mpos_cart *cart, const mpos_priced *priced)
{
    mpos_discounted sum = {priced->gross,
                           given_by_hand(cart->discounts, priced->discounts, cart->discount_count)};

    for (int i = 0; i < cart->line_count; i++) {
        sum.discount += given_by_hand(cart->lines[i].discounts, priced->lines[i].discounts,
                                      cart->lines[i].discount_count);
    }
    return sum;
}

static bool
within(const mpos_cart *cart, const mpos_priced *priced, int64 limit)
{
    int64 allowance;

    mpos_check(mpos_discount_allowance(cart, priced, limit, &allowance), "discount allowance");
    return discounted(cart, priced).discount <= allowance;
}

/* Was the order beyond it already, by somebody's approval or by what has happened, and does not go further? */
static bool
exceeded_before(const mpos_order *order, const mpos_priced_cart *now, int64 limit)
{
    mpos_cart cart;
    mpos_priced priced;

    if (order->form == NULL) {
        return false;
    }
    mpos_order_form(order, &cart, &priced);
    return !mpos_discount_grows(discounted(&cart, &priced), discounted(&now->cart, &now->priced)) &&
           !within(&cart, &priced, limit);
}

mpos_err
mpos_limit_discount(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_priced_cart *cart,
                    const uint8 *approval)
{
    int64 limit = (call->scopes & MPOS_SCOPE_DISCOUNT_WRITE) != 0 ? call->discount_limit : 0;
    mpos_approval approved;

    if (within(&cart->cart, &cart->priced, limit) || exceeded_before(order, cart, limit)) {
        return MPOS_OK;
    }
    if (approval == NULL) {
        return mpos_limit_exceeded(call, op, order, MPOS_E_APPROVAL_REQUIRED, NULL);
    }
    if (mpos_approval_use(call, approval, MPOS_PERMISSION_DISCOUNT, order->id, &approved) != MPOS_OK ||
        !within(&cart->cart, &cart->priced, Min(approved.maximum, approved.role_limit))) {
        return mpos_limit_exceeded(call, op, order, MPOS_E_APPROVAL_INVALID, "/approval");
    }
    return MPOS_OK;
}

mpos_err
mpos_limit_exempt(mpos_call *call, mpos_device_op *op, mpos_order *order, bool exempt)
{
    return exempt && (call->scopes & MPOS_SCOPE_DISCOUNT_WRITE) == 0
               ? mpos_limit_exceeded(call, op, order, MPOS_E_FORBIDDEN, "/exempt")
               : MPOS_OK;
}

mpos_err
mpos_limit_void(mpos_call *call, mpos_device_op *op, mpos_order *order, const bool *marked,
                const uint8 **approval)
{
    mpos_approval approved;
    bool sent = false;
    mpos_err err;

    for (int i = 0; i < order->line_count; i++) {
        sent = sent || (marked[i] && order->lines[i].state == MPOS_LINE_SENT);
    }
    if (!sent || (call->scopes & MPOS_SCOPE_ORDER_VOID) != 0) {
        return MPOS_OK;
    }
    if (*approval == NULL) {
        return mpos_limit_exceeded(call, op, order, MPOS_E_APPROVAL_REQUIRED, NULL);
    }
    err = mpos_approval_use(call, *approval, MPOS_PERMISSION_VOID, order->id, &approved);
    *approval = NULL;
    return err == MPOS_OK ? MPOS_OK
                          : mpos_limit_exceeded(call, op, order, MPOS_E_APPROVAL_INVALID, "/approval");
}
