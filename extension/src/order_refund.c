/*
 * order_refund.c - giving back lines of a paid order, or a part of their quantity, in cash. The amounts are those of the sale
 * (core/refund.h). Two refunds of one order wait for each other at its row, all refunds of a register at the register's.
 */
#include "postgres.h"

#include "approval.h"
#include "json.h"
#include "order_limit.h"
#include "payment.h"
#include "refund_rows.h"
#include "shift.h"
#include "sqlstate.h"
#include "stock.h"
#include "journal.h"
#include "uuid.h"

#define REASON_MAX 64
#define RECEIPT_N_MAX INT64CONST(9007199254740991)

typedef struct line_in {
    uint32 given;
    uint8 line_id[16];
    int64 qty;
} line_in;

static const mpos_field line_fields[] = {
    {"line_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(line_in, line_id)},
    {"qty", MPOS_IN_QTY, MPOS_IN_REQUIRED, offsetof(line_in, qty), 1, MPOS_QTY_MAX},
};
MPOS_SHAPE(line, line_in);

typedef struct refund_in {
    uint32 given;
    uint8 id[16];
    mpos_list lines;
    int tender;
    const char *reason;
    bool restock;
    uint8 approval[16];
    int64 receipt_n;
} refund_in;

enum {
    REFUND_ID,
    REFUND_LINES,
    REFUND_TENDER,
    REFUND_REASON,
    REFUND_RESTOCK,
    REFUND_APPROVAL,
    REFUND_RECEIPT
};

static const char *const tenders[] = {"cash", NULL};

static const mpos_field refund_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(refund_in, id)},
    {"lines", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(refund_in, lines), 1, MPOS_MAX_LINES, NULL,
     &line_shape},
    {"tender", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(refund_in, tender), 0, 0, tenders},
    {"reason", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(refund_in, reason), 1, REASON_MAX},
    {"restock", MPOS_IN_BOOL, 0, offsetof(refund_in, restock)},
    {"approval", MPOS_IN_UUID, 0, offsetof(refund_in, approval)},
    {"receipt_n", MPOS_IN_INT, 0, offsetof(refund_in, receipt_n), 1, RECEIPT_N_MAX},
};
MPOS_SHAPE(refund, refund_in);

typedef struct order_params {
    uint32 given;
    uint8 order_id[16];
} order_params;

static const mpos_field order_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, order_id)}};
MPOS_SHAPE(order, order_params);

/* A refund on its way: the order with what it was sold for, and what has come back of it before. */
typedef struct work {
    mpos_device *device;
    mpos_order order;
    mpos_cart cart;
    mpos_priced priced;
    int64 *before;          /* by line of the cart: quantity that came back */
    int64 paid_out;         /* by earlier refunds */
    mpos_priced_tax *taxes; /* of this refund */
    mpos_refund refund;
} work;

static int
find_line(const work *w, const uint8 id[16])
{
    for (int i = 0; i < w->cart.line_count; i++) {
        if (memcmp(w->cart.lines[i].id, id, 16) == 0) {
            return i;
        }
    }
    return -1;
}

static mpos_err
load_order(mpos_call *call, const uint8 id[16], work *w)
{
    mpos_err err;

    if (!mpos_order_load(call, id, true, &w->order)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_order_load_lines(call, &w->order);
    mpos_order_load_payments(call, &w->order);
    err = mpos_order_next(MPOS_ORDER_OP_REFUND, w->order.state, w->order.payment_state, &w->order.state);
    if (err != MPOS_OK) {
        return mpos_refuse(call, err, NULL, "%s", "");
    }
    mpos_order_form(&w->order, &w->cart, &w->priced);
    w->before = palloc0(sizeof *w->before * (size_t)Max(w->cart.line_count, 1));
    w->taxes = palloc0(sizeof *w->taxes * (size_t)Max(w->cart.tax_count, 1));
    return MPOS_OK;
}

static mpos_err
load_earlier(mpos_call *call, const refund_in *in, work *w)
{
    int count;
    const mpos_refund *earlier = mpos_refunds_load(call, w->order.id, &count);

    for (int i = 0; i < count; i++) {
        if (MPOS_GIVEN(in, REFUND_ID) && memcmp(earlier[i].id, in->id, sizeof in->id) == 0) {
            return mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "");
        }
        w->paid_out += earlier[i].amount;
        for (int p = 0; p < earlier[i].part_count; p++) {
            int at = find_line(w, earlier[i].parts[p].line);

            if (at >= 0) {
                w->before[at] += earlier[i].parts[p].qty;
            }
        }
    }
    return MPOS_OK;
}

static void
add_amounts(mpos_refunded *sum, const mpos_refunded *part)
{
    sum->gross += part->gross;
    sum->discount += part->discount;
    sum->net += part->net;
    sum->tax += part->tax;
    sum->total += part->total;
}

