/*
 * redeem.c - the operation socket.open: uses a ticket up. The database says that no process has seen it before, and that its
 * session has not ended since it was made.
 */
#include "ws/redeem.h"

#include <stdlib.h>
#include <string.h>

#include "auth/seal.h"
#include "base/clock.h"
#include "db/query.h"
#include "err.h"

typedef struct redeem_query {
    db_query query;
    ws_conn *conn;
    ws_redeemed done;
    uint8_t tenant[UUID_SIZE];
    uint8_t context[MPOS_CONTEXT_SIZE];
    text_buf input;
} redeem_query;

static ws_ticket_state
state_of(const db_outcome *outcome)
{
    mpos_err err = outcome->status == DB_ERROR ? mpos_err_from_sqlstate(outcome->sqlstate) : MPOS_OK;

    if (outcome->status == DB_ROWS) {
        return WS_TICKET_GOOD;
    }
    return err == MPOS_OK                ? WS_TICKET_UNKNOWN
           : err == MPOS_E_SESSION_ENDED ? WS_TICKET_ENDED
                                         : WS_TICKET_USED;
}

static void
on_done(db_query *query, const db_outcome *outcome)
{
    redeem_query *asked = H2O_STRUCT_FROM_MEMBER(redeem_query, query, query);

    asked->done(asked->conn, state_of(outcome));
    if (outcome->status == DB_ROWS) {
        PQclear(outcome->result);
    }
    text_free(&asked->input);
    free(asked);
}

void
ws_redeem(ws_conn *conn, const uint8_t hash[TICKET_HASH_SIZE], ws_redeemed done)
{
    redeem_query *asked = calloc(1, sizeof *asked);
    worker *worker = conn->worker;
    uint8_t request[UUID_SIZE];
    char hex[2 * TICKET_HASH_SIZE + 1];

    if (asked == NULL) {
        abort();
    }
    asked->conn = conn;
    asked->done = done;
    memcpy(asked->tenant, conn->claims.tenant, UUID_SIZE);
    clock_uuid7(request);
    auth_seal(worker->keys, &conn->claims, MPOS_SCOPE_SESSION, request, NULL, 0, asked->context);
    text_hex(hash, TICKET_HASH_SIZE, hex);
    text_addf(&asked->input, "{\"params\":{\"ticket\":\"%s\"},\"body\":null}", hex);
    /* Not repeatable: the second time it would be a ticket that was used. */
    asked->query = (db_query){
        .statement = DB_CALL,
        .lane = DB_FAST,
        .values = {(const char *)asked->tenant, (const char *)asked->context, "socket.open",
                   asked->input.data},
        .lengths = {UUID_SIZE, sizeof asked->context, 0, 0},
        .formats = {1, 1, 0, 0},
        .done = on_done,
    };
    if (!db_submit(worker->db, &asked->query)) {
        text_free(&asked->input);
        free(asked);
        done(conn, WS_TICKET_UNKNOWN);
    }
}
