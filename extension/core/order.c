/* order.c - the table of legal operations, and the kitchen's states. */
#include "order.h"

#include "text.h"

static const char *const order_texts[MPOS_ORDER_STATES] = {
#define MPOS_ORDER_STATE(name, text) text,
#include "order_states.def"
#undef MPOS_ORDER_STATE
};

static const char *const payment_texts[MPOS_PAYMENT_STATES] = {"unpaid",   "partial",         "paid",
                                                               "overpaid", "partly_refunded", "refunded"};

static const char *const kitchen_texts[MPOS_KITCHEN_STATES] = {"new", "cooking", "ready", "served",
                                                               "cancelled"};

/* In the table: refused. */
#define NO MPOS_ORDER_STATES

/* Short names of the states, for the table only. */
enum {
    OPEN = MPOS_ORDER_OPEN,
    SUBM = MPOS_ORDER_SUBMITTED,
    PREP = MPOS_ORDER_IN_PREPARATION,
    REDY = MPOS_ORDER_READY,
    SERV = MPOS_ORDER_SERVED,
    CLSD = MPOS_ORDER_CLOSED,
    VOID = MPOS_ORDER_VOIDED
};

/*
 * The table: row operation, column state. What the kitchen says about a closed order no longer moves it; an order
 * closes from open only when nothing of it went to the kitchen.
 */
static const uint8_t next_state[MPOS_ORDER_OPS][MPOS_ORDER_STATES] = {
    /*                           open  submitted  in_prep  ready  served  closed  voided */
    [MPOS_ORDER_OP_ADD_LINE] = {OPEN, SUBM, PREP, REDY, SERV, NO, NO},
    [MPOS_ORDER_OP_VOID_LINE] = {OPEN, SUBM, PREP, REDY, SERV, NO, NO},
    [MPOS_ORDER_OP_SEND] = {SUBM, SUBM, PREP, PREP, PREP, NO, NO},
    [MPOS_ORDER_OP_REQUEUE] = {NO, SUBM, SUBM, SUBM, SUBM, CLSD, NO},
    [MPOS_ORDER_OP_PREPARE] = {NO, PREP, PREP, PREP, PREP, CLSD, NO},
    [MPOS_ORDER_OP_READY] = {NO, REDY, REDY, REDY, REDY, CLSD, NO},
    [MPOS_ORDER_OP_SERVE] = {NO, SERV, SERV, SERV, SERV, CLSD, NO},
    [MPOS_ORDER_OP_PAY] = {OPEN, SUBM, PREP, REDY, SERV, CLSD, NO},
    [MPOS_ORDER_OP_CLOSE] = {CLSD, NO, NO, NO, CLSD, NO, NO},
    [MPOS_ORDER_OP_VOID] = {VOID, VOID, VOID, VOID, VOID, NO, NO},
    [MPOS_ORDER_OP_REFUND] = {OPEN, SUBM, PREP, REDY, SERV, CLSD, NO},
};

/* What the payment state refuses: after payment an order's lines stand. */
static mpos_err
check_payment(mpos_order_op op, mpos_payment_state payment)
{
    int paid = payment >= MPOS_PAYMENT_PAID;

    switch (op) {
    case MPOS_ORDER_OP_ADD_LINE:
    case MPOS_ORDER_OP_VOID_LINE:
    case MPOS_ORDER_OP_VOID:
        return payment == MPOS_PAYMENT_UNPAID ? MPOS_OK : MPOS_E_ORDER_STATE;
    case MPOS_ORDER_OP_PAY:
        return paid ? MPOS_E_NOTHING_DUE : MPOS_OK;
    case MPOS_ORDER_OP_CLOSE:
        return paid ? MPOS_OK : MPOS_E_ORDER_STATE;
    case MPOS_ORDER_OP_REFUND:
        if (payment == MPOS_PAYMENT_REFUNDED) {
            return MPOS_E_REFUND_EXCEEDED;
        }
        return paid ? MPOS_OK : MPOS_E_ORDER_STATE;
    default:
        return MPOS_OK;
    }
}

mpos_err
mpos_order_next(mpos_order_op op, mpos_order_state state, mpos_payment_state payment, mpos_order_state *next)
{
    mpos_err err;

    if ((unsigned)op >= MPOS_ORDER_OPS || (unsigned)state >= MPOS_ORDER_STATES ||
        (unsigned)payment >= MPOS_PAYMENT_STATES) {
        return MPOS_E_OUT_OF_RANGE;
    }
    if (next_state[op][state] == NO) {
        return MPOS_E_ORDER_STATE;
    }
    err = check_payment(op, payment);
    if (err == MPOS_OK) {
        *next = (mpos_order_state)next_state[op][state];
    }
    return err;
}

