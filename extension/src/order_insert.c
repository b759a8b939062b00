/* order_insert.c - new orders, lines and payments. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "direct.h"
#include "order_input.h"
#include "order_rows.h"
#include "sqlstate.h"
#include "statement.h"

static const char *const order_columns[] = {
    "tenant_id",      "order_id",          "outlet_id",   "device_id",     "staff_id",    "shift_id",
    "channel",        "table_label",       "state",       "payment_state", "version",     "currency",
    "gross",          "discount",          "net",         "tax",           "total",       "paid",
    "catalogue",      "priced_form",       "priced_hash", "receipt",       "call_number", "flags",
    "transaction_id", "created_at",        "basket",      "priced_at",     "place",       "guests",
    "exempt",         "customer_group_id", "customer_id", "coupons",       "waived"};

static const char *const line_columns[] = {
    "tenant_id", "order_id", "line_id", "outlet_id", "position",   "parent_id", "item_id",
    "name",      "station",  "stocked", "qty",       "unit_price", "modifiers", "gross",
    "discount",  "tax",      "total",   "course",    "state",      "version",   "variant_id"};

static const char *const payment_columns[] = {
    "tenant_id", "order_id", "payment_id", "outlet_id", "device_id",  "staff_id", "shift_id",
    "tender",    "amount",   "tendered",   "rounding",  "created_at", "tip",      "exchange"};

static mpos_direct orders = {{"pos", "orders", "orders_pkey"}, order_columns, lengthof(order_columns)};
static mpos_direct lines = {
    {"pos", "order_line", "order_line_pkey"}, line_columns, lengthof(line_columns), "orders"};
static mpos_direct payments = {
    {"pos", "payment", "payment_pkey"}, payment_columns, lengthof(payment_columns), "orders"};

/* The next column of a row. */
typedef struct cells {
    mpos_direct_row *row;
    int count;
} cells;

static void
put(cells *to, Datum value)
{
    to->row->nulls[to->count] = false;
    to->row->values[to->count++] = value;
}

static void
put_null_or(cells *to, bool is_null, Datum value)
{
    to->row->nulls[to->count] = is_null;
    to->row->values[to->count++] = value;
}

static void
put_uuid(cells *to, const uint8 *id)
{
    put(to, PointerGetDatum(id));
}

static void
put_big(cells *to, int64 value)
{
    put(to, Int64GetDatum(value));
}

static void
put_text(cells *to, const char *text)
{
    put_null_or(to, text == NULL, text != NULL ? CStringGetTextDatum(text) : (Datum)0);
}

static void
put_hash(cells *to, const uint8 hash[32])
{
    bytea *value = palloc(VARHDRSZ + 32);

    SET_VARSIZE(value, VARHDRSZ + 32);
    memcpy(VARDATA(value), hash, 32);
    put(to, PointerGetDatum(value));
}

static void
put_flags(cells *to, const mpos_order *order)
{
    Datum flags[MPOS_ORDER_FLAGS_MAX];

    for (int i = 0; i < order->flag_count; i++) {
        flags[i] = CStringGetTextDatum(order->flags[i]);
    }
    put(to, mpos_array(TEXTOID, flags, NULL, order->flag_count));
}

static Datum
waived_array(const mpos_order *order)
{
    Datum ids[MPOS_BASKET_WAIVED_MAX];

    for (int i = 0; i < order->waived_count; i++) {
        ids[i] = PointerGetDatum(order->waived[i]);
    }
    return mpos_array(UUIDOID, ids, NULL, order->waived_count);
}

static void
put_circumstances(cells *to, const mpos_order *order)
{
    static const uint8 none[16] = {0};
    bool keeps = order->basket != NULL && mpos_order_stays_open(order);
    Datum coupons[MPOS_BASKET_COUPONS_MAX];

    for (int i = 0; i < order->coupon_count; i++) {
        coupons[i] = CStringGetTextDatum(order->coupons[i]);
    }
    put_null_or(to, !keeps, PointerGetDatum(order->basket));
    put_big(to, order->in.at);
    put_text(to, mpos_place_words[order->in.place]);
    put(to, Int32GetDatum(order->in.guests));
    put(to, BoolGetDatum(order->in.exempt != 0));
    put_null_or(to, memcmp(order->in.customer_group, none, sizeof none) == 0,
                PointerGetDatum(order->in.customer_group));
    put_null_or(to, !order->has_customer, PointerGetDatum(order->customer));
    put_null_or(to, order->coupon_count == 0,
                order->coupon_count > 0 ? mpos_array(TEXTOID, coupons, NULL, order->coupon_count) : (Datum)0);
    put_null_or(to, order->waived_count == 0, order->waived_count > 0 ? waived_array(order) : (Datum)0);
}

static void
form_order(const mpos_call *call, const mpos_order *order, mpos_direct_row *out)
{
    cells to = {out, 0};

    put_uuid(&to, call->context.tenant);
    put_uuid(&to, order->id);
    put_uuid(&to, order->outlet);
    put_uuid(&to, order->device);
    put_uuid(&to, order->staff);
    put_null_or(&to, !order->has_shift, PointerGetDatum(order->shift));
    put_text(&to, order->channel);
    put_text(&to, order->table);
    put_text(&to, mpos_order_state_text(order->state));
    put_text(&to, mpos_payment_state_text(order->payment_state));
    put(&to, Int32GetDatum(1));
    put_text(&to, order->currency);
    put_big(&to, order->gross);
    put_big(&to, order->discount);
    put_big(&to, order->net);
    put_big(&to, order->tax);
    put_big(&to, order->total);
    put_big(&to, order->paid);
    put_hash(&to, order->catalogue);
    put(&to, PointerGetDatum(order->form));
    put_hash(&to, order->priced_hash);
    put_text(&to, order->receipt);
    put_text(&to, order->call_number);
    put_flags(&to, order);
    put_uuid(&to, order->transaction);
    put(&to, TimestampTzGetDatum(mpos_time_to_pg(order->created_us)));
    put_circumstances(&to, order);
    Assert(to.count == orders.column_count);
}

