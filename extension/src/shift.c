/* shift.c - opening, closing and reading shifts. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "input.h"
#include "journal.h"
#include "json.h"
#include "money.h"
#include "quantity.h"
#include "shift.h"
#include "shift_sums.h"
#include "sqlstate.h"
#include "statement.h"
#include "uuid.h"

#define FLOAT_MAX INT64CONST(999999999999)

/* The business date is the outlet's calendar day at opening; from then on it comes from the shift, not from the clock. */
static mpos_statement open_statement = {
    "INSERT INTO pos.shift (tenant_id, shift_id, outlet_id, device_id, staff_id, state, business_date, "
    "opened_at, "
    "float_amount, version) SELECT $1, $2, $3, $4, $5, 'open', ($6 AT TIME ZONE o.timezone)::date, $6, $7, 1 "
    "FROM pos.outlet o WHERE o.tenant_id = $1 AND o.outlet_id = $3"};

static mpos_statement close_statement = {"UPDATE pos.shift SET state = 'closed', closed_at = $3, "
                                         "expected_cash = $4, counted = $5, sales = $6, total = $7, "
                                         "version = version + 1 WHERE tenant_id = $1 AND shift_id = $2"};

static mpos_statement read_statement = {
    "SELECT s.device_id, d.code, s.state, s.business_date::text, s.opened_at, s.closed_at, s.float_amount, "
    "s.counted "
    "FROM pos.shift s JOIN pos.device d ON d.tenant_id = s.tenant_id AND d.device_id = s.device_id "
    "WHERE s.tenant_id = $1 AND s.shift_id = $2 AND s.outlet_id = $3"};

static mpos_statement tax_names_statement = {
    "SELECT tax_id, name FROM pos.tax WHERE tenant_id = $1 AND tax_id = ANY ($2)"};

static mpos_statement taken_statement = {"SELECT 1 FROM pos.shift WHERE tenant_id = $1 AND shift_id = $2"};

typedef struct open_in {
    uint32 given;
    uint8 id[16];
    int64 float_amount;
} open_in;

enum { OPEN_ID };

static const mpos_field open_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(open_in, id)},
    {"float", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(open_in, float_amount), 0, FLOAT_MAX},
};
MPOS_SHAPE(open, open_in);

typedef struct close_in {
    uint32 given;
    int64 counted;
} close_in;

static const mpos_field close_fields[] = {
    {"counted", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(close_in, counted), 0, FLOAT_MAX},
};
MPOS_SHAPE(close, close_in);

typedef struct shift_params {
    uint32 given;
    uint8 shift_id[16];
} shift_params;

static const mpos_field params_fields[] = {
    {"shift_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(shift_params, shift_id)}};
MPOS_SHAPE(params, shift_params);

typedef struct shift_row {
    uint8 device[16];
    char *device_code;
    bool open;
    char *business_date;
    int64 opened_us;
    int64 closed_us; /* 0 while open */
    int64 float_amount;
    int64 counted;
} shift_row;

static bool
load(mpos_call *call, const uint8 shift[16], shift_row *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    mpos_arg_uuid(&args, call->context.outlet);
    if (mpos_statement_run(&read_statement, &args) == 0) {
        return false;
    }
    (void)mpos_cell_uuid(0, 1, out->device);
    out->device_code = mpos_cell_text(0, 2);
    out->open = strcmp(mpos_cell_text(0, 3), "open") == 0;
    out->business_date = mpos_cell_text(0, 4);
    out->opened_us = mpos_cell_time(0, 5);
    out->closed_us = mpos_cell_time(0, 6);
    out->float_amount = mpos_cell_big(0, 7);
    out->counted = mpos_cell_big(0, 8);
    return true;
}

static bool
id_taken(mpos_call *call, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(&taken_statement, &args) > 0;
}

static void
insert(mpos_call *call, mpos_device *device, const uint8 id[16], int64 float_amount)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, device->id);
    mpos_arg_uuid(&args, call->context.actor);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_big(&args, float_amount);
    (void)mpos_statement_run(&open_statement, &args);
    mpos_shift_sums_insert(call->context.tenant, id);
    device->has_shift = true;
    memcpy(device->shift, id, sizeof device->shift);
    mpos_event_emit(call, "SHIFT_OPENED", id, psprintf("{\"float\":" INT64_FORMAT "}", float_amount));
}

