/*
 * order_limit.h - whether the person at hand may give that discount or void that line. Words: limit, approval.
 *
 * What has happened at a device (op->happened) is applied in any case; beyond a limit and without an approval it is flagged
 * limit_exceeded. Its other operations are refused like those over HTTP. The order is locked or new, so that discounts
 * given in parallel count together.
 */
#ifndef MPOS_ORDER_LIMIT_H
#define MPOS_ORDER_LIMIT_H

#include "limit.h"
#include "operations.h"
#include "order_rows.h"

/*
 * Discounts that people gave on the priced cart, against those that the order has had; approval may be NULL. APPROVAL_REQUIRED beyond the limit,
 * APPROVAL_INVALID when the approval does not cover it.
 */
mpos_err
mpos_limit_discount(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_priced_cart *cart,
                    const uint8 *approval);

/* Leaving taxes out of a new order gives something away too: it needs the scope discount.write, whatever its limit. */
mpos_err
mpos_limit_exempt(mpos_call *call, mpos_device_op *op, mpos_order *order, bool exempt);

/* Voiding what the kitchen has been sent needs the scope order.void, or an approval, which is then NULL. */
mpos_err
mpos_limit_void(mpos_call *call, mpos_device_op *op, mpos_order *order, const bool *marked,
                const uint8 **approval);

/* Beyond a limit: flags what has happened at a device, refuses anything else with err. */
mpos_err
mpos_limit_exceeded(mpos_call *call, mpos_device_op *op, mpos_order *order, mpos_err err, const char *field);

#endif
