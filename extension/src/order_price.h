/*
 * order_price.h - what the lines of an order or a preview cost in their circumstances, and prices of devices that differ.
 * Words: price, circumstances, quote.
 */
#ifndef MPOS_ORDER_PRICE_H
#define MPOS_ORDER_PRICE_H

#include "cart.h"
#include "operations.h"
#include "order_input.h"
#include "order_rows.h"

/*
 * Prices the lines. channel: of orders that name none. Over HTTP the time of the prices must be near to now (PRICE_TIME), coupons,
 * customer group and waived charges must be known, and with a quote (NULL for none) the price is the one that it promised
 * (QUOTE_INVALID, QUOTE_EXPIRED). What a device did is priced by what it says; what has happened there is flagged only.
 */
mpos_err
mpos_order_price(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_channel channel,
                 const char *quote, mpos_priced_cart *out);

/*
 * The sale was priced otherwise by its device: flags it and, once the order is written, keeps both forms with their traces.
 * Nothing when the input names no hash or the same.
 */
bool
mpos_price_differs(const mpos_place_in *in, const mpos_priced_cart *cart);
void
mpos_price_diff_keep(mpos_call *call, const mpos_place_in *in, const mpos_order *order,
                     const mpos_priced_cart *cart);

#endif