mpos_payment_state
mpos_payment_state_of(int64_t total, int64_t paid)
{
    if (paid > total) {
        return MPOS_PAYMENT_OVERPAID;
    }
    if (paid == total) {
        return MPOS_PAYMENT_PAID;
    }
    return paid > 0 ? MPOS_PAYMENT_PARTIAL : MPOS_PAYMENT_UNPAID;
}

mpos_payment_state
mpos_payment_state_refunded(int64_t total, int64_t refunded)
{
    return refunded < total ? MPOS_PAYMENT_PARTLY_REFUNDED : MPOS_PAYMENT_REFUNDED;
}

const char *
mpos_order_state_text(mpos_order_state state)
{
    return (unsigned)state < MPOS_ORDER_STATES ? order_texts[state] : NULL;
}

const char *
mpos_payment_state_text(mpos_payment_state state)
{
    return (unsigned)state < MPOS_PAYMENT_STATES ? payment_texts[state] : NULL;
}

const char *
mpos_kitchen_state_text(mpos_kitchen_state state)
{
    return (unsigned)state < MPOS_KITCHEN_STATES ? kitchen_texts[state] : NULL;
}

mpos_err
mpos_order_state_from_text(const char *text, mpos_order_state *out)
{
    int at = mpos_text_index(order_texts, MPOS_ORDER_STATES, text);

    if (at < 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = (mpos_order_state)at;
    return MPOS_OK;
}

mpos_err
mpos_payment_state_from_text(const char *text, mpos_payment_state *out)
{
    int at = mpos_text_index(payment_texts, MPOS_PAYMENT_STATES, text);

    if (at < 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = (mpos_payment_state)at;
    return MPOS_OK;
}

mpos_err
mpos_kitchen_state_from_text(const char *text, mpos_kitchen_state *out)
{
    int at = mpos_text_index(kitchen_texts, MPOS_KITCHEN_STATES, text);

    if (at < 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = (mpos_kitchen_state)at;
    return MPOS_OK;
}

mpos_err
mpos_kitchen_bump(mpos_kitchen_state from, mpos_kitchen_state to, mpos_kitchen_state *next)
{
    if (to < MPOS_KITCHEN_COOKING || to > MPOS_KITCHEN_SERVED) {
        return MPOS_E_INVALID_VALUE;
    }
    *next = from > to ? from : to; /* cancelled is the last of the enum */
    return MPOS_OK;
}

mpos_err
mpos_kitchen_recall(mpos_kitchen_state now, mpos_kitchen_state before, mpos_kitchen_state after,
                    mpos_kitchen_state *next)
{
    if (now == MPOS_KITCHEN_CANCELLED) {
        *next = now;
        return MPOS_OK;
    }
    if (now != after) {
        return MPOS_E_RECALL_STALE;
    }
    *next = before;
    return MPOS_OK;
}

mpos_err
mpos_kitchen_cancel(mpos_kitchen_state from, mpos_kitchen_state *next)
{
    if (from == MPOS_KITCHEN_SERVED) {
        return MPOS_E_LINE_STATE;
    }
    *next = MPOS_KITCHEN_CANCELLED;
    return MPOS_OK;
}

mpos_kitchen_state
mpos_kitchen_state_of(const mpos_kitchen_state *items, size_t count)
{
    mpos_kitchen_state earliest = MPOS_KITCHEN_CANCELLED;
    mpos_kitchen_state latest = MPOS_KITCHEN_NEW;

    for (size_t i = 0; i < count; i++) {
        if (items[i] == MPOS_KITCHEN_CANCELLED) {
            continue;
        }
        earliest = items[i] < earliest ? items[i] : earliest;
        latest = items[i] > latest ? items[i] : latest;
    }
    return earliest == MPOS_KITCHEN_NEW && latest > MPOS_KITCHEN_NEW ? MPOS_KITCHEN_COOKING : earliest;
}

mpos_order_op
mpos_kitchen_order_op(mpos_kitchen_state state)
{
    switch (state) {
    case MPOS_KITCHEN_NEW:
        return MPOS_ORDER_OP_REQUEUE;
    case MPOS_KITCHEN_COOKING:
        return MPOS_ORDER_OP_PREPARE;
    case MPOS_KITCHEN_READY:
        return MPOS_ORDER_OP_READY;
    default: /* served, or everything cancelled: nothing is left to bring */
        return MPOS_ORDER_OP_SERVE;
    }
}
