/*
 * hub.c - one thread's connections and timers, and the messages between threads.
 */
#include "ws/hub.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base64.h"
#include "bytes.h"
#include "db/bell.h"
#include "db/query.h"
#include "ws/local.h"
#include "ws/watch.h"

#define SECOND_MS 1000
#define GAP_LOOK_MS 6
#define POLL_MAX 4096
#define GOAWAY_MS 5000
#define OID_UUID 2950

typedef struct wake_message {
    h2o_multithread_message_t message;
    ws_journal *journal;
} wake_message;

/* The locals of all threads; written before the thread serves. */
static ws_local *_Atomic locals[WS_THREADS_MAX];

static ws_conn *
conn_of(h2o_linklist_t *link)
{
    return H2O_STRUCT_FROM_MEMBER(ws_conn, link, link);
}

static void
advance_journal(ws_local *local, ws_journal *journal)
{
    h2o_linklist_t *anchor = ws_journal_local(journal, local->worker->index);
    h2o_linklist_t *next;

    ws_journal_unmark(journal, local->worker->index);
    if (ws_journal_watched(journal)) {
        ws_watch_wake(local, journal);
        return;
    }
    for (h2o_linklist_t *at = anchor->next; at != anchor; at = next) {
        ws_sub *sub = H2O_STRUCT_FROM_MEMBER(ws_sub, link, at);

        next = at->next;
        ws_sub_advance(sub);
        ws_conn_flush(sub->conn);
    }
}

static void
on_wakes(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    ws_local *local = H2O_STRUCT_FROM_MEMBER(ws_local, wakes, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        wake_message *wake = H2O_STRUCT_FROM_MEMBER(wake_message, message.link, messages->next);

        h2o_linklist_unlink(&wake->message.link);
        advance_journal(local, wake->journal);
        free(wake);
    }
}

static void
send_wake(ws_local *local, ws_journal *journal)
{
    wake_message *wake = calloc(1, sizeof *wake);

    if (wake == NULL) {
        abort();
    }
    wake->journal = journal;
    h2o_multithread_send_message(&local->wakes, &wake->message);
}

void
ws_wake(worker *worker, ws_journal *journal, uint64_t threads)
{
    for (unsigned i = 0; threads >> i != 0 && i < WS_THREADS_MAX; i++) {
        if ((threads >> i & 1) == 0) {
            continue;
        }
        if (i == worker->index) {
            advance_journal(worker->ws, journal);
        } else if (ws_journal_mark(journal, i)) {
            send_wake(atomic_load(&locals[i]), journal);
        }
    }
}

static void
wake_from_publish(void *arg, ws_journal *journal, uint64_t threads)
{
    ws_wake(arg, journal, threads);
}

void
ws_publish(worker *worker, const uint8_t *entries, size_t len)
{
    if (len > 0) {
        ws_journals_publish(entries, len, wake_from_publish, worker);
    }
}

void
ws_local_enter(ws_conn *conn)
{
    ws_local *local = conn->worker->ws;

    h2o_linklist_insert(&local->conns, &conn->link);
    local->count++;
    metrics_add(conn->worker->metrics, METRIC_WS_CONNECTIONS, 1);
}

void
ws_local_leave(ws_conn *conn)
{
    ws_watch_leave(conn);
    h2o_linklist_unlink(&conn->link);
    conn->worker->ws->count--;
    metrics_add(conn->worker->metrics, METRIC_WS_CONNECTIONS, -1);
}

void
ws_local_look_soon(ws_local *local)
{
    if (!h2o_timeout_is_linked(&local->gap_entry)) {
        h2o_timeout_link(local->worker->loop, &local->gap, &local->gap_entry);
    }
}

/* Every subscriber of the thread looks again: for gaps that have lasted, and for fetches that failed. */
static void
advance_all(ws_local *local)
{
    for (h2o_linklist_t *at = local->conns.next; at != &local->conns; at = at->next) {
        ws_conn *conn = conn_of(at);

        for (size_t i = 0; i < WS_SUBS_MAX; i++) {
            if (conn->subs[i].journal != NULL) {
                ws_sub_advance(&conn->subs[i]);
            }
        }
        ws_conn_flush(conn);
    }
}

static void
on_gap(h2o_timeout_entry_t *entry)
{
    advance_all(H2O_STRUCT_FROM_MEMBER(ws_local, gap_entry, entry));
}

typedef struct heads_query {
    db_query query;
    ws_local *local;
    bool all;
    size_t len;
    uint8_t ids[]; /* binary uuid[] */
} heads_query;

static void
take_head(ws_local *local, const PGresult *result, int row)
{
    const uint8_t *id = (const uint8_t *)PQgetvalue(result, row, 0);
    int32_t epoch = (int32_t)mpos_get_u32((const uint8_t *)PQgetvalue(result, row, 1));
    int64_t head = (int64_t)mpos_get_u64((const uint8_t *)PQgetvalue(result, row, 2)) - 1;

    for (int watched = 0; watched < 2; watched++) {
        uint64_t threads = ws_journal_head(id, watched, epoch, head);

        if (threads != 0) {
            ws_wake(local->worker, ws_journal_find(id, watched), threads);
        }
    }
}

