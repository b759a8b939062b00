/*
 * session.c - signing in and out. auth.lookup tells the server whose PIN to check, session.open records who has signed
 * in; both run before a tenant is known and resolve it themselves.
 */
#include "postgres.h"

#include "device.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "role.h"
#include "statement.h"
#include "uuid.h"

#define SESSION_LIFE_US INT64CONST(43200000000) /* a long shift */

static mpos_statement directory_statement = {"SELECT tenant_id FROM pos.directory WHERE slug = $1"};

static mpos_statement staff_statement = {
    "SELECT o.outlet_id, s.staff_id, s.pin_verifier FROM pos.outlet o JOIN pos.staff s ON s.tenant_id = "
    "o.tenant_id "
    "WHERE o.tenant_id = $1 AND o.code = $2 AND s.number = $3 AND s.active AND s.pin_verifier IS NOT NULL"};

static mpos_statement who_statement = {
    "SELECT t.slug, t.name, t.currency, t.exponent, o.code, o.name, o.timezone, "
    "array_to_json(o.stations)::text, o.journal_id, "
    "s.number, s.name, s.role, s.rights_version, d.device_id, d.code, d.kind, d.series, " MPOS_ROLE_COLUMNS
    " FROM pos.tenant t JOIN pos.outlet o ON o.tenant_id = t.tenant_id JOIN pos.staff s ON s.tenant_id = "
    "t.tenant_id "
    "JOIN pos.role r ON r.tenant_id = s.tenant_id AND r.role_id = s.role_id "
    "JOIN pos.device d ON d.tenant_id = t.tenant_id AND d.outlet_id = o.outlet_id "
    "WHERE t.tenant_id = $1 AND o.outlet_id = $2 AND s.staff_id = $3 AND s.active AND d.state = 'active' "
    "AND CASE WHEN $4::text IS NULL THEN d.kind = 'channel' ELSE d.code = $4 AND d.kind <> 'channel' END"};

/* Columns of who_statement: from here on the role's. */
enum { WHO_ROLE = 18 };

static mpos_statement insert_statement = {"INSERT INTO pos.session (tenant_id, session_id, staff_id, "
                                          "device_id, outlet_id, scopes, rights_version, created_at, "
                                          "expires_at, kind, discount_limit, refund_limit) "
                                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'staff', $10, $11)"};

static mpos_statement end_statement = {
    "UPDATE pos.session SET ended_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND ended_at IS NULL"};

typedef struct lookup_params {
    uint32 given;
    const char *tenant;
    const char *outlet;
    const char *staff;
} lookup_params;

static const mpos_field lookup_fields[] = {
    {"tenant", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, tenant), 1, 63},
    {"outlet", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, outlet), 1, 32},
    {"staff", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, staff), 1, 16},
};
MPOS_SHAPE(lookup, lookup_params);

typedef struct open_params {
    uint32 given;
    uint8 tenant_id[16];
    uint8 outlet_id[16];
    uint8 staff_id[16];
    const char *device;
} open_params;

static const mpos_field open_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(open_params, tenant_id)},
    {"outlet_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(open_params, outlet_id)},
    {"staff_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(open_params, staff_id)},
    {"register", MPOS_IN_TEXT, 0, offsetof(open_params, device), 0, 16},
};
MPOS_SHAPE(open, open_params);

/* Row of directory or staff; false leaves the caller without a hint about which part was wrong. */
static bool
find_tenant(mpos_call *call, const char *slug)
{
    mpos_args args = {0};
    uint8 tenant[16];

    mpos_arg_text(&args, slug);
    if (mpos_statement_run(&directory_statement, &args) == 0) {
        return false;
    }
    (void)mpos_cell_uuid(0, 1, tenant);
    mpos_call_enter(call, tenant);
    return true;
}

static bool
find_staff(mpos_call *call, const lookup_params *in)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, in->outlet);
    mpos_arg_text(&args, in->staff);
    return mpos_statement_run(&staff_statement, &args) > 0;
}

