/*
 * approval.c - approvals by a second person. approval.lookup counts the attempt and tells the server whose PIN to check, as
 * signing in does; approval.create follows when it was right. Both are called by the server only.
 */
#include "postgres.h"

#include "approval.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "quantity.h"
#include "role.h"
#include "sign_in_guard.h"
#include "statement.h"
#include "uuid.h"

#define LIFE_US INT64CONST(120000000)
#define AMOUNT_MAX INT64CONST(999999999999)

static const char *const permissions[] = {"discount.write", "refund.write", "order.void", NULL};

static const uint64 permission_scopes[MPOS_PERMISSIONS] = {MPOS_SCOPE_DISCOUNT_WRITE, MPOS_SCOPE_REFUND_WRITE,
                                                           MPOS_SCOPE_ORDER_VOID};

static mpos_statement place_statement = {
    "SELECT t.slug, o.code, d.code, CASE WHEN d.public_key IS NOT NULL THEN d.device_id::text END "
    "FROM pos.tenant t JOIN pos.outlet o ON o.tenant_id = t.tenant_id "
    "LEFT JOIN pos.device d ON d.tenant_id = t.tenant_id AND d.device_id = $3 "
    "WHERE t.tenant_id = $1 AND o.outlet_id = $2"};

static mpos_statement person_statement = {
    "SELECT p.staff_id, v.verifier FROM pos.staff p "
    "JOIN pos.pin v ON v.tenant_id = p.tenant_id AND v.staff_id = p.staff_id "
    "WHERE p.tenant_id = $1 AND p.number = $2 AND p.active"};

/* With whether the session that asks is that of a key which the person has made. */
static mpos_statement role_statement = {
    "SELECT p.rights_version, p.name, EXISTS (SELECT 1 FROM pos.api_key k WHERE k.tenant_id = $1 "
    "AND k.session_id = $3 AND k.created_by = p.staff_id), " MPOS_ROLE_COLUMNS
    " FROM pos.staff p JOIN pos.role r ON r.tenant_id = p.tenant_id AND r.role_id = p.role_id "
    "WHERE p.tenant_id = $1 AND p.staff_id = $2 AND p.active"};

static mpos_statement insert_statement = {
    "INSERT INTO pos.approval (tenant_id, approval_id, outlet_id, session_id, approver_id, approver_rights, "
    "permission, maximum, order_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11)"};

/* Of two operations that name it at once one gets it: the other waits for the row and then does not find it unused. */
static mpos_statement use_statement = {
    "UPDATE pos.approval a SET used_at = $6 FROM pos.staff p "
    "JOIN pos.role r ON r.tenant_id = p.tenant_id AND r.role_id = p.role_id "
    "WHERE a.tenant_id = $1 AND a.approval_id = $2 AND a.session_id = $3 AND a.permission = $4 "
    "AND (a.order_id IS NULL OR a.order_id = $5) AND a.used_at IS NULL AND a.expires_at > $6 "
    "AND p.tenant_id = $1 AND p.staff_id = a.approver_id AND p.active AND p.rights_version = "
    "a.approver_rights "
    "AND r.scopes & $7 = $7 RETURNING a.approver_id, a.maximum, r.discount_limit, r.refund_limit"};

typedef struct wanted {
    uint32 given;
    const char *staff;
    int permission;
    int64 rate;
    int64 amount;
    uint8 order_id[16];
} wanted;

enum { WANTED_STAFF, WANTED_PERMISSION, WANTED_RATE, WANTED_AMOUNT, WANTED_ORDER };

static const mpos_field wanted_fields[] = {
    {"staff", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(wanted, staff), 1, 16},
    {"permission", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(wanted, permission), 0, 0, permissions},
    {"rate", MPOS_IN_RATE, 0, offsetof(wanted, rate), 1, MPOS_RATE_ONE},
    {"amount", MPOS_IN_INT, 0, offsetof(wanted, amount), 1, AMOUNT_MAX},
    {"order_id", MPOS_IN_UUID, 0, offsetof(wanted, order_id)},
};
MPOS_SHAPE(wanted, wanted);

typedef struct create_params {
    uint32 given;
    uint8 staff_id[16];
    uint8 person[MPOS_SHA256_LEN];
    uint8 desk[MPOS_SHA256_LEN];
} create_params;

static const mpos_field create_fields[] = {
    {"staff_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(create_params, staff_id)},
    {"person", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(create_params, person)},
    {"desk", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(create_params, desk)},
};
MPOS_SHAPE(create, create_params);

/* A discount is measured by its rate (its order may not be known yet), a refund by its amount, a void by nothing. */
static mpos_err
read_wanted(mpos_call *call, wanted *out)
{
    mpos_err err = mpos_input_body(call, &wanted_shape, out);
    bool rate = err == MPOS_OK && out->permission == MPOS_PERMISSION_DISCOUNT;
    bool amount = err == MPOS_OK && out->permission == MPOS_PERMISSION_REFUND;

    if (err != MPOS_OK) {
        return err;
    }
    if (rate != MPOS_GIVEN(out, WANTED_RATE)) {
        return mpos_refuse(call, rate ? MPOS_E_MISSING_FIELD : MPOS_E_UNKNOWN_FIELD, "/rate",
                           "A discount is approved up to a rate, nothing else is.");
    }
    if (amount != MPOS_GIVEN(out, WANTED_AMOUNT)) {
        return mpos_refuse(call, amount ? MPOS_E_MISSING_FIELD : MPOS_E_UNKNOWN_FIELD, "/amount",
                           "A refund is approved up to an amount, nothing else is.");
    }
    if (out->permission != MPOS_PERMISSION_DISCOUNT && !MPOS_GIVEN(out, WANTED_ORDER)) {
        return mpos_refuse(call, MPOS_E_MISSING_FIELD, "/order_id",
                           "A refund or a void is approved for one order.");
    }
    return MPOS_OK;
}

/* As at sign-in: a session at a paired device is that device's, so what is tried in it counts there. */
static void
count_attempt(mpos_call *call, const char *number)
{
    mpos_args args = {0};
    const char *proven;
    uint8 person[MPOS_SHA256_LEN];
    uint8 desk[MPOS_SHA256_LEN];
    int person_s;
    int desk_s;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, call->context.device);
    (void)mpos_statement_run(&place_statement, &args);
    proven = mpos_cell_text(0, 4);
    mpos_guard_subject("pin", mpos_cell_text(0, 1), number, proven, person);
    mpos_guard_subject("desk", mpos_cell_text(0, 1), mpos_cell_text(0, 2),
                       proven != NULL ? proven : mpos_cell_text(0, 3), desk);
    person_s = mpos_guard_count(call, MPOS_GUARD_PERSON, person);
    desk_s = mpos_guard_count(call, MPOS_GUARD_DEVICE, desk);
    mpos_json_int(&call->body, "locked_s", Max(person_s, desk_s));
    mpos_json_hex(&call->body, "person", person, sizeof person);
    mpos_json_hex(&call->body, "desk", desk, sizeof desk);
}

