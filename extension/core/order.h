/*
 * order.h - which operation is legal in which state of an order, and the states of what the kitchen prepares.
 * One table for the database, the register and the documents.
 * Words: order, line, operation, state, payment state, kitchen item, ticket, bump, recall.
 */
#ifndef MPOS_CORE_ORDER_H
#define MPOS_CORE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

typedef enum mpos_order_state {
#define MPOS_ORDER_STATE(name, text) MPOS_ORDER_##name,
#include "order_states.def"
#undef MPOS_ORDER_STATE
    MPOS_ORDER_STATES
} mpos_order_state;

typedef enum mpos_payment_state {
    MPOS_PAYMENT_UNPAID,
    MPOS_PAYMENT_PARTIAL,
    MPOS_PAYMENT_PAID,
    MPOS_PAYMENT_OVERPAID,
    MPOS_PAYMENT_PARTLY_REFUNDED, /* paid, and a part of it given back */
    MPOS_PAYMENT_REFUNDED,        /* paid, and all of it given back */
    MPOS_PAYMENT_STATES
} mpos_payment_state;

typedef enum mpos_order_op {
    MPOS_ORDER_OP_ADD_LINE,
    MPOS_ORDER_OP_VOID_LINE,
    MPOS_ORDER_OP_SEND,    /* lines go to the kitchen; only when something is to be prepared */
    MPOS_ORDER_OP_REQUEUE, /* the kitchen's items, taken together, are new again (recall) */
    MPOS_ORDER_OP_PREPARE, /* ... some are being prepared */
    MPOS_ORDER_OP_READY,   /* ... all are ready */
    MPOS_ORDER_OP_SERVE,   /* ... all are served */
    MPOS_ORDER_OP_PAY,
    MPOS_ORDER_OP_CLOSE, /* paid, and nothing left to prepare or serve */
    MPOS_ORDER_OP_VOID,
    MPOS_ORDER_OP_REFUND, /* paid, and something left to give back */
    MPOS_ORDER_OPS
} mpos_order_op;

/*
 * *next = the state after op. ORDER_STATE when the table does not allow it, or when a line would change after
 * payment; NOTHING_DUE for PAY on a paid order; REFUND_EXCEEDED for REFUND on a refunded one; OUT_OF_RANGE for values outside the enums.
 */
mpos_err
mpos_order_next(mpos_order_op op, mpos_order_state state, mpos_payment_state payment, mpos_order_state *next);

/* Payment state of an order of that total; a total of 0 is paid. */
mpos_payment_state
mpos_payment_state_of(int64_t total, int64_t paid);

/* Payment state of a paid order of that total of which `refunded` has been given back; a total of 0 is refunded. */
mpos_payment_state
mpos_payment_state_refunded(int64_t total, int64_t refunded);

/* Texts such as "in_preparation", as the API writes them; static storage. NULL outside the enum. */
const char *
mpos_order_state_text(mpos_order_state state);
const char *
mpos_payment_state_text(mpos_payment_state state);

/* INVALID_VALUE for an unknown text (NUL-terminated). */
mpos_err
mpos_order_state_from_text(const char *text, mpos_order_state *out);
mpos_err
mpos_payment_state_from_text(const char *text, mpos_payment_state *out);

/* States of one prepared unit; the order of the first four is the order of the work. */
typedef enum mpos_kitchen_state {
    MPOS_KITCHEN_NEW,
    MPOS_KITCHEN_COOKING,
    MPOS_KITCHEN_READY,
    MPOS_KITCHEN_SERVED,
    MPOS_KITCHEN_CANCELLED,
    MPOS_KITCHEN_STATES
} mpos_kitchen_state;

/*
 * A bump only moves forward: *next is the later of both, so that two screens bumping the same item commute.
 * A cancelled item stays cancelled. INVALID_VALUE when `to` is not cooking, ready or served.
 */
mpos_err
mpos_kitchen_bump(mpos_kitchen_state from, mpos_kitchen_state to, mpos_kitchen_state *next);

/*
 * Undoes one bump of one item: it goes back to `before` if it still is where the bump put it (`after`);
 * a cancelled item stays cancelled; RECALL_STALE when later work moved it.
 */
mpos_err
mpos_kitchen_recall(mpos_kitchen_state now, mpos_kitchen_state before, mpos_kitchen_state after,
                    mpos_kitchen_state *next);

/* Cancelling a voided line's item: LINE_STATE once it is served. */
mpos_err
mpos_kitchen_cancel(mpos_kitchen_state from, mpos_kitchen_state *next);

/*
 * State of a ticket (or order) from its items: the earliest of those not cancelled, but cooking as soon as
 * one of them is further than new; cancelled when all are. count 0 gives cancelled.
 */
mpos_kitchen_state
mpos_kitchen_state_of(const mpos_kitchen_state *items, size_t count);

/* The operation that tells an order what state its kitchen items have together. All cancelled counts as served. */
mpos_order_op
mpos_kitchen_order_op(mpos_kitchen_state state);

const char *
mpos_kitchen_state_text(mpos_kitchen_state state);
mpos_err
mpos_kitchen_state_from_text(const char *text, mpos_kitchen_state *out);

#endif
