/* bell.c - see bell.h. A connection that fails is made again after a second; until then nothing is heard. */
#include "db/bell.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/worker.h"

#define RETRY_MS 1000
/* Who rings all the time is heard this often. */
#define PAUSE_MS 20

typedef struct bell {
    worker *worker;
    const char *conninfo;
    void (*heard)(worker *worker, const char *announcement);
    PGconn *pg;
    h2o_socket_t *sock; /* on a dup of libpq's descriptor: both sides close their own */
    h2o_timeout_t retry;
    h2o_timeout_entry_t retry_entry;
    h2o_timeout_t pause;
    h2o_timeout_entry_t pause_entry;
} bell;

static void
on_connecting(h2o_socket_t *sock, const char *err);

static void
on_readable(h2o_socket_t *sock, const char *err);

static void
detach(bell *b)
{
    if (b->sock != NULL) {
        h2o_socket_close(b->sock);
        b->sock = NULL;
    }
}

static bool
attach(bell *b)
{
    int fd = dup(PQsocket(b->pg));

    if (fd < 0) {
        return false;
    }
    b->sock = h2o_evloop_socket_create(b->worker->loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    b->sock->data = b;
    return true;
}

static void
lose(bell *b)
{
    detach(b);
    if (b->pg != NULL) {
        PQfinish(b->pg);
        b->pg = NULL;
    }
    h2o_timeout_link(b->worker->loop, &b->retry, &b->retry_entry);
}

/* The statement is a few bytes on a connection that is idle: what does not go out at once does not go out. */
static bool
listen_now(bell *b)
{
    return PQsetnonblocking(b->pg, 1) == 0 && PQsendQuery(b->pg, "LISTEN mpos_journal") == 1 &&
           PQflush(b->pg) == 0 && attach(b);
}

/* libpq may change its descriptor between two steps, so the loop's side is made anew for each. */
static void
advance_connecting(bell *b, PostgresPollingStatusType step)
{
    detach(b);
    if (step == PGRES_POLLING_READING && attach(b)) {
        h2o_socket_read_start(b->sock, on_connecting);
    } else if (step == PGRES_POLLING_WRITING && attach(b)) {
        h2o_socket_notify_write(b->sock, on_connecting);
    } else if (step == PGRES_POLLING_OK && listen_now(b)) {
        h2o_socket_read_start(b->sock, on_readable);
    } else {
        lose(b);
    }
}

static void
on_connecting(h2o_socket_t *sock, const char *err)
{
    bell *b = sock->data;

    (void)err; /* libpq finds out by itself */
    h2o_socket_read_stop(sock);
    advance_connecting(b, PQconnectPoll(b->pg));
}

static void
tell(bell *b)
{
    PGnotify *announcement;

    while ((announcement = PQnotifies(b->pg)) != NULL) {
        b->heard(b->worker, announcement->extra);
        PQfreemem(announcement);
    }
}

/* Reads what LISTEN answered. A standby refuses it until it is promoted, a connection that is being closed says so here. */
static bool
listens(bell *b)
{
    bool good = true;
    PGresult *result;

    while (!PQisBusy(b->pg) && (result = PQgetResult(b->pg)) != NULL) {
        good = good && PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return good;
}

static void
on_readable(h2o_socket_t *sock, const char *err)
{
    bell *b = sock->data;

    if (err != NULL || PQconsumeInput(b->pg) != 1 || !listens(b)) {
        lose(b);
        return;
    }
    tell(b);
    h2o_socket_read_stop(sock);
    h2o_timeout_link(b->worker->loop, &b->pause, &b->pause_entry);
}

static void
on_pause_over(h2o_timeout_entry_t *entry)
{
    bell *b = H2O_STRUCT_FROM_MEMBER(bell, pause_entry, entry);

    h2o_socket_read_start(b->sock, on_readable);
}

static void
ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static void
on_retry(h2o_timeout_entry_t *entry)
{
    bell *b = H2O_STRUCT_FROM_MEMBER(bell, retry_entry, entry);
    const char *const keywords[] = {"dbname", "options", "fallback_application_name", NULL};
    const char *const values[] = {b->conninfo, "-c client_min_messages=error", "mposd bell", NULL};

    b->pg = PQconnectStartParams(keywords, values, 1);
    if (b->pg == NULL || PQstatus(b->pg) == CONNECTION_BAD) {
        lose(b);
    } else {
        PQsetNoticeReceiver(b->pg, ignore_notice, NULL);
        advance_connecting(b, PGRES_POLLING_WRITING);
    }
}

void
db_bell_new(worker *worker, const char *conninfo,
            void (*heard)(struct worker *worker, const char *announcement))
{
    bell *b = calloc(1, sizeof *b);

    if (b == NULL) {
        abort();
    }
    b->worker = worker;
    b->conninfo = conninfo;
    b->heard = heard;
    h2o_timeout_init(worker->loop, &b->retry, RETRY_MS);
    h2o_timeout_init(worker->loop, &b->pause, PAUSE_MS);
    b->retry_entry.cb = on_retry;
    b->pause_entry.cb = on_pause_over;
    on_retry(&b->retry_entry);
}
