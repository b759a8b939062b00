/*
 * kitchen.h - kitchen tickets of orders: one per order, course and station. Words: ticket, item, send, cancel.
 */
#ifndef MPOS_KITCHEN_H
#define MPOS_KITCHEN_H

#include "order_rows.h"

typedef struct mpos_ticket_item {
    uint8 id[16];
    uint8 ticket[16];
    uint8 line[16];
    int position;
    const char *name;
    int64 qty;
    const char *modifiers; /* JSON array of strings */
    mpos_kitchen_state state;
} mpos_ticket_item;

typedef struct mpos_ticket {
    uint8 id[16];
    uint8 order[16];
    int course;
    const char *station;
    const char *call_number;
    const char *channel;
    const char *table;
    mpos_kitchen_state state;
    int version;
    int64 sent_us;
    bool has_bump;
    uint8 last_bump[16];
    bool noted;              /* the order came with a note for the kitchen */
    const char *note;        /* its text, where it has been read; NULL otherwise and once it is erased */
    mpos_ticket_item *items; /* a run of mpos_tickets.items */
    int item_count;
} mpos_ticket;

typedef struct mpos_tickets {
    mpos_ticket *tickets;
    int count;
    mpos_ticket_item *items; /* of all of them */
    int item_count;
} mpos_tickets;

/* Marks the order's new lines that a station prepares as sent and returns their number. */
int
mpos_kitchen_mark_sent(mpos_order *order);

/*
 * Puts the order's sent lines that are on no ticket yet on tickets, and tells ORDER_SENT. fresh: the order has none.
 * The order row is locked or new.
 */
void
mpos_kitchen_send(mpos_call *call, const mpos_order *order, bool fresh);

/* Tickets with their items (kitchen_rows.c): of an order, and of an outlet as kitchen screens see them. */
void
mpos_tickets_of_order(mpos_call *call, const uint8 order[16], mpos_tickets *out);
void
mpos_tickets_of_outlet(mpos_call *call, const char *station, bool all, mpos_tickets *out);

/* The order of a ticket of the context's outlet; false when there is no such ticket. */
bool
mpos_ticket_order(mpos_call *call, const uint8 ticket[16], uint8 order[16]);

/* Writes the states of items[i] for which changed[i], and counts their versions up. */
void
mpos_ticket_items_update(mpos_call *call, const mpos_tickets *tickets, const bool *changed);

/* Writes state and last bump of a ticket; counts its version up. */
void
mpos_ticket_update(mpos_call *call, mpos_ticket *ticket);

/* Inserts tickets and items. */
void
mpos_tickets_insert(mpos_call *call, const mpos_tickets *tickets);
void
mpos_ticket_items_insert(mpos_call *call, const uint8 order[16], const mpos_ticket_item *items, int count);

/* The state that a ticket's items have together; of all tickets' items. */
mpos_kitchen_state
mpos_ticket_state(const mpos_ticket_item *items, int count);

/* Moves the order to what its kitchen items say and closes it when that was the last thing; true when it changed. */
bool
mpos_kitchen_move_order(mpos_order *order, const mpos_tickets *tickets);

/* The ticket as the API writes it. */
void
mpos_ticket_json(StringInfo out, const char *key, const mpos_ticket *ticket);

#endif
