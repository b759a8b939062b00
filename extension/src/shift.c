/* shift.c - opening, closing and reading shifts. */
#include "postgres.h"

#include "catalogue.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "shift.h"
#include "shift_sums.h"
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
                                         "tips = $8, rounding = $9, currencies = $10::jsonb, "
                                         "version = version + 1 WHERE tenant_id = $1 AND shift_id = $2"};

static mpos_statement read_statement = {
    "SELECT s.device_id, d.code, s.state, s.business_date::text, s.opened_at, s.closed_at, s.float_amount, "
    "s.counted, s.currencies::text "
    "FROM pos.shift s JOIN pos.device d ON d.tenant_id = s.tenant_id AND d.device_id = s.device_id "
    "WHERE s.tenant_id = $1 AND s.shift_id = $2 AND s.outlet_id = $3"};

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

static const mpos_field count_fields[] = {
    {"currency", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(mpos_shift_count, currency), 3, 3},
    {"counted", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(mpos_shift_count, counted), 0, FLOAT_MAX},
};
MPOS_SHAPE(count, mpos_shift_count);

typedef struct close_in {
    uint32 given;
    int64 counted;
    mpos_list currencies; /* mpos_shift_count */
} close_in;

static const mpos_field close_fields[] = {
    {"counted", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(close_in, counted), 0, FLOAT_MAX},
    {"currencies", MPOS_IN_OBJECTS, 0, offsetof(close_in, currencies), 0, MPOS_RULES_CURRENCIES_MAX, NULL,
     &count_shape},
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
    const char *currencies; /* NULL while open, and for none */
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
    out->currencies = mpos_cell_text(0, 9);
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
    mpos_shift_sums_json(call, out, shift, &sums);
    if (row.currencies != NULL) {
        mpos_json_raw(out, "currencies", row.currencies);
    } else {
        mpos_shift_currencies_json(out, "currencies", &sums, NULL);
    }
    counted_json(out, &row, mpos_shift_expected(&sums, row.float_amount));
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

static bool
is_taken(mpos_call *call, const char *code)
{
    const mpos_catalogue *catalogue = mpos_catalogue_current(call);
    const mpos_rules *rules = catalogue != NULL ? mpos_catalogue_rules(catalogue) : NULL;

    for (int i = 0; rules != NULL && i < rules->currency_count; i++) {
        if (memcmp(rules->currencies[i].code, code, sizeof rules->currencies[i].code) == 0) {
            return true;
        }
    }
    return false;
}

/* Only what the business takes, or was taken in the shift, can be counted; nothing counted of another is no mistake. */
static mpos_err
check_counts(mpos_call *call, const mpos_shift_sums *sums, const mpos_list *counts)
{
    const mpos_shift_count *count = counts->items;

    for (int i = 0; i < counts->count; i++) {
        const char *field = psprintf("/currencies/%d/currency", i);
        bool known = false;

        for (int before = 0; before < i; before++) {
            if (strcmp(count[before].currency, count[i].currency) == 0) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, field, "A currency is counted once.");
            }
        }
        for (int at = 0; at < sums->currency_count; at++) {
            known = known || strcmp(sums->currencies[at].code, count[i].currency) == 0;
        }
        if (!known && !is_taken(call, count[i].currency)) {
            return mpos_refuse(call, MPOS_E_UNKNOWN_REFERENCE, field, "This currency is not taken here.");
        }
    }
    return MPOS_OK;
}

static void
close_row(mpos_call *call, const uint8 shift[16], const shift_row *row, const mpos_shift_sums *sums,
          const close_in *in)
{
    mpos_args args = {0};
    int64 expected = mpos_shift_expected(sums, row->float_amount);
    StringInfoData currencies;

    initStringInfo(&currencies);
    mpos_shift_currencies_json(&currencies, NULL, sums, &in->currencies);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_big(&args, expected);
    mpos_arg_big(&args, in->counted);
    mpos_arg_big(&args, sums->sales);
    mpos_arg_big(&args, sums->total);
    mpos_arg_big(&args, sums->tip_amount);
    mpos_arg_big(&args, sums->rounding);
    mpos_arg_text(&args, sums->currency_count > 0 ? currencies.data : NULL);
    (void)mpos_statement_run(&close_statement, &args);
    mpos_event_emit(
        call, "SHIFT_CLOSED", shift,
        psprintf("{\"counted\":" INT64_FORMAT ",\"expected\":" INT64_FORMAT ",\"sales\":" INT64_FORMAT
                 ",\"tips\":" INT64_FORMAT ",\"total\":" INT64_FORMAT ",\"variance\":" INT64_FORMAT "}",
                 in->counted, expected, sums->sales, sums->tip_amount, sums->total, in->counted - expected));
}

/* The row of the shift's device is locked while its sums are read, so that no sale slips in behind them. */
mpos_err
mpos_shift_close(mpos_call *call, mpos_device_op *op)
{
    shift_params params;
    close_in in;
    shift_row row;
    mpos_shift_sums sums;
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
    mpos_shift_sums_get(call->context.tenant, params.shift_id, &sums);
    err = check_counts(call, &sums, &in.currencies);
    if (err != MPOS_OK) {
        return err;
    }
    close_row(call, params.shift_id, &row, &sums, &in);
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
