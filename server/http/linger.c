/* linger.c - reading on after the end. */
#include "http/linger.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/serve.h"

/* Longer or more than this is no slow network but somebody who does not listen. */
#define LINGER_BYTES_MAX ((size_t)16 * 1024 * 1024)
/* At once in a thread; beyond that connections are simply closed. */
#define LINGER_MAX 64

typedef struct lingering {
    http_thread *thread;
    int fd;
    h2o_socket_t *sock;
    size_t read;
    h2o_timeout_entry_t end;
} lingering;

static void
finish(lingering *one)
{
    h2o_timeout_unlink(&one->end);
    h2o_socket_close(one->sock);
    one->thread->lingering--;
    free(one);
}

static void
on_readable(h2o_socket_t *sock, const char *err)
{
    static char dropped[65536];
    lingering *one = sock->data;
    ssize_t len = err == NULL ? recv(one->fd, dropped, sizeof dropped, MSG_DONTWAIT) : 0;

    if (len > 0) {
        one->read += (size_t)len;
    }
    if (len == 0 || one->read > LINGER_BYTES_MAX || (len < 0 && errno != EAGAIN && errno != EINTR)) {
        finish(one);
    }
}

static void
on_end(h2o_timeout_entry_t *entry)
{
    finish(H2O_STRUCT_FROM_MEMBER(lingering, end, entry));
}

/* The answer is out, and libh2o is about to close its own descriptor. */
static void
on_answered(void *data)
{
    lingering *one = *(lingering **)data;

    shutdown(one->fd, SHUT_WR);
    one->sock = h2o_evloop_socket_create(one->thread->context.loop, one->fd, H2O_SOCKET_FLAG_DONT_READ);
    one->sock->data = one;
    one->end.cb = on_end;
    h2o_timeout_link(one->thread->context.loop, &one->thread->linger, &one->end);
    h2o_socket_read_start(one->sock, on_readable);
}

void
http_linger(h2o_req_t *req)
{
    http_thread *thread = (http_thread *)req->conn->ctx;
    h2o_socket_t *sock = req->conn->callbacks->get_socket(req->conn);
    lingering **kept;
    lingering *one;

    /* TLS says its own goodbye on the way out. */
    if (sock == NULL || sock->ssl != NULL || thread->lingering == LINGER_MAX) {
        return;
    }
    one = calloc(1, sizeof *one);
    if (one == NULL) {
        abort();
    }
    one->thread = thread;
    one->fd = dup(h2o_socket_get_fd(sock));
    if (one->fd < 0) {
        free(one);
        return;
    }
    thread->lingering++;
    kept = h2o_mem_alloc_shared(&req->pool, sizeof *kept, on_answered);
    *kept = one;
}
