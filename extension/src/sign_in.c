/*
 * sign_in.c - signing in by PIN. auth.lookup counts the attempt and tells the server whose PIN to check, session.open
 * records who has signed in; both run before a tenant is known and resolve it themselves. Words: verifier, attempt.
 */
#include "postgres.h"

#include "device_proof.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "role.h"
#include "session.h"
#include "sign_in.h"
#include "sign_in_guard.h"
#include "statement.h"
#include "uuid.h"

static mpos_statement directory_statement = {"SELECT tenant_id FROM pos.directory WHERE slug = $1"};

static mpos_statement staff_statement = {
    "SELECT o.outlet_id, s.staff_id, v.verifier FROM pos.outlet o JOIN pos.staff s ON s.tenant_id = "
    "o.tenant_id "
    "JOIN pos.pin v ON v.tenant_id = s.tenant_id AND v.staff_id = s.staff_id "
    "WHERE o.tenant_id = $1 AND o.code = $2 AND s.number = $3 AND s.active"};

static mpos_statement key_statement = {
    "SELECT d.device_id, d.key_alg, d.public_key FROM pos.outlet o JOIN pos.device d ON d.tenant_id = "
    "o.tenant_id AND d.outlet_id = o.outlet_id WHERE o.tenant_id = $1 AND o.code = $2 AND d.code = $3 "
    "AND d.state = 'active' AND d.public_key IS NOT NULL"};

static mpos_statement who_statement = {
    "SELECT s.rights_version, d.device_id, " MPOS_ROLE_COLUMNS " FROM pos.staff s "
    "JOIN pos.role r ON r.tenant_id = s.tenant_id AND r.role_id = s.role_id "
    "JOIN pos.device d ON d.tenant_id = s.tenant_id AND d.outlet_id = $2 "
    "WHERE s.tenant_id = $1 AND s.staff_id = $3 AND s.active AND d.state = 'active' "
    "AND CASE WHEN $4::text IS NULL THEN d.kind = 'channel' ELSE d.code = $4 AND d.kind <> 'channel' END"};

/* A PIN is short: who has a password, and where devices are paired, needs a device for it. */
static mpos_statement bare_pin_statement = {
    "SELECT 1 FROM pos.tenant t JOIN pos.credential c ON c.tenant_id = t.tenant_id AND c.staff_id = $2 "
    "WHERE t.tenant_id = $1 AND t.pairing = 'required' AND c.password_verifier IS NOT NULL"};

typedef struct lookup_params {
    uint32 given;
    const char *tenant;
    const char *outlet;
    const char *staff;
    const char *device;
    const char *proof;
    const char *request;
} lookup_params;

static const mpos_field lookup_fields[] = {
    {"tenant", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, tenant), 1, 63},
    {"outlet", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, outlet), 1, 32},
    {"staff", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, staff), 1, 16},
    {"register", MPOS_IN_TEXT, 0, offsetof(lookup_params, device), 0, 16},
    {"proof", MPOS_IN_TEXT, 0, offsetof(lookup_params, proof), 0, MPOS_PROOF_TEXT_MAX},
    {"request", MPOS_IN_TEXT, 0, offsetof(lookup_params, request), 0, MPOS_PROOF_REQUEST_MAX},
};
MPOS_SHAPE(lookup, lookup_params);

typedef struct open_params {
    uint32 given;
    uint8 tenant_id[16];
    uint8 outlet_id[16];
    uint8 staff_id[16];
    const char *device;
    uint8 person[MPOS_SHA256_LEN];
    uint8 desk[MPOS_SHA256_LEN];
    uint8 refresh[MPOS_SHA256_LEN];
    const char *proof; /* of the device, and the request that it is about */
    const char *request;
    int method;
    int64 step; /* of a code of the second factor */
    uint8 recovery[MPOS_SHA256_LEN];
} open_params;

static const char *const methods[] = {"pin", "password", "sso", NULL};
enum { METHOD_PIN, METHOD_PASSWORD, METHOD_SSO };
enum { OPEN_PERSON = 4, OPEN_DESK, OPEN_RECOVERY = 11 };

