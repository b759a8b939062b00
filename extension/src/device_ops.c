/*
 * device_ops.c - the devices of a business: listing, making, naming, revoking, and when they were last heard of.
 * Words: device, binding (a device belongs to one outlet for good), revoked, online.
 */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "licence.h"
#include "operations.h"
#include "statement.h"
#include "uuid.h"

#define ONLINE_US INT64CONST(60000000)
#define CODE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

static const char *const kind_words[] = {"register", "kitchen", "kiosk", "fridge", "display", NULL};

#define DEVICE_COLUMNS                                                                                       \
    "SELECT d.device_id, d.outlet_id, d.code, coalesce(d.name, d.code), d.kind, d.series, d.state, "         \
    "d.key_alg, d.paired_at, s.last_seen_at, s.app, d.version FROM pos.device d "                            \
    "LEFT JOIN pos.device_status s ON s.tenant_id = d.tenant_id AND s.device_id = d.device_id "              \
    "WHERE d.tenant_id = $1 AND d.kind <> 'channel' "

static mpos_statement list_statement = {
    DEVICE_COLUMNS "AND ($2::uuid IS NULL OR d.outlet_id = $2) ORDER BY d.device_id LIMIT 1000"};

static mpos_statement get_statement = {DEVICE_COLUMNS "AND d.device_id = $2"};

static mpos_statement outlet_statement = {"SELECT 1 FROM pos.outlet WHERE tenant_id = $1 AND outlet_id = $2"};

/* Two makers of devices take turns: codes, series and what the licence allows are counted. */
static mpos_statement turn_statement = {"SELECT 1 FROM pos.tenant WHERE tenant_id = $1 FOR NO KEY UPDATE"};

static mpos_statement code_statement = {
    "SELECT 1 FROM pos.device WHERE tenant_id = $1 AND outlet_id = $2 AND code = $3 AND state = 'active'"};

static mpos_statement create_statement = {"SELECT pos.device_create($1, $2, $3, $4, $5, $6)"};

static mpos_statement name_statement = {
    "UPDATE pos.device SET name = $3, version = version + 1 WHERE tenant_id = $1 AND device_id = $2 "
    "AND kind <> 'channel'"};

/* In the order in which a sale takes them: the cursor first. */
static mpos_statement revoke_cursor_statement = {"UPDATE pos.device_cursor SET revoked = true WHERE "
                                                 "tenant_id = $1 AND device_id = $2 AND kind <> 'channel'"};
static mpos_statement revoke_statement = {
    "UPDATE pos.device SET state = 'revoked', version = version + 1 WHERE tenant_id = $1 AND device_id = $2 "
    "AND state = 'active'"};
static mpos_statement end_sessions_statement = {
    "UPDATE pos.session SET ended_at = $3 WHERE tenant_id = $1 AND device_id = $2 AND ended_at IS NULL"};
static mpos_statement void_code_statement = {
    "DELETE FROM pos.pairing WHERE tenant_id = $1 AND device_id = $2"};

static mpos_statement seen_statement = {
    "INSERT INTO pos.device_status AS s (tenant_id, device_id, last_seen_at, app) "
    "SELECT $1, d.device_id, $3, $4 FROM pos.device d WHERE d.tenant_id = $1 AND d.device_id = $2 "
    "AND d.kind <> 'channel' ON CONFLICT (tenant_id, device_id) DO UPDATE "
    "SET last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at), app = coalesce(excluded.app, "
    "s.app)"};

typedef struct list_params {
    uint32 given;
    uint8 outlet[16];
} list_params;

static const mpos_field list_fields[] = {
    {"outlet_id", MPOS_IN_UUID, 0, offsetof(list_params, outlet)},
};
MPOS_SHAPE(list, list_params);

typedef struct device_params {
    uint32 given;
    uint8 device[16];
} device_params;

static const mpos_field device_fields[] = {
    {"device_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(device_params, device)},
};
MPOS_SHAPE(device, device_params);

typedef struct create_in {
    uint32 given;
    uint8 id[16];
    uint8 outlet[16];
    const char *code;
    int kind;
    const char *name;
} create_in;

enum { CREATE_ID };

static const mpos_field create_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(create_in, id)},
    {"outlet_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(create_in, outlet)},
    {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(create_in, code), 1, 16},
    {"kind", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(create_in, kind), 0, 0, kind_words},
    {"name", MPOS_IN_TEXT, 0, offsetof(create_in, name), 1, 64},
};
MPOS_SHAPE(create, create_in);

typedef struct update_in {
    uint32 given;
    const char *name;
} update_in;

static const mpos_field update_fields[] = {
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(update_in, name), 1, 64},
};
MPOS_SHAPE(update, update_in);

typedef struct seen_one {
    uint32 given;
    uint8 tenant[16];
    uint8 device[16];
    int64 at_us;
    const char *app;
} seen_one;

static const mpos_field seen_one_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(seen_one, tenant)},
    {"device_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(seen_one, device)},
    {"at_us", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(seen_one, at_us), 0, PG_INT64_MAX},
    {"app", MPOS_IN_TEXT, 0, offsetof(seen_one, app), 1, 64},
};
MPOS_SHAPE(seen_one, seen_one);

typedef struct seen_in {
    uint32 given;
    mpos_list devices;
} seen_in;

