/* serve.c - one loop a thread, each with its own listening sockets on the shared ports. */
#include "http/serve.h"

#include <h2o/http1.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/client.h"
#include "http/early.h"
#include "http/limit.h"
#include "http/listen.h"
#include "http/route.h"

/* In-flight requests may use the database's full statement timeout. */
#define STOP_MS_MAX 25000
#define STOP_POLL_MS 10
/* A client has this long to send a request, and may keep a connection idle as long. */
#define REQUEST_MS 10000
/* Large answers with much that repeats are packed while they are sent, at a level that costs the loop about a millisecond. */
#define PACKED_SIZE_MIN 1400
#define PACKED_QUALITY 2
/* A client that has been refused in the middle of a request may take this long to notice. */
#define LINGER_MS 2000

typedef struct kept_certificates kept_certificates;
struct kept_certificates {
    SSL_CTX *tls;
    kept_certificates *before;
};

typedef struct file_mark {
    ino_t inode;
    off_t size;
    struct timespec changed;
} file_mark;

static const char *const packed_paths[] = {"/v1/catalogue", "/v1/published"};

static struct {
    const settings *settings;
    h2o_globalconf_t conf;
    file_mark tls_files[2];      /* of certificate and key when they were read; main thread only */
    kept_certificates *tls_kept; /* all so far, the present ones first; main thread only */
    SSL_CTX *_Atomic tls;
    _Atomic unsigned connections;
} server;

typedef struct order_message {
    h2o_multithread_message_t message;
    http_order order;
} order_message;

worker *
http_worker_of(const h2o_req_t *req)
{
    return &((http_thread *)req->conn->ctx)->worker;
}

const char *
http_web_dir(void)
{
    return server.settings->web_dir;
}

void
http_secure_transport(h2o_req_t *req)
{
    if (http_client_secure(req)) {
        h2o_add_header_by_str(&req->pool, &req->res.headers, H2O_STRLIT("strict-transport-security"), 1, NULL,
                              H2O_STRLIT("max-age=31536000"));
    }
}

/* An address like any other, but JSON under it is packed for whoever can unpack it. */
static void
pack(h2o_pathconf_t *path, void (*register_handlers)(h2o_pathconf_t *path))
{
    h2o_mime_attributes_t packs = {.is_compressible = 1};
    h2o_compress_args_t args = {
        .min_size = PACKED_SIZE_MIN, .gzip = {.quality = PACKED_QUALITY}, .brotli = {.quality = -1}};

    path->error_log.emit_request_errors = 0;
    register_handlers(path);
    h2o_mimemap_define_mimetype(path->mimemap, "json", "application/json", &packs);
    h2o_compress_register(path, &args);
}

static void
init_conf(void (*register_handlers)(h2o_pathconf_t *path))
{
    h2o_hostconf_t *host;
    h2o_pathconf_t *path;

    h2o_config_init(&server.conf);
    server.conf.server_name = h2o_iovec_init(NULL, 0);
    server.conf.http1.req_timeout = REQUEST_MS;
    server.conf.http1.upgrade_to_http2 = 0;
    server.conf.max_request_entity_size = routes_body_max;
    host = h2o_config_register_host(&server.conf, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    /* The first that fits is taken. */
    for (size_t i = 0; i < sizeof packed_paths / sizeof packed_paths[0]; i++) {
        pack(h2o_config_register_path(host, packed_paths[i], 0), register_handlers);
    }
    path = h2o_config_register_path(host, "/", 0);
    path->error_log.emit_request_errors = 0;
    host->fallback_path.error_log.emit_request_errors = 0;
    http_early_register(&host->fallback_path);
    register_handlers(path);
}

/* A file that is replaced is another one; one that is written over has another time or size. */
static void
look_at(const char *path, file_mark *out)
{
    struct stat found = {0};

    *out = (file_mark){0};
    if (stat(path, &found) == 0) {
        *out = (file_mark){found.st_ino, found.st_size, found.st_mtim};
    }
}

static void
look_at_certificates(file_mark out[2])
{
    look_at(server.settings->tls_cert, &out[0]);
    look_at(server.settings->tls_key, &out[1]);
}

static bool
is_same(const file_mark *a, const file_mark *b)
{
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

bool
http_certificates_changed(void)
{
    file_mark now[2];

    if (server.settings->https_port == 0) {
        return false;
    }
    look_at_certificates(now);
    return !is_same(&now[0], &server.tls_files[0]) || !is_same(&now[1], &server.tls_files[1]);
}

/*
 * Those before are kept: libh2o notes down the context of a connection that it accepts, and makes use of it only when the
 * client's first bytes come. They change some times a year.
 */
static void
use_certificates(SSL_CTX *tls)
{
    kept_certificates *kept = calloc(1, sizeof *kept);

    if (kept == NULL) {
        abort();
    }
    *kept = (kept_certificates){tls, server.tls_kept};
    server.tls_kept = kept;
    atomic_store(&server.tls, tls);
}

bool
http_reload_certificates(char error[HTTP_ERROR_SIZE])
{
    SSL_CTX *tls;

    if (server.settings->https_port == 0) {
        return true;
    }
    look_at_certificates(server.tls_files);
    tls = http_tls_load(server.settings, error);
    if (tls == NULL) {
        return false;
    }
    /* At the start there is no better one, and devices that know it may still accept it. */
    if (X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(tls))) <= 0) {
        log_event(LOG_LEVEL_WARN, "certificate has expired", "file", server.settings->tls_cert, NULL);
        if (server.tls != NULL) {
            snprintf(error, HTTP_ERROR_SIZE, "the new certificate has expired");
            SSL_CTX_free(tls);
            return false;
        }
    }
    use_certificates(tls);
    return true;
}

