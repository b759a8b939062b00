/*
 * conn.h - one WebSocket: bytes in through wslay, frames out with one write for many. Words: connection, subscriber.
 *
 * wslay only reads. What it wants to send (pong, close) goes into the same queue as everything else, so that a frame is
 * never split by another. A connection is destroyed only outside of its own callbacks.
 */
#ifndef WS_CONN_H
#define WS_CONN_H

#include <h2o.h>
#include <wslay/wslay.h>

#include "auth/claims.h"
#include "base/worker.h"
#include "ws/journal.h"

#define WS_SUBS_MAX 4
/* Beyond this much waiting for a socket nothing more is queued; the journal keeps it. */
#define WS_QUEUE_BYTES_MAX ((size_t)256 * 1024)
#define WS_QUEUE_FRAMES_MAX 256

typedef enum ws_close {
    WS_CLOSE_PROTOCOL = 4400,
    WS_CLOSE_AUTH = 4401,
    WS_CLOSE_RIGHTS = 4403, /* the session has ended, or its rights are others */
    WS_CLOSE_SLOW = 4408,
    WS_CLOSE_GOING = 4503,
} ws_close;

typedef struct ws_conn ws_conn;

typedef struct ws_sub {
    h2o_linklist_t link; /* in the journal's list of this thread */
    ws_conn *conn;
    ws_journal *journal; /* NULL: the place is free */
    ws_cursor cursor;
    ws_topics topics;
    bool live;            /* has been at the head */
    uint64_t lag_said_ms; /* when it was last told that it is too slow, 0 for never */
} ws_sub;

struct ws_conn {
    h2o_linklist_t link; /* in the thread's list */
    worker *worker;
    h2o_socket_t *sock;
    wslay_event_context_ptr reader;
    unsigned ip_bucket;
    unsigned asking; /* queries under way that point here */
    bool redeeming;  /* its ticket is being looked at */
    bool signed_in;
    bool closing;
    bool oversized; /* a frame longer than any may be has begun */
    bool broken;    /* to be destroyed as soon as nothing uses it */
    auth_claims claims;
    struct ws_watch *watch; /* from signing in on */
    uint32_t watched;       /* its round that this connection was last in */
    uint64_t frame_left;    /* bytes of the incoming frame still to come */
    uint64_t opened_ms;
    uint64_t heard_ms;
    uint64_t pinged_ms; /* 0: no ping is out */
    uint64_t write_since_ms;
    uint64_t close_by_ms;
    ws_frame **queue; /* grows to what is needed, at most twice the cap */
    size_t queue_size;
    size_t queue_first;
    size_t queue_count;
    size_t queue_bytes;
    size_t writing; /* frames of the write under way */
    ws_sub subs[WS_SUBS_MAX];
};

/* Upgrades the request; its checks have been made. */
void
ws_conn_open(worker *worker, h2o_req_t *req, const char *client_key, unsigned ip_bucket);

/* Takes over the reference. */
void
ws_conn_push(ws_conn *conn, ws_frame *frame);

void
ws_conn_say(ws_conn *conn, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool
ws_conn_has_room(const ws_conn *conn);

/* Writes what is queued, unless a write is under way. */
void
ws_conn_flush(ws_conn *conn);

/* Says goodbye with that code; the socket is gone a moment later. */
void
ws_conn_close(ws_conn *conn, ws_close code);

/* Gone without a word; frees the connection when no query points to it. */
void
ws_conn_destroy(ws_conn *conn);

/* A query that pointed here is over; the connection may have gone meanwhile. True when it is still there. */
bool
ws_conn_answered(ws_conn *conn);

/* The second's work: patience with signing in, pings, slow readers, closes. May destroy the connection. */
void
ws_conn_tick(ws_conn *conn, uint64_t now_ms);

/* A limit for each address: false when it has as many sockets as it may. */
bool
ws_ip_enter(unsigned bucket, unsigned max);

unsigned
ws_ip_bucket(const h2o_req_t *req);

#endif
