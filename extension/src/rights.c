/* rights.c - see rights.h. */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "rights.h"
#include "statement.h"

static mpos_statement lock_statement = {"SELECT 1 FROM pos.tenant WHERE tenant_id = $1 FOR NO KEY UPDATE"};

/* Who can sign in: by a PIN or a password. */
static mpos_statement manager_statement = {
    "SELECT 1 FROM pos.staff p JOIN pos.role r ON r.tenant_id = p.tenant_id AND r.role_id = p.role_id "
    "LEFT JOIN pos.pin v ON v.tenant_id = p.tenant_id AND v.staff_id = p.staff_id "
    "LEFT JOIN pos.credential c ON c.tenant_id = p.tenant_id AND c.staff_id = p.staff_id "
    "WHERE p.tenant_id = $1 AND p.active AND r.scopes & $2 = $2 "
    "AND (v.verifier IS NOT NULL OR c.password_verifier IS NOT NULL) LIMIT 1"};

static mpos_statement raise_statement = {
    "UPDATE pos.staff SET rights_version = rights_version + 1, version = version + 1 "
    "WHERE tenant_id = $1 AND (staff_id = $2 OR role_id = $3)"};

static mpos_statement apply_statement = {
    "UPDATE pos.session s SET scopes = r.scopes, discount_limit = r.discount_limit, "
    "refund_limit = r.refund_limit, rights_version = p.rights_version "
    "FROM pos.staff p JOIN pos.role r ON r.tenant_id = p.tenant_id AND r.role_id = p.role_id "
    "WHERE s.tenant_id = $1 AND p.tenant_id = $1 AND s.staff_id = p.staff_id AND s.ended_at IS NULL "
    "AND (p.staff_id = $2 OR p.role_id = $3)"};

static mpos_statement end_statement = {
    "UPDATE pos.session SET ended_at = $3 WHERE tenant_id = $1 AND staff_id = $2 AND ended_at IS NULL "
    "AND session_id IS DISTINCT FROM $4"};

void
mpos_people_lock(mpos_call *call)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&lock_statement, &args);
    mpos_call_session_again(call);
}

mpos_err
mpos_rights_cover(mpos_call *call, const mpos_role *role)
{
    if ((role->scopes & ~call->scopes) == 0 && role->discount_limit <= call->discount_limit &&
        role->refund_limit <= call->refund_limit) {
        return MPOS_OK;
    }
    return mpos_refuse(call, MPOS_E_FORBIDDEN, NULL, "The role may more than this session.");
}

mpos_err
mpos_manager_left(mpos_call *call, uint64 scopes_before)
{
    mpos_args args = {0};

    if ((scopes_before & MPOS_SCOPE_STAFF_WRITE) == 0) {
        return MPOS_OK;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_big(&args, MPOS_SCOPE_STAFF_WRITE);
    return mpos_statement_run(&manager_statement, &args) > 0
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_LAST_MANAGER, NULL, "%s", "");
}

static void
run(mpos_call *call, mpos_statement *statement, const uint8 *staff, const uint8 *role)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, staff);
    mpos_arg_uuid(&args, role);
    (void)mpos_statement_run(statement, &args);
}

void
mpos_rights_changed(mpos_call *call, const uint8 *staff, const uint8 *role)
{
    run(call, &raise_statement, staff, role);
    run(call, &apply_statement, staff, role);
}

void
mpos_rights_withdrawn(mpos_call *call, const uint8 staff[16], const uint8 *except_session)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, staff);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_uuid(&args, except_session);
    (void)mpos_statement_run(&end_statement, &args);
    mpos_rights_changed(call, staff, NULL);
}

void
mpos_record_no_body(mpos_call *call)
{
    call->recorded = DatumGetJsonbP(
        DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(call->input), CStringGetTextDatum("body")));
}
