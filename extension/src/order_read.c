/* order_read.c - reading orders of the outlet. */
#include "postgres.h"

#include "etag.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "order_rows.h"
#include "statement.h"

#define LIST_LIMIT 50
#define LIST_LIMIT_MAX 200

static mpos_statement list_statement = {"SELECT order_id FROM pos.orders WHERE tenant_id = $1 AND outlet_id "
                                        "= $2 AND ($3::text IS NULL OR state = $3) "
                                        "ORDER BY created_at DESC, order_id DESC LIMIT $4"};

/* Goes on behind the order that the page before ended with. */
static mpos_statement after_statement = {
    "SELECT order_id FROM pos.orders WHERE tenant_id = $1 AND outlet_id = $2 AND ($3::text IS NULL OR state "
    "= $3) "
    "AND (created_at, order_id) < ($5, $6) ORDER BY created_at DESC, order_id DESC LIMIT $4"};

typedef struct order_params {
    uint32 given;
    uint8 order_id[16];
} order_params;

static const mpos_field order_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, order_id)}};
MPOS_SHAPE(order, order_params);

typedef struct list_params {
    uint32 given;
    int state;
    int64 limit;
    uint8 after[16];
} list_params;

enum { LIST_STATE, LIST_LIMIT_GIVEN, LIST_AFTER };

static const char *const state_words[] = {
#define MPOS_ORDER_STATE(name, text) text,
#include "order_states.def"
#undef MPOS_ORDER_STATE
    NULL};

static const mpos_field list_fields[] = {
    {"state", MPOS_IN_WORD, 0, offsetof(list_params, state), 0, 0, state_words},
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIST_LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(list_params, after)},
};
MPOS_SHAPE(list, list_params);

mpos_err
mpos_order_get(mpos_call *call)
{
    order_params params;
    mpos_order order;
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_order_load(call, params.order_id, false, &order)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_order_load_lines(call, &order);
    mpos_order_load_payments(call, &order);
    mpos_order_json(call, &call->body, NULL, &order);
    mpos_etag_of_body(call);
    return MPOS_OK;
}

static mpos_err
run_list(mpos_call *call, const list_params *in, int64 limit, uint64 *rows)
{
    mpos_args args = {0};
    mpos_order last;
    bool goes_on = MPOS_GIVEN(in, LIST_AFTER);

    if (goes_on && !mpos_order_load(call, in->after, false, &last)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "after", "%s", "");
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_text(&args, MPOS_GIVEN(in, LIST_STATE) ? state_words[in->state] : NULL);
    mpos_arg_big(&args, limit + 1);
    if (goes_on) {
        mpos_arg_time(&args, last.created_us);
        mpos_arg_uuid(&args, last.id);
    }
    *rows = mpos_statement_run(goes_on ? &after_statement : &list_statement, &args);
    return MPOS_OK;
}

mpos_err
mpos_order_list(mpos_call *call)
{
    list_params in;
    uint64 rows = 0;
    int64 limit;
    uint8(*ids)[16];
    mpos_order order;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    limit = err == MPOS_OK && MPOS_GIVEN(&in, LIST_LIMIT_GIVEN) ? in.limit : LIST_LIMIT;
    if (err == MPOS_OK) {
        err = run_list(call, &in, limit, &rows);
    }
    if (err != MPOS_OK) {
        return err;
    }
    ids = palloc(sizeof *ids * Max(rows, 1));
    for (uint64 i = 0; i < rows; i++) {
        (void)mpos_cell_uuid(i, 1, ids[i]);
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "orders", '[');
    for (uint64 i = 0; i < rows && (int64)i < limit; i++) {
        if (mpos_order_load(call, ids[i], false, &order)) {
            mpos_order_load_lines(call, &order);
            mpos_order_load_payments(call, &order);
            mpos_order_json(call, &call->body, NULL, &order);
        }
    }
    mpos_json_close(&call->body, ']');
    mpos_json_uuid(&call->body, "next", (int64)rows > limit ? ids[limit - 1] : NULL);
    mpos_json_close(&call->body, '}');
    mpos_etag_of_body(call);
    return MPOS_OK;
}
