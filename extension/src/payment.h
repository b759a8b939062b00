/*
 * payment.h - cash taken for an order, and what happens once it is paid. Words: payment, tender, tip, due, change, posting.
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
    int64 amount;   /* of the order */
    int64 tip;      /* beside it */
    int64 tendered; /* handed over, in `currency` */
    const char *currency;
    const char *change_currency;
} mpos_payment_in;

/* Bits of `given`. */
enum {
    MPOS_PAYMENT_ID,
    MPOS_PAYMENT_TENDER,
    MPOS_PAYMENT_AMOUNT,
    MPOS_PAYMENT_TENDERED,
    MPOS_PAYMENT_TIP,
    MPOS_PAYMENT_CURRENCY,
    MPOS_PAYMENT_CHANGE_CURRENCY
};

extern const mpos_shape mpos_payment_shape;

/*
 * Fills amount, tip, rounding, tendered and exchange of a payment that comes next; the order is flagged where a till is
 * believed. payment_tender.c.
 */
mpos_err
mpos_payment_settle(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_payment_in *in,
                    const char *path, mpos_order_payment *out);

/* What payments do to the order and its shift: decided before the first write, made after it. */
typedef struct mpos_payment_effects {
    bool completes;   /* the order becomes paid: receipt, stock, sums */
    bool opens_shift; /* the device's shift is opened with it */
    int first;        /* the payments from here on are new */
    int64 receipt_n;  /* the device's own number, 0 for the next */
} mpos_payment_effects;

/*
 * Appends payments (mpos_payment_in) to the order and decides state, payment state and shift; path leads to one of them
 * ("/payments/%d" is made from "/payments"; "" for a single one). The device's row is locked. Nothing is written yet.
 */
mpos_err
mpos_payments_check(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
                    const mpos_list *payments, const char *path, mpos_payment_effects *out);

/* Gives the paid order its number and shift, before it is written. */
void
mpos_payments_prepare(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
                      mpos_payment_effects *effects);

/* After the order is written: stock, shift sums, events. The device's row is the caller's to save. */
void
mpos_payments_post(mpos_call *call, mpos_device_op *op, mpos_order *order,
                   const mpos_payment_effects *effects);

/* Closes a paid order of which nothing is left to prepare or serve. */
void
mpos_order_try_close(mpos_order *order);

/* Tells the device what its sale became. */
void
mpos_op_outcome(mpos_device_op *op, const mpos_order *order, int first_payment);

#endif