bool
http_init(const settings *settings, void (*register_handlers)(h2o_pathconf_t *path), http_thread *threads,
          char error[HTTP_ERROR_SIZE])
{
    server.settings = settings;
    http_limit_init(settings);
    if (!http_reload_certificates(error) || !http_port_free(settings, settings->http_port, error) ||
        (settings->https_port != 0 && !http_port_free(settings, settings->https_port, error))) {
        return false;
    }
    for (unsigned i = 0; i < settings->threads; i++) {
        threads[i].fds[0] = http_listen(settings, settings->http_port, error);
        threads[i].fds[1] =
            settings->https_port != 0 ? http_listen(settings, settings->https_port, error) : -1;
        if (threads[i].fds[0] < 0 || (settings->https_port != 0 && threads[i].fds[1] < 0)) {
            return false;
        }
    }
    init_conf(register_handlers);
    return true;
}

static void
on_closed(void *data)
{
    http_thread *thread = data;

    atomic_fetch_sub(&server.connections, 1);
    metrics_add(thread->worker.metrics, METRIC_CONNECTIONS, -1);
}

static void
on_accept(h2o_socket_t *listener, const char *err)
{
    http_thread *thread = listener->data;
    unsigned which = listener == thread->listeners[1];
    h2o_socket_t *sock;

    if (err != NULL) {
        return;
    }
    /* A few at a time, so that a flood of connections does not starve those that are open. */
    for (int i = 0; i < 16 && (sock = h2o_evloop_socket_accept(listener)) != NULL; i++) {
        if (atomic_fetch_add(&server.connections, 1) >= server.settings->connections_max) {
            atomic_fetch_sub(&server.connections, 1);
            metrics_add(thread->worker.metrics, METRIC_CONNECTIONS_REFUSED, 1);
            h2o_socket_close(sock);
            continue;
        }
        metrics_add(thread->worker.metrics, METRIC_CONNECTIONS, 1);
        sock->on_close.cb = on_closed;
        sock->on_close.data = thread;
        h2o_accept(&thread->accept[which], sock);
    }
}

static void
begin_stop(http_thread *thread)
{
    if (thread->stopping) {
        return;
    }
    thread->stopping = true;
    thread->stop_by_ms = clock_elapsed_ms() + STOP_MS_MAX;
    for (size_t i = 0; i < HTTP_LISTENERS; i++) {
        if (thread->listeners[i] != NULL) {
            h2o_socket_close(thread->listeners[i]);
            thread->listeners[i] = NULL;
        }
    }
    h2o_context_request_shutdown(&thread->context);
    thread->on_stop(&thread->worker);
}

static void
on_orders(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    http_thread *thread = H2O_STRUCT_FROM_MEMBER(http_thread, orders, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        order_message *order = H2O_STRUCT_FROM_MEMBER(order_message, message.link, messages->next);

        h2o_linklist_unlink(&order->message.link);
        if (order->order == HTTP_STOP) {
            begin_stop(thread);
        } else {
            thread->accept[1].ssl_ctx = atomic_load(&server.tls);
        }
        free(order);
    }
}

void
http_thread_order(http_thread *thread, http_order order)
{
    order_message *message = calloc(1, sizeof *message);

    if (message == NULL) {
        abort();
    }
    message->order = order;
    h2o_multithread_send_message(&thread->orders, &message->message);
}

void
http_thread_init(http_thread *thread)
{
    h2o_context_init(&thread->context, h2o_evloop_create(), &server.conf);
    thread->worker.loop = thread->context.loop;
    thread->worker.queue = thread->context.queue;
    thread->worker.settings = server.settings;
    h2o_timeout_init(thread->context.loop, &thread->linger, LINGER_MS);
    h2o_multithread_register_receiver(thread->context.queue, &thread->orders, on_orders);
}

static void
start_listening(http_thread *thread)
{
    for (size_t i = 0; i < HTTP_LISTENERS; i++) {
        if (thread->fds[i] < 0) {
            continue;
        }
        thread->accept[i] = (h2o_accept_ctx_t){
            .ctx = &thread->context,
            .hosts = server.conf.hosts,
        };
        if (i == 1) {
            thread->accept[1].ssl_ctx = atomic_load(&server.tls);
        }
        thread->listeners[i] =
            h2o_evloop_socket_create(thread->context.loop, thread->fds[i], H2O_SOCKET_FLAG_DONT_READ);
        thread->listeners[i]->data = thread;
        h2o_socket_read_start(thread->listeners[i], on_accept);
    }
}

void
http_thread_run(http_thread *thread)
{
    start_listening(thread);
    while (!thread->stopping) {
        h2o_evloop_run(thread->context.loop, INT32_MAX);
    }
    while ((thread->worker.in_flight > 0 || thread->left(&thread->worker) > 0) &&
           clock_elapsed_ms() < thread->stop_by_ms) {
        h2o_evloop_run(thread->context.loop, STOP_POLL_MS);
    }
}
