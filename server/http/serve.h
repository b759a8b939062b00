/*
 * serve.h - listeners, connections and the life of a thread's loop. Words: thread, listener, stopping.
 */
#ifndef HTTP_SERVE_H
#define HTTP_SERVE_H

#include <openssl/ssl.h>

#include "base/worker.h"

#define HTTP_ERROR_SIZE 256
#define HTTP_LISTENERS 2

typedef enum http_order { HTTP_STOP, HTTP_RELOAD } http_order;

typedef struct http_thread {
    h2o_context_t context; /* first: how a request finds its thread */
    worker worker;
    h2o_accept_ctx_t accept[HTTP_LISTENERS];
    h2o_socket_t *listeners[HTTP_LISTENERS]; /* NULL: none, or stopped */
    int fds[HTTP_LISTENERS];                 /* -1 for none */
    h2o_multithread_receiver_t orders;
    h2o_timeout_t linger; /* how long a connection is read on after its last answer */
    unsigned lingering;
    bool stopping;
    uint64_t stop_by_ms;
    void (*on_stop)(worker *worker);      /* told once when stopping begins */
    size_t (*left)(const worker *worker); /* what else has to end before the loop may */
} http_thread;

/*
 * Reads certificates, binds the ports (once for each thread) and registers the handlers. False with one line in error.
 */
bool
http_init(const settings *settings, void (*register_handlers)(h2o_pathconf_t *path), http_thread *threads,
          char error[HTTP_ERROR_SIZE]);

/* Makes loop and context of the thread that calls it; before anything else of the worker is made. */
void
http_thread_init(http_thread *thread);

/* Accepts and serves until an order to stop has been carried out. */
void
http_thread_run(http_thread *thread);

/* From any thread: the thread stops, or takes new certificates. */
void
http_thread_order(http_thread *thread, http_order order);

/* Reads the certificates again; the old ones stay in use when they cannot be read. */
bool
http_reload_certificates(char error[HTTP_ERROR_SIZE]);

/* Whether the files are others than those that were read last, or tried to be. */
bool
http_certificates_changed(void);

worker *
http_worker_of(const h2o_req_t *req);

const char *
http_web_dir(void);

/* Tells browsers to stay with HTTPS, where the request came over it. */
void
http_secure_transport(h2o_req_t *req);

#endif
