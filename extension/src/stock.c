/* stock.c - depletion at payment, and reading levels. */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "etag.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "quantity.h"
#include "statement.h"
#include "stock.h"

#define LIST_LIMIT 200
#define LIST_LIMIT_MAX 1000

/* item_id = any(...) lets the generic plan read exactly these rows; a join with unnest would read all of the outlet. */
static mpos_statement deplete_statement = {
    "UPDATE pos.stock SET on_hand = on_hand - ($4::int8[])[array_position($3::uuid[], item_id)], version = "
    "version + 1 "
    "WHERE tenant_id = $1 AND outlet_id = $2 AND item_id = ANY ($3::uuid[]) "
    "RETURNING item_id, on_hand, on_hand + ($4::int8[])[array_position($3::uuid[], item_id)], low"};

static mpos_statement get_statement = {"SELECT item_id, on_hand, version FROM pos.stock WHERE tenant_id = $1 "
                                       "AND outlet_id = $2 AND item_id = $3"};

static mpos_statement list_statement = {"SELECT item_id, on_hand, version FROM pos.stock WHERE tenant_id = "
                                        "$1 AND outlet_id = $2 AND item_id > $3 "
                                        "ORDER BY item_id LIMIT $4"};

typedef struct sold {
    const uint8 *item;
    int64 qty;
} sold;

typedef struct item_params {
    uint32 given;
    uint8 item_id[16];
} item_params;

static const mpos_field item_fields[] = {
    {"item_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(item_params, item_id)}};
MPOS_SHAPE(item, item_params);

typedef struct list_params {
    uint32 given;
    int64 limit;
    uint8 after[16];
} list_params;

enum { LIST_LIMIT_GIVEN, LIST_AFTER_GIVEN };

static const mpos_field list_fields[] = {
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIST_LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(list_params, after)},
};
MPOS_SHAPE(list, list_params);

static int
compare_sold(const void *a, const void *b)
{
    return memcmp(((const sold *)a)->item, ((const sold *)b)->item, 16);
}

/* The stocked items of the order, merged and in the order in which rows are locked. */
static int
collect(const mpos_order *order, sold *out)
{
    int count = 0;
    int merged = 0;

    for (int i = 0; i < order->line_count; i++) {
        if (order->lines[i].stocked && order->lines[i].state != MPOS_LINE_VOIDED) {
            out[count++] = (sold){order->lines[i].item, order->lines[i].qty};
        }
    }
    qsort(out, (size_t)count, sizeof *out, compare_sold);
    for (int i = 0; i < count; i++) {
        if (merged > 0 && compare_sold(&out[merged - 1], &out[i]) == 0) {
            out[merged - 1].qty += out[i].qty;
        } else {
            out[merged++] = out[i];
        }
    }
    return merged;
}

static void
tell(mpos_call *call, mpos_device_op *op, uint64 row)
{
    int64 on_hand = mpos_cell_big(row, 2);
    int64 before = mpos_cell_big(row, 3);
    int64 low = mpos_cell_big(row, 4);
    uint8 item[16];
    char text[MPOS_DECIMAL_SIZE + 1];

    if (on_hand < 0) {
        mpos_op_flag(op, "neg_stock");
    }
    if (before > low && on_hand <= low) {
        (void)mpos_cell_uuid(row, 1, item);
        text[mpos_decimal_format(on_hand, MPOS_QTY_SCALE, text)] = '\0';
        mpos_event_emit(call, "STOCK_LOW", item, psprintf("{\"on_hand\":\"%s\"}", text));
    }
}

void
mpos_stock_deplete(mpos_call *call, mpos_device_op *op, const mpos_order *order)
{
    sold *list = palloc(sizeof *list * (size_t)Max(order->line_count, 1));
    int count = collect(order, list);
    Datum *items = palloc(sizeof *items * (size_t)Max(count, 1));
    Datum *quantities = palloc(sizeof *quantities * (size_t)Max(count, 1));
    mpos_args args = {0};
    uint64 rows;

    if (count == 0) {
        return;
    }
    for (int i = 0; i < count; i++) {
        items[i] = PointerGetDatum(list[i].item);
        quantities[i] = Int64GetDatum(list[i].qty);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->outlet);
    mpos_arg_array(&args, UUIDOID, items, NULL, count);
    mpos_arg_array(&args, INT8OID, quantities, NULL, count);
    rows = mpos_statement_run(&deplete_statement, &args);
    for (uint64 i = 0; i < rows; i++) {
        tell(call, op, i);
    }
}

static void
level_json(StringInfo out, uint64 row)
{
    uint8 item[16];

    (void)mpos_cell_uuid(row, 1, item);
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "item_id", item);
    mpos_json_decimal(out, "on_hand", mpos_cell_big(row, 2), MPOS_QTY_SCALE);
    mpos_json_int(out, "version", mpos_cell_int(row, 3));
    mpos_json_close(out, '}');
}

/* Reads the outlet's level of an item into row 0; false when it has none. */
static bool
load_level(mpos_call *call, const uint8 item[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, item);
    return mpos_statement_run(&get_statement, &args) > 0;
}

mpos_err
mpos_stock_get(mpos_call *call)
{
    item_params in;
    mpos_err err = mpos_input_params(call, &item_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (!load_level(call, in.item_id)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    level_json(&call->body, 0);
    return MPOS_OK;
}

mpos_err
mpos_stock_list(mpos_call *call)
{
    list_params in;
    mpos_args args = {0};
    uint8 last[16];
    uint64 rows;
    int64 limit;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    /* A place in the list is the id of one of its rows; any other id answers as if it did not exist. */
    if (MPOS_GIVEN(&in, LIST_AFTER_GIVEN) && !load_level(call, in.after)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "after", "%s", "");
    }
    limit = MPOS_GIVEN(&in, LIST_LIMIT_GIVEN) ? in.limit : LIST_LIMIT;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, in.after);
    mpos_arg_big(&args, limit + 1);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "levels", '[');
    for (uint64 i = 0; i < rows && (int64)i < limit; i++) {
        level_json(&call->body, i);
        (void)mpos_cell_uuid(i, 1, last);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_uuid(&call->body, "next", (int64)rows > limit ? last : NULL);
    mpos_json_close(&call->body, '}');
    mpos_etag_of_body(call);
    return MPOS_OK;
}
