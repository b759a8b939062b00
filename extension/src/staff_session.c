/* staff_session.c - who is signed in, and ending the session of somebody else. */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "rights.h"
#include "statement.h"

#define SESSION_SELECT                                                                                       \
    "SELECT s.session_id, s.kind, s.staff_id, p.number, p.name, s.device_id, d.code, s.outlet_id, "          \
    "s.created_at, s.expires_at, s.scopes, s.discount_limit, s.refund_limit FROM pos.session s "             \
    "LEFT JOIN pos.staff p ON p.tenant_id = s.tenant_id AND p.staff_id = s.staff_id "                        \
    "LEFT JOIN pos.device d ON d.tenant_id = s.tenant_id AND d.device_id = s.device_id "                     \
    "WHERE s.tenant_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 "

/* Living sessions only, newest first. */
static mpos_statement list_statement = {SESSION_SELECT "ORDER BY s.created_at DESC, s.session_id LIMIT 1000"};

static mpos_statement get_statement = {SESSION_SELECT "AND s.session_id = $3"};

static mpos_statement end_statement = {
    "UPDATE pos.session SET ended_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND ended_at IS NULL"};

enum {
    CELL_ID = 1,
    CELL_KIND,
    CELL_STAFF,
    CELL_NUMBER,
    CELL_NAME,
    CELL_DEVICE,
    CELL_DEVICE_CODE,
    CELL_OUTLET,
    CELL_CREATED,
    CELL_EXPIRES,
    CELL_SCOPES,
    CELL_DISCOUNT,
    CELL_REFUND
};

typedef struct session_params {
    uint32 given;
    uint8 session_id[16];
} session_params;

static const mpos_field params_fields[] = {
    {"session_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(session_params, session_id)}};
MPOS_SHAPE(params, session_params);

static void
id_json(StringInfo out, const char *key, uint64 row, int column)
{
    uint8 id[16];

    mpos_json_uuid(out, key, mpos_cell_uuid(row, column, id) ? id : NULL);
}

static void
session_json(mpos_call *call, uint64 row)
{
    StringInfo out = &call->body;
    uint8 id[16];

    (void)mpos_cell_uuid(row, CELL_ID, id);
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "kind", mpos_cell_text(row, CELL_KIND));
    id_json(out, "staff_id", row, CELL_STAFF);
    mpos_json_text(out, "number", mpos_cell_text(row, CELL_NUMBER));
    mpos_json_text(out, "name", mpos_cell_text(row, CELL_NAME));
    id_json(out, "device_id", row, CELL_DEVICE);
    mpos_json_text(out, "device", mpos_cell_text(row, CELL_DEVICE_CODE));
    id_json(out, "outlet_id", row, CELL_OUTLET);
    mpos_json_time(out, "created_at", mpos_cell_time(row, CELL_CREATED));
    mpos_json_time(out, "expires_at", mpos_cell_time(row, CELL_EXPIRES));
    mpos_json_bool(out, "current", memcmp(id, call->context.session, sizeof id) == 0);
    mpos_json_close(out, '}');
}

mpos_err
mpos_session_list(mpos_call *call)
{
    mpos_args args = {0};
    uint64 rows;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_time(&args, call->now_us);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "sessions", '[');
    for (uint64 i = 0; i < rows; i++) {
        session_json(call, i);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

/* A session that has ended is like one that never was. */
static mpos_err
check_session(mpos_call *call, const uint8 id[16])
{
    mpos_args args = {0};
    mpos_role role = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_uuid(&args, id);
    if (mpos_statement_run(&get_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    role.scopes = (uint64)mpos_cell_big(0, CELL_SCOPES);
    role.discount_limit = mpos_cell_limit(0, CELL_DISCOUNT);
    role.refund_limit = mpos_cell_limit(0, CELL_REFUND);
    return mpos_rights_cover(call, &role);
}

mpos_err
mpos_session_end_other(mpos_call *call)
{
    session_params params;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_empty(call);
    }
    if (err == MPOS_OK) {
        err = check_session(call, params.session_id);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.session_id);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&end_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "done", true);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
