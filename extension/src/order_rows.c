/* order_rows.c - reading and changing orders. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "heap.h"
#include "order_input.h"
#include "order_rows.h"
#include "statement.h"

static const char *const line_states[] = {"new", "sent", "voided"};

static mpos_table orders_table = {"pos", "orders", "orders_pkey"};

#define ORDER_COLUMNS                                                                                        \
    "order_id, outlet_id, device_id, staff_id, shift_id, channel, table_label, state, payment_state, "       \
    "version, currency, "                                                                                    \
    "gross, discount, net, tax, total, paid, catalogue, priced_form, priced_hash, receipt, call_number, "    \
    "flags, "                                                                                                \
    "transaction_id, created_at, refunded, basket, priced_at, place, guests, exempt, customer_group_id, "    \
    "customer_id, coupons"

static mpos_statement read_statement = {
    "SELECT " ORDER_COLUMNS " FROM pos.orders WHERE tenant_id = $1 AND order_id = $2 AND outlet_id = $3"};

static mpos_statement lock_statement = {
    "SELECT " ORDER_COLUMNS
    " FROM pos.orders WHERE tenant_id = $1 AND order_id = $2 AND outlet_id = $3 FOR NO KEY UPDATE"};

static mpos_statement lines_statement = {
    "SELECT line_id, parent_id, item_id, position, name, station, stocked, qty, unit_price, modifiers, "
    "gross, discount, "
    "tax, total, course, state, variant_id FROM pos.order_line WHERE tenant_id = $1 AND order_id = $2 ORDER "
    "BY position"};

static mpos_statement state_statement = {
    "UPDATE pos.orders SET state = $3, payment_state = $4, paid = $5, receipt = $6, shift_id = $7, flags = "
    "$8, "
    "transaction_id = $9, version = $10, basket = CASE WHEN $11 THEN basket END WHERE tenant_id = $1 AND "
    "order_id = $2"};

static mpos_statement prices_statement = {
    "UPDATE pos.orders SET state = $3, payment_state = $4, gross = $5, "
    "discount = $6, net = $7, tax = $8, total = $9, "
    "catalogue = $10, priced_form = $11, priced_hash = $12, version = "
    "$13, flags = $14, basket = $15 WHERE tenant_id = $1 AND order_id = $2"};

static mpos_statement update_lines_statement = {
    "UPDATE pos.order_line l SET gross = u.gross, discount = u.discount, tax = u.tax, total = u.total, state "
    "= u.state, "
    "unit_price = u.unit_price, version = l.version + 1 "
    "FROM unnest($3::uuid[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::text[]) "
    "AS u(line_id, gross, discount, tax, total, unit_price, state) "
    "WHERE l.tenant_id = $1 AND l.order_id = $2 AND l.line_id = u.line_id "
    "AND (l.gross, l.discount, l.tax, l.total, l.unit_price, l.state) IS DISTINCT FROM (u.gross, u.discount, "
    "u.tax, u.total, u.unit_price, u.state)"};

static void
text_to_state(mpos_err err)
{
    if (err != MPOS_OK) {
        elog(ERROR, "stored state is not one of the core's");
    }
}

const char *
mpos_line_state_text(mpos_line_state state)
{
    return line_states[state];
}

bool
mpos_order_stays_open(const mpos_order *order)
{
    return order->payment_state == MPOS_PAYMENT_UNPAID || order->payment_state == MPOS_PAYMENT_PARTIAL;
}

bool
mpos_order_exists(const uint8 tenant[16], const uint8 id[16])
{
    Relation relation = mpos_table_open(&orders_table, AccessShareLock);
    Datum keys[2] = {PointerGetDatum(tenant), PointerGetDatum(id)};
    HeapTuple row = mpos_table_get(&orders_table, relation, keys, NULL);

    mpos_table_close(relation);
    return row != NULL;
}

void
mpos_order_flag(mpos_order *order, const char *flag)
{
    for (int i = 0; i < order->flag_count; i++) {
        if (strcmp(order->flags[i], flag) == 0) {
            return;
        }
    }
    if (order->flag_count < MPOS_ORDER_FLAGS_MAX) {
        order->flags[order->flag_count++] = flag;
    }
}

static void
read_flags(mpos_order *out, int column)
{
    bool is_null;
    Datum *values;
    bool *nulls;
    int count;

    deconstruct_array(DatumGetArrayTypeP(mpos_cell(0, column, &is_null)), TEXTOID, -1, false, TYPALIGN_INT,
                      &values, &nulls, &count);
    for (int i = 0; i < count; i++) {
        mpos_order_flag(out, TextDatumGetCString(values[i]));
    }
}

static void
read_hash(int column, uint8 out[32])
{
    memcpy(out, VARDATA_ANY(mpos_cell_bytes(0, column)), 32);
}

static int
place_of(const char *text)
{
    for (int i = 0; mpos_place_words[i] != NULL; i++) {
        if (strcmp(mpos_place_words[i], text) == 0) {
            return i;
        }
    }
    elog(ERROR, "stored place is not known");
}

static void
read_coupons(mpos_order *out, int column)
{
    bool is_null;
    Datum list = mpos_cell(0, column, &is_null);
    Datum *values;
    bool *nulls;
    int count = 0;

    if (!is_null) {
        deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
                          &count);
    }
    for (int i = 0; i < count && i < MPOS_BASKET_COUPONS_MAX; i++) {
        out->coupons[out->coupon_count++] = TextDatumGetCString(values[i]);
    }
}

static void
read_circumstances(mpos_order *out)
{
    const char *place = mpos_cell_text(0, 29);

    out->basket = mpos_cell_bytes(0, 27);
    out->has_circumstances = place != NULL;
    if (place == NULL) {
        return;
    }
    out->in.at = mpos_cell_big(0, 28);
    out->in.place = (uint8)place_of(place);
    out->in.guests = (uint16)mpos_cell_int(0, 30);
    out->in.exempt = mpos_cell_bool(0, 31);
    (void)mpos_cell_uuid(0, 32, out->in.customer_group);
    out->has_customer = mpos_cell_uuid(0, 33, out->customer);
    read_coupons(out, 34);
}

static void
read_order(mpos_order *out)
{
    memset(out, 0, sizeof *out);
    (void)mpos_cell_uuid(0, 1, out->id);
    (void)mpos_cell_uuid(0, 2, out->outlet);
    (void)mpos_cell_uuid(0, 3, out->device);
    (void)mpos_cell_uuid(0, 4, out->staff);
    out->has_shift = mpos_cell_uuid(0, 5, out->shift);
    out->channel = mpos_cell_text(0, 6);
    out->table = mpos_cell_text(0, 7);
    text_to_state(mpos_order_state_from_text(mpos_cell_text(0, 8), &out->state));
    text_to_state(mpos_payment_state_from_text(mpos_cell_text(0, 9), &out->payment_state));
    out->version = mpos_cell_int(0, 10);
    out->currency = mpos_cell_text(0, 11);
    out->gross = mpos_cell_big(0, 12);
    out->discount = mpos_cell_big(0, 13);
    out->net = mpos_cell_big(0, 14);
    out->tax = mpos_cell_big(0, 15);
    out->total = mpos_cell_big(0, 16);
    out->paid = mpos_cell_big(0, 17);
    read_hash(18, out->catalogue);
    out->form = mpos_cell_bytes(0, 19);
    read_hash(20, out->priced_hash);
    out->receipt = mpos_cell_text(0, 21);
    out->call_number = mpos_cell_text(0, 22);
    read_flags(out, 23);
    (void)mpos_cell_uuid(0, 24, out->transaction);
    out->created_us = mpos_cell_time(0, 25);
    out->refunded = mpos_cell_big(0, 26);
    read_circumstances(out);
}

bool
mpos_order_load(mpos_call *call, const uint8 id[16], bool lock, mpos_order *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, call->context.outlet);
    if (mpos_statement_run(lock ? &lock_statement : &read_statement, &args) == 0) {
        return false;
    }
    read_order(out);
    return true;
}

static mpos_line_state
line_state(const char *text)
{
    for (int i = 0; i < (int)lengthof(line_states); i++) {
        if (strcmp(line_states[i], text) == 0) {
            return (mpos_line_state)i;
        }
    }
    elog(ERROR, "stored line state is not known");
}

static void
read_line(uint64 row, mpos_order_line *out)
{
    bool is_null;

    (void)mpos_cell_uuid(row, 1, out->id);
    out->has_parent = mpos_cell_uuid(row, 2, out->parent);
    (void)mpos_cell_uuid(row, 3, out->item);
    out->position = mpos_cell_int(row, 4);
    out->name = mpos_cell_text(row, 5);
    out->station = mpos_cell_text(row, 6);
    out->stocked = mpos_cell_bool(row, 7);
    out->qty = mpos_cell_big(row, 8);
    out->unit_price = mpos_cell_big(row, 9);
    out->modifiers = DatumGetCString(DirectFunctionCall1(jsonb_out, mpos_cell(row, 10, &is_null)));
    out->gross = mpos_cell_big(row, 11);
    out->discount = mpos_cell_big(row, 12);
    out->tax = mpos_cell_big(row, 13);
    out->total = mpos_cell_big(row, 14);
    out->course = mpos_cell_int(row, 15);
    out->state = line_state(mpos_cell_text(row, 16));
    out->has_variant = mpos_cell_uuid(row, 17, out->variant);
}

void
mpos_order_load_lines(mpos_call *call, mpos_order *order)
{
    mpos_args args = {0};
    uint64 count;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    count = mpos_statement_run(&lines_statement, &args);
    order->lines = palloc0(sizeof *order->lines * Max(count, 1));
    order->line_count = (int)count;
    for (uint64 i = 0; i < count; i++) {
        read_line(i, &order->lines[i]);
    }
}

static void
arg_flags(mpos_args *args, const mpos_order *order)
{
    Datum *values = palloc(sizeof *values * MPOS_ORDER_FLAGS_MAX);

    for (int i = 0; i < order->flag_count; i++) {
        values[i] = CStringGetTextDatum(order->flags[i]);
    }
    mpos_arg_array(args, TEXTOID, values, NULL, order->flag_count);
}

void
mpos_order_update_state(mpos_call *call, mpos_order *order)
{
    mpos_args args = {0};

    order->version++;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_text(&args, mpos_order_state_text(order->state));
    mpos_arg_text(&args, mpos_payment_state_text(order->payment_state));
    mpos_arg_big(&args, order->paid);
    mpos_arg_text(&args, order->receipt);
    mpos_arg_uuid(&args, order->has_shift ? order->shift : NULL);
    arg_flags(&args, order);
    mpos_arg_uuid(&args, order->transaction);
    mpos_arg_int(&args, order->version);
    mpos_arg_bool(&args, mpos_order_stays_open(order));
    (void)mpos_statement_run(&state_statement, &args);
}

void
mpos_order_update_prices(mpos_call *call, mpos_order *order)
{
    mpos_args args = {0};

    order->version++;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_text(&args, mpos_order_state_text(order->state));
    mpos_arg_text(&args, mpos_payment_state_text(order->payment_state));
    mpos_arg_big(&args, order->gross);
    mpos_arg_big(&args, order->discount);
    mpos_arg_big(&args, order->net);
    mpos_arg_big(&args, order->tax);
    mpos_arg_big(&args, order->total);
    mpos_arg_bytes(&args, order->catalogue, 32);
    mpos_arg_bytes(&args, (const uint8 *)VARDATA_ANY(order->form), VARSIZE_ANY_EXHDR(order->form));
    mpos_arg_bytes(&args, order->priced_hash, 32);
    mpos_arg_int(&args, order->version);
    arg_flags(&args, order);
    if (order->basket != NULL && mpos_order_stays_open(order)) {
        mpos_arg_bytes(&args, (const uint8 *)VARDATA_ANY(order->basket), VARSIZE_ANY_EXHDR(order->basket));
    } else {
        mpos_arg_bytes(&args, NULL, 0);
    }
    (void)mpos_statement_run(&prices_statement, &args);
}

void
mpos_order_update_lines(mpos_call *call, const mpos_order *order, int count)
{
    mpos_args args = {0};
    Datum *cells[7];

    for (int i = 0; i < 7; i++) {
        cells[i] = palloc(sizeof(Datum) * (size_t)Max(count, 1));
    }
    for (int i = 0; i < count; i++) {
        const mpos_order_line *line = &order->lines[i];

        cells[0][i] = PointerGetDatum(line->id);
        cells[1][i] = Int64GetDatum(line->gross);
        cells[2][i] = Int64GetDatum(line->discount);
        cells[3][i] = Int64GetDatum(line->tax);
        cells[4][i] = Int64GetDatum(line->total);
        cells[5][i] = Int64GetDatum(line->unit_price);
        cells[6][i] = CStringGetTextDatum(line_states[line->state]);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_array(&args, UUIDOID, cells[0], NULL, count);
    for (int i = 1; i < 6; i++) {
        mpos_arg_array(&args, INT8OID, cells[i], NULL, count);
    }
    mpos_arg_array(&args, TEXTOID, cells[6], NULL, count);
    (void)mpos_statement_run(&update_lines_statement, &args);
}
