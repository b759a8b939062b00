/*
 * lane.h - inside of db/: connections that share a queue. Words: lane, batch, sync.
 *
 * Fast lane: pipelined, so that one connection carries several calls and a busy backend replaces many idle ones; a
 * short lock timeout keeps whatever waits for a lock from holding up those behind it. Slow lane: one call a connection.
 *
 * Batch: the calls before one sync, which PostgreSQL runs as one transaction; mostly a single one. Writes that wait
 * while a connection is busy go together when it is free again, one per outlet: one commit and one round trip for all.
 * No time is spent on waiting for company. When one of them fails, all have been rolled back and each goes alone.
 * Within a batch outlets come in ascending order, and no two batches of a thread hold the same outlet; so batches do
 * not lock each other out.
 */
#ifndef DB_LANE_H
#define DB_LANE_H

#include "base/worker.h"
#include "db/query.h"

#define DB_CONNS_MAX 2
#define DB_BATCH_MAX 16

typedef enum db_conn_state { DB_CONN_DOWN, DB_CONN_CONNECTING, DB_CONN_READY } db_conn_state;

typedef struct db_lane db_lane;

typedef struct db_conn {
    db_lane *lane;
    db_conn_state state;
    PGconn *pg;
    h2o_socket_t *sock;      /* on a dup of libpq's descriptor: both sides close their own */
    h2o_linklist_t inflight; /* db_query._link, in the order of sending */
    size_t inflight_count;
    h2o_linklist_t *answering; /* whose result comes next; NULL: the first one under way */
    bool coalescing;           /* a batch of writes is under way */
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
    size_t batch_max; /* grows with every batch that succeeds, falls to 1 when one fails */
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

/* Sends the queries as one batch and moves them into inflight; false when the connection broke (they stay the caller's). */
bool
db_conn_send(db_conn *conn, db_query *const *batch, size_t count);

/* Does the connection still have to prepare what the query needs? Such a query goes alone. */
bool
db_conn_must_prepare(const db_conn *conn, const db_query *query);

/* Closes; what was under way goes back to its lane or ends as lost. */
void
db_conn_lose(db_conn *conn, const char *why);

/* lane.c */
void
db_lane_pump(db_lane *lane);

/* A batch of writes has been answered. */
void
db_lane_batch_ended(db_lane *lane, bool succeeded);

/* The outcome of a query that left its connection: delivered, or sent once more elsewhere. */
void
db_lane_finish(db_lane *lane, db_query *query, const db_outcome *outcome);

void
db_lane_requeue(db_lane *lane, db_query *query);

#endif
