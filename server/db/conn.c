/*
 * conn.c - one pipelined libpq connection on the loop.
 *
 * Rows arrive before the commit has decided. So a result is parked until the sync that ends its request, and an error
 * that comes in between replaces it. The same holds for a batch as a whole.
 */
#include "db/lane.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define BACKOFF_MS_MIN 100
#define BACKOFF_MS_MAX 5000

#define OID_BYTEA 17
#define OID_TEXT 25
#define OID_UUID 2950
#define OID_UUID_ARRAY 2951
#define OID_JSONB 3802

static const struct {
    const char *name;
    const char *sql;
    int count;
    Oid types[DB_PARAMS_MAX];
} statements[DB_STATEMENT_COUNT] = {
    [DB_CALL] = {"call",
                 "SELECT status, etag, body, entries FROM mpos.call($1, $2, $3, $4)",
                 4,
                 {OID_UUID, OID_BYTEA, OID_TEXT, OID_JSONB}},
    [DB_HEADS] = {"heads",
                  "SELECT journal_id, epoch, next_seq, last_leaf FROM mpos.heads($1)",
                  1,
                  {OID_UUID_ARRAY}},
    [DB_METRICS] = {"metrics", "SELECT name, type, help, labels, value::text FROM mpos.metrics()", 0, {0}},
};

static void
on_connecting(h2o_socket_t *sock, const char *err);

static void
on_readable(h2o_socket_t *sock, const char *err);

static db_query *
query_of(h2o_linklist_t *link)
{
    return H2O_STRUCT_FROM_MEMBER(db_query, _link, link);
}

static void
detach(db_conn *conn)
{
    if (conn->sock != NULL) {
        h2o_socket_close(conn->sock);
        conn->sock = NULL;
    }
}

