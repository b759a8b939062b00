/* stock.c - depletion at payment, and reading levels. */
#include "postgres.h"

#include "common/int.h"

#include "direct.h"
#include "etag.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "page.h"
#include "quantity.h"
#include "sqlstate.h"
#include "statement.h"
#include "stock.h"

#define LIST_LIMIT 200
#define LIST_LIMIT_MAX 1000

static const char *const stock_columns[] = {"tenant_id", "outlet_id", "item_id", "on_hand", "low", "version"};

enum { STOCK_ON_HAND = 3, STOCK_LOW, STOCK_VERSION, STOCK_COLUMNS };

static mpos_direct stock_table = {{"pos", "stock", "stock_pkey"}, stock_columns, lengthof(stock_columns)};

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

/* One row per item, in the order in which rows are locked. Returns how many. */
static int
merge(sold *list, int count)
{
    int merged = 0;

    qsort(list, (size_t)count, sizeof *list, compare_sold);
    for (int i = 0; i < count; i++) {
        if (merged > 0 && compare_sold(&list[merged - 1], &list[i]) == 0) {
            list[merged - 1].qty += list[i].qty;
        } else {
            list[merged++] = list[i];
        }
    }
    return merged;
}

static int
collect(const mpos_order *order, sold *out)
{
    int count = 0;

    for (int i = 0; i < order->line_count; i++) {
        if (order->lines[i].stocked && order->lines[i].state != MPOS_LINE_VOIDED) {
            out[count++] = (sold){order->lines[i].item, order->lines[i].qty};
        }
    }
    return merge(out, count);
}

static void
tell(mpos_call *call, mpos_device_op *op, const uint8 item[16], int64 before, int64 on_hand, int64 low)
{
    char text[MPOS_DECIMAL_SIZE + 1];

    if (on_hand < 0) {
        mpos_op_flag(op, "neg_stock");
    }
    if (before > low && on_hand <= low) {
        text[mpos_decimal_format(on_hand, MPOS_QTY_SCALE, text)] = '\0';
        mpos_event_emit(call, "STOCK_LOW", item, psprintf("{\"on_hand\":\"%s\"}", text));
    }
}

static int64
number(Relation relation, HeapTuple row, int column)
{
    bool is_null;

    return DatumGetInt64(mpos_row_get(relation, row, stock_table.attributes[column], &is_null));
}

/* False when the row has changed since it was read. */
static bool
deplete_row(mpos_call *call, mpos_device_op *op, Relation relation, HeapTuple row, const sold *sold)
{
    static const bool replaces[STOCK_COLUMNS] = {[STOCK_ON_HAND] = true, [STOCK_VERSION] = true};
    int64 before = number(relation, row, STOCK_ON_HAND);
    mpos_direct_row changed = {0};
    int64 on_hand;

    if (pg_sub_s64_overflow(before, sold->qty, &on_hand)) {
        mpos_raise(MPOS_E_OUT_OF_RANGE, NULL, "stock level");
    }
    changed.values[STOCK_ON_HAND] = Int64GetDatum(on_hand);
    changed.values[STOCK_VERSION] = Int32GetDatum((int32)number(relation, row, STOCK_VERSION) + 1);
    if (!mpos_direct_update(&stock_table, relation, row, &changed, replaces)) {
        return false;
    }
    tell(call, op, sold->item, before, on_hand, number(relation, row, STOCK_LOW));
    return true;
}

/* Reads without a lock first, which spares a write when nobody else sells the item at this moment. */
static void
deplete(mpos_call *call, mpos_device_op *op, const mpos_order *order, Relation relation, const sold *sold)
{
    Datum keys[3] = {PointerGetDatum(call->context.tenant), PointerGetDatum(order->outlet),
                     PointerGetDatum(sold->item)};
    HeapTuple row = mpos_table_get(&stock_table.table, relation, keys, NULL);

    while (row != NULL && !deplete_row(call, op, relation, row, sold)) {
        row = mpos_table_lock(&stock_table.table, relation, keys, NULL, LockWaitBlock);
    }
}

void
mpos_stock_deplete(mpos_call *call, mpos_device_op *op, const mpos_order *order)
{
    sold *list = palloc(sizeof *list * (size_t)Max(order->line_count, 1));
    int count = collect(order, list);
    Relation relation;

    if (count == 0) {
        return;
    }
    relation = mpos_direct_open(&stock_table);
    for (int i = 0; i < count; i++) {
        deplete(call, op, order, relation, &list[i]);
    }
    mpos_table_close(relation);
}

void
mpos_stock_return(mpos_call *call, const mpos_order *order, const int64 *back)
{
    sold *list = palloc(sizeof *list * (size_t)Max(order->line_count, 1));
    int count = 0;
    Relation relation;

    for (int i = 0; i < order->line_count; i++) {
        if (order->lines[i].stocked && back[i] > 0) {
            list[count++] = (sold){order->lines[i].item, -back[i]};
        }
    }
    if (count == 0) {
        return;
    }
    count = merge(list, count);
    relation = mpos_direct_open(&stock_table);
    for (int i = 0; i < count; i++) {
        deplete(call, NULL, order, relation, &list[i]);
    }
    mpos_table_close(relation);
}

static void
level_json(StringInfo out, const char *key, uint64 row)
{
    uint8 item[16];

    (void)mpos_cell_uuid(row, 1, item);
    mpos_json_open(out, key, '{');
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
    level_json(&call->body, NULL, 0);
    return MPOS_OK;
}

mpos_err
mpos_stock_list(mpos_call *call)
{
    list_params in;
    mpos_args args = {0};
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
    mpos_page_answer(call, "levels", rows, limit, level_json);
    mpos_etag_of_body(call);
    return MPOS_OK;
}