static const mpos_field open_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(open_params, tenant_id)},
    {"outlet_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(open_params, outlet_id)},
    {"staff_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(open_params, staff_id)},
    {"register", MPOS_IN_TEXT, 0, offsetof(open_params, device), 0, 16},
    {"person", MPOS_IN_HASH, 0, offsetof(open_params, person)},
    {"desk", MPOS_IN_HASH, 0, offsetof(open_params, desk)},
    {"refresh", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(open_params, refresh)},
    {"proof", MPOS_IN_TEXT, 0, offsetof(open_params, proof), 0, MPOS_PROOF_TEXT_MAX},
    {"request", MPOS_IN_TEXT, 0, offsetof(open_params, request), 0, MPOS_PROOF_REQUEST_MAX},
    {"method", MPOS_IN_WORD, 0, offsetof(open_params, method), 0, 0, methods},
    {"step", MPOS_IN_INT, 0, offsetof(open_params, step), 1, INT64CONST(100000000000)},
    {"recovery", MPOS_IN_HASH, 0, offsetof(open_params, recovery)},
};
MPOS_SHAPE(open, open_params);

void
mpos_sign_in_enter(mpos_call *call, const char *slug)
{
    mpos_args args = {0};
    uint8 tenant[16] = {0};

    mpos_arg_text(&args, slug);
    if (mpos_statement_run(&directory_statement, &args) > 0) {
        (void)mpos_cell_uuid(0, 1, tenant);
    }
    mpos_call_enter(call, tenant);
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

/* The device that the attempt is proven to come from, as text; NULL when it is not. */
static const char *
proven_device(mpos_call *call, const lookup_params *in, char text[37])
{
    mpos_args args = {0};
    uint8 device[16];

    if (in->device == NULL || in->proof == NULL) {
        return NULL;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, in->outlet);
    mpos_arg_text(&args, in->device);
    if (mpos_statement_run(&key_statement, &args) == 0) {
        return NULL;
    }
    (void)mpos_cell_uuid(0, 1, device);
    mpos_uuid_text(device, text);
    return mpos_device_proof_holds(call, device, mpos_cell_text(0, 2), mpos_cell_bytes(0, 3), in->proof,
                                   in->request)
               ? text
               : NULL;
}

/*
 * What is tried at a paired device counts for the person there: who has not that device cannot lock somebody out of their
 * till, nor be helped by what they get right at it.
 */
static void
count_attempt(mpos_call *call, const lookup_params *in)
{
    uint8 person[MPOS_SHA256_LEN];
    uint8 desk[MPOS_SHA256_LEN];
    char device[37];
    const char *proven = proven_device(call, in, device);
    int person_s;
    int desk_s;

    mpos_guard_subject("pin", in->tenant, in->staff, proven, person);
    mpos_guard_subject("desk", in->tenant, in->outlet, proven != NULL ? proven : in->device, desk);
    person_s = mpos_guard_count(call, MPOS_GUARD_PERSON, person);
    desk_s = mpos_guard_count(call, MPOS_GUARD_DEVICE, desk);
    mpos_json_int(&call->body, "locked_s", Max(person_s, desk_s));
    mpos_json_hex(&call->body, "person", person, sizeof person);
    mpos_json_hex(&call->body, "desk", desk, sizeof desk);
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
    mpos_json_open(&call->body, NULL, '{');
    mpos_sign_in_enter(call, in.tenant);
    count_attempt(call, &in);
    found = find_staff(call, &in);
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

static bool
find_who(mpos_call *call, const open_params *in)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in->outlet_id);
    mpos_arg_uuid(&args, in->staff_id);
    mpos_arg_text(&args, in->device);
    return mpos_statement_run(&who_statement, &args) > 0;
}

static bool
needs_device(mpos_call *call, const open_params *in)
{
    mpos_args args = {0};

    if (in->method != METHOD_PIN || in->device != NULL) {
        return false;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in->staff_id);
    return mpos_statement_run(&bare_pin_statement, &args) > 0;
}

static void
forgive(const open_params *in)
{
    if (MPOS_GIVEN(in, OPEN_PERSON)) {
        mpos_guard_forgive(MPOS_GUARD_PERSON, in->person);
    }
    if (MPOS_GIVEN(in, OPEN_DESK)) {
        mpos_guard_forgive(MPOS_GUARD_DEVICE, in->desk);
    }
}

mpos_err
mpos_session_open(mpos_call *call)
{
    open_params in;
    uint8 device[16];
    uint8 id[16];
    mpos_err err = mpos_input_params(call, &open_shape, &in);
    mpos_session session;
    mpos_role role;

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant_id);
    if (!find_who(call, &in)) {
        return mpos_refuse(call, MPOS_E_BAD_CREDENTIALS, NULL, "%s", "");
    }
    (void)mpos_cell_uuid(0, 2, device);
    mpos_role_read(0, 3, &role);
    session = (mpos_session){
        .kind = "staff",
        .method = methods[in.method],
        .staff = in.staff_id,
        .device = device,
        .outlet = in.outlet_id,
        .scopes = role.scopes,
        .rights_version = mpos_cell_int(0, 1),
        .discount_limit = role.discount_limit,
        .refund_limit = role.refund_limit,
        .refresh_hash = in.refresh,
        .refresh_lasts_s = role.refresh_hours * 3600,
    };
    err = mpos_device_admit(call, device, in.proof, in.request);
    if (err != MPOS_OK) {
        return err;
    }
    if (needs_device(call, &in)) {
        return mpos_refuse(call, MPOS_E_PAIRING_REQUIRED, NULL,
                           "Sign in with your password, or at a paired device.");
    }
    if (in.method == METHOD_PASSWORD &&
        !mpos_second_factor(call, in.staff_id, in.step,
                            MPOS_GIVEN(&in, OPEN_RECOVERY) ? in.recovery : NULL)) {
        return mpos_refuse(call, MPOS_E_SECOND_FACTOR, NULL, "%s", "");
    }
    forgive(&in);
    mpos_session_insert(call, &session, id);
    if (!mpos_session_answer(call, id, call->now_us + INT64CONST(1000000) * session.refresh_lasts_s)) {
        return mpos_refuse(call, MPOS_E_BAD_CREDENTIALS, NULL, "%s", "");
    }
    return MPOS_OK;
}