mpos_err
mpos_auth_lookup(mpos_call *call)
{
    lookup_params in;
    uint8 outlet[16];
    uint8 staff[16];
    mpos_err err = mpos_input_params(call, &lookup_shape, &in);
    bool found;

    if (err != MPOS_OK) {
        return err;
    }
    found = find_tenant(call, in.tenant) && find_staff(call, &in);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "found", found);
    if (found) {
        (void)mpos_cell_uuid(0, 1, outlet);
        (void)mpos_cell_uuid(0, 2, staff);
        mpos_json_uuid(&call->body, "tenant_id", call->context.tenant);
        mpos_json_uuid(&call->body, "outlet_id", outlet);
        mpos_json_uuid(&call->body, "staff_id", staff);
        mpos_json_text(&call->body, "verifier", mpos_cell_text(0, 3));
    }
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static void
tenant_json(StringInfo out, const open_params *in)
{
    mpos_json_open(out, "tenant", '{');
    mpos_json_uuid(out, "id", in->tenant_id);
    mpos_json_text(out, "slug", mpos_cell_text(0, 1));
    mpos_json_text(out, "name", mpos_cell_text(0, 2));
    mpos_json_close(out, '}');
    mpos_json_open(out, "outlet", '{');
    mpos_json_uuid(out, "id", in->outlet_id);
    mpos_json_text(out, "code", mpos_cell_text(0, 5));
    mpos_json_text(out, "name", mpos_cell_text(0, 6));
    mpos_json_text(out, "currency", mpos_cell_text(0, 3));
    mpos_json_int(out, "exponent", mpos_cell_int(0, 4));
    mpos_json_text(out, "timezone", mpos_cell_text(0, 7));
    mpos_json_raw(out, "stations", mpos_cell_text(0, 8));
    mpos_json_close(out, '}');
}

static void
person_json(StringInfo out, const open_params *in)
{
    uint8 id[16];

    mpos_json_open(out, "staff", '{');
    mpos_json_uuid(out, "id", in->staff_id);
    mpos_json_text(out, "number", mpos_cell_text(0, 10));
    mpos_json_text(out, "name", mpos_cell_text(0, 11));
    mpos_json_text(out, "role", mpos_cell_text(0, 12));
    mpos_json_close(out, '}');
    (void)mpos_cell_uuid(0, 14, id);
    mpos_json_open(out, "device", '{');
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "code", mpos_cell_text(0, 15));
    mpos_json_text(out, "kind", mpos_cell_text(0, 16));
    mpos_json_text(out, "series", mpos_cell_text(0, 17));
    mpos_json_close(out, '}');
    (void)mpos_cell_uuid(0, 9, id);
    mpos_json_uuid(out, "journal_id", id);
}

static void
insert_session(mpos_call *call, const open_params *in, const uint8 id[16], const mpos_role *role)
{
    mpos_args args = {0};
    uint8 device[16];

    (void)mpos_cell_uuid(0, 14, device);
    mpos_arg_uuid(&args, in->tenant_id);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, in->staff_id);
    mpos_arg_uuid(&args, device);
    mpos_arg_uuid(&args, in->outlet_id);
    mpos_arg_big(&args, (int64)role->scopes);
    mpos_arg_int(&args, mpos_cell_int(0, 13));
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args, call->now_us + SESSION_LIFE_US);
    mpos_arg_limit(&args, role->discount_limit);
    mpos_arg_limit(&args, role->refund_limit);
    (void)mpos_statement_run(&insert_statement, &args);
}

mpos_err
mpos_session_open(mpos_call *call)
{
    open_params in;
    mpos_args args = {0};
    pg_uuid_t session;
    mpos_role role;
    mpos_err err = mpos_input_params(call, &open_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant_id);
    mpos_arg_uuid(&args, in.tenant_id);
    mpos_arg_uuid(&args, in.outlet_id);
    mpos_arg_uuid(&args, in.staff_id);
    mpos_arg_text(&args, in.device);
    if (mpos_statement_run(&who_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_BAD_CREDENTIALS, NULL, "%s", "");
    }
    mpos_role_read(0, WHO_ROLE, &role);
    mpos_uuid_v7(&session);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "session_id", session.data);
    mpos_json_int(&call->body, "rights_version", mpos_cell_int(0, 13));
    mpos_json_time(&call->body, "expires_at", call->now_us + SESSION_LIFE_US);
    tenant_json(&call->body, &in);
    person_json(&call->body, &in);
    mpos_scopes_json(&call->body, "scopes", role.scopes);
    mpos_json_close(&call->body, '}');
    insert_session(call, &in, session.data, &role);
    return MPOS_OK;
}

mpos_err
mpos_session_close(mpos_call *call)
{
    mpos_args args = {0};
    mpos_err err = mpos_input_empty(call);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.session);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&end_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "done", true);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
