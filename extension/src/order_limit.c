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

static bool
within(const mpos_priced_cart *cart, int64 limit)
{
    int64 allowance;

    mpos_check(mpos_discount_allowance(&cart->cart, &cart->priced, limit, &allowance), "discount allowance");
    return cart->priced.discount <= allowance;
}

/* Was the order beyond it already, by somebody's approval or by what has happened? */
static bool
exceeded_before(mpos_call *call, const mpos_order *order, int64 limit)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(call, order->catalogue);
    mpos_priced_cart before;

    if (catalogue == NULL) {
        return false;
    }
    mpos_cart_reopen(&before, catalogue, order->form);
    return !within(&before, limit);
}

mpos_err
mpos_limit_discount(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_priced_cart *cart,
                    mpos_discounted before, const uint8 *approval)
{
    mpos_discounted now = {cart->priced.gross, cart->priced.discount};
    int64 limit = (call->scopes & MPOS_SCOPE_DISCOUNT_WRITE) != 0 ? call->discount_limit : 0;
    mpos_approval approved;

    if (within(cart, limit) || (!mpos_discount_grows(before, now) && exceeded_before(call, order, limit))) {
        return MPOS_OK;
    }
    if (approval == NULL) {
        return mpos_limit_exceeded(call, op, order, MPOS_E_APPROVAL_REQUIRED, NULL);
    }
    if (mpos_approval_use(call, approval, MPOS_PERMISSION_DISCOUNT, order->id, &approved) != MPOS_OK ||
        !within(cart, Min(approved.maximum, approved.role_limit))) {
        return mpos_limit_exceeded(call, op, order, MPOS_E_APPROVAL_INVALID, "/approval");
    }
    return MPOS_OK;
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