static const mpos_field seen_fields[] = {
    {"devices", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(seen_in, devices), 0, 256, NULL, &seen_one_shape},
};
MPOS_SHAPE(seen, seen_in);

static void
time_json(StringInfo out, const char *key, int64 us)
{
    if (us == 0) {
        mpos_json_null(out, key);
    } else {
        mpos_json_time(out, key, us);
    }
}

/* The row of list_statement or get_statement. */
static void
device_json(mpos_call *call, const char *key, uint64 row)
{
    StringInfo out = &call->body;
    int64 seen_us = mpos_cell_time(row, 10);
    uint8 id[16];

    mpos_json_open(out, key, '{');
    (void)mpos_cell_uuid(row, 1, id);
    mpos_json_uuid(out, "id", id);
    (void)mpos_cell_uuid(row, 2, id);
    mpos_json_uuid(out, "outlet_id", id);
    mpos_json_text(out, "code", mpos_cell_text(row, 3));
    mpos_json_text(out, "name", mpos_cell_text(row, 4));
    mpos_json_text(out, "kind", mpos_cell_text(row, 5));
    mpos_json_text(out, "series", mpos_cell_text(row, 6));
    mpos_json_text(out, "state", mpos_cell_text(row, 7));
    mpos_json_text(out, "key_alg", mpos_cell_text(row, 8));
    time_json(out, "paired_at", mpos_cell_time(row, 9));
    time_json(out, "last_seen_at", seen_us);
    mpos_json_text(out, "app", mpos_cell_text(row, 11));
    mpos_json_bool(out, "online", seen_us != 0 && call->now_us - seen_us <= ONLINE_US);
    mpos_json_int(out, "version", mpos_cell_int(row, 12));
    mpos_json_close(out, '}');
}

mpos_err
mpos_device_list(mpos_call *call)
{
    list_params in;
    mpos_args args = {0};
    uint64 rows;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, MPOS_GIVEN(&in, 0) ? in.outlet : NULL);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "devices", '[');
    for (uint64 row = 0; row < rows; row++) {
        device_json(call, NULL, row);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static uint64
run_for_device(mpos_call *call, mpos_statement *statement, const uint8 device[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, device);
    return mpos_statement_run(statement, &args);
}

static mpos_err
answer_device(mpos_call *call, const uint8 device[16])
{
    if (run_for_device(call, &get_statement, device) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    device_json(call, "device", 0);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

/* Holds the turn afterwards. */
static mpos_err
check_create(mpos_call *call, const create_in *in)
{
    mpos_args args = {0};

    if (strspn(in->code, CODE_CHARACTERS) != strlen(in->code)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/code",
                           "A code has letters, digits and underscores.");
    }
    if (run_for_device(call, &outlet_statement, in->outlet) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "/outlet_id", "%s", "");
    }
    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&turn_statement, &args);
    mpos_arg_uuid(&args, in->outlet);
    mpos_arg_text(&args, in->code);
    if (mpos_statement_run(&code_statement, &args) > 0) {
        return mpos_refuse(call, MPOS_E_NAME_TAKEN, "/code", "%s", "");
    }
    return mpos_licence_admit(call, "devices", 1);
}

mpos_err
mpos_device_create(mpos_call *call)
{
    create_in in;
    pg_uuid_t made;
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &create_shape, &in);

    if (err == MPOS_OK) {
        err = check_create(call, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!MPOS_GIVEN(&in, CREATE_ID)) {
        mpos_uuid_v7(&made);
        memcpy(in.id, made.data, sizeof in.id);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in.outlet);
    mpos_arg_uuid(&args, in.id);
    mpos_arg_text(&args, in.code);
    mpos_arg_text(&args, kind_words[in.kind]);
    mpos_arg_text(&args, in.name);
    (void)mpos_statement_run(&create_statement, &args);
    if (!mpos_cell_bool(0, 1)) {
        return mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "");
    }
    call->status = 201;
    return answer_device(call, in.id);
}

mpos_err
mpos_device_update(mpos_call *call)
{
    device_params params;
    update_in in;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &device_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &update_shape, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.device);
    mpos_arg_text(&args, in.name);
    if (mpos_statement_run(&name_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    return answer_device(call, params.device);
}

mpos_err
mpos_device_revoke(mpos_call *call)
{
    device_params params;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &device_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_empty(call);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (run_for_device(call, &revoke_cursor_statement, params.device) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    (void)run_for_device(call, &revoke_statement, params.device);
    (void)run_for_device(call, &void_code_statement, params.device);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.device);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&end_sessions_statement, &args);
    return answer_device(call, params.device);
}

/* Of many businesses at once, in the order of their keys. */
mpos_err
mpos_device_seen(mpos_call *call)
{
    seen_in in;
    const seen_one *devices;
    mpos_err err = mpos_input_body(call, &seen_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    devices = in.devices.items;
    for (int i = 0; i < in.devices.count; i++) {
        mpos_args args = {0};

        mpos_call_enter(call, devices[i].tenant);
        mpos_arg_uuid(&args, devices[i].tenant);
        mpos_arg_uuid(&args, devices[i].device);
        mpos_arg_time(&args, devices[i].at_us);
        mpos_arg_text(&args, devices[i].app);
        (void)mpos_statement_run(&seen_statement, &args);
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
