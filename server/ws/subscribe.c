/* subscribe.c - subscribers: joining, taking what follows, fetching what is missing. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ws/feed.h"
#include "ws/local.h"

#define LAG_AFTER_MS 100
#define LAG_EVERY_MS 30000

typedef struct joining {
    ws_conn *conn;
    int64_t id;
    char stream[WS_STREAM_SIZE];
    ws_cursor cursor;
    ws_topics topics;
} joining;

typedef struct fetching {
    ws_conn *conn;
    ws_journal *journal;
    ws_cursor after;
} fetching;

void
ws_sub_end(ws_sub *sub)
{
    ws_journal *journal = sub->journal;

    if (journal == NULL) {
        return;
    }
    h2o_linklist_unlink(&sub->link);
    sub->journal = NULL;
    ws_journal_leave(journal, sub->conn->worker->index);
    metrics_add(sub->conn->worker->metrics, METRIC_WS_SUBSCRIPTIONS, -1);
}

static ws_sub *
place_for(ws_conn *conn, const ws_journal *journal)
{
    ws_sub *free_place = NULL;

    for (size_t i = 0; i < WS_SUBS_MAX; i++) {
        ws_sub *sub = &conn->subs[i];

        if (sub->journal == journal) {
            ws_sub_end(sub); /* subscribing again replaces */
            return sub;
        }
        if (sub->journal == NULL && free_place == NULL) {
            free_place = sub;
        }
    }
    return free_place;
}

static void
refuse(ws_conn *conn, int64_t id, mpos_err err)
{
    ws_conn_say(conn, "{\"k\":\"err\",\"id\":%lld,\"code\":\"%s\"}", (long long)id, mpos_err_code(err));
}

static void
join(const joining *asked, const ws_feed *feed)
{
    ws_conn *conn = asked->conn;
    unsigned thread = conn->worker->index;
    bool fresh = false;
    ws_journal *journal =
        ws_journal_join(feed->journal, asked->stream, thread, feed->epoch, feed->head, &fresh);
    ws_sub *sub = place_for(conn, journal);

    if (sub == NULL) {
        ws_journal_leave(journal, thread);
        refuse(conn, asked->id, MPOS_E_TOO_MANY);
        return;
    }
    *sub = (ws_sub){
        .conn = conn,
        .journal = journal,
        .cursor = asked->cursor,
        .topics = asked->topics,
        .live = feed->mode == WS_MODE_LIVE,
    };
    h2o_linklist_insert(ws_journal_local(journal, thread), &sub->link);
    metrics_add(conn->worker->metrics, METRIC_WS_SUBSCRIPTIONS, 1);
    if (feed->entries_len > 0 && ws_journal_begin_fetch(journal)) {
        ws_journal_end_fetch(journal, &asked->cursor, feed->entries, feed->entries_len);
    }
    ws_sub_advance(sub);
    if (fresh) {
        ws_poll(conn->worker->ws, journal);
    }
}

static void
on_joined(void *arg, mpos_err err, const ws_feed *feed)
{
    static const char *const modes[] = {"live", "replay", "reset"};
    joining *asked = arg;
    ws_conn *conn = asked->conn;

    if (!ws_conn_answered(conn)) {
        free(asked);
        return;
    }
    if (err == MPOS_E_SESSION_ENDED) {
        ws_conn_close(conn, WS_CLOSE_AUTH);
    } else if (err != MPOS_OK) {
        refuse(conn, asked->id, err);
    } else {
        ws_conn_say(conn,
                    "{\"k\":\"sub_ok\",\"id\":%lld,\"s\":\"%s\",\"mode\":\"%s\",\"from\":%lld,\"head\":%lld,"
                    "\"epoch\":%d}",
                    (long long)asked->id, asked->stream, modes[feed->mode], (long long)asked->cursor.seq,
                    (long long)feed->head, feed->epoch);
        if (feed->mode != WS_MODE_RESET) {
            join(asked, feed);
        }
    }
    ws_conn_flush(conn);
    free(asked);
}

