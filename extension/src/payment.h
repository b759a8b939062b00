/*
 * payment.h - cash taken for an order, and what happens once it is paid. Words: payment, tender, due, change, settle.
 */
#ifndef MPOS_PAYMENT_H
#define MPOS_PAYMENT_H

#include "postgres.h"

#include "input.h"
#include "operations.h"
#include "order_rows.h"

typedef struct mpos_payment_in {
    uint32 given;
    uint8 id[16];
    int tender;
    int64 amount;
    int64 tendered;
} mpos_payment_in;

extern const mpos_shape mpos_payment_shape;

/* A sale's effects that are decided before the first write and made after it. */
typedef struct mpos_settlement {
    bool completes;   /* the order becomes paid: receipt, stock, sums */
    bool opens_shift; /* the device's shift is opened with it */
    int first;        /* the payments from here on are new */
    int64 receipt_n;  /* the device's own number, 0 for the next */
} mpos_settlement;

/*
 * Appends payments (mpos_payment_in) to the order and decides state, payment state and shift; path leads to one of them
 * ("/payments/%d" is made from "/payments"; "" for a single one). The device's row is locked. Nothing is written yet.
 */
mpos_err
mpos_settle_check(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
                  const mpos_list *payments, const char *path, mpos_settlement *out);

/* Gives the paid order its number and shift, before it is written. */
void
mpos_settle_prepare(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
                    mpos_settlement *settlement);

/* After the order is written: stock, shift sums, events. The device's row is the caller's to save. */
void
mpos_settle_post(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_settlement *settlement);

/* Closes a paid order of which nothing is left to prepare or serve. */
void
mpos_order_try_close(mpos_order *order);

/* Tells the device what its sale became. */
void
mpos_op_outcome(mpos_device_op *op, const mpos_order *order, int first_payment);

#endif