static void
on_heads(db_query *query, const db_outcome *outcome)
{
    heads_query *heads = H2O_STRUCT_FROM_MEMBER(heads_query, query, query);

    if (outcome->status == DB_ROWS) {
        for (int row = 0; row < PQntuples(outcome->result); row++) {
            take_head(heads->local, outcome->result, row);
        }
        PQclear(outcome->result);
    }
    if (heads->all) {
        heads->local->polling = false;
    }
    free(heads);
}

static void
write_array(heads_query *heads, uint8_t (*ids)[UUID_SIZE], size_t count)
{
    uint8_t *at = heads->ids;

    mpos_put_u32(at, 1); /* dimensions */
    mpos_put_u32(at + 4, 0);
    mpos_put_u32(at + 8, OID_UUID);
    mpos_put_u32(at + 12, (uint32_t)count);
    mpos_put_u32(at + 16, 1); /* lower bound */
    at += 20;
    for (size_t i = 0; i < count; i++) {
        mpos_put_u32(at, UUID_SIZE);
        memcpy(at + 4, ids[i], UUID_SIZE);
        at += 4 + UUID_SIZE;
    }
    heads->len = (size_t)(at - heads->ids);
}

static void
ask_heads(ws_local *local, uint8_t (*ids)[UUID_SIZE], size_t count, bool all)
{
    heads_query *heads = calloc(1, sizeof *heads + 20 + count * (4 + UUID_SIZE));

    if (heads == NULL) {
        abort();
    }
    heads->local = local;
    heads->all = all;
    write_array(heads, ids, count);
    heads->query = (db_query){
        .statement = DB_HEADS,
        .lane = DB_SLOW,
        .repeatable = true,
        .values = {(const char *)heads->ids},
        .lengths = {(int)heads->len},
        .formats = {1},
        .done = on_heads,
    };
    local->polling = local->polling || all;
    if (!db_submit(local->worker->db, &heads->query)) {
        local->polling = all ? false : local->polling;
        free(heads);
    }
}

void
ws_poll(ws_local *local, const ws_journal *journal)
{
    static _Thread_local uint8_t ids[POLL_MAX][UUID_SIZE];
    size_t count;

    if (journal != NULL) {
        memcpy(ids[0], ws_journal_id(journal), UUID_SIZE);
        ask_heads(local, ids, 1, false);
        return;
    }
    count = local->polling ? 0 : ws_journals_list(ids, POLL_MAX);
    if (count > 0) {
        ask_heads(local, ids, count, true);
    }
}

static void
on_second(h2o_timeout_entry_t *entry)
{
    ws_local *local = H2O_STRUCT_FROM_MEMBER(ws_local, second_entry, entry);
    uint64_t now_ms = clock_elapsed_ms();
    h2o_linklist_t *next;

    for (h2o_linklist_t *at = local->conns.next; at != &local->conns; at = next) {
        ws_conn *conn = conn_of(at);

        next = at->next;
        if (conn->signed_in && !conn->closing) {
            ws_presence_note(local->worker, &conn->claims, h2o_iovec_init(NULL, 0));
        }
        ws_conn_tick(conn, now_ms);
    }
    advance_all(local);
    ws_watch_tick(local);
    ws_presence_flush(local->worker);
    if (local->worker->index == 0) {
        ws_poll(local, NULL); /* one thread asks for all */
    }
    h2o_timeout_link(local->worker->loop, &local->second, &local->second_entry);
}

/* Only for journals that somebody here follows: of the others nobody wants to know. */
static void
on_bell(worker *worker, const char *announcement)
{
    const char *at = announcement;

    if (*at == '*') {
        ws_poll(worker->ws, NULL);
        return;
    }
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        uint8_t id[UUID_SIZE];
        size_t size;

        if (mpos_base64url_decode(at, len, id, sizeof id, &size) == MPOS_OK && size == sizeof id) {
            const ws_journal *journal = ws_journal_find(id, false);

            journal = journal != NULL ? journal : ws_journal_find(id, true);
            if (journal != NULL) {
                ws_poll(worker->ws, journal);
            }
        }
        at += len + (at[len] == ',');
    }
}

void
ws_init(worker *worker)
{
    ws_local *local = calloc(1, sizeof *local);

    if (local == NULL) {
        abort();
    }
    local->worker = worker;
    worker->ws = local;
    h2o_linklist_init_anchor(&local->conns);
    h2o_linklist_init_anchor(&local->watches);
    local->presence = ws_presence_new();
    h2o_multithread_register_receiver(worker->queue, &local->wakes, on_wakes);
    h2o_timeout_init(worker->loop, &local->second, SECOND_MS);
    h2o_timeout_init(worker->loop, &local->gap, GAP_LOOK_MS);
    local->second_entry.cb = on_second;
    local->gap_entry.cb = on_gap;
    h2o_timeout_link(worker->loop, &local->second, &local->second_entry);
    atomic_store(&locals[worker->index], local);
    if (worker->index == 0) { /* one thread listens for all */
        db_bell_new(worker, worker->settings->db, on_bell);
    }
}

void
ws_stop(worker *worker)
{
    for (h2o_linklist_t *at = worker->ws->conns.next; at != &worker->ws->conns; at = at->next) {
        ws_conn *conn = conn_of(at);

        ws_conn_say(conn, "{\"k\":\"goaway\",\"after_ms\":%d}", GOAWAY_MS);
        ws_conn_close(conn, WS_CLOSE_GOING);
    }
}

size_t
ws_left(const worker *worker)
{
    return worker->ws->count;
}
