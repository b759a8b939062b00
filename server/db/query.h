/*
 * query.h - one call of the database and its outcome. Words: query, outcome, lane, repeatable.
 *
 * The asker embeds a db_query in its own context, keeps it and the parameters it points to alive until `done` is called,
 * and recovers the context from the member. `done` is called exactly once, on the thread that submitted, and never
 * before the query's pipeline sync (or the loss of everything that could answer).
 */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include <h2o.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#define DB_PARAMS_MAX 4

typedef enum db_statement { DB_CALL, DB_HEADS, DB_METRICS, DB_STATEMENT_COUNT } db_statement;
typedef enum db_lane_name { DB_FAST, DB_SLOW, DB_LANES } db_lane_name;

typedef enum db_status {
    DB_ROWS,        /* result holds them */
    DB_ERROR,       /* the database refused: sqlstate, message, field */
    DB_LOST,        /* the connection was lost after sending: outcome unknown */
    DB_UNAVAILABLE, /* never sent: no connection, or waited too long */
} db_status;

typedef struct db_outcome {
    db_status status;
    PGresult *result;     /* DB_ROWS: now owned by the asker, who clears it */
    const char *sqlstate; /* DB_ERROR; these three are valid during `done` only */
    const char *message;
    const char *field;
} db_outcome;

typedef struct db_query db_query;
struct db_query {
    db_statement statement;
    db_lane_name lane; /* where it goes first; DB_FAST may be moved to DB_SLOW once */
    bool repeatable;   /* a read, or a write that carries its own key: safe to send twice */
    /*
     * Only for a connection opened after this (clock_elapsed_ms, 0 for any): when one backend crashes, all others end a
     * moment later, and a repeat on one of those would be lost to the same crash. The lane raises it at a loss.
     */
    uint64_t fresh_after_ms;
    /*
     * May share a transaction with calls of other outlets (lane.c). Only for repeatable calls, or such whose asker repeats
     * them when the connection is lost, and that write nothing but rows and the journal of `outlet`.
     */
    bool coalesces;
    uint8_t outlet[16];
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    int formats[DB_PARAMS_MAX]; /* 1 binary, 0 text */
    void (*done)(db_query *self, const db_outcome *outcome);

    /* owned by the lane */
    h2o_linklist_t _link;
    uint64_t _since_ms; /* queued, then sent */
    bool _sent_before;
    bool _moved;
    bool _prepares;
    bool _alone;      /* was in a batch that failed */
    bool _ends_batch; /* its sync follows */
    PGresult *_parked;
};

/* One thread's lanes. */
typedef struct db_pool db_pool;
struct worker;

db_pool *
db_pool_new(struct worker *worker, const char *conninfo);

/* False when the lane's queue is full: nothing happens, `done` will not be called. */
bool
db_submit(db_pool *pool, db_query *query);

/* True when at least one connection of each lane is ready. */
bool
db_pool_ready(const db_pool *pool);

/* Queries queued or under way. */
size_t
db_pool_busy(const db_pool *pool);

#endif