static void
form_line(const mpos_call *call, const mpos_order *order, const mpos_order_line *line, mpos_direct_row *out)
{
    cells to = {out, 0};

    put_uuid(&to, call->context.tenant);
    put_uuid(&to, order->id);
    put_uuid(&to, line->id);
    put_uuid(&to, order->outlet);
    put(&to, Int32GetDatum(line->position));
    put_null_or(&to, !line->has_parent, PointerGetDatum(line->parent));
    put_uuid(&to, line->item);
    put_text(&to, line->name);
    put_text(&to, line->station);
    put(&to, BoolGetDatum(line->stocked));
    put_big(&to, line->qty);
    put_big(&to, line->unit_price);
    put(&to, DirectFunctionCall1(jsonb_in, CStringGetDatum(line->modifiers)));
    put_big(&to, line->gross);
    put_big(&to, line->discount);
    put_big(&to, line->tax);
    put_big(&to, line->total);
    put(&to, Int32GetDatum(line->course));
    put_text(&to, mpos_line_state_text(line->state));
    put(&to, Int32GetDatum(1));
    put_null_or(&to, !line->has_variant, PointerGetDatum(line->variant));
    Assert(to.count == lines.column_count);
}

static Datum
exchange_datum(const mpos_exchange *exchange)
{
    const char *text =
        psprintf("{\"currency\":\"%s\",\"exponent\":%d,\"tendered\":" INT64_FORMAT ",\"rate\":" INT64_FORMAT
                 ",\"spread\":" INT64_FORMAT ",\"change\":" INT64_FORMAT ",\"home_change\":" INT64_FORMAT "}",
                 exchange->currency, exchange->exponent, exchange->tendered, exchange->rate, exchange->spread,
                 exchange->change, exchange->home_change);

    return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

static void
form_payment(const mpos_call *call, const mpos_order *order, const uint8 device[16], const uint8 staff[16],
             int64 created_us, const mpos_order_payment *payment, mpos_direct_row *out)
{
    cells to = {out, 0};

    put_uuid(&to, call->context.tenant);
    put_uuid(&to, order->id);
    put_uuid(&to, payment->id);
    put_uuid(&to, order->outlet);
    put_uuid(&to, device);
    put_uuid(&to, staff);
    put_uuid(&to, order->shift);
    put_text(&to, "cash");
    put_big(&to, payment->amount);
    put_big(&to, payment->tendered);
    put_big(&to, payment->rounding);
    put(&to, TimestampTzGetDatum(mpos_time_to_pg(created_us)));
    put_null_or(&to, payment->tip == 0, Int64GetDatum(payment->tip));
    put_null_or(&to, payment->exchange == NULL,
                payment->exchange != NULL ? exchange_datum(payment->exchange) : (Datum)0);
    Assert(to.count == payments.column_count);
}

static void
insert(mpos_direct *table, const mpos_direct_row *rows, int count)
{
    Relation relation = mpos_direct_open(table);

    mpos_direct_insert(table, relation, rows, count);
    mpos_table_close(relation);
}

/* Another call with the same id may have been faster than the look that came before. */
static void
insert_order(mpos_call *call, const mpos_order *order)
{
    MemoryContext memory = CurrentMemoryContext;
    mpos_direct_row row;

    form_order(call, order, &row);
    PG_TRY();
    {
        insert(&orders, &row, 1);
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(memory);
        if (geterrcode() == ERRCODE_UNIQUE_VIOLATION) {
            FlushErrorState();
            mpos_raise(MPOS_E_ID_TAKEN, "/id", NULL);
        }
        PG_RE_THROW();
    }
    PG_END_TRY();
}

void
mpos_order_insert(mpos_call *call, const mpos_order *order)
{
    mpos_direct_row *rows = palloc(sizeof *rows * (size_t)Max(order->payment_count, 1));

    insert_order(call, order);
    mpos_order_insert_lines(call, order, 0);
    for (int i = 0; i < order->payment_count; i++) {
        form_payment(call, order, order->device, order->staff, order->created_us, &order->payments[i],
                     &rows[i]);
    }
    insert(&payments, rows, order->payment_count);
}

void
mpos_order_insert_lines(mpos_call *call, const mpos_order *order, int first)
{
    int count = order->line_count - first;
    mpos_direct_row *rows = palloc(sizeof *rows * (size_t)Max(count, 1));

    for (int i = 0; i < count; i++) {
        form_line(call, order, &order->lines[first + i], &rows[i]);
    }
    insert(&lines, rows, count);
}

void
mpos_order_insert_payment(mpos_call *call, const mpos_order *order, const mpos_order_payment *payment)
{
    mpos_direct_row row;

    form_payment(call, order, call->context.device, call->context.actor, payment->at_us, payment, &row);
    insert(&payments, &row, 1);
}