void
ws_subscribe(ws_conn *conn, int64_t id, const char *stream, const ws_cursor *cursor, ws_topics topics)
{
    uint8_t outlet[UUID_SIZE];
    joining *asked;

    if (strncmp(stream, "o:", 2) != 0 || !text_parse_uuid(stream + 2, strlen(stream + 2), outlet)) {
        refuse(conn, id, MPOS_E_NOT_FOUND);
        return;
    }
    asked = calloc(1, sizeof *asked);
    if (asked == NULL) {
        abort();
    }
    asked->conn = conn;
    asked->id = id;
    asked->cursor = *cursor;
    asked->topics = topics;
    memcpy(asked->stream, "o:", 2);
    text_uuid(outlet, asked->stream + 2);
    conn->asking++;
    ws_feed_ask(conn->worker, &conn->claims, asked->stream + 2, cursor, on_joined, asked);
}

/* The cursor belongs to another history: the client has to start from the present state. */
static void
reset_subscribers(ws_conn *conn, const fetching *fetch)
{
    for (size_t i = 0; i < WS_SUBS_MAX; i++) {
        ws_sub *sub = &conn->subs[i];

        if (sub->journal == fetch->journal && sub->cursor.epoch == fetch->after.epoch &&
            sub->cursor.seq == fetch->after.seq) {
            ws_conn_say(conn, "{\"k\":\"reset\",\"s\":\"%s\",\"reason\":\"cursor\"}",
                        ws_journal_stream(fetch->journal));
            ws_sub_end(sub);
        }
    }
    ws_conn_flush(conn);
}

static void
on_fetched(void *arg, mpos_err err, const ws_feed *feed)
{
    fetching *fetch = arg;
    ws_conn *conn = fetch->conn;
    worker *worker = conn->worker;
    uint64_t threads =
        ws_journal_end_fetch(fetch->journal, &fetch->after, err == MPOS_OK ? feed->entries : NULL,
                             err == MPOS_OK ? feed->entries_len : 0);
    bool there = ws_conn_answered(conn);

    /* A failed fetch is repeated by the second's look, not at once. */
    if (err == MPOS_OK) {
        ws_wake(worker, fetch->journal, threads);
    }
    if (there && err == MPOS_E_SESSION_ENDED) {
        ws_conn_close(conn, WS_CLOSE_AUTH);
    } else if (there && err == MPOS_OK && feed->mode == WS_MODE_RESET) {
        reset_subscribers(conn, fetch);
    }
    free(fetch);
}

static void
start_fetch(ws_sub *sub)
{
    ws_conn *conn = sub->conn;
    fetching *fetch;

    if (!ws_journal_begin_fetch(sub->journal)) {
        return;
    }
    fetch = calloc(1, sizeof *fetch);
    if (fetch == NULL) {
        abort();
    }
    fetch->conn = conn;
    fetch->journal = sub->journal;
    fetch->after = sub->cursor;
    conn->asking++;
    metrics_add(conn->worker->metrics, METRIC_WS_FETCHES, 1);
    ws_feed_ask(conn->worker, &conn->claims, ws_journal_stream(sub->journal) + 2, &fetch->after, on_fetched,
                fetch);
}

/* A reader that takes what is written is not slow, however much comes at once; nor is it told again and again. */
static void
fall_behind(ws_sub *sub)
{
    uint64_t now_ms = clock_elapsed_ms();
    bool blocked = sub->conn->write_since_ms != 0 && now_ms - sub->conn->write_since_ms >= LAG_AFTER_MS;

    if (sub->live && blocked && (sub->lag_said_ms == 0 || now_ms - sub->lag_said_ms >= LAG_EVERY_MS) &&
        ws_journal_more(sub->journal, &sub->cursor)) {
        sub->lag_said_ms = now_ms;
        metrics_add(sub->conn->worker->metrics, METRIC_WS_LAGS, 1);
        ws_conn_say(sub->conn, "{\"k\":\"lag\",\"s\":\"%s\",\"at\":%lld}", ws_journal_stream(sub->journal),
                    (long long)sub->cursor.seq);
    }
}

void
ws_sub_advance(ws_sub *sub)
{
    ws_frame *frame = NULL;

    while (ws_conn_has_room(sub->conn)) {
        switch (ws_journal_take(sub->journal, &sub->cursor, sub->topics, &frame)) {
        case WS_TAKEN_FRAME:
            ws_conn_push(sub->conn, frame);
            break;
        case WS_TAKEN_NONE:
            sub->live = true;
            return;
        case WS_TAKEN_GAP:
            ws_local_look_soon(sub->conn->worker->ws);
            return;
        case WS_TAKEN_FETCH:
            start_fetch(sub);
            return;
        }
    }
    fall_behind(sub);
}
