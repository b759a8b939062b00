/* redeem.h - using a ticket up, once in the whole installation. */
#ifndef WS_REDEEM_H
#define WS_REDEEM_H

#include "auth/ticket.h"
#include "ws/conn.h"

typedef enum ws_ticket_state {
    WS_TICKET_GOOD,
    WS_TICKET_USED,
    WS_TICKET_ENDED,  /* its session has, or its rights are others */
    WS_TICKET_UNKNOWN /* the database did not say; the ticket may be used up */
} ws_ticket_state;

typedef void (*ws_redeemed)(ws_conn *conn, ws_ticket_state state);

/* Asks for the ticket that conn->claims are of; done is called exactly once, possibly before this returns. */
void
ws_redeem(ws_conn *conn, const uint8_t hash[TICKET_HASH_SIZE], ws_redeemed done);

#endif