mpos_err
mpos_approval_lookup(mpos_call *call)
{
    wanted in;
    mpos_args args = {0};
    uint8 staff[16];
    mpos_err err = read_wanted(call, &in);
    bool found;

    if (err != MPOS_OK) {
        return err;
    }
    mpos_json_open(&call->body, NULL, '{');
    count_attempt(call, in.staff);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, in.staff);
    found = mpos_statement_run(&person_statement, &args) > 0;
    mpos_json_bool(&call->body, "found", found);
    if (found) {
        (void)mpos_cell_uuid(0, 1, staff);
        mpos_json_uuid(&call->body, "staff_id", staff);
        mpos_json_text(&call->body, "verifier", mpos_cell_text(0, 2));
    }
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static mpos_err
check_approver(mpos_call *call, const wanted *in, const mpos_role *role, bool own)
{
    int64 limit = in->permission == MPOS_PERMISSION_DISCOUNT ? role->discount_limit : role->refund_limit;
    int64 asked = in->permission == MPOS_PERMISSION_DISCOUNT ? in->rate : in->amount;

    if (own) {
        return mpos_refuse(call, MPOS_E_FORBIDDEN, "/staff", "Nobody approves what they do themselves.");
    }
    if ((role->scopes & permission_scopes[in->permission]) == 0 ||
        (in->permission != MPOS_PERMISSION_VOID && asked > limit)) {
        return mpos_refuse(call, MPOS_E_FORBIDDEN, "/staff", "This person may not approve that.");
    }
    return MPOS_OK;
}

static void
insert(mpos_call *call, const wanted *in, const uint8 staff[16], int32 rights, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, call->context.session);
    mpos_arg_uuid(&args, staff);
    mpos_arg_int(&args, rights);
    mpos_arg_text(&args, permissions[in->permission]);
    mpos_arg_limit(&args, in->permission == MPOS_PERMISSION_DISCOUNT ? in->rate
                          : in->permission == MPOS_PERMISSION_REFUND ? in->amount
                                                                     : MPOS_NO_LIMIT);
    mpos_arg_uuid(&args, MPOS_GIVEN(in, WANTED_ORDER) ? in->order_id : NULL);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args, call->now_us + LIFE_US);
    (void)mpos_statement_run(&insert_statement, &args);
}

mpos_err
mpos_approval_create(mpos_call *call)
{
    wanted in;
    create_params params;
    mpos_args args = {0};
    mpos_role role;
    pg_uuid_t id;
    const char *name;
    int32 rights;
    bool own;
    mpos_err err = read_wanted(call, &in);

    if (err == MPOS_OK) {
        err = mpos_input_params(call, &create_shape, &params);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.staff_id);
    mpos_arg_uuid(&args, call->context.session);
    if (mpos_statement_run(&role_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_BAD_CREDENTIALS, NULL, "%s", "");
    }
    rights = mpos_cell_int(0, 1);
    name = mpos_cell_text(0, 2);
    own =
        mpos_cell_bool(0, 3) || memcmp(params.staff_id, call->context.actor, sizeof call->context.actor) == 0;
    mpos_role_read(0, 4, &role);
    err = check_approver(call, &in, &role, own);
    if (err != MPOS_OK) {
        return err;
    }
    mpos_guard_forgive(MPOS_GUARD_PERSON, params.person);
    mpos_guard_forgive(MPOS_GUARD_DEVICE, params.desk);
    mpos_uuid_v7(&id);
    insert(call, &in, params.staff_id, rights, id.data);
    call->status = 201;
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "approval", id.data);
    mpos_json_text(&call->body, "permission", permissions[in.permission]);
    mpos_json_text(&call->body, "approver", name);
    mpos_json_time(&call->body, "expires_at", call->now_us + LIFE_US);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_approval_use(mpos_call *call, const uint8 id[16], mpos_permission permission, const uint8 order[16],
                  mpos_approval *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, call->context.session);
    mpos_arg_text(&args, permissions[permission]);
    mpos_arg_uuid(&args, order);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_big(&args, (int64)permission_scopes[permission]);
    if (mpos_statement_run(&use_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_APPROVAL_INVALID, "/approval", "%s", "");
    }
    (void)mpos_cell_uuid(0, 1, out->approver);
    out->maximum = mpos_cell_limit(0, 2);
    out->role_limit = mpos_cell_limit(0, permission == MPOS_PERMISSION_DISCOUNT ? 3 : 4);
    return MPOS_OK;
}
