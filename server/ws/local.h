/*
 * local.h - inside of ws/: what one thread keeps, and what connections, messages and subscribers ask of each other.
 */
#ifndef WS_LOCAL_H
#define WS_LOCAL_H

#include "ws/conn.h"
#include "ws/presence.h"

typedef struct ws_local {
    worker *worker;
    h2o_linklist_t conns;
    size_t count;
    h2o_linklist_t watches;
    ws_presence *presence;
    h2o_multithread_receiver_t wakes;
    h2o_timeout_t second;
    h2o_timeout_entry_t second_entry;
    h2o_timeout_t gap;
    h2o_timeout_entry_t gap_entry;
    bool polling;
} ws_local;

/* message.c: one text message of a client. */
void
ws_message(ws_conn *conn, const char *text, size_t len);

void
ws_hello(ws_conn *conn);

/* subscribe.c */
/* Feeds the subscriber what it can take; does not write yet. */
void
ws_sub_advance(ws_sub *sub);

void
ws_sub_end(ws_sub *sub);

/* Checks right and cursor and answers sub_ok or err. */
void
ws_subscribe(ws_conn *conn, int64_t id, const char *stream, const ws_cursor *cursor, ws_topics topics);

/* hub.c */
void
ws_local_enter(ws_conn *conn);

void
ws_local_leave(ws_conn *conn);

/* Looks again in a few milliseconds, when the entry missing now has come or is fetched. */
void
ws_local_look_soon(ws_local *local);

/* Tells the subscribers of those threads to look. */
void
ws_wake(worker *worker, ws_journal *journal, uint64_t threads);

/* Compares heads with the database: of that journal, or of all when it is NULL. */
void
ws_poll(ws_local *local, const ws_journal *journal);

#endif
