/*
 * device_sign_in.c - a device signs in for itself: no person, the rights of its kind. A revoked one still gets rid of its log,
 * into suspense, and can do nothing else. Words: drain (the session of a revoked device).
 */
#include "postgres.h"

#include "device_proof.h"
#include "input.h"
#include "operations.h"
#include "session.h"
#include "statement.h"

/* The next proof gives the next session. */
#define SESSION_LIFE_US INT64CONST(43200000000)
#define DRAIN_LIFE_US INT64CONST(900000000)

#define READER_SCOPES                                                                                        \
    (MPOS_SCOPE_SESSION | MPOS_SCOPE_CATALOGUE_READ | MPOS_SCOPE_ORDER_READ | MPOS_SCOPE_EVENT_READ)
#define SELLER_SCOPES                                                                                        \
    (MPOS_SCOPE_SESSION | MPOS_SCOPE_CATALOGUE_READ | MPOS_SCOPE_ORDER_WRITE | MPOS_SCOPE_STOCK_READ |       \
     MPOS_SCOPE_SYNC_PUSH)

/* A till sells with a person; by itself it watches and empties its log. What stands alone sells what it is told to. */
static const struct kind_scopes {
    const char *kind;
    uint64 scopes;
} kinds[] = {
    {"register", READER_SCOPES | MPOS_SCOPE_KITCHEN_READ | MPOS_SCOPE_STOCK_READ | MPOS_SCOPE_SYNC_PUSH},
    {"kitchen", READER_SCOPES | MPOS_SCOPE_KITCHEN_READ | MPOS_SCOPE_KITCHEN_WRITE | MPOS_SCOPE_SYNC_PUSH},
    {"kiosk", SELLER_SCOPES},
    {"fridge", SELLER_SCOPES},
    {"display", READER_SCOPES | MPOS_SCOPE_KITCHEN_READ},
};

static mpos_statement tenant_statement = {"SELECT tenant_id FROM pos.directory WHERE slug = $1"};

/* Locked as in mpos_device_admit. */
static mpos_statement device_statement = {
    "SELECT d.outlet_id, d.kind, d.state, d.key_alg, d.public_key FROM pos.device d "
    "WHERE d.tenant_id = $1 AND d.device_id = $2 AND d.key_alg IS NOT NULL FOR SHARE"};

/* Of the server: the header, and what it is about. */
typedef struct proof_params {
    uint32 given;
    const char *proof;
    const char *request;
} proof_params;

static const mpos_field proof_fields[] = {
    {"proof", MPOS_IN_TEXT, 0, offsetof(proof_params, proof), 0, MPOS_PROOF_TEXT_MAX},
    {"request", MPOS_IN_TEXT, 0, offsetof(proof_params, request), 0, MPOS_PROOF_REQUEST_MAX},
};
MPOS_SHAPE(proof, proof_params);

typedef struct sign_in_body {
    uint32 given;
    const char *tenant;
} sign_in_body;

static const mpos_field sign_in_fields[] = {
    {"tenant", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(sign_in_body, tenant), 1, 63},
};
MPOS_SHAPE(sign_in, sign_in_body);

static uint64
scopes_of(const char *kind)
{
    for (int i = 0; i < (int)lengthof(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return kinds[i].scopes;
        }
    }
    return MPOS_SCOPE_SESSION;
}

static bool
enter_business(mpos_call *call, const char *slug)
{
    mpos_args args = {0};
    uint8 tenant[16];

    mpos_arg_text(&args, slug);
    if (mpos_statement_run(&tenant_statement, &args) == 0) {
        return false;
    }
    (void)mpos_cell_uuid(0, 1, tenant);
    mpos_call_enter(call, tenant);
    return true;
}

/* The device's row stays in SPI_tuptable. */
static bool
find_signer(mpos_call *call, const char *slug, const char *request, const mpos_device_proof *proof)
{
    mpos_args args = {0};

    if (!enter_business(call, slug)) {
        return false;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, proof->device);
    return mpos_statement_run(&device_statement, &args) > 0 &&
           mpos_device_proof_signed(proof, request, mpos_cell_text(0, 4), mpos_cell_bytes(0, 5));
}

static mpos_err
open_session(mpos_call *call, const uint8 device[16], const uint8 outlet[16], uint64 scopes, int64 life_us)
{
    uint8 id[16];
    mpos_session session = {
        .kind = "device",
        .method = "device",
        .device = device,
        .outlet = outlet,
        .scopes = scopes,
        .rights_version = 1,
        .discount_limit = 0,
        .refund_limit = 0,
        .expires_us = call->now_us + life_us,
    };

    mpos_session_insert(call, &session, id);
    return mpos_session_answer(call, id, 0) ? MPOS_OK : mpos_refuse(call, MPOS_E_DEVICE_KEY, NULL, "%s", "");
}

mpos_err
mpos_auth_device(mpos_call *call)
{
    proof_params params;
    sign_in_body in;
    mpos_device_proof proof;
    uint8 outlet[16];
    uint64 scopes;
    bool revoked;
    mpos_err err = mpos_input_params(call, &proof_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &sign_in_shape, &in);
    }
    if (err == MPOS_OK) {
        err = mpos_device_proof_read(call, params.proof, &proof);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!find_signer(call, in.tenant, params.request, &proof)) {
        return mpos_refuse(call, MPOS_E_DEVICE_KEY, NULL, "%s", "");
    }
    (void)mpos_cell_uuid(0, 1, outlet);
    revoked = strcmp(mpos_cell_text(0, 3), "active") != 0;
    scopes = revoked ? MPOS_SCOPE_SYNC_PUSH : scopes_of(mpos_cell_text(0, 2));
    err = mpos_device_proof_use(call, &proof);
    if (err != MPOS_OK) {
        return err;
    }
    return open_session(call, proof.device, outlet, scopes, revoked ? DRAIN_LIFE_US : SESSION_LIFE_US);
}
