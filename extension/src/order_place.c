/* order_place.c - placing an order, with payments a whole sale: everything is decided first, then written. */
#include "postgres.h"

#include "coupon.h"
#include "journal.h"
#include "kitchen.h"
#include "operations.h"
#include "order_limit.h"
#include "order_price.h"
#include "order_rows.h"
#include "payment.h"
#include "pii_store.h"
#include "uuid.h"

enum { CUSTOMER_ID };

/* What is known of an order once its price is: nothing is written yet. */
typedef struct priced_order {
    mpos_priced_cart cart;
    mpos_coupons coupons;
    bool differs; /* from what the device has */
} priced_order;

static mpos_err
price(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, const mpos_device *device,
      mpos_order *order, priced_order *out)
{
    mpos_channel channel = device->channel ? MPOS_CHANNEL_API : MPOS_CHANNEL_COUNTER;
    mpos_priced_cart *cart = &out->cart;
    mpos_err err = mpos_limit_exempt(call, op, order, in->exempt);

    if (err == MPOS_OK) {
        err = mpos_order_price(call, op, in, channel, in->quote, cart);
    }
    if (err == MPOS_OK) {
        err = mpos_coupons_check(call, op, order, cart, &out->coupons);
    }
    if (err == MPOS_OK) {
        err = mpos_limit_discount(call, op, order, cart,
                                  MPOS_GIVEN(in, MPOS_PLACE_APPROVAL) ? in->approval : NULL);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_order_take_prices(order, cart);
    mpos_order_take_lines(order, cart);
    order->waived = cart->basket.waived;
    order->waived_count = cart->basket.waived_count;
    order->channel = mpos_channel_words[cart->basket.in.channel];
    out->differs = mpos_price_differs(in, cart);
    if (out->differs) {
        mpos_order_flag(order, "price_diff");
        mpos_op_flag(op, "price_diff");
    }
    return MPOS_OK;
}

static void
begin(mpos_call *call, const mpos_place_in *in, const mpos_device *device, mpos_order *order)
{
    pg_uuid_t made;

    memset(order, 0, sizeof *order);
    mpos_uuid_v7(&made);
    memcpy(order->id, MPOS_GIVEN(in, MPOS_PLACE_ID) ? in->id : made.data, sizeof order->id);
    memcpy(order->outlet, call->context.outlet, sizeof order->outlet);
    memcpy(order->device, device->id, sizeof order->device);
    memcpy(order->staff, call->context.actor, sizeof order->staff);
    memcpy(order->transaction, call->transaction.data, sizeof order->transaction);
    order->has_customer = MPOS_GIVEN(in, MPOS_PLACE_CUSTOMER) && MPOS_GIVEN(&in->customer, CUSTOMER_ID);
    memcpy(order->customer, in->customer.id, sizeof order->customer);
    for (int i = 0; i < in->coupons.count; i++) {
        order->coupons[order->coupon_count++] = ((const char *const *)in->coupons.items)[i];
    }
    order->table = in->table;
    order->state = MPOS_ORDER_OPEN;
    order->version = 1;
    order->created_us = call->now_us;
}

/* Sending marks the lines; what the kitchen gets is written with the order. */
static mpos_err
check_send(mpos_call *call, mpos_order *order)
{
    mpos_err err = MPOS_OK;

    if (mpos_kitchen_mark_sent(order) > 0) {
        err = mpos_order_next(MPOS_ORDER_OP_SEND, order->state, MPOS_PAYMENT_UNPAID, &order->state);
    }
    return err == MPOS_OK ? err : mpos_refuse(call, err, NULL, "%s", "");
}

static void
write(mpos_call *call, mpos_device_op *op, mpos_device *device, mpos_order *order,
      mpos_payment_effects *effects, bool send)
{
    mpos_payments_prepare(call, op, device, order, effects);
    order->call_number = mpos_device_next_call(device);
    mpos_order_insert(call, order);
    mpos_event_emit(
        call, "ORDER_CREATED", order->id,
        psprintf("{\"channel\":\"%s\",\"total\":" INT64_FORMAT "}", order->channel, order->total));
    if (send) {
        mpos_kitchen_send(call, order, true);
    }
    mpos_payments_post(call, op, order, effects);
    mpos_audit_priced(call, order->priced_hash);
    if (op == NULL) {
        mpos_device_save(device);
    }
}

static mpos_err
place(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_device *device)
{
    mpos_order order;
    priced_order priced;
    mpos_payment_effects effects;
    mpos_pii personal;
    mpos_err err;

    begin(call, in, device, &order);
    if (MPOS_GIVEN(in, MPOS_PLACE_ID) && mpos_order_exists(call->context.tenant, order.id)) {
        return mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "");
    }
    err = price(call, op, in, device, &order, &priced);
    if (err == MPOS_OK && in->send) {
        err = check_send(call, &order);
    }
    if (err == MPOS_OK) {
        order.payment_state = mpos_payment_state_of(order.total, 0);
        err = mpos_payments_check(call, op, device, &order, &in->payments, "/payments", &effects);
    }
    if (err == MPOS_OK) {
        err = mpos_pii_accept(call, op, &in->pii, &personal);
    }
    if (err != MPOS_OK) {
        return err;
    }
    effects.receipt_n = in->receipt_n;
    mpos_pii_store(call, &personal, order.id);
    if (mpos_order_stays_open(&order)) {
        order.basket = mpos_cart_basket(&priced.cart);
    }
    write(call, op, device, &order, &effects, in->send);
    mpos_coupons_write(call, &order, &priced.coupons);
    if (priced.differs) {
        mpos_price_diff_keep(call, in, &order, &priced.cart);
    }
    if (op != NULL) {
        mpos_op_outcome(op, &order, effects.first);
    } else {
        mpos_order_answer(call, &order, 201);
    }
    return MPOS_OK;
}

mpos_err
mpos_order_place(mpos_call *call, mpos_device_op *op)
{
    mpos_place_in in;
    mpos_device own;
    mpos_device *device = op != NULL ? op->device : &own;
    mpos_err err = mpos_input_body(call, &mpos_place_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (op == NULL && !mpos_device_lock(call->context.tenant, call->context.device, device)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    return place(call, op, &in, device);
}
