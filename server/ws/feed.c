/* feed.c - the operation journal.feed. */
#include "ws/feed.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "auth/seal.h"
#include "base/clock.h"
#include "base/log.h"
#include "bytes.h"
#include "db/query.h"

/* Fits a page of the ring's keeper. */
#define FEED_LIMIT 256

typedef struct feed_query {
    db_query query;
    ws_feed_done done;
    void *arg;
    uint8_t tenant[UUID_SIZE];
    uint8_t context[MPOS_CONTEXT_SIZE];
    text_buf input;
} feed_query;

static bool
read_mode(const char *text, ws_mode *out)
{
    static const char *const names[] = {"live", "replay", "reset"};

    for (size_t i = 0; text != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], text) == 0) {
            *out = (ws_mode)i;
            return true;
        }
    }
    return false;
}

static bool
read_body(const json_t *body, ws_feed *out)
{
    const char *id = json_string_value(json_object_get(body, "journal_id"));
    const char *h8 = json_string_value(json_object_get(body, "h8"));

    if (id == NULL || !text_parse_uuid(id, strlen(id), out->journal) || h8 == NULL ||
        strlen(h8) != WS_H8_SIZE - 1 ||
        !read_mode(json_string_value(json_object_get(body, "mode")), &out->mode)) {
        return false;
    }
    memcpy(out->h8, h8, WS_H8_SIZE);
    out->epoch = (int32_t)json_integer_value(json_object_get(body, "epoch"));
    out->head = json_integer_value(json_object_get(body, "head"));
    return true;
}

static bool
read_feed(const PGresult *result, ws_feed *out)
{
    json_t *body;
    bool valid;

    if (PQntuples(result) != 1 || PQnfields(result) != 4) {
        return false;
    }
    body = json_loadb(PQgetvalue(result, 0, 2), (size_t)PQgetlength(result, 0, 2), 0, NULL);
    valid = read_body(body, out);
    json_decref(body);
    out->entries = (const uint8_t *)PQgetvalue(result, 0, 3);
    out->entries_len = (size_t)PQgetlength(result, 0, 3);
    return valid;
}

static mpos_err
err_of(const db_outcome *outcome)
{
    mpos_err err = outcome->status == DB_ERROR ? mpos_err_from_sqlstate(outcome->sqlstate) : MPOS_OK;

    return err == MPOS_OK ? MPOS_E_UNAVAILABLE : err;
}

static void
on_done(db_query *query, const db_outcome *outcome)
{
    feed_query *feed = H2O_STRUCT_FROM_MEMBER(feed_query, query, query);
    ws_feed answer = {0};

    if (outcome->status != DB_ROWS) {
        if (outcome->status == DB_ERROR && mpos_err_from_sqlstate(outcome->sqlstate) == MPOS_OK) {
            log_event(LOG_LEVEL_ERROR, "journal not read", "sqlstate", outcome->sqlstate, "message",
                      outcome->message, NULL);
        }
        feed->done(feed->arg, err_of(outcome), NULL);
    } else {
        bool valid = read_feed(outcome->result, &answer);

        feed->done(feed->arg, valid ? MPOS_OK : MPOS_E_INTERNAL, valid ? &answer : NULL);
        PQclear(outcome->result);
    }
    text_free(&feed->input);
    free(feed);
}

static void
write_input(text_buf *out, const char *outlet, const ws_cursor *cursor)
{
    text_add_z(out, "{\"params\":{\"outlet_id\":");
    text_add_json(out, outlet, strlen(outlet));
    text_addf(out, ",\"epoch\":\"%d\",\"seq\":\"%lld\",\"h8\":", cursor->epoch, (long long)cursor->seq);
    text_add_json(out, cursor->h8, strlen(cursor->h8));
    text_addf(out, ",\"limit\":\"%d\"},\"body\":null}", FEED_LIMIT);
}

void
ws_feed_ask(worker *worker, const auth_claims *claims, const char *outlet, const ws_cursor *cursor,
            ws_feed_done done, void *arg)
{
    feed_query *feed = calloc(1, sizeof *feed);
    uint8_t request[UUID_SIZE];

    if (feed == NULL) {
        abort();
    }
    feed->done = done;
    feed->arg = arg;
    memcpy(feed->tenant, claims->tenant, UUID_SIZE);
    clock_uuid7(request);
    /* What of the feed a subscriber sees is limited by its own scopes, per topic; reading it is the server's right. */
    auth_seal(worker->keys, claims, MPOS_SCOPE_SESSION, request, NULL, 0, feed->context);
    write_input(&feed->input, outlet, cursor);
    feed->query = (db_query){
        .statement = DB_CALL,
        .lane = DB_FAST,
        .repeatable = true,
        .values = {(const char *)feed->tenant, (const char *)feed->context, "journal.feed", feed->input.data},
        .lengths = {UUID_SIZE, sizeof feed->context, 0, 0},
        .formats = {1, 1, 0, 0},
        .done = on_done,
    };
    if (!db_submit(worker->db, &feed->query)) {
        text_free(&feed->input);
        free(feed);
        done(arg, MPOS_E_OVERLOADED, NULL);
    }
}
