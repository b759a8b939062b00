/* order_lines.c - adding and voiding lines of an order, and sending them to the kitchen. */
#include "postgres.h"

#include "cart.h"
#include "coupon.h"
#include "input.h"
#include "journal.h"
#include "kitchen.h"
#include "local_time.h"
#include "operations.h"
#include "order_limit.h"
#include "order_rows.h"
#include "payment.h"

#define REASON_MAX 64

typedef struct order_params {
    uint32 given;
    uint8 order_id[16];
    uint8 line_id[16];
} order_params;

static const mpos_field order_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, order_id)}};
MPOS_SHAPE(order, order_params);

static const mpos_field line_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, order_id)},
    {"line_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, line_id)},
};
MPOS_SHAPE(line, order_params);

typedef struct add_in {
    uint32 given;
    mpos_list lines;
    uint8 approval[16];
} add_in;

enum { ADD_LINES, ADD_APPROVAL };

static const mpos_field add_fields[] = {
    {"lines", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(add_in, lines), 1, MPOS_MAX_LINES, NULL,
     &mpos_line_shape},
    {"approval", MPOS_IN_UUID, 0, offsetof(add_in, approval)},
};
MPOS_SHAPE(add, add_in);

typedef struct void_in {
    uint32 given;
    const char *reason;
    uint8 approval[16];
} void_in;

enum { VOID_REASON, VOID_APPROVAL };

static const mpos_field void_fields[] = {
    {"reason", MPOS_IN_TEXT, 0, offsetof(void_in, reason), 0, REASON_MAX},
    {"approval", MPOS_IN_UUID, 0, offsetof(void_in, approval)},
};
MPOS_SHAPE(void, void_in);

static mpos_err
open_order(mpos_call *call, const uint8 id[16], mpos_order_op op, mpos_order *out)
{
    mpos_err err;

    if (!mpos_order_load(call, id, true, out)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_order_load_lines(call, out);
    mpos_order_load_payments(call, out);
    err = mpos_order_next(op, out->state, out->payment_state, &out->state);
    return err == MPOS_OK ? err : mpos_refuse(call, err, NULL, "%s", "");
}

static void
finish(mpos_call *call, mpos_device_op *op, const mpos_order *order, int status)
{
    if (op != NULL) {
        mpos_op_outcome(op, order, order->payment_count);
    } else {
        mpos_order_answer(call, order, status);
    }
}

/* An order of which every line is void owes nothing and is not paid either. */
static void
take_payment_state(mpos_order *order)
{
    order->payment_state =
        order->paid == 0 ? MPOS_PAYMENT_UNPAID : mpos_payment_state_of(order->total, order->paid);
}

static mpos_err
check_line_ids(mpos_call *call, const mpos_order *order, const mpos_priced_cart *cart)
{
    for (int i = cart->first_new; i < cart->basket.line_count; i++) {
        for (int l = 0; l < order->line_count; l++) {
            if (memcmp(order->lines[l].id, cart->lines[i].id, 16) == 0) {
                return mpos_refuse(call, MPOS_E_ID_TAKEN, "/lines", "A line of the order has that id.");
            }
        }
    }
    return MPOS_OK;
}

/* The order's basket; of an order from before there were baskets nothing is known but its prices. */
static mpos_err
reopen(mpos_call *call, const mpos_order *order, int64 minute, mpos_priced_cart *cart)
{
    if (order->basket == NULL) {
        return mpos_refuse(call, MPOS_E_ORDER_STATE, NULL,
                           "The order is too old to be changed; pay it or place a new one.");
    }
    return mpos_cart_reopen(call, cart, order->catalogue, order->basket, minute);
}

static mpos_err
price_more(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_list *lines,
           mpos_priced_cart *cart)
{
    int64 now = mpos_local_minute(call, call->now_us);
    mpos_err err = reopen(call, order, now, cart);

    if (err == MPOS_OK && op == NULL) {
        mpos_cart_near(cart, now);
    }
    if (err == MPOS_OK) {
        err = mpos_cart_add(call, cart, lines);
    }
    if (err == MPOS_OK) {
        err = check_line_ids(call, order, cart);
    }
    return err == MPOS_OK ? mpos_cart_price(call, cart) : err;
}

static void
tell_changed(mpos_call *call, const mpos_order *order)
{
    mpos_event_emit(call, "ORDER_CHANGED", order->id,
                    psprintf("{\"total\":" INT64_FORMAT ",\"version\":%d}", order->total, order->version));
    mpos_audit_priced(call, order->priced_hash);
}

mpos_err
mpos_order_line_add(mpos_call *call, mpos_device_op *op)
{
    order_params params;
    add_in in;
    mpos_order order;
    mpos_priced_cart cart;
    mpos_coupons coupons;
    int known;
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &add_shape, &in);
    }
    if (err == MPOS_OK) {
        err = open_order(call, params.order_id, MPOS_ORDER_OP_ADD_LINE, &order);
    }
    if (err == MPOS_OK) {
        err = price_more(call, op, &order, &in.lines, &cart);
    }
    if (err != MPOS_OK) {
        return err;
    }
    err = mpos_limit_discount(call, op, &order, &cart, MPOS_GIVEN(&in, ADD_APPROVAL) ? in.approval : NULL);
    if (err == MPOS_OK) {
        err = mpos_coupons_check(call, op, &order, &cart, &coupons);
    }
    if (err != MPOS_OK) {
        return err;
    }
    known = order.line_count;
    mpos_order_take_prices(&order, &cart);
    order.basket = mpos_cart_basket(&cart);
    mpos_order_take_lines(&order, &cart);
    take_payment_state(&order);
    mpos_order_update_prices(call, &order);
    mpos_order_update_lines(call, &order, known);
    mpos_order_insert_lines(call, &order, known);
    mpos_coupons_write(call, &order, &coupons);
    tell_changed(call, &order);
    finish(call, op, &order, 201);
    return MPOS_OK;
}

