/* order_insert.c - new orders, lines and payments: the write of a sale is one statement. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "order_rows.h"
#include "sqlstate.h"
#include "statement.h"

#define LINE_COLUMNS                                                                                         \
    "tenant_id, order_id, outlet_id, line_id, parent_id, item_id, position, name, station, stocked, qty, "   \
    "unit_price, "                                                                                           \
    "modifiers, gross, discount, tax, total, course, state, version"

/* $1 to $3 tenant, order, outlet; then the arrays of arg_lines. */
#define LINE_ROWS                                                                                            \
    "SELECT $1, $2, $3, u.a, u.b, u.c, u.d, u.e, u.f, u.g, u.h, u.i, u.j::jsonb, u.k, u.l, u.m, u.n, u.o, "  \
    "u.p, 1 "                                                                                                \
    "FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::int4[], $8::text[], $9::text[], $10::bool[], "      \
    "$11::int8[], "                                                                                          \
    "$12::int8[], $13::text[], $14::int8[], $15::int8[], $16::int8[], $17::int8[], $18::int4[], "            \
    "$19::text[]) "                                                                                          \
    "AS u(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)"

#define PAYMENT_COLUMNS                                                                                      \
    "tenant_id, order_id, outlet_id, device_id, staff_id, shift_id, created_at, payment_id, tender, "        \
    "amount, tendered, rounding"

static mpos_statement order_statement = {
    "WITH placed AS (INSERT INTO pos.orders (tenant_id, order_id, outlet_id, device_id, staff_id, shift_id, "
    "created_at, "
    "channel, table_label, state, payment_state, version, currency, gross, discount, net, tax, total, paid, "
    "catalogue, "
    "priced_form, priced_hash, receipt, call_number, flags, transaction_id) "
    "VALUES ($1, $2, $3, $20, $21, $22, $23, $24, $25, $26, $27, 1, $28, $29, $30, $31, $32, $33, $34, $35, "
    "$36, $37, $38, "
    "$39, $40, $41) ON CONFLICT DO NOTHING RETURNING 1), "
    "lines AS (INSERT INTO pos.order_line (" LINE_COLUMNS ") " LINE_ROWS "), "
    "paid AS (INSERT INTO pos.payment (" PAYMENT_COLUMNS ") "
    "SELECT $1, $2, $3, $42, $21, $22, $23, p.a, 'cash', p.b, p.c, p.d "
    "FROM unnest($43::uuid[], $44::int8[], $45::int8[], $46::int8[]) AS p(a, b, c, d)) "
    "SELECT 1 FROM placed"};

static mpos_statement lines_statement = {"INSERT INTO pos.order_line (" LINE_COLUMNS ") " LINE_ROWS};

static mpos_statement payment_statement = {"INSERT INTO pos.payment (" PAYMENT_COLUMNS
                                           ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'cash', $9, $10, $11)"};

enum { LINE_ARRAYS = 16 };

static const Oid line_types[LINE_ARRAYS] = {UUIDOID, UUIDOID, UUIDOID, INT4OID, TEXTOID, TEXTOID,
                                            BOOLOID, INT8OID, INT8OID, TEXTOID, INT8OID, INT8OID,
                                            INT8OID, INT8OID, INT4OID, TEXTOID};

static void
line_cells(const mpos_order_line *line, Datum *cells[LINE_ARRAYS], bool *nulls[LINE_ARRAYS], int i)
{
    const Datum row[LINE_ARRAYS] = {PointerGetDatum(line->id),
                                    PointerGetDatum(line->parent),
                                    PointerGetDatum(line->item),
                                    Int32GetDatum(line->position),
                                    CStringGetTextDatum(line->name),
                                    line->station != NULL ? CStringGetTextDatum(line->station) : (Datum)0,
                                    BoolGetDatum(line->stocked),
                                    Int64GetDatum(line->qty),
                                    Int64GetDatum(line->unit_price),
                                    CStringGetTextDatum(line->modifiers),
                                    Int64GetDatum(line->gross),
                                    Int64GetDatum(line->discount),
                                    Int64GetDatum(line->tax),
                                    Int64GetDatum(line->total),
                                    Int32GetDatum(line->course),
                                    CStringGetTextDatum(mpos_line_state_text(line->state))};

    for (int c = 0; c < LINE_ARRAYS; c++) {
        cells[c][i] = row[c];
        nulls[c][i] = false;
    }
    nulls[1][i] = !line->has_parent;
    nulls[5][i] = line->station == NULL;
}