static bool
attach(db_conn *conn)
{
    int fd = dup(PQsocket(conn->pg));

    if (fd < 0) {
        return false;
    }
    conn->sock = h2o_evloop_socket_create(conn->lane->pool->worker->loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    conn->sock->data = conn;
    return true;
}

static void
ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

/* libpq may change its descriptor between two steps, so the loop's side is made anew for each. */
static void
advance_connecting(db_conn *conn, PostgresPollingStatusType step)
{
    detach(conn);
    switch (step) {
    case PGRES_POLLING_READING:
        if (!attach(conn)) {
            db_conn_lose(conn, "out of descriptors");
            return;
        }
        h2o_socket_read_start(conn->sock, on_connecting);
        break;
    case PGRES_POLLING_WRITING:
        if (!attach(conn)) {
            db_conn_lose(conn, "out of descriptors");
            return;
        }
        h2o_socket_notify_write(conn->sock, on_connecting);
        break;
    case PGRES_POLLING_OK:
        if (PQsetnonblocking(conn->pg, 1) != 0 || PQenterPipelineMode(conn->pg) != 1 || !attach(conn)) {
            db_conn_lose(conn, "cannot enter pipeline mode");
            return;
        }
        conn->state = DB_CONN_READY;
        conn->failures = 0;
        metrics_add(conn->lane->pool->worker->metrics, METRIC_DB_CONNECTIONS, 1);
        h2o_socket_read_start(conn->sock, on_readable);
        db_lane_pump(conn->lane);
        break;
    default:
        db_conn_lose(conn, PQerrorMessage(conn->pg));
    }
}

static void
on_connecting(h2o_socket_t *sock, const char *err)
{
    db_conn *conn = sock->data;

    (void)err; /* libpq finds out by itself and says it better */
    h2o_socket_read_stop(sock);
    advance_connecting(conn, PQconnectPoll(conn->pg));
}

void
db_conn_start(db_conn *conn)
{
    const char *const keywords[] = {"dbname", "options", "fallback_application_name", NULL};
    const char *const values[] = {conn->lane->pool->conninfo, conn->lane->options, "mposd", NULL};

    conn->state = DB_CONN_CONNECTING;
    conn->since_ms = clock_elapsed_ms();
    memset(conn->prepared, 0, sizeof conn->prepared);
    conn->pg = PQconnectStartParams(keywords, values, 1);
    if (conn->pg == NULL || PQstatus(conn->pg) == CONNECTION_BAD) {
        db_conn_lose(conn, conn->pg != NULL ? PQerrorMessage(conn->pg) : "out of memory");
        return;
    }
    PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
    advance_connecting(conn, PGRES_POLLING_WRITING);
}

static void
on_writable(h2o_socket_t *sock, const char *err);

/* 0 sent, 1 waits for the socket, -1 broken. */
static int
flush(db_conn *conn)
{
    int left = PQflush(conn->pg);

    if (left > 0 && !h2o_socket_is_writing(conn->sock)) {
        h2o_socket_notify_write(conn->sock, on_writable);
    }
    return left;
}

static void
on_writable(h2o_socket_t *sock, const char *err)
{
    db_conn *conn = sock->data;

    if (err != NULL || flush(conn) < 0) {
        db_conn_lose(conn, "cannot write");
    }
}

bool
db_conn_must_prepare(const db_conn *conn, const db_query *query)
{
    return !conn->prepared[query->statement];
}

static bool
send_query(db_conn *conn, db_query *query)
{
    db_statement which = query->statement;

    query->_prepares = !conn->prepared[which];
    if (query->_prepares && PQsendPrepare(conn->pg, statements[which].name, statements[which].sql,
                                          statements[which].count, statements[which].types) != 1) {
        return false;
    }
    return PQsendQueryPrepared(conn->pg, statements[which].name, statements[which].count, query->values,
                               query->lengths, query->formats, 1) == 1;
}

bool
db_conn_send(db_conn *conn, db_query *const *batch, size_t count)
{
    uint64_t now_ms = clock_elapsed_ms();

    for (size_t i = 0; i < count; i++) {
        if (!send_query(conn, batch[i])) {
            return false;
        }
    }
    if (PQpipelineSync(conn->pg) != 1 || flush(conn) < 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        conn->prepared[batch[i]->statement] = true;
        batch[i]->_since_ms = now_ms;
        batch[i]->_ends_batch = i + 1 == count;
        h2o_linklist_insert(&conn->inflight, &batch[i]->_link);
        conn->coalescing = conn->coalescing || batch[i]->coalesces;
    }
    conn->inflight_count += count;
    metrics_add(conn->lane->pool->worker->metrics, METRIC_DB_CALLS, (int64_t)count);
    metrics_add(conn->lane->pool->worker->metrics, METRIC_DB_BATCHES, 1);
    return true;
}

static db_query *
take_first(db_conn *conn)
{
    db_query *query = query_of(conn->inflight.next);

    h2o_linklist_unlink(&query->_link);
    conn->inflight_count--;
    return query;
}

static void
drop_parked(db_query *query)
{
    PQclear(query->_parked);
    query->_parked = NULL;
}

/* The first error wins; rows are replaced by it. */
static void
park(db_query *query, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    bool failed = query->_parked != NULL && PQresultStatus(query->_parked) != PGRES_TUPLES_OK;

    if (failed ||
        (status != PGRES_TUPLES_OK && status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED)) {
        PQclear(result);
        return;
    }
    drop_parked(query);
    query->_parked = result;
}

/* What comes after the last query's rows is the commit's: it stays with that query. */
static void
take_result(db_conn *conn, PGresult *result)
{
    db_query *query;

    if (conn->answering == NULL) {
        conn->answering = conn->inflight.next;
    }
    query = query_of(conn->answering);
    if (PQresultStatus(result) == PGRES_COMMAND_OK) {
        query->_prepares = false; /* prepared; what fails now is the call itself */
        PQclear(result);
        return;
    }
    park(query, result);
    if (query->_parked != NULL && !query->_ends_batch) {
        conn->answering = query->_link.next;
    }
}

static const char *
field_of(const PGresult *result, int field)
{
    const char *text = PQresultErrorField(result, field);

    return text != NULL ? text : "";
}

static void
finish(db_conn *conn, db_query *query)
{
    PGresult *parked = query->_parked;
    db_outcome outcome = {.status = DB_ROWS, .result = parked};

    query->_parked = NULL;
    if (parked != NULL && PQresultStatus(parked) == PGRES_TUPLES_OK) {
        db_lane_finish(conn->lane, query, &outcome);
        return;
    }
    /* 26000: an earlier call should have prepared the statement and failed. */
    if (query->_prepares || strcmp(field_of(parked, PG_DIAG_SQLSTATE), "26000") == 0) {
        conn->prepared[query->statement] = false;
    }
    outcome = (db_outcome){
        .status = DB_ERROR,
        .sqlstate = field_of(parked, PG_DIAG_SQLSTATE),
        .message = field_of(parked, PG_DIAG_MESSAGE_PRIMARY),
        .field = field_of(parked, PG_DIAG_COLUMN_NAME),
    };
    db_lane_finish(conn->lane, query, &outcome);
    PQclear(parked);
}

/* Moves the first batch under way to out; true when the database committed all of it. */
static bool
take_batch(db_conn *conn, h2o_linklist_t *out, size_t *count)
{
    bool succeeded = true;
    bool last = false;

    h2o_linklist_init_anchor(out);
    for (*count = 0; !last; (*count)++) {
        db_query *query = take_first(conn);

        succeeded = succeeded && query->_parked != NULL && PQresultStatus(query->_parked) == PGRES_TUPLES_OK;
        last = query->_ends_batch;
        h2o_linklist_insert(out, &query->_link);
    }
    return succeeded;
}

/* The whole batch has been rolled back because of one of its calls, or of the commit: each is tried alone, in order. */
static void
repeat_alone(db_conn *conn, h2o_linklist_t *batch)
{
    while (!h2o_linklist_is_empty(batch)) {
        db_query *query = query_of(batch->prev);

        h2o_linklist_unlink(&query->_link);
        drop_parked(query);
        query->_alone = true;
        db_lane_requeue(conn->lane, query);
    }
}

static void
on_sync(db_conn *conn)
{
    h2o_linklist_t batch;
    size_t count;
    bool succeeded = take_batch(conn, &batch, &count);

    conn->answering = NULL;
    if (count > 1 || (conn->coalescing && succeeded)) {
        db_lane_batch_ended(conn->lane, succeeded);
    }
    conn->coalescing = false;
    if (count > 1 && !succeeded) {
        repeat_alone(conn, &batch);
        return;
    }
    while (!h2o_linklist_is_empty(&batch)) {
        db_query *query = query_of(batch.next);

        h2o_linklist_unlink(&query->_link);
        finish(conn, query);
    }
}

static void
read_results(db_conn *conn)
{
    /* A NULL ends each result, and more than that in a row means that nothing is left. */
    unsigned ends = 0;

    while (conn->state == DB_CONN_READY && conn->inflight_count > 0 && ends < 3 && !PQisBusy(conn->pg)) {
        PGresult *result = PQgetResult(conn->pg);

        if (result == NULL) {
            ends++;
            continue;
        }
        ends = 0;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            on_sync(conn);
        } else {
            take_result(conn, result);
        }
    }
}