/* The line and, of a combo, its components; false when there is no such line. */
static bool
mark_void(mpos_order *order, const uint8 line_id[16], bool *marked)
{
    bool found = false;

    for (int i = 0; i < order->line_count; i++) {
        const mpos_order_line *line = &order->lines[i];

        marked[i] = memcmp(line->id, line_id, 16) == 0 ||
                    (line->has_parent && memcmp(line->parent, line_id, 16) == 0);
        found = found || memcmp(line->id, line_id, 16) == 0;
    }
    return found;
}

static mpos_err
check_void(mpos_call *call, const mpos_order *order, const uint8 line_id[16])
{
    for (int i = 0; i < order->line_count; i++) {
        if (memcmp(order->lines[i].id, line_id, 16) != 0) {
            continue;
        }
        if (order->lines[i].has_parent) {
            return mpos_refuse(call, MPOS_E_LINE_STATE, NULL, "A component is voided with its combo.");
        }
        if (order->lines[i].state == MPOS_LINE_VOIDED) {
            return mpos_refuse(call, MPOS_E_LINE_STATE, NULL, "The line is void already.");
        }
    }
    return MPOS_OK;
}

/* What the kitchen has of the lines is cancelled there; served food is not taken back by a void. */
static mpos_err
cancel_items(mpos_call *call, const mpos_order *order, const bool *marked, mpos_tickets *tickets,
             bool *changed)
{
    for (int i = 0; i < tickets->item_count; i++) {
        mpos_ticket_item *item = &tickets->items[i];
        mpos_kitchen_state next;

        for (int l = 0; l < order->line_count; l++) {
            if (!marked[l] || memcmp(order->lines[l].id, item->line, 16) != 0) {
                continue;
            }
            if (mpos_kitchen_cancel(item->state, &next) != MPOS_OK) {
                return mpos_refuse(call, MPOS_E_LINE_STATE, NULL, "The kitchen has served the line.");
            }
            changed[i] = next != item->state;
            item->state = next;
        }
    }
    return MPOS_OK;
}