/* A line that is named twice is one line of the refund. */
static mpos_refund_part *
part_of(mpos_refund *refund, int at, const uint8 line[16])
{
    mpos_refund_part *part = refund->parts;

    while (part < refund->parts + refund->part_count && part->at != at) {
        part++;
    }
    if (part == refund->parts + refund->part_count) {
        refund->part_count++;
        part->at = at;
        memcpy(part->line, line, sizeof part->line);
    }
    return part;
}

static mpos_err
take_lines(mpos_call *call, const refund_in *in, work *w)
{
    const line_in *lines = in->lines.items;

    w->refund.parts = palloc0(sizeof *w->refund.parts * (size_t)in->lines.count);
    for (int i = 0; i < in->lines.count; i++) {
        int at = find_line(w, lines[i].line_id);
        mpos_refund_part *part;
        mpos_refunded amounts;
        mpos_err err;

        if (at < 0) {
            return mpos_refuse(call, MPOS_E_NOT_FOUND, psprintf("/lines/%d/line_id", i), "%s", "");
        }
        err = mpos_refund_line(&w->cart, &w->priced, (size_t)at, w->before[at], lines[i].qty, &amounts,
                               w->taxes);
        if (err != MPOS_OK) {
            return mpos_refuse(call, err, psprintf("/lines/%d", i), "%s",
                               err == MPOS_E_LINE_STATE ? "A component comes back with its combo." : "");
        }
        part = part_of(&w->refund, at, lines[i].line_id);
        part->qty += lines[i].qty;
        w->before[at] += lines[i].qty;
        add_amounts(&part->amounts, &amounts);
        add_amounts(&w->refund.sum, &amounts);
    }
    return MPOS_OK;
}

/* What was really paid for the order: its total without what rounding took off or added. */
static int64
sum_taken(const mpos_order *order)
{
    int64 taken = order->total;

    for (int i = 0; i < order->payment_count; i++) {
        taken -= order->payments[i].rounding;
    }
    return taken;
}

/*
 * Coins as coarse as those it was paid in, and never more than was taken. The last refund pays out what is left of that, so
 * that rounding is given back with it.
 */
static int64
payout(mpos_call *call, const work *w)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(call, w->order.catalogue);
    int64 back = w->order.refunded + w->refund.sum.total;
    int64 taken = sum_taken(&w->order);
    const mpos_rounding *rounding =
        catalogue != NULL ? mpos_rules_rounding(mpos_catalogue_rules(catalogue), w->order.outlet) : NULL;
    int64 all = back;

    if (back == w->order.total) {
        all = taken;
    } else if (rounding != NULL && rounding->cash_increment > 1) {
        mpos_check(mpos_cash_round(back, rounding->cash_increment, rounding->mode, &all), "cash of a refund");
    }
    all = Min(all, taken);
    return Max(all - w->paid_out, 0);
}

static mpos_err
find_shift(mpos_call *call, mpos_device_op *op, work *w)
{
    if (w->device->has_shift || w->device->channel || op != NULL) {
        return MPOS_OK;
    }
    return mpos_refuse(call, MPOS_E_SHIFT_NOT_OPEN, NULL, "Open a shift on this register first.");
}

static bool
fits(mpos_call *call, const work *w, const uint8 staff[16], int64 limit)
{
    int64 sum = w->device->has_shift ? mpos_refund_sum(call, w->device->shift, staff) : 0;

    return mpos_sum_within(sum, w->refund.sum.total, limit);
}

/* By the own limit, or by that of a second person, for whom it counts then. */
static mpos_err
check_limit(mpos_call *call, mpos_device_op *op, const refund_in *in, work *w)
{
    int64 limit = (call->scopes & MPOS_SCOPE_REFUND_WRITE) != 0 ? call->refund_limit : 0;
    mpos_err err = MPOS_E_APPROVAL_REQUIRED;
    mpos_approval approved;

    if (fits(call, w, call->context.actor, limit)) {
        return MPOS_OK;
    }
    if (MPOS_GIVEN(in, REFUND_APPROVAL)) {
        err = mpos_approval_use(call, in->approval, MPOS_PERMISSION_REFUND, w->order.id, &approved);
        if (err == MPOS_OK && w->refund.sum.total <= approved.maximum &&
            fits(call, w, approved.approver, approved.role_limit)) {
            w->refund.has_approver = true;
            memcpy(w->refund.approver, approved.approver, sizeof approved.approver);
            return MPOS_OK;
        }
        err = MPOS_E_APPROVAL_INVALID;
    }
    w->refund.exceeded = true;
    return mpos_limit_exceeded(call, op, &w->order, err, err == MPOS_E_APPROVAL_INVALID ? "/approval" : NULL);
}

