/* order_price.h - what the lines of an order or a preview cost. Words: price, circumstances. */
#ifndef MPOS_ORDER_PRICE_H
#define MPOS_ORDER_PRICE_H

#include "cart.h"
#include "operations.h"
#include "order_input.h"

/* Prices the lines in their circumstances. What has happened at a till is priced whatever its catalogue or time. */
mpos_err
mpos_order_price(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_priced_cart *out);

#endif
