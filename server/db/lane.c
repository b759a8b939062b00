/* lane.c - queues, limits and what is tried once more. */
#include "db/lane.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define TICK_MS 50
/* Fast: 2 connections x depth 16 already keep a backend pair busy; a few hundred waiting calls are below a second. */
#define FAST_DEPTH 16
#define FAST_QUEUE_MAX 1024
#define FAST_LOCK_MS 50
#define FAST_STATEMENT_MS 5000
#define SLOW_QUEUE_MAX 128
#define SLOW_LOCK_MS 2000
#define SLOW_STATEMENT_MS 20000
#define WAIT_MS_MAX 5000
/* The database's own timeout strikes first; this one is for a database that does not answer at all. */
#define ANSWER_GRACE_MS 5000

static db_query *
query_of(h2o_linklist_t *link)
{
    return H2O_STRUCT_FROM_MEMBER(db_query, _link, link);
}

static void
enqueue(db_lane *lane, db_query *query, bool first)
{
    query->_since_ms = clock_elapsed_ms();
    h2o_linklist_insert(first ? lane->queue.next : &lane->queue, &query->_link);
    lane->queued++;
    metrics_add(lane->pool->worker->metrics, METRIC_DB_QUEUED, 1);
}

static void
dequeue(db_lane *lane, db_query *query)
{
    h2o_linklist_unlink(&query->_link);
    lane->queued--;
    metrics_add(lane->pool->worker->metrics, METRIC_DB_QUEUED, -1);
}

/*
 * Writes wait for the batch under way to end, which is when company comes; two go side by side when the second is full.
 * (Measured: small batches on both connections cost a third more per sale than large ones on one.)
 */
static bool
batch_may_start(const db_lane *lane, const db_conn *conn)
{
    bool alone = true;

    for (size_t i = 0; i < DB_CONNS_MAX; i++) {
        alone = alone && !lane->conns[i].coalescing;
    }
    return alone || (!conn->coalescing && lane->queued >= lane->batch_max);
}

static bool
can_take(const db_lane *lane, const db_conn *conn, const db_query *query)
{
    return conn->state == DB_CONN_READY && conn->inflight_count < lane->depth &&
           (query->fresh_after_ms == 0 || conn->since_ms > query->fresh_after_ms) &&
           (!query->coalesces || batch_may_start(lane, conn));
}

/* The least busy connection that can take the query, NULL when there is none. */
static db_conn *
free_conn(db_lane *lane, const db_query *query)
{
    db_conn *best = NULL;

    for (size_t i = 0; i < DB_CONNS_MAX; i++) {
        db_conn *conn = &lane->conns[i];

        if (can_take(lane, conn, query) && (best == NULL || conn->inflight_count < best->inflight_count)) {
            best = conn;
        }
    }
    return best;
}

static bool
same_outlet(const db_query *a, const db_query *b)
{
    return a->coalesces && b->coalesces && memcmp(a->outlet, b->outlet, sizeof a->outlet) == 0;
}

/* An outlet's writes go one after another; a lock that they would wait for holds up others as well. */
static bool
outlet_is_busy(const db_lane *lane, const db_query *query)
{
    for (size_t i = 0; query->coalesces && i < DB_CONNS_MAX; i++) {
        const h2o_linklist_t *inflight = &lane->conns[i].inflight;

        for (h2o_linklist_t *link = inflight->next; link != inflight; link = link->next) {
            if (same_outlet(query, query_of(link))) {
                return true;
            }
        }
    }
    return false;
}

/* The first query in the queue that a connection can take now; those that have to wait let others pass. */
static db_query *
first_sendable(db_lane *lane, db_conn **conn)
{
    for (h2o_linklist_t *link = lane->queue.next; link != &lane->queue; link = link->next) {
        db_query *query = query_of(link);

        *conn = free_conn(lane, query);
        if (*conn != NULL && !outlet_is_busy(lane, query)) {
            return query;
        }
    }
    return NULL;
}

static bool
goes_with(const db_lane *lane, const db_conn *conn, db_query *const *batch, size_t count,
          const db_query *query)
{
    if (!query->coalesces || query->_alone || query->fresh_after_ms > conn->since_ms ||
        outlet_is_busy(lane, query)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (same_outlet(batch[i], query)) {
            return false;
        }
    }
    return true;
}