static void
on_readable(h2o_socket_t *sock, const char *err)
{
    db_conn *conn = sock->data;
    bool broken = err != NULL || PQconsumeInput(conn->pg) != 1;

    read_results(conn);
    if (conn->state != DB_CONN_READY) {
        return;
    }
    if (broken || PQstatus(conn->pg) == CONNECTION_BAD) {
        db_conn_lose(conn, "connection closed");
        return;
    }
    if (flush(conn) < 0) {
        db_conn_lose(conn, "cannot write");
        return;
    }
    db_lane_pump(conn->lane);
}

static void
settle_lost(db_conn *conn)
{
    h2o_linklist_t lost;

    h2o_linklist_init_anchor(&lost);
    h2o_linklist_insert_list(&lost, &conn->inflight);
    conn->inflight_count = 0;
    conn->answering = NULL;
    conn->coalescing = false;
    /* From the last to the first, because each repeat goes to the front of the queue. */
    while (!h2o_linklist_is_empty(&lost)) {
        db_query *query = query_of(lost.prev);
        db_outcome outcome = {.status = DB_LOST};

        h2o_linklist_unlink(&query->_link);
        drop_parked(query);
        if (query->repeatable && !query->_sent_before) {
            query->_sent_before = query->_alone = true;
            query->fresh_after_ms = clock_elapsed_ms();
            metrics_add(conn->lane->pool->worker->metrics, METRIC_DB_REPEATED, 1);
            db_lane_requeue(conn->lane, query);
        } else {
            query->done(query, &outcome);
        }
    }
}

void
db_conn_lose(db_conn *conn, const char *why)
{
    metrics *metrics = conn->lane->pool->worker->metrics;
    uint64_t backoff_ms = BACKOFF_MS_MIN << (conn->failures < 6 ? conn->failures : 6);
    size_t line = strcspn(why, "\n");
    char reason[200];

    snprintf(reason, sizeof reason, "%.*s", (int)line, why);
    log_event(conn->failures == 0 ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "database connection lost", "reason",
              reason, NULL);
    metrics_add(metrics, METRIC_DB_LOST, 1);
    if (conn->state == DB_CONN_READY) {
        metrics_add(metrics, METRIC_DB_CONNECTIONS, -1);
    }
    detach(conn);
    PQfinish(conn->pg);
    conn->pg = NULL;
    conn->state = DB_CONN_DOWN;
    conn->failures++;
    conn->retry_at_ms = clock_elapsed_ms() + (backoff_ms < BACKOFF_MS_MAX ? backoff_ms : BACKOFF_MS_MAX);
    settle_lost(conn);
}
