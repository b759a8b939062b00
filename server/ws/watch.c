/* watch.c - one watch for each business with sockets on this thread; one question at a time for each. */
#include "ws/watch.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "auth/seal.h"
#include "base/clock.h"
#include "context.h"
#include "db/query.h"
#include "ws/local.h"

/* As many as the operation takes; the rest is asked for next. */
#define SESSIONS_MAX 256

typedef struct ws_watch {
    h2o_linklist_t link;  /* in the thread's list */
    h2o_linklist_t entry; /* in the journal's list of this thread, once that is known */
    uint8_t tenant[UUID_SIZE];
    ws_local *local;
    ws_journal *journal; /* NULL until the first answer */
    unsigned conns;
    uint32_t round; /* the question that a socket must have been in */
    bool asking;
    bool failed; /* the tick asks again */
} ws_watch;

typedef struct watch_query {
    db_query query;
    ws_watch *watch;
    uint8_t tenant[UUID_SIZE]; /* zero: the server itself asks */
    uint8_t context[MPOS_CONTEXT_SIZE];
    text_buf input;
} watch_query;

static ws_conn *
conn_of(h2o_linklist_t *link)
{
    return H2O_STRUCT_FROM_MEMBER(ws_conn, link, link);
}

static void
free_watch(ws_watch *watch)
{
    h2o_linklist_unlink(&watch->link);
    if (watch->journal != NULL) {
        h2o_linklist_unlink(&watch->entry);
        ws_journal_leave(watch->journal, watch->local->worker->index);
    }
    free(watch);
}

static ws_watch *
find_or_make(ws_local *local, const uint8_t tenant[UUID_SIZE])
{
    ws_watch *watch;

    for (h2o_linklist_t *at = local->watches.next; at != &local->watches; at = at->next) {
        watch = H2O_STRUCT_FROM_MEMBER(ws_watch, link, at);
        if (memcmp(watch->tenant, tenant, UUID_SIZE) == 0) {
            return watch;
        }
    }
    watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        abort();
    }
    memcpy(watch->tenant, tenant, UUID_SIZE);
    watch->local = local;
    h2o_linklist_insert(&local->watches, &watch->link);
    return watch;
}

/* The sockets that have not been asked for in this round; false when there is none. */
static bool
write_input(ws_watch *watch, text_buf *out)
{
    char text[UUID_TEXT_SIZE];
    unsigned count = 0;

    text_uuid(watch->tenant, text);
    text_addf(out, "{\"params\":{},\"body\":{\"tenant_id\":\"%s\",\"sessions\":[", text);
    for (h2o_linklist_t *at = watch->local->conns.next; at != &watch->local->conns && count < SESSIONS_MAX;
         at = at->next) {
        ws_conn *conn = conn_of(at);

        if (conn->watch != watch || conn->watched == watch->round || conn->closing) {
            continue;
        }
        conn->watched = watch->round;
        text_uuid(conn->claims.session, text);
        text_addf(out, "%s{\"id\":\"%s\",\"rights_version\":%u}", count++ > 0 ? "," : "", text,
                  conn->claims.rights_version);
    }
    text_add_z(out, "]}}");
    return count > 0;
}

static void
ask(ws_watch *watch);

static void
end_sessions(ws_watch *watch, const json_t *ended)
{
    size_t i;
    const json_t *text;
    uint8_t id[UUID_SIZE];

    json_array_foreach(ended, i, text)
    {
        if (!json_is_string(text) ||
            !text_parse_uuid(json_string_value(text), json_string_length(text), id)) {
            continue;
        }
        for (h2o_linklist_t *at = watch->local->conns.next; at != &watch->local->conns; at = at->next) {
            ws_conn *conn = conn_of(at);

            if (conn->watch == watch && memcmp(conn->claims.session, id, UUID_SIZE) == 0) {
                ws_conn_close(conn, WS_CLOSE_RIGHTS);
            }
        }
    }
}