static int
by_outlet(const void *a, const void *b)
{
    return memcmp((*(db_query *const *)a)->outlet, (*(db_query *const *)b)->outlet, 16);
}

/* The query and those in the queue that can go with it, out of the queue, in the order in which they lock. */
static size_t
gather(db_lane *lane, const db_conn *conn, db_query *first, db_query **batch)
{
    size_t count = 1;

    batch[0] = first;
    dequeue(lane, first);
    if (!first->coalesces || first->_alone || db_conn_must_prepare(conn, first)) {
        return count;
    }
    for (h2o_linklist_t *link = lane->queue.next; link != &lane->queue && count < lane->batch_max;) {
        db_query *query = query_of(link);

        link = link->next;
        if (goes_with(lane, conn, batch, count, query)) {
            dequeue(lane, query);
            batch[count++] = query;
        }
    }
    qsort(batch, count, sizeof *batch, by_outlet);
    return count;
}

void
db_lane_pump(db_lane *lane)
{
    db_query *batch[DB_BATCH_MAX];
    db_conn *conn;
    db_query *query;

    while ((query = first_sendable(lane, &conn)) != NULL) {
        size_t count = gather(lane, conn, query, batch);

        if (!db_conn_send(conn, batch, count)) {
            while (count > 0) {
                enqueue(lane, batch[--count], true);
            }
            db_conn_lose(conn, "cannot send");
        }
    }
}

void
db_lane_batch_ended(db_lane *lane, bool succeeded)
{
    lane->batch_max = !succeeded ? 1 : lane->batch_max < DB_BATCH_MAX ? lane->batch_max + 1 : DB_BATCH_MAX;
}

void
db_lane_requeue(db_lane *lane, db_query *query)
{
    enqueue(lane, query, true);
}

/* Refusals that another attempt with more patience may overcome; the transaction has been rolled back. */
static bool
is_contention(const char *sqlstate)
{
    return strcmp(sqlstate, "55P03") == 0 || strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0;
}

void
db_lane_finish(db_lane *lane, db_query *query, const db_outcome *outcome)
{
    metrics *metrics = lane->pool->worker->metrics;
    db_lane *slow = &lane->pool->lanes[DB_SLOW];

    if (outcome->status == DB_ERROR) {
        metrics_add(metrics, METRIC_DB_ERRORS, 1);
        if (lane->name == DB_FAST && !query->_moved && is_contention(outcome->sqlstate) &&
            slow->queued < slow->queue_max) {
            query->_moved = true;
            metrics_add(metrics, METRIC_DB_MOVED, 1);
            enqueue(slow, query, false);
            db_lane_pump(slow);
            return;
        }
    }
    query->done(query, outcome);
}

#ifdef MPOS_FAULTS
/* For tests/fuzz, in the sanitized build only: while the file is there, every second query finds the queue full. */
static bool
pretend_full(void)
{
    static atomic_uint count;
    const char *file = getenv("MPOS_FAULT_OVERLOAD");

    return file != NULL && access(file, F_OK) == 0 && atomic_fetch_add(&count, 1) % 2 == 1;
}
#else
static bool
pretend_full(void)
{
    return false;
}
#endif

bool
db_submit(db_pool *pool, db_query *query)
{
    db_lane *lane = &pool->lanes[query->lane];

    if (lane->queued >= lane->queue_max || pretend_full()) {
        metrics_add(pool->worker->metrics, METRIC_DB_OVERLOADED, 1);
        return false;
    }
    query->_link = (h2o_linklist_t){0};
    query->_sent_before = query->_moved = query->_prepares = query->_alone = false;
    query->_parked = NULL;
    enqueue(lane, query, false);
    db_lane_pump(lane);
    return true;
}

static void
expire_queue(db_lane *lane, uint64_t now_ms)
{
    while (!h2o_linklist_is_empty(&lane->queue)) {
        db_query *query = query_of(lane->queue.next);
        db_outcome outcome = {.status = query->_sent_before ? DB_LOST : DB_UNAVAILABLE};

        if (now_ms - query->_since_ms < lane->wait_ms_max) {
            return;
        }
        dequeue(lane, query);
        query->done(query, &outcome);
    }
}

