/* refund_rows.c - see refund_rows.h. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "json.h"
#include "quantity.h"
#include "refund_rows.h"
#include "statement.h"

static mpos_statement load_statement = {
    "SELECT refund_id, device_id, staff_id, approver_id, shift_id, gross, discount, net, tax, total, amount, "
    "reason, restocked, receipt, 'limit_exceeded' = ANY (flags), transaction_id, created_at FROM pos.refund "
    "WHERE tenant_id = $1 AND order_id = $2 ORDER BY created_at, refund_id"};

static mpos_statement lines_statement = {
    "SELECT refund_id, line_id, qty, gross, discount, net, tax, total FROM pos.refund_line "
    "WHERE tenant_id = $1 AND order_id = $2 ORDER BY refund_id, line_id"};

static mpos_statement insert_statement = {
    "INSERT INTO pos.refund (tenant_id, order_id, refund_id, outlet_id, device_id, staff_id, approver_id, "
    "shift_id, tender, gross, discount, net, tax, total, amount, reason, restocked, receipt, flags, "
    "transaction_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'cash', $9, $10, $11, $12, $13, "
    "$14, "
    "$15, $16, $17, CASE WHEN $18 THEN '{limit_exceeded}'::text[] ELSE '{}' END, $19, $20)"};

static mpos_statement insert_lines_statement = {
    "INSERT INTO pos.refund_line (tenant_id, order_id, refund_id, outlet_id, line_id, qty, gross, discount, "
    "net, "
    "tax, total) SELECT $1, $2, $3, $4, u.line_id, u.qty, u.gross, u.discount, u.net, u.tax, u.net + u.tax "
    "FROM unnest($5::uuid[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[]) "
    "AS u(line_id, qty, gross, discount, net, tax)"};

static mpos_statement order_statement = {
    "UPDATE pos.orders SET payment_state = $3, refunded = $4, flags = $5, version = $6 "
    "WHERE tenant_id = $1 AND order_id = $2"};

static mpos_statement sum_statement = {
    "SELECT amount FROM pos.refund_sum WHERE tenant_id = $1 AND shift_id = $2 AND staff_id = $3"};

static mpos_statement add_statement = {
    "INSERT INTO pos.refund_sum AS s (tenant_id, shift_id, staff_id, amount) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (tenant_id, shift_id, staff_id) DO UPDATE SET amount = s.amount + excluded.amount"};

static void
read_refund(uint64 row, const uint8 order[16], mpos_refund *out)
{
    memcpy(out->order, order, sizeof out->order);
    (void)mpos_cell_uuid(row, 1, out->id);
    (void)mpos_cell_uuid(row, 2, out->device);
    out->has_staff = mpos_cell_uuid(row, 3, out->staff);
    out->has_approver = mpos_cell_uuid(row, 4, out->approver);
    (void)mpos_cell_uuid(row, 5, out->shift);
    out->sum.gross = mpos_cell_big(row, 6);
    out->sum.discount = mpos_cell_big(row, 7);
    out->sum.net = mpos_cell_big(row, 8);
    out->sum.tax = mpos_cell_big(row, 9);
    out->sum.total = mpos_cell_big(row, 10);
    out->amount = mpos_cell_big(row, 11);
    out->reason = mpos_cell_text(row, 12);
    out->restocked = mpos_cell_bool(row, 13);
    out->receipt = mpos_cell_text(row, 14);
    out->exceeded = mpos_cell_bool(row, 15);
    (void)mpos_cell_uuid(row, 16, out->transaction);
    out->created_us = mpos_cell_time(row, 17);
}

static void
read_part(uint64 row, mpos_refund_part *out)
{
    (void)mpos_cell_uuid(row, 2, out->line);
    out->qty = mpos_cell_big(row, 3);
    out->amounts.gross = mpos_cell_big(row, 4);
    out->amounts.discount = mpos_cell_big(row, 5);
    out->amounts.net = mpos_cell_big(row, 6);
    out->amounts.tax = mpos_cell_big(row, 7);
    out->amounts.total = mpos_cell_big(row, 8);
}

static void
load_parts(mpos_call *call, const uint8 order[16], mpos_refund *refunds, int count)
{
    mpos_args args = {0};
    uint64 rows;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order);
    rows = mpos_statement_run(&lines_statement, &args);
    for (int i = 0; i < count; i++) {
        refunds[i].parts = palloc0(sizeof *refunds->parts * Max(rows, 1));
    }
    for (uint64 row = 0; row < rows; row++) {
        uint8 id[16];

        (void)mpos_cell_uuid(row, 1, id);
        for (int i = 0; i < count; i++) {
            if (memcmp(refunds[i].id, id, sizeof id) == 0) {
                read_part(row, &refunds[i].parts[refunds[i].part_count++]);
            }
        }
    }
}

mpos_refund *
mpos_refunds_load(mpos_call *call, const uint8 order[16], int *count)
{
    mpos_args args = {0};
    mpos_refund *refunds;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order);
    *count = (int)mpos_statement_run(&load_statement, &args);
    refunds = palloc0(sizeof *refunds * (size_t)Max(*count, 1));
    for (int i = 0; i < *count; i++) {
        read_refund((uint64)i, order, &refunds[i]);
    }
    load_parts(call, order, refunds, *count);
    return refunds;
}

static void
insert_parts(mpos_call *call, const mpos_order *order, const mpos_refund *refund)
{
    mpos_args args = {0};
    Datum *cells[6];
    int count = refund->part_count;

    for (int i = 0; i < 6; i++) {
        cells[i] = palloc(sizeof(Datum) * (size_t)count);
    }
    for (int i = 0; i < count; i++) {
        const mpos_refund_part *part = &refund->parts[i];

        cells[0][i] = PointerGetDatum(part->line);
        cells[1][i] = Int64GetDatum(part->qty);
        cells[2][i] = Int64GetDatum(part->amounts.gross);
        cells[3][i] = Int64GetDatum(part->amounts.discount);
        cells[4][i] = Int64GetDatum(part->amounts.net);
        cells[5][i] = Int64GetDatum(part->amounts.tax);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_uuid(&args, refund->id);
    mpos_arg_uuid(&args, order->outlet);
    mpos_arg_array(&args, UUIDOID, cells[0], NULL, count);
    for (int i = 1; i < 6; i++) {
        mpos_arg_array(&args, INT8OID, cells[i], NULL, count);
    }
    (void)mpos_statement_run(&insert_lines_statement, &args);
}

void
mpos_refund_insert(mpos_call *call, const mpos_order *order, const mpos_refund *refund)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_uuid(&args, refund->id);
    mpos_arg_uuid(&args, order->outlet);
    mpos_arg_uuid(&args, refund->device);
    mpos_arg_uuid(&args, refund->has_staff ? refund->staff : NULL);
    mpos_arg_uuid(&args, refund->has_approver ? refund->approver : NULL);
    mpos_arg_uuid(&args, refund->shift);
    mpos_arg_big(&args, refund->sum.gross);
    mpos_arg_big(&args, refund->sum.discount);
    mpos_arg_big(&args, refund->sum.net);
    mpos_arg_big(&args, refund->sum.tax);
    mpos_arg_big(&args, refund->sum.total);
    mpos_arg_big(&args, refund->amount);
    mpos_arg_text(&args, refund->reason);
    mpos_arg_bool(&args, refund->restocked);
    mpos_arg_text(&args, refund->receipt);
    mpos_arg_bool(&args, refund->exceeded);
    mpos_arg_uuid(&args, refund->transaction);
    mpos_arg_time(&args, refund->created_us);
    (void)mpos_statement_run(&insert_statement, &args);
    insert_parts(call, order, refund);
}

void
mpos_refund_update_order(mpos_call *call, mpos_order *order)
{
    mpos_args args = {0};
    Datum flags[MPOS_ORDER_FLAGS_MAX];

    order->version++;
    for (int i = 0; i < order->flag_count; i++) {
        flags[i] = CStringGetTextDatum(order->flags[i]);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_text(&args, mpos_payment_state_text(order->payment_state));
    mpos_arg_big(&args, order->refunded);
    mpos_arg_array(&args, TEXTOID, flags, NULL, order->flag_count);
    mpos_arg_int(&args, order->version);
    (void)mpos_statement_run(&order_statement, &args);
}

int64
mpos_refund_sum(mpos_call *call, const uint8 shift[16], const uint8 staff[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    mpos_arg_uuid(&args, staff);
    return mpos_statement_run(&sum_statement, &args) > 0 ? mpos_cell_big(0, 1) : 0;
}

void
mpos_refund_sum_add(mpos_call *call, const uint8 shift[16], const uint8 staff[16], int64 amount)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    mpos_arg_uuid(&args, staff);
    mpos_arg_big(&args, amount);
    (void)mpos_statement_run(&add_statement, &args);
}

static void
amounts_json(StringInfo out, const mpos_refunded *amounts)
{
    mpos_json_int(out, "gross", amounts->gross);
    mpos_json_int(out, "discount", amounts->discount);
    mpos_json_int(out, "net", amounts->net);
    mpos_json_int(out, "tax", amounts->tax);
    mpos_json_int(out, "total", amounts->total);
}

void
mpos_refund_json(StringInfo out, const char *key, const mpos_refund *refund)
{
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", refund->id);
    mpos_json_uuid(out, "order_id", refund->order);
    mpos_json_text(out, "receipt", refund->receipt);
    mpos_json_uuid(out, "shift_id", refund->shift);
    mpos_json_uuid(out, "staff_id", refund->has_staff ? refund->staff : NULL);
    mpos_json_uuid(out, "approver_id", refund->has_approver ? refund->approver : NULL);
    mpos_json_open(out, "lines", '[');
    for (int i = 0; i < refund->part_count; i++) {
        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "line_id", refund->parts[i].line);
        mpos_json_decimal(out, "qty", refund->parts[i].qty, MPOS_QTY_SCALE);
        amounts_json(out, &refund->parts[i].amounts);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
    amounts_json(out, &refund->sum);
    mpos_json_text(out, "tender", "cash");
    mpos_json_int(out, "amount", refund->amount);
    mpos_json_text(out, "reason", refund->reason);
    mpos_json_bool(out, "restocked", refund->restocked);
    mpos_json_open(out, "flags", '[');
    if (refund->exceeded) {
        mpos_json_text(out, NULL, "limit_exceeded");
    }
    mpos_json_close(out, ']');
    mpos_json_time(out, "created_at", refund->created_us);
    mpos_json_close(out, '}');
}