/* From the head that the answer was made at; whoever watches already may know of more. */
static void
join_journal(ws_watch *watch, const json_t *body)
{
    ws_cursor at = {.epoch = (int32_t)json_integer_value(json_object_get(body, "epoch")),
                    .seq = json_integer_value(json_object_get(body, "head"))};
    const char *id = json_string_value(json_object_get(body, "journal_id"));
    uint8_t bytes[UUID_SIZE];
    unsigned thread = watch->local->worker->index;

    if (watch->journal != NULL || id == NULL || !text_parse_uuid(id, strlen(id), bytes)) {
        return;
    }
    watch->journal = ws_journal_watch(bytes, thread, at.epoch, at.seq);
    h2o_linklist_insert(ws_journal_local(watch->journal, thread), &watch->entry);
    if (ws_journal_more(watch->journal, &at)) {
        watch->round++;
    }
}

static void
take_answer(ws_watch *watch, const PGresult *result)
{
    json_t *body = PQntuples(result) == 1 && PQnfields(result) == 4
                       ? json_loadb(PQgetvalue(result, 0, 2), (size_t)PQgetlength(result, 0, 2), 0, NULL)
                       : NULL;

    join_journal(watch, body);
    end_sessions(watch, json_object_get(body, "ended"));
    json_decref(body);
}

static void
on_done(db_query *query, const db_outcome *outcome)
{
    watch_query *asked = H2O_STRUCT_FROM_MEMBER(watch_query, query, query);
    ws_watch *watch = asked->watch;

    watch->asking = false;
    if (outcome->status == DB_ROWS) {
        take_answer(watch, outcome->result);
        PQclear(outcome->result);
        ask(watch);
    } else {
        watch->round++; /* whom this was about is asked for again */
        watch->failed = true;
    }
    text_free(&asked->input);
    free(asked);
    if (watch->conns == 0 && !watch->asking) {
        free_watch(watch);
    }
}

static void
submit(ws_watch *watch, watch_query *asked)
{
    static const auth_claims server = {0};
    worker *worker = watch->local->worker;
    uint8_t request[UUID_SIZE];

    asked->watch = watch;
    clock_uuid7(request);
    auth_seal(worker->keys, &server, MPOS_SCOPE_AUTH, request, NULL, 0, asked->context);
    asked->query = (db_query){
        .statement = DB_CALL,
        .lane = DB_FAST,
        .repeatable = true,
        .values = {(const char *)asked->tenant, (const char *)asked->context, "session.watch",
                   asked->input.data},
        .lengths = {UUID_SIZE, sizeof asked->context, 0, 0},
        .formats = {1, 1, 0, 0},
        .done = on_done,
    };
    watch->asking = true;
    if (!db_submit(worker->db, &asked->query)) {
        watch->asking = false;
        watch->round++;
        watch->failed = true;
        text_free(&asked->input);
        free(asked);
    }
}

/* Until nobody is left of the round; one question at a time. */
static void
ask(ws_watch *watch)
{
    watch_query *asked;

    if (watch->asking) {
        return;
    }
    asked = calloc(1, sizeof *asked);
    if (asked == NULL) {
        abort();
    }
    watch->failed = false;
    if (write_input(watch, &asked->input)) {
        submit(watch, asked);
    } else {
        text_free(&asked->input);
        free(asked);
    }
}

void
ws_watch_enter(ws_conn *conn)
{
    conn->watch = find_or_make(conn->worker->ws, conn->claims.tenant);
    conn->watch->conns++;
    conn->watched = conn->watch->round - 1;
    ask(conn->watch);
}

void
ws_watch_leave(ws_conn *conn)
{
    ws_watch *watch = conn->watch;

    conn->watch = NULL;
    if (watch != NULL && --watch->conns == 0 && !watch->asking) {
        free_watch(watch);
    }
}

void
ws_watch_wake(ws_local *local, ws_journal *journal)
{
    h2o_linklist_t *anchor = ws_journal_local(journal, local->worker->index);

    for (h2o_linklist_t *at = anchor->next; at != anchor; at = at->next) {
        ws_watch *watch = H2O_STRUCT_FROM_MEMBER(ws_watch, entry, at);

        watch->round++;
        ask(watch);
    }
}

void
ws_watch_tick(ws_local *local)
{
    h2o_linklist_t *next;

    for (h2o_linklist_t *at = local->watches.next; at != &local->watches; at = next) {
        ws_watch *watch = H2O_STRUCT_FROM_MEMBER(ws_watch, link, at);

        next = at->next;
        if (watch->failed) {
            ask(watch);
        }
    }
}