void
mpos_shift_open_for_sale(mpos_call *call, mpos_device *device)
{
    pg_uuid_t id;

    mpos_uuid_v7(&id);
    insert(call, device, id.data, 0);
}

/* Names change and rates do not: a tax that has gone from the rows keeps its sums without a name. */
static void
taxes_json(mpos_call *call, StringInfo out, const mpos_shift_sums *sums)
{
    mpos_args args = {0};
    Datum *ids = palloc(sizeof *ids * (size_t)Max(sums->tax_count, 1));
    uint64 rows;

    for (int i = 0; i < sums->tax_count; i++) {
        ids[i] = PointerGetDatum(sums->taxes[i].id);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, ids, NULL, sums->tax_count);
    rows = mpos_statement_run(&tax_names_statement, &args);
    mpos_json_open(out, "taxes", '[');
    for (int i = 0; i < sums->tax_count; i++) {
        const mpos_shift_tax *tax = &sums->taxes[i];
        const char *name = "";
        uint8 id[16];

        for (uint64 row = 0; row < rows; row++) {
            if (mpos_cell_uuid(row, 1, id) && memcmp(id, tax->id, sizeof id) == 0) {
                name = mpos_cell_text(row, 2);
            }
        }
        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "id", tax->id);
        mpos_json_text(out, "name", name);
        mpos_json_decimal(out, "rate", tax->rate, MPOS_RATE_SCALE);
        mpos_json_bool(out, "included", tax->included != 0);
        mpos_json_int(out, "base", tax->base);
        mpos_json_int(out, "tax", tax->amount);
        mpos_json_int(out, "refunded_base", tax->refund_base);
        mpos_json_int(out, "refunded_tax", tax->refund_amount);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

static void
sums_json(mpos_call *call, StringInfo out, const mpos_shift_sums *sums)
{
    mpos_json_int(out, "sales", sums->sales);
    mpos_json_int(out, "gross", sums->gross);
    mpos_json_int(out, "discount", sums->discount);
    mpos_json_int(out, "net", sums->net);
    mpos_json_int(out, "tax", sums->tax);
    mpos_json_int(out, "total", sums->total);
    mpos_json_open(out, "tenders", '[');
    if (sums->cash_count > 0) {
        mpos_json_open(out, NULL, '{');
        mpos_json_text(out, "tender", "cash");
        mpos_json_int(out, "count", sums->cash_count);
        mpos_json_int(out, "amount", sums->cash_amount);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
    taxes_json(call, out, sums);
    mpos_json_open(out, "refunds", '{');
    mpos_json_int(out, "count", sums->refunds);
    mpos_json_int(out, "total", sums->refund_total);
    mpos_json_int(out, "cash", sums->refund_cash);
    mpos_json_close(out, '}');
}

static void
counted_json(StringInfo out, const shift_row *row, int64 expected)
{
    mpos_json_int(out, "expected_cash", expected);
    if (row->open) {
        mpos_json_null(out, "counted");
        mpos_json_null(out, "variance");
    } else {
        mpos_json_int(out, "counted", row->counted);
        mpos_json_int(out, "variance", row->counted - expected);
    }
}

bool
mpos_shift_json(mpos_call *call, StringInfo out, const char *key, const uint8 shift[16])
{
    shift_row row;
    mpos_shift_sums sums;

    if (!load(call, shift, &row)) {
        return false;
    }
    mpos_shift_sums_get(call->context.tenant, shift, &sums);
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", shift);
    mpos_json_text(out, "device", row.device_code);
    mpos_json_text(out, "state", row.open ? "open" : "closed");
    mpos_json_text(out, "business_date", row.business_date);
    mpos_json_time(out, "opened_at", row.opened_us);
    if (row.open) {
        mpos_json_null(out, "closed_at");
    } else {
        mpos_json_time(out, "closed_at", row.closed_us);
    }
    mpos_json_int(out, "float", row.float_amount);
    sums_json(call, out, &sums);
    counted_json(out, &row, row.float_amount + sums.cash_amount - sums.refund_cash);
    mpos_json_close(out, '}');
    return true;
}

static void
answer(mpos_call *call, mpos_device_op *op, const uint8 shift[16], int status)
{
    if (op != NULL) {
        return;
    }
    call->status = status;
    mpos_json_open(&call->body, NULL, '{');
    (void)mpos_shift_json(call, &call->body, "shift", shift);
    mpos_json_close(&call->body, '}');
}

mpos_err
mpos_shift_open(mpos_call *call, mpos_device_op *op)
{
    open_in in;
    pg_uuid_t made;
    mpos_device own;
    mpos_device *device = op != NULL ? op->device : &own;
    mpos_err err = mpos_input_body(call, &open_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (op == NULL && !mpos_device_lock(call->context.tenant, call->context.device, device)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (device->has_shift) {
        return mpos_refuse(call, MPOS_E_SHIFT_OPEN, NULL, "%s", "");
    }
    if (!MPOS_GIVEN(&in, OPEN_ID)) {
        mpos_uuid_v7(&made);
        memcpy(in.id, made.data, sizeof in.id);
    } else if (id_taken(call, in.id)) {
        return mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "");
    }
    insert(call, device, in.id, in.float_amount);
    if (op == NULL) {
        mpos_device_save(device);
    }
    answer(call, op, in.id, 201);
    return MPOS_OK;
}

static void
close_row(mpos_call *call, const uint8 shift[16], const shift_row *row, int64 counted)
{
    mpos_shift_sums sums;
    mpos_args args = {0};
    int64 expected;

    mpos_shift_sums_get(call->context.tenant, shift, &sums);
    mpos_check(mpos_money_add(row->float_amount, sums.cash_amount - sums.refund_cash, &expected),
               "expected cash");
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_big(&args, expected);
    mpos_arg_big(&args, counted);
    mpos_arg_big(&args, sums.sales);
    mpos_arg_big(&args, sums.total);
    (void)mpos_statement_run(&close_statement, &args);
    mpos_event_emit(call, "SHIFT_CLOSED", shift,
                    psprintf("{\"counted\":" INT64_FORMAT ",\"expected\":" INT64_FORMAT
                             ",\"sales\":" INT64_FORMAT ",\"total\":" INT64_FORMAT
                             ",\"variance\":" INT64_FORMAT "}",
                             counted, expected, sums.sales, sums.total, counted - expected));
}

/* The row of the shift's device is locked while its sums are read, so that no sale slips in behind them. */
mpos_err
mpos_shift_close(mpos_call *call, mpos_device_op *op)
{
    shift_params params;
    close_in in;
    shift_row row;
    mpos_device own;
    mpos_device *device = op != NULL ? op->device : &own;
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &close_shape, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!load(call, params.shift_id, &row)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (op != NULL && memcmp(row.device, device->id, sizeof row.device) != 0) {
        return mpos_refuse(call, MPOS_E_FORBIDDEN, NULL, "A register closes its own shift.");
    }
    if (op == NULL && !mpos_device_lock(call->context.tenant, row.device, device)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (!device->has_shift || memcmp(device->shift, params.shift_id, sizeof device->shift) != 0) {
        return mpos_refuse(call, MPOS_E_SHIFT_NOT_OPEN, NULL, "%s", "");
    }
    close_row(call, params.shift_id, &row, in.counted);
    device->has_shift = false;
    if (op == NULL) {
        mpos_device_save(device);
    }
    answer(call, op, params.shift_id, 200);
    return MPOS_OK;
}

mpos_err
mpos_shift_get(mpos_call *call)
{
    shift_params params;
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    return mpos_shift_json(call, &call->body, NULL, params.shift_id)
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
}
