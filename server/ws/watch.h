/*
 * watch.h - sockets end with their session. Words: watch, round.
 *
 * Every change of people, rights, devices and sessions is an entry of the business's own journal. A thread with sockets of a
 * business watches that journal: a new entry, of this process or found by comparing heads, starts a round that asks the database
 * which of the sessions still live with the rights that their sockets have.
 */
#ifndef WS_WATCH_H
#define WS_WATCH_H

#include "ws/conn.h"

typedef struct ws_local ws_local;

/* The connection has signed in: its session is asked for at once and watched until it leaves. */
void
ws_watch_enter(ws_conn *conn);

/* Before the connection is freed. */
void
ws_watch_leave(ws_conn *conn);

/* Something new is in a journal that is watched. */
void
ws_watch_wake(ws_local *local, ws_journal *journal);

/* Asks again where the database did not answer; once a second. */
void
ws_watch_tick(ws_local *local);

#endif
