/*
 * shift.h - shifts of registers and the sums that sales post to them. Words: shift, float, sums, posting, drawer.
 */
#ifndef MPOS_SHIFT_H
#define MPOS_SHIFT_H

#include "device.h"
#include "operations.h"
#include "order_rows.h"
#include "pricing.h"

/* What one call adds to the sums of a shift. */
typedef struct mpos_shift_posting {
    bool sale; /* then cart and priced are set */
    const mpos_cart *cart;
    const mpos_priced *priced;
    const mpos_order_payment *payments;
    int payment_count;
    bool refund; /* then cart and what follows are set */
    int64 refund_total;
    int64 refund_cash;
    const mpos_priced_tax *refund_taxes; /* of cart */
} mpos_shift_posting;

/* Opens a shift without a float, because a sale needs one. device is locked; the caller saves it. */
void
mpos_shift_open_for_sale(mpos_call *call, mpos_device *device);

/* Adds to the sums row, which stays locked until the transaction ends. */
void
mpos_shift_post(mpos_call *call, const uint8 shift[16], const mpos_shift_posting *posting);

/* The shift as the API writes it, read with its sums; false when the context's outlet has none of that id. */
bool
mpos_shift_json(mpos_call *call, StringInfo out, const char *key, const uint8 shift[16]);

#endif