static void
begin(mpos_call *call, mpos_device_op *op, const refund_in *in, work *w)
{
    static const uint8 nobody[16] = {0};
    mpos_refund *refund = &w->refund;
    pg_uuid_t made;
    bool gap;

    if (!w->device->has_shift) {
        mpos_op_flag(op, "no_shift");
        mpos_shift_open_for_sale(call, w->device);
    }
    mpos_uuid_v7(&made);
    memcpy(refund->id, MPOS_GIVEN(in, REFUND_ID) ? in->id : made.data, sizeof refund->id);
    memcpy(refund->order, w->order.id, sizeof refund->order);
    memcpy(refund->device, w->device->id, sizeof refund->device);
    memcpy(refund->staff, call->context.actor, sizeof refund->staff);
    refund->has_staff = memcmp(refund->staff, nobody, sizeof nobody) != 0;
    memcpy(refund->shift, w->device->shift, sizeof refund->shift);
    memcpy(refund->transaction, call->transaction.data, sizeof refund->transaction);
    refund->amount = payout(call, w);
    refund->reason = in->reason;
    refund->restocked = in->restock;
    refund->receipt = mpos_device_next_receipt(w->device, in->receipt_n, &gap);
    refund->created_us = call->now_us;
    if (gap) {
        mpos_order_flag(&w->order, "number_gap");
        mpos_op_flag(op, "number_gap");
    }
}

/* Of a combo its components come back: the cart has them behind it. */
static void
return_stock(mpos_call *call, const work *w)
{
    int64 *back = palloc0(sizeof *back * (size_t)Max(w->order.line_count, 1));

    for (int i = 0; i < w->refund.part_count; i++) {
        const mpos_refund_part *part = &w->refund.parts[i];

        for (int l = 0; l < w->order.line_count; l++) {
            int at = find_line(w, w->order.lines[l].id);

            if (at >= part->at && at <= part->at + w->cart.lines[part->at].component_count) {
                back[l] += part->qty;
            }
        }
    }
    mpos_stock_return(call, &w->order, back);
}

static void
write_refund(mpos_call *call, work *w)
{
    const mpos_refund *refund = &w->refund;
    mpos_shift_posting posting = {.refund = true,
                                  .cart = &w->cart,
                                  .refund_total = refund->sum.total,
                                  .refund_cash = refund->amount,
                                  .refund_taxes = w->taxes};

    w->order.refunded += refund->sum.total;
    w->order.payment_state = mpos_payment_state_refunded(w->order.total, w->order.refunded);
    mpos_refund_update_order(call, &w->order);
    mpos_refund_insert(call, &w->order, refund);
    if (refund->restocked) {
        return_stock(call, w);
    }
    mpos_refund_sum_add(call, refund->shift, refund->has_approver ? refund->approver : refund->staff,
                        refund->sum.total);
    mpos_shift_post(call, refund->shift, &posting);
    mpos_event_emit(call, "ORDER_REFUNDED", w->order.id,
                    psprintf("{\"amount\":" INT64_FORMAT ",\"receipt\":\"%s\",\"total\":" INT64_FORMAT "}",
                             refund->amount, refund->receipt, refund->sum.total));
    mpos_audit_priced(call, w->order.priced_hash);
}

static mpos_err
check(mpos_call *call, mpos_device_op *op, const uint8 order_id[16], const refund_in *in, work *w)
{
    mpos_err err = load_order(call, order_id, w);

    if (err == MPOS_OK) {
        err = load_earlier(call, in, w);
    }
    if (err == MPOS_OK) {
        err = take_lines(call, in, w);
    }
    if (err == MPOS_OK) {
        err = find_shift(call, op, w);
    }
    return err == MPOS_OK ? check_limit(call, op, in, w) : err;
}

static void
answer(mpos_call *call, const work *w)
{
    call->status = 201;
    mpos_json_open(&call->body, NULL, '{');
    mpos_refund_json(&call->body, "refund", &w->refund);
    mpos_order_json(call, &call->body, "order", &w->order);
    mpos_json_close(&call->body, '}');
}

mpos_err
mpos_order_refund(mpos_call *call, mpos_device_op *op)
{
    order_params params;
    refund_in in;
    mpos_device own;
    work w = {.device = op != NULL ? op->device : &own};
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &refund_shape, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (op == NULL && !mpos_device_lock(call->context.tenant, call->context.device, w.device)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    err = check(call, op, params.order_id, &in, &w);
    if (err != MPOS_OK) {
        return err;
    }
    begin(call, op, &in, &w);
    write_refund(call, &w);
    if (op != NULL) {
        mpos_op_outcome(op, &w.order, w.order.payment_count);
        op->receipt = w.refund.receipt;
        op->total = w.refund.sum.total;
        op->change = w.refund.amount;
        return MPOS_OK;
    }
    mpos_device_save(w.device);
    answer(call, &w);
    return MPOS_OK;
}
