/* payment.c - cash payments. The core's table says what is legal; a payment that happened at a till is taken as it is. */
#include "postgres.h"

#include "cart.h"
#include "payment.h"
#include "shift.h"
#include "stock.h"
#include "journal.h"
#include "tip.h"
#include "uuid.h"

#define AMOUNT_MAX INT64CONST(999999999999)

static const char *const tenders[] = {"cash", NULL};

/* In the order of the bits of `given`; an order's own list has no order_id. */
#define PAYMENT_FIELDS                                                                                       \
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_payment_in, id)},                                                  \
        {"tender", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(mpos_payment_in, tender), 0, 0, tenders},        \
        {"amount", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(mpos_payment_in, amount), 1, AMOUNT_MAX},         \
        {"tendered", MPOS_IN_INT, 0, offsetof(mpos_payment_in, tendered), 1, AMOUNT_MAX},                    \
        {"tip", MPOS_IN_INT, 0, offsetof(mpos_payment_in, tip), 0, AMOUNT_MAX},                              \
        {"currency", MPOS_IN_TEXT, 0, offsetof(mpos_payment_in, currency), 3, 3},                            \
        {"change_currency", MPOS_IN_TEXT, 0, offsetof(mpos_payment_in, change_currency), 3, 3},

static const mpos_field payment_fields[] = {PAYMENT_FIELDS};
const mpos_shape mpos_payment_shape = {payment_fields, lengthof(payment_fields), sizeof(mpos_payment_in)};

typedef struct payment_create {
    mpos_payment_in payment;
    uint8 order_id[16];
} payment_create;

