/* refund_receipt.c - the refunds of an order, and the receipt of one. */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "quantity.h"
#include "receipt.h"
#include "refund_rows.h"

typedef struct refund_params {
    uint32 given;
    uint8 order_id[16];
    uint8 refund_id[16];
} refund_params;

static const mpos_field list_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(refund_params, order_id)}};
MPOS_SHAPE(list, refund_params);

static const mpos_field one_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(refund_params, order_id)},
    {"refund_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(refund_params, refund_id)},
};
MPOS_SHAPE(one, refund_params);

mpos_err
mpos_refund_list(mpos_call *call)
{
    refund_params params;
    mpos_order order;
    mpos_refund *refunds;
    int count;
    mpos_err err = mpos_input_params(call, &list_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_order_load(call, params.order_id, false, &order)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    refunds = mpos_refunds_load(call, order.id, &count);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "refunds", '[');
    for (int i = 0; i < count; i++) {
        mpos_refund_json(&call->body, NULL, &refunds[i]);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static const char *
line_name(const mpos_order *order, const uint8 line[16])
{
    for (int i = 0; i < order->line_count; i++) {
        if (memcmp(order->lines[i].id, line, sizeof order->lines[i].id) == 0) {
            return order->lines[i].name;
        }
    }
    return "";
}

static void
print_all(StringInfo out, const mpos_order *order, const mpos_refund *refund, const mpos_heading *head)
{
    char qty[MPOS_DECIMAL_SIZE + 1];

    mpos_json_open(out, "text", '[');
    mpos_receipt_print(out, head->business, "");
    mpos_receipt_print(out, head->outlet, "");
    mpos_receipt_print(out, refund->receipt, head->time);
    mpos_receipt_print(out, "REFUND of", order->receipt);
    mpos_receipt_print(out, "------------------------------------------", "");
    for (int i = 0; i < refund->part_count; i++) {
        const mpos_refund_part *part = &refund->parts[i];

        qty[mpos_decimal_format(part->qty, MPOS_QTY_SCALE, qty)] = '\0';
        mpos_receipt_print(out, psprintf("%s x %s", qty, line_name(order, part->line)),
                           mpos_receipt_money(-part->amounts.total, head->exponent));
    }
    mpos_receipt_print(out, "------------------------------------------", "");
    mpos_receipt_print(out, psprintf("Total %s", order->currency),
                       mpos_receipt_money(-refund->sum.total, head->exponent));
    mpos_receipt_print(out, "Tax in it", mpos_receipt_money(-refund->sum.tax, head->exponent));
    mpos_receipt_print(out, "Cash", mpos_receipt_money(-refund->amount, head->exponent));
    mpos_receipt_print(out, refund->reason, "");
    mpos_json_close(out, ']');
}

static mpos_err
answer(mpos_call *call, mpos_order *order, const mpos_refund *refund)
{
    StringInfo out = &call->body;
    mpos_journal_row journal;
    mpos_entry_ref ref;
    mpos_heading head;
    mpos_err err = mpos_receipt_find_entry(call, refund->transaction, &journal, &ref);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_order_load_lines(call, order);
    mpos_receipt_heading(call, refund->created_us, &head);
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "business", head.business);
    mpos_json_text(out, "outlet", head.outlet);
    mpos_json_text(out, "receipt", refund->receipt);
    mpos_json_text(out, "sale", order->receipt);
    mpos_refund_json(out, "refund", refund);
    mpos_receipt_journal(out, &ref, journal.origin);
    print_all(out, order, refund, &head);
    mpos_json_close(out, '}');
    return MPOS_OK;
}

mpos_err
mpos_refund_receipt(mpos_call *call)
{
    refund_params params;
    mpos_order order;
    mpos_refund *refunds;
    int count;
    mpos_err err = mpos_input_params(call, &one_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    if (mpos_order_load(call, params.order_id, false, &order)) {
        refunds = mpos_refunds_load(call, order.id, &count);
        for (int i = 0; i < count; i++) {
            if (memcmp(refunds[i].id, params.refund_id, sizeof params.refund_id) == 0) {
                return answer(call, &order, &refunds[i]);
            }
        }
    }
    return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
}