static void
write_cancelled(mpos_call *call, mpos_order *order, mpos_tickets *tickets, const bool *changed)
{
    bool any = false;

    for (int t = 0; t < tickets->count; t++) {
        mpos_ticket *ticket = &tickets->tickets[t];
        bool mine = false;

        for (int i = 0; i < ticket->item_count; i++) {
            mine = mine || changed[ticket->items - tickets->items + i];
        }
        if (mine) {
            ticket->state = mpos_ticket_state(ticket->items, ticket->item_count);
            mpos_ticket_update(call, ticket);
        }
        any = any || mine;
    }
    if (any) {
        mpos_ticket_items_update(call, tickets, changed);
        (void)mpos_kitchen_move_order(order, tickets);
    }
}

/* What is left with less on it may be discounted more than before. */
static mpos_err
price_less(mpos_call *call, mpos_device_op *op, mpos_order *order, const uint8 line_id[16],
           const uint8 *approval, mpos_priced_cart *cart)
{
    mpos_err err = reopen(call, order, 0, cart);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_cart_remove(cart, line_id);
    err = mpos_cart_price(call, cart);
    return err == MPOS_OK ? mpos_limit_discount(call, op, order, cart, approval) : err;
}

static void
take_less(mpos_order *order, const bool *marked, const mpos_priced_cart *cart)
{
    for (int i = 0; i < order->line_count; i++) {
        order->lines[i].state = marked[i] ? MPOS_LINE_VOIDED : order->lines[i].state;
    }
    mpos_order_take_prices(order, cart);
    order->basket = mpos_cart_basket(cart);
    mpos_order_take_lines(order, cart);
    take_payment_state(order);
}

static mpos_err
void_line(mpos_call *call, mpos_device_op *op, mpos_order *order, const uint8 line_id[16],
          const uint8 *approval)
{
    bool *marked = palloc0(sizeof *marked * (size_t)Max(order->line_count, 1));
    mpos_tickets tickets;
    mpos_priced_cart cart;
    mpos_coupons coupons;
    bool *changed;
    mpos_err err;

    if (!mark_void(order, line_id, marked)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_tickets_of_order(call, order->id, &tickets);
    changed = palloc0(sizeof *changed * (size_t)Max(tickets.item_count, 1));
    err = check_void(call, order, line_id);
    if (err == MPOS_OK) {
        err = mpos_limit_void(call, op, order, marked, &approval);
    }
    if (err == MPOS_OK) {
        err = cancel_items(call, order, marked, &tickets, changed);
    }
    if (err == MPOS_OK) {
        err = price_less(call, op, order, line_id, approval, &cart);
    }
    if (err == MPOS_OK) {
        err = mpos_coupons_check(call, op, order, &cart, &coupons);
    }
    if (err != MPOS_OK) {
        return err;
    }
    take_less(order, marked, &cart);
    write_cancelled(call, order, &tickets, changed);
    mpos_order_update_prices(call, order);
    mpos_order_update_lines(call, order, order->line_count);
    mpos_coupons_write(call, order, &coupons);
    tell_changed(call, order);
    finish(call, op, order, 200);
    return MPOS_OK;
}

mpos_err
mpos_order_line_void(mpos_call *call, mpos_device_op *op)
{
    order_params params;
    void_in in;
    mpos_order order;
    mpos_err err = mpos_input_params(call, &line_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &void_shape, &in);
    }
    if (err == MPOS_OK) {
        err = open_order(call, params.order_id, MPOS_ORDER_OP_VOID_LINE, &order);
    }
    if (err != MPOS_OK) {
        return err;
    }
    return void_line(call, op, &order, params.line_id, MPOS_GIVEN(&in, VOID_APPROVAL) ? in.approval : NULL);
}

/* Sending twice, or when nothing waits for a station, changes nothing and is no error. */
mpos_err
mpos_order_send(mpos_call *call, mpos_device_op *op)
{
    order_params params;
    mpos_order order;
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_empty(call);
    }
    if (err == MPOS_OK) {
        err = open_order(call, params.order_id, MPOS_ORDER_OP_SEND, &order);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (mpos_kitchen_mark_sent(&order) > 0) {
        mpos_order_update_state(call, &order);
        mpos_order_update_lines(call, &order, order.line_count);
        mpos_kitchen_send(call, &order, false);
    } else if (op != NULL) {
        op->noop = true;
    }
    finish(call, op, &order, 200);
    return MPOS_OK;
}