static const mpos_field create_fields[] = {
    PAYMENT_FIELDS{"order_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(payment_create, order_id)},
};
MPOS_SHAPE(create, payment_create);

void
mpos_order_try_close(mpos_order *order)
{
    mpos_order_state next;

    for (int i = 0; i < order->line_count; i++) {
        if (order->lines[i].state == MPOS_LINE_NEW && order->lines[i].station != NULL) {
            return;
        }
    }
    if (mpos_order_next(MPOS_ORDER_OP_CLOSE, order->state, order->payment_state, &next) == MPOS_OK) {
        order->state = next;
    }
}

void
mpos_op_outcome(mpos_device_op *op, const mpos_order *order, int first_payment)
{
    op->has_order = true;
    op->receipt = order->receipt;
    op->call_number = order->call_number;
    op->total = order->total;
    op->change = 0;
    for (int i = first_payment; i < order->payment_count; i++) {
        op->change += mpos_payment_change(&order->payments[i]);
    }
    memcpy(op->priced_hash, order->priced_hash, sizeof op->priced_hash);
}

static bool
payment_known(const mpos_order *order, const uint8 id[16])
{
    for (int i = 0; i < order->payment_count; i++) {
        if (memcmp(order->payments[i].id, id, 16) == 0) {
            return true;
        }
    }
    return false;
}

static mpos_err
check_state(mpos_call *call, mpos_device_op *op, mpos_order *order)
{
    mpos_order_state next;
    mpos_err err = mpos_order_next(MPOS_ORDER_OP_PAY, order->state, order->payment_state, &next);

    if (err == MPOS_OK) {
        order->state = next;
        return MPOS_OK;
    }
    return err == MPOS_E_NOTHING_DUE && op != NULL && op->happened ? MPOS_OK
                                                                   : mpos_refuse(call, err, NULL, "%s", "");
}

static mpos_err
append_payment(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_payment_in *in,
               const char *path)
{
    mpos_order_payment *payment = &order->payments[order->payment_count];
    pg_uuid_t made;
    mpos_err err;

    mpos_uuid_v7(&made);
    memcpy(payment->id, MPOS_GIVEN(in, MPOS_PAYMENT_ID) ? in->id : made.data, 16);
    if (payment_known(order, payment->id)) {
        return mpos_refuse(call, MPOS_E_ID_TAKEN, psprintf("%s/id", path), "%s", "");
    }
    payment->at_us = call->now_us;
    err = check_state(call, op, order);
    if (err == MPOS_OK) {
        err = mpos_payment_settle(call, op, order, in, path, payment);
    }
    if (err == MPOS_OK) {
        err = mpos_money_add(order->paid, payment->amount + payment->rounding, &order->paid);
    }
    if (err == MPOS_OK) {
        order->payment_count++;
        order->payment_state = mpos_payment_state_of(order->total, order->paid);
    }
    return err;
}

static bool
is_paid(const mpos_order *order)
{
    return order->payment_state == MPOS_PAYMENT_PAID || order->payment_state == MPOS_PAYMENT_OVERPAID;
}

mpos_err
mpos_payments_check(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
                    const mpos_list *payments, const char *path, mpos_payment_effects *out)
{
    const mpos_payment_in *in = payments->items;
    mpos_order_payment *all = palloc0(sizeof *all * (size_t)Max(order->payment_count + payments->count, 1));

    if (order->payment_count > 0) {
        memcpy(all, order->payments, sizeof *all * (size_t)order->payment_count);
    }
    order->payments = all;
    *out = (mpos_payment_effects){.first = order->payment_count};
    for (int i = 0; i < payments->count; i++) {
        mpos_err err =
            append_payment(call, op, order, &in[i], path[0] != '\0' ? psprintf("%s/%d", path, i) : path);

        if (err != MPOS_OK) {
            return err;
        }
    }
    out->completes = is_paid(order) && order->receipt == NULL;
    if (!out->completes && payments->count == 0) {
        return MPOS_OK;
    }
    out->opens_shift = !device->has_shift;
    if (out->opens_shift && !device->channel && op == NULL) {
        return mpos_refuse(call, MPOS_E_SHIFT_NOT_OPEN, NULL, "Open a shift on this register first.");
    }
    return MPOS_OK;
}

void
mpos_payments_prepare(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
                      mpos_payment_effects *effects)
{
    bool gap;

    if (effects->opens_shift) {
        if (!device->channel) {
            mpos_order_flag(order, "no_shift");
            mpos_op_flag(op, "no_shift");
        }
        mpos_shift_open_for_sale(call, device);
    }
    if (!effects->completes && effects->first == order->payment_count) {
        return;
    }
    order->has_shift = true;
    memcpy(order->shift, device->shift, sizeof order->shift);
    if (effects->completes) {
        order->receipt = mpos_device_next_receipt(device, effects->receipt_n, &gap);
        memcpy(order->transaction, call->transaction.data, sizeof order->transaction);
        if (gap) {
            mpos_order_flag(order, "number_gap");
            mpos_op_flag(op, "number_gap");
        }
        mpos_order_try_close(order);
    }
}

/* The priced form of the order, read for the taxes that the shift sums need. */
static void
post_sums(mpos_call *call, const mpos_order *order, const mpos_payment_effects *effects)
{
    mpos_shift_posting posting = {.sale = effects->completes,
                                  .payments = &order->payments[effects->first],
                                  .payment_count = order->payment_count - effects->first};
    mpos_cart cart;
    mpos_priced priced;

    if (posting.sale) {
        mpos_order_form(order, &cart, &priced);
        posting.cart = &cart;
        posting.priced = &priced;
    }
    if (posting.sale || posting.payment_count > 0) {
        mpos_shift_post(call, order->shift, &posting);
        mpos_tip_add(call, order->shift, posting.payments, posting.payment_count);
    }
}

void
mpos_payments_post(mpos_call *call, mpos_device_op *op, mpos_order *order,
                   const mpos_payment_effects *effects)
{
    if (effects->completes) {
        mpos_stock_deplete(call, op, order);
    }
    post_sums(call, order, effects);
    if (effects->completes) {
        mpos_event_emit(
            call, "ORDER_PAID", order->id,
            psprintf("{\"receipt\":\"%s\",\"total\":" INT64_FORMAT "}", order->receipt, order->total));
    }
}

static void
write_payment(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
              mpos_payment_effects *effects)
{
    mpos_payments_prepare(call, op, device, order, effects);
    mpos_order_update_state(call, order);
    for (int i = effects->first; i < order->payment_count; i++) {
        mpos_order_insert_payment(call, order, &order->payments[i]);
    }
    mpos_payments_post(call, op, order, effects);
    if (op == NULL) {
        mpos_device_save(device);
    }
}

mpos_err
mpos_payment_cash(mpos_call *call, mpos_device_op *op)
{
    payment_create in;
    mpos_device own;
    mpos_device *device = op != NULL ? op->device : &own;
    mpos_order order;
    mpos_payment_effects effects;
    mpos_list one = {1, &in.payment};
    mpos_err err = mpos_input_body(call, &create_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (op == NULL && !mpos_device_lock(call->context.tenant, call->context.device, device)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (!mpos_order_load(call, in.order_id, true, &order)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "/order_id", "%s", "");
    }
    mpos_order_load_lines(call, &order);
    mpos_order_load_payments(call, &order);
    err = mpos_payments_check(call, op, device, &order, &one, "", &effects);
    if (err != MPOS_OK) {
        return err;
    }
    write_payment(call, op, device, &order, &effects);
    if (op != NULL) {
        mpos_op_outcome(op, &order, effects.first);
    } else {
        mpos_order_answer(call, &order, 201);
    }
    return MPOS_OK;
}
