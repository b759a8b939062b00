/*
 * sync_actor.c - who did what a device pushes. Several people share a till, and one of them is signed in when the log is
 * drained: an operation that names another session of this device is run with the rights, the limits and the approvals of
 * that session and is booked on its person. Sessions that have ended count too: what they did, they did before.
 */
#include "postgres.h"

#include <sodium.h>

#include "role.h"
#include "session.h"
#include "statement.h"
#include "sync.h"

static mpos_statement session_statement = {
    "SELECT k.key, s.staff_id, s.scopes, s.discount_limit, s.refund_limit FROM pos.session s "
    "JOIN pos.log_key k ON k.tenant_id = s.tenant_id AND k.session_id = s.session_id "
    "WHERE s.tenant_id = $1 AND s.session_id = $2 AND s.device_id = $3 AND s.kind = 'staff'"};

static bool
find_session(const mpos_call *call, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, call->context.device);
    return mpos_statement_run(&session_statement, &args) > 0;
}

static bool
is_marked(const mpos_push_op *op)
{
    const bytea *key = mpos_cell_bytes(0, 1);

    return op->mark != NULL && crypto_auth_hmacsha256_verify(op->mark, op->hash, sizeof op->hash,
                                                             (const uint8 *)VARDATA_ANY(key)) == 0;
}

bool
mpos_actor_enter(mpos_call *call, const mpos_push_op *op, mpos_actor *before)
{
    *before = (mpos_actor){
        .scopes = call->scopes, .discount_limit = call->discount_limit, .refund_limit = call->refund_limit};
    memcpy(before->staff, call->context.actor, sizeof before->staff);
    memcpy(before->session, call->context.session, sizeof before->session);
    if (!op->has_by || memcmp(op->by, before->session, sizeof op->by) == 0) {
        return true;
    }
    if (!find_session(call, op->by) || !is_marked(op)) {
        return false;
    }
    (void)mpos_cell_uuid(0, 2, call->context.actor);
    memcpy(call->context.session, op->by, sizeof op->by);
    call->scopes = (uint64)mpos_cell_big(0, 3);
    call->discount_limit = mpos_cell_limit(0, 4);
    call->refund_limit = mpos_cell_limit(0, 5);
    return true;
}

void
mpos_actor_leave(mpos_call *call, const mpos_actor *before)
{
    memcpy(call->context.actor, before->staff, sizeof before->staff);
    memcpy(call->context.session, before->session, sizeof before->session);
    call->scopes = before->scopes;
    call->discount_limit = before->discount_limit;
    call->refund_limit = before->refund_limit;
}
