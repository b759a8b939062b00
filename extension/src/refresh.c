/*
 * refresh.c - session.refresh: a refresh token is used once and replaced. Its second use means that somebody else has it:
 * then the session ends, for both. A session at a device with a key is refreshed by that device only: the token alone is worth
 * nothing. Words: refresh token, successor, reuse.
 */
#include "postgres.h"

#include "device_proof.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "session.h"
#include "sha256.h"
#include "statement.h"

/* A client whose answer was lost asks again at once; a thief hardly ever. */
#define GRACE_US INT64CONST(10000000)

static mpos_statement find_statement = {
    "SELECT session_id, lasts_s, expires_at, used_at, replaced_by FROM pos.refresh "
    "WHERE tenant_id = $1 AND hash = $2 FOR UPDATE"};

static mpos_statement device_statement = {
    "SELECT device_id FROM pos.session WHERE tenant_id = $1 AND session_id = $2"};

static mpos_statement successor_statement = {
    "SELECT expires_at FROM pos.refresh WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL"};

static mpos_statement use_statement = {
    "UPDATE pos.refresh SET used_at = $3, replaced_by = $4 WHERE tenant_id = $1 AND hash = $2"};

static mpos_statement replace_statement = {
    "INSERT INTO pos.refresh (tenant_id, hash, session_id, lasts_s, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};

static mpos_statement sweep_statement = {
    "DELETE FROM pos.refresh WHERE tenant_id = $1 AND session_id = $2 AND expires_at < $3"};

typedef struct refresh_params {
    uint32 given;
    uint8 tenant_id[16];
    uint8 hash[MPOS_SHA256_LEN];
    uint8 next[MPOS_SHA256_LEN];
    const char *proof; /* of the session's device, and the request that it is about */
    const char *request;
} refresh_params;

static const mpos_field refresh_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(refresh_params, tenant_id)},
    {"hash", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(refresh_params, hash)},
    {"next", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(refresh_params, next)},
    {"proof", MPOS_IN_TEXT, 0, offsetof(refresh_params, proof), 0, MPOS_PROOF_TEXT_MAX},
    {"request", MPOS_IN_TEXT, 0, offsetof(refresh_params, request), 0, MPOS_PROOF_REQUEST_MAX},
};
MPOS_SHAPE(refresh, refresh_params);

typedef struct refresh_row {
    uint8 session[16];
    int32 lasts_s;
    int64 expires_us;
    int64 used_us; /* 0: not yet */
    uint8 replaced_by[MPOS_SHA256_LEN];
} refresh_row;

static bool
find_row(mpos_call *call, const refresh_params *in, refresh_row *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, in->tenant_id);
    mpos_arg_bytes(&args, in->hash, sizeof in->hash);
    if (mpos_statement_run(&find_statement, &args) == 0) {
        return false;
    }
    (void)mpos_cell_uuid(0, 1, out->session);
    out->lasts_s = mpos_cell_int(0, 2);
    out->expires_us = mpos_cell_time(0, 3);
    out->used_us = mpos_cell_time(0, 4);
    if (out->used_us != 0) {
        memcpy(out->replaced_by, VARDATA_ANY(mpos_cell_bytes(0, 5)), sizeof out->replaced_by);
    }
    return true;
}

/* The end of the successor when the client may have it once more, 0 otherwise. */
static int64
successor_until(mpos_call *call, const refresh_params *in, const refresh_row *row)
{
    mpos_args args = {0};

    if (call->now_us - row->used_us > GRACE_US || memcmp(row->replaced_by, in->next, sizeof in->next) != 0) {
        return 0;
    }
    mpos_arg_uuid(&args, in->tenant_id);
    mpos_arg_bytes(&args, in->next, sizeof in->next);
    return mpos_statement_run(&successor_statement, &args) > 0 ? mpos_cell_time(0, 1) : 0;
}

/* The end of the session has to commit, so the refusal is an answer. */
static mpos_err
end_for_reuse(mpos_call *call, const refresh_row *row)
{
    mpos_session_end(call, row->session);
    call->status = mpos_err_status(MPOS_E_REFRESH_REUSED);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_text(&call->body, "code", mpos_err_code(MPOS_E_REFRESH_REUSED));
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static void
replace(mpos_call *call, const refresh_params *in, const refresh_row *row, int64 until_us)
{
    mpos_args use = {0};
    mpos_args next = {0};
    mpos_args old = {0};

    mpos_arg_uuid(&use, in->tenant_id);
    mpos_arg_bytes(&use, in->hash, sizeof in->hash);
    mpos_arg_time(&use, call->now_us);
    mpos_arg_bytes(&use, in->next, sizeof in->next);
    (void)mpos_statement_run(&use_statement, &use);
    mpos_arg_uuid(&next, in->tenant_id);
    mpos_arg_bytes(&next, in->next, sizeof in->next);
    mpos_arg_uuid(&next, row->session);
    mpos_arg_int(&next, row->lasts_s);
    mpos_arg_time(&next, call->now_us);
    mpos_arg_time(&next, until_us);
    (void)mpos_statement_run(&replace_statement, &next);
    mpos_arg_uuid(&old, in->tenant_id);
    mpos_arg_uuid(&old, row->session);
    mpos_arg_time(&old, call->now_us);
    (void)mpos_statement_run(&sweep_statement, &old);
}

/* Before anything is changed: who cannot prove to be the device learns and ends nothing. */
static mpos_err
check_device(mpos_call *call, const refresh_params *in, const refresh_row *row)
{
    mpos_args args = {0};
    uint8 device[16];

    mpos_arg_uuid(&args, in->tenant_id);
    mpos_arg_uuid(&args, row->session);
    if (mpos_statement_run(&device_statement, &args) == 0 || !mpos_cell_uuid(0, 1, device)) {
        return MPOS_OK;
    }
    return mpos_device_prove(call, device, in->proof, in->request);
}

mpos_err
mpos_session_refresh(mpos_call *call)
{
    refresh_params in;
    refresh_row row;
    int64 until_us;
    mpos_err err = mpos_input_params(call, &refresh_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant_id);
    if (!find_row(call, &in, &row) || row.expires_us <= call->now_us) {
        return mpos_refuse(call, MPOS_E_UNAUTHENTICATED, NULL, "%s", "");
    }
    err = check_device(call, &in, &row);
    if (err != MPOS_OK) {
        return err;
    }
    until_us = row.used_us != 0 ? successor_until(call, &in, &row)
                                : call->now_us + INT64CONST(1000000) * row.lasts_s;
    if (until_us == 0) {
        return end_for_reuse(call, &row);
    }
    if (!mpos_session_answer(call, row.session, until_us)) {
        return mpos_refuse(call, MPOS_E_SESSION_ENDED, NULL, "%s", "");
    }
    if (row.used_us == 0) {
        replace(call, &in, &row, until_us);
    }
    return MPOS_OK;
}
