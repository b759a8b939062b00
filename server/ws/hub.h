/*
 * hub.h - what happened in journals reaches the sockets. Words: journal, ring, subscriber.
 */
#ifndef WS_HUB_H
#define WS_HUB_H

#include "base/worker.h"

/* Makes the thread's part; the worker's loop, queue and pool exist. */
void
ws_init(worker *worker);

/*
 * Takes the entries that a committed call appended (see extension/src/call.h for their form) and hands them to the
 * subscribers of all threads. Called after the call's sync only.
 */
void
ws_publish(worker *worker, const uint8_t *entries, size_t len);

/* Asks the sockets of the thread to go and closes them. */
void
ws_stop(worker *worker);

/* Sockets of the thread that are still open. */
size_t
ws_left(const worker *worker);

#endif
