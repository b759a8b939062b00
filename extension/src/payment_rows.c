/* payment_rows.c - payments of an order: read from their rows, and as JSON. Words: payment, tip, exchange. */
#include "postgres.h"

#include "json.h"
#include "order_rows.h"
#include "quantity.h"
#include "statement.h"

static mpos_statement payments_statement = {
    "SELECT payment_id, amount, tip, tendered, rounding, created_at, exchange ->> 'currency', "
    "(exchange ->> 'exponent')::int4, (exchange ->> 'tendered')::int8, (exchange ->> 'rate')::int8, "
    "(exchange ->> 'spread')::int8, (exchange ->> 'change')::int8, (exchange ->> 'home_change')::int8 "
    "FROM pos.payment WHERE tenant_id = $1 AND order_id = $2 ORDER BY created_at, payment_id"};

static const mpos_exchange *
read_exchange(uint64 row)
{
    const char *currency = mpos_cell_text(row, 7);
    mpos_exchange *out;

    if (currency == NULL) {
        return NULL;
    }
    out = palloc0(sizeof *out);
    strlcpy(out->currency, currency, sizeof out->currency);
    out->exponent = mpos_cell_int(row, 8);
    out->tendered = mpos_cell_big(row, 9);
    out->rate = mpos_cell_big(row, 10);
    out->spread = mpos_cell_big(row, 11);
    out->change = mpos_cell_big(row, 12);
    out->home_change = mpos_cell_big(row, 13);
    return out;
}

void
mpos_order_load_payments(mpos_call *call, mpos_order *order)
{
    mpos_args args = {0};
    uint64 count;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    count = mpos_statement_run(&payments_statement, &args);
    order->payments = palloc0(sizeof *order->payments * Max(count, 1));
    order->payment_count = (int)count;
    for (uint64 i = 0; i < count; i++) {
        mpos_order_payment *payment = &order->payments[i];

        (void)mpos_cell_uuid(i, 1, payment->id);
        payment->amount = mpos_cell_big(i, 2);
        payment->tip = mpos_cell_big(i, 3);
        payment->tendered = mpos_cell_big(i, 4);
        payment->rounding = mpos_cell_big(i, 5);
        payment->at_us = mpos_cell_time(i, 6);
        payment->exchange = read_exchange(i);
    }
}

int64
mpos_payment_change(const mpos_order_payment *payment)
{
    return payment->tendered - payment->amount - payment->tip;
}

static void
exchange_json(StringInfo out, const mpos_exchange *exchange)
{
    if (exchange == NULL) {
        mpos_json_null(out, "exchange");
        return;
    }
    mpos_json_open(out, "exchange", '{');
    mpos_json_text(out, "currency", exchange->currency);
    mpos_json_int(out, "exponent", exchange->exponent);
    mpos_json_int(out, "tendered", exchange->tendered);
    mpos_json_decimal(out, "rate", exchange->rate, MPOS_RATE_SCALE);
    mpos_json_decimal(out, "spread", exchange->spread, MPOS_RATE_SCALE);
    mpos_json_int(out, "change", exchange->change);
    mpos_json_int(out, "home_change", exchange->home_change);
    mpos_json_close(out, '}');
}

void
mpos_payment_json(StringInfo out, const mpos_order_payment *payment)
{
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", payment->id);
    mpos_json_text(out, "tender", "cash");
    mpos_json_int(out, "amount", payment->amount);
    mpos_json_int(out, "tip", payment->tip);
    mpos_json_int(out, "rounding", payment->rounding);
    mpos_json_int(out, "tendered", payment->tendered);
    mpos_json_int(out, "change", mpos_payment_change(payment));
    exchange_json(out, payment->exchange);
    mpos_json_time(out, "at", payment->at_us);
    mpos_json_close(out, '}');
}