static void
check_conn(db_conn *conn, uint64_t now_ms)
{
    switch (conn->state) {
    case DB_CONN_DOWN:
        if (now_ms >= conn->retry_at_ms) {
            db_conn_start(conn);
        }
        break;
    case DB_CONN_CONNECTING:
        if (now_ms - conn->since_ms > WAIT_MS_MAX) {
            db_conn_lose(conn, "connecting takes too long");
        }
        break;
    case DB_CONN_READY:
        if (!h2o_linklist_is_empty(&conn->inflight) &&
            now_ms - query_of(conn->inflight.next)->_since_ms > conn->lane->answer_ms_max) {
            db_conn_lose(conn, "no answer");
        }
        break;
    }
}

static void
on_tick(h2o_timeout_entry_t *entry)
{
    db_pool *pool = H2O_STRUCT_FROM_MEMBER(db_pool, tick_entry, entry);
    uint64_t now_ms = clock_elapsed_ms();

    for (size_t i = 0; i < DB_LANES; i++) {
        for (size_t c = 0; c < DB_CONNS_MAX; c++) {
            check_conn(&pool->lanes[i].conns[c], now_ms);
        }
        db_lane_pump(&pool->lanes[i]);
        expire_queue(&pool->lanes[i], now_ms);
    }
    h2o_timeout_link(pool->worker->loop, &pool->tick, &pool->tick_entry);
}

static void
init_lane(db_pool *pool, db_lane_name name, size_t depth, size_t queue_max, unsigned lock_ms,
          unsigned statement_ms)
{
    db_lane *lane = &pool->lanes[name];

    lane->pool = pool;
    lane->name = name;
    lane->depth = depth;
    lane->queue_max = queue_max;
    lane->batch_max = DB_BATCH_MAX;
    lane->wait_ms_max = WAIT_MS_MAX;
    /* A pipelined call waits for those before it. */
    lane->answer_ms_max = (uint64_t)statement_ms * depth + ANSWER_GRACE_MS;
    snprintf(lane->options, sizeof lane->options,
             "-c lock_timeout=%u -c statement_timeout=%u -c client_min_messages=error", lock_ms,
             statement_ms);
    h2o_linklist_init_anchor(&lane->queue);
    for (size_t i = 0; i < DB_CONNS_MAX; i++) {
        lane->conns[i].lane = lane;
        h2o_linklist_init_anchor(&lane->conns[i].inflight);
        db_conn_start(&lane->conns[i]);
    }
}

db_pool *
db_pool_new(worker *worker, const char *conninfo)
{
    db_pool *pool = calloc(1, sizeof *pool);

    if (pool == NULL) {
        abort();
    }
    pool->worker = worker;
    pool->conninfo = conninfo;
    init_lane(pool, DB_FAST, FAST_DEPTH, FAST_QUEUE_MAX, FAST_LOCK_MS, FAST_STATEMENT_MS);
    init_lane(pool, DB_SLOW, 1, SLOW_QUEUE_MAX, SLOW_LOCK_MS, SLOW_STATEMENT_MS);
    h2o_timeout_init(worker->loop, &pool->tick, TICK_MS);
    pool->tick_entry.cb = on_tick;
    h2o_timeout_link(worker->loop, &pool->tick, &pool->tick_entry);
    return pool;
}

bool
db_pool_ready(const db_pool *pool)
{
    for (size_t i = 0; i < DB_LANES; i++) {
        bool any = false;

        for (size_t c = 0; c < DB_CONNS_MAX; c++) {
            any = any || pool->lanes[i].conns[c].state == DB_CONN_READY;
        }
        if (!any) {
            return false;
        }
    }
    return true;
}

size_t
db_pool_busy(const db_pool *pool)
{
    size_t busy = 0;

    for (size_t i = 0; i < DB_LANES; i++) {
        busy += pool->lanes[i].queued;
        for (size_t c = 0; c < DB_CONNS_MAX; c++) {
            busy += pool->lanes[i].conns[c].inflight_count;
        }
    }
    return busy;
}
