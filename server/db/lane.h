/*
 * lane.h - inside of db/: connections that share a queue. Words: lane, slot, sync.
 *
 * Fast lane: pipelined, so that one connection carries several calls and a busy backend replaces many idle ones; a
 * short lock timeout keeps whatever waits for a lock from holding up those behind it. Slow lane: one call a connection.
 */
#ifndef DB_LANE_H
#define DB_LANE_H

#include "base/worker.h"
#include "db/query.h"

#define DB_CONNS_MAX 2

typedef enum db_conn_state { DB_CONN_DOWN, DB_CONN_CONNECTING, DB_CONN_READY } db_conn_state;

typedef struct db_lane db_lane;

typedef struct db_conn {
    db_lane *lane;
    db_conn_state state;
    PGconn *pg;
    h2o_socket_t *sock;      /* on a dup of libpq's descriptor: both sides close their own */
    h2o_linklist_t inflight; /* db_query._link, in the order of sending */
    size_t inflight_count;
    bool prepared[DB_STATEMENT_COUNT];
    uint64_t retry_at_ms;
    uint64_t since_ms; /* start of connecting */
    unsigned failures;
} db_conn;

struct db_lane {
    db_pool *pool;
    db_lane_name name;
    size_t depth;     /* calls under way per connection */
    size_t queue_max; /* bounded: beyond it an answer would come too late to be of use */
    uint64_t wait_ms_max;
    uint64_t answer_ms_max; /* no sync after this: the connection is given up */
    char options[96];
    db_conn conns[DB_CONNS_MAX];
    h2o_linklist_t queue;
    size_t queued;
};

struct db_pool {
    worker *worker;
    const char *conninfo;
    db_lane lanes[DB_LANES];
    h2o_timeout_t tick;
    h2o_timeout_entry_t tick_entry;
};

/* conn.c */
void
db_conn_start(db_conn *conn);

/* Sends and moves the query into inflight; false when the connection broke (the query stays the caller's). */
bool
db_conn_send(db_conn *conn, db_query *query);

/* Closes; what was under way goes back to its lane or ends as lost. */
void
db_conn_lose(db_conn *conn, const char *why);

/* lane.c */
void
db_lane_pump(db_lane *lane);

/* The outcome of a query that left its connection: delivered, or sent once more elsewhere. */
void
db_lane_finish(db_lane *lane, db_query *query, const db_outcome *outcome);

void
db_lane_requeue(db_lane *lane, db_query *query);

#endif