static void
arg_lines(mpos_args *args, const mpos_order *order, int first)
{
    int count = order->line_count - first;
    Datum *cells[LINE_ARRAYS];
    bool *nulls[LINE_ARRAYS];

    for (int c = 0; c < LINE_ARRAYS; c++) {
        cells[c] = palloc(sizeof(Datum) * (size_t)Max(count, 1));
        nulls[c] = palloc(sizeof(bool) * (size_t)Max(count, 1));
    }
    for (int i = 0; i < count; i++) {
        line_cells(&order->lines[first + i], cells, nulls, i);
    }
    for (int c = 0; c < LINE_ARRAYS; c++) {
        mpos_arg_array(args, line_types[c], cells[c], nulls[c], count);
    }
}

static void
arg_payments(mpos_args *args, const mpos_order *order)
{
    size_t size = sizeof(Datum) * (size_t)Max(order->payment_count, 1);
    Datum *ids = palloc(size);
    Datum *amounts = palloc(size);
    Datum *tendered = palloc(size);
    Datum *rounding = palloc(size);

    for (int i = 0; i < order->payment_count; i++) {
        ids[i] = PointerGetDatum(order->payments[i].id);
        amounts[i] = Int64GetDatum(order->payments[i].amount);
        tendered[i] = Int64GetDatum(order->payments[i].tendered);
        rounding[i] = Int64GetDatum(order->payments[i].rounding);
    }
    mpos_arg_array(args, UUIDOID, ids, NULL, order->payment_count);
    mpos_arg_array(args, INT8OID, amounts, NULL, order->payment_count);
    mpos_arg_array(args, INT8OID, tendered, NULL, order->payment_count);
    mpos_arg_array(args, INT8OID, rounding, NULL, order->payment_count);
}

static void
arg_order(mpos_args *args, const mpos_order *order)
{
    Datum flags[MPOS_ORDER_FLAGS_MAX];

    mpos_arg_uuid(args, order->device);
    mpos_arg_uuid(args, order->staff);
    mpos_arg_uuid(args, order->has_shift ? order->shift : NULL);
    mpos_arg_time(args, order->created_us);
    mpos_arg_text(args, order->channel);
    mpos_arg_text(args, order->table);
    mpos_arg_text(args, mpos_order_state_text(order->state));
    mpos_arg_text(args, mpos_payment_state_text(order->payment_state));
    mpos_arg_text(args, order->currency);
    mpos_arg_big(args, order->gross);
    mpos_arg_big(args, order->discount);
    mpos_arg_big(args, order->net);
    mpos_arg_big(args, order->tax);
    mpos_arg_big(args, order->total);
    mpos_arg_big(args, order->paid);
    mpos_arg_bytes(args, order->catalogue, 32);
    mpos_arg_bytes(args, (const uint8 *)VARDATA_ANY(order->form), VARSIZE_ANY_EXHDR(order->form));
    mpos_arg_bytes(args, order->priced_hash, 32);
    mpos_arg_text(args, order->receipt);
    mpos_arg_text(args, order->call_number);
    for (int i = 0; i < order->flag_count; i++) {
        flags[i] = CStringGetTextDatum(order->flags[i]);
    }
    mpos_arg_array(args, TEXTOID, flags, NULL, order->flag_count);
    mpos_arg_uuid(args, order->transaction);
}

static void
arg_keys(mpos_args *args, mpos_call *call, const mpos_order *order)
{
    mpos_arg_uuid(args, call->context.tenant);
    mpos_arg_uuid(args, order->id);
    mpos_arg_uuid(args, order->outlet);
}

void
mpos_order_insert(mpos_call *call, const mpos_order *order)
{
    mpos_args args = {0};

    arg_keys(&args, call, order);
    arg_lines(&args, order, 0);
    arg_order(&args, order);
    mpos_arg_uuid(&args, order->device);
    arg_payments(&args, order);
    if (mpos_statement_run(&order_statement, &args) == 0) {
        mpos_raise(MPOS_E_ID_TAKEN, "/id", NULL);
    }
}

void
mpos_order_insert_lines(mpos_call *call, const mpos_order *order, int first)
{
    mpos_args args = {0};

    arg_keys(&args, call, order);
    arg_lines(&args, order, first);
    (void)mpos_statement_run(&lines_statement, &args);
}

void
mpos_order_insert_payment(mpos_call *call, const mpos_order *order, const mpos_order_payment *payment)
{
    mpos_args args = {0};

    arg_keys(&args, call, order);
    mpos_arg_uuid(&args, call->context.device);
    mpos_arg_uuid(&args, call->context.actor);
    mpos_arg_uuid(&args, order->shift);
    mpos_arg_time(&args, payment->at_us);
    mpos_arg_uuid(&args, payment->id);
    mpos_arg_big(&args, payment->amount);
    mpos_arg_big(&args, payment->tendered);
    mpos_arg_big(&args, payment->rounding);
    (void)mpos_statement_run(&payment_statement, &args);
}
