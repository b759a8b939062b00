/*
 * coupon.h - codes that customers bring: what the core knows of them, and how often they may be used. A coupon counts as used
 * while an order has a promotion by it. Words: coupon, use.
 */
#ifndef MPOS_COUPON_H
#define MPOS_COUPON_H

#include "cart.h"
#include "operations.h"
#include "order_rows.h"

/* A promotion that an order has by a coupon. */
typedef struct mpos_coupon_use {
    uint8 promotion[16];
    uint8 coupon[16];
} mpos_coupon_use;

/* What an order's new price changes about coupons. */
typedef struct mpos_coupons {
    mpos_coupon_use *fresh;
    int fresh_count;
    mpos_coupon_use *gone;
    int gone_count;
} mpos_coupons;

/* A code as rules and baskets have it: the first 16 bytes of the SHA-256 of the code with a to z as A to Z. */
void
mpos_coupon_hash(const char *code, uint8 out[16]);

/*
 * Finds what is used and no longer used, and locks the counts of the former until the transaction ends. Refuses with
 * COUPON_USED, or MISSING_FIELD when a use counts by customer and the order names none; what has happened at a till is flagged
 * coupon_used. The order's promotions are limited by their rows as they are now, whatever is published.
 */
mpos_err
mpos_coupons_check(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_priced_cart *cart,
                   mpos_coupons *out);

/* Writes it, once the order is written. */
void
mpos_coupons_write(mpos_call *call, const mpos_order *order, const mpos_coupons *coupons);

#endif
