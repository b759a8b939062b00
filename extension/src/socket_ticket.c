/*
 * socket_ticket.c - socket.open: a ticket for a WebSocket is used up here, so that it opens one socket in the whole installation,
 * whichever server process it is shown to. Words: ticket.
 */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "sha256.h"
#include "statement.h"

/* Longer than any ticket is good for, whatever the clocks of the server processes are off. */
#define KEPT_US INT64CONST(300000000)

/* A few a time keep it as small as what was opened lately; whoever else removes them is not waited for. */
static mpos_statement forget_statement = {
    "DELETE FROM pos.socket_ticket WHERE tenant_id = $1 AND hash IN (SELECT hash FROM pos.socket_ticket "
    "WHERE "
    "tenant_id = $1 AND used_at < $2 ORDER BY used_at LIMIT 4 FOR UPDATE SKIP LOCKED)"};

static mpos_statement use_statement = {
    "INSERT INTO pos.socket_ticket (tenant_id, hash, used_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};

typedef struct ticket_params {
    uint32 given;
    uint8 hash[MPOS_SHA256_LEN];
} ticket_params;

static const mpos_field ticket_fields[] = {
    {"ticket", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(ticket_params, hash)},
};
MPOS_SHAPE(ticket, ticket_params);

mpos_err
mpos_socket_open(mpos_call *call)
{
    ticket_params params;
    mpos_args old = {0};
    mpos_args used = {0};
    mpos_err err = mpos_input_params(call, &ticket_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&used, call->context.tenant);
    mpos_arg_bytes(&used, params.hash, sizeof params.hash);
    mpos_arg_time(&used, call->now_us);
    if (mpos_statement_run(&use_statement, &used) == 0) {
        return mpos_refuse(call, MPOS_E_UNAUTHENTICATED, NULL, "%s", "");
    }
    mpos_arg_uuid(&old, call->context.tenant);
    mpos_arg_time(&old, call->now_us - KEPT_US);
    (void)mpos_statement_run(&forget_statement, &old);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
