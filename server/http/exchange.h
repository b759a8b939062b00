/*
 * exchange.h - one request and its answer. Words: exchange, hold, release, problem.
 *
 * A client may go away while its query runs, so request and query both hold the exchange and the last one to release
 * it frees it: that rule is written here and nowhere else. A handler embeds http_exchange as its first member.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "base/worker.h"
#include "err.h"
#include "http/route.h"

/* Of the quotas that the request has taken from, the one with the smallest part left. */
typedef struct http_left {
    limit_subject subject;
    uint32_t count; /* 0: none was taken from */
    uint32_t left;
    uint32_t full_s;
} http_left;

typedef struct http_exchange http_exchange;
struct http_exchange {
    h2o_req_t *req; /* NULL once the client is gone or the answer is out */
    worker *worker;
    const route *route;
    uint8_t request_id[UUID_SIZE];
    char request_text[UUID_TEXT_SIZE];
    int64_t started_us;
    unsigned retry_after_s; /* what a 429 or 503 tells; 0: 1 */
    http_left left;         /* limit.h */
    unsigned holders;
    void (*dispose)(http_exchange *self); /* frees what the handler added, not the exchange; may be NULL */
};

/* The request id that the client or a proxy sent (X-Request-Id: a UUID, or its 32 digits alone), else a new one. */
void
http_request_id(const h2o_req_t *req, uint8_t out[UUID_SIZE]);

/* A zeroed exchange of that size, held by the request until it is disposed of. */
void *
http_exchange_new(worker *worker, h2o_req_t *req, size_t size);

void
http_hold(http_exchange *exchange);

void
http_release(http_exchange *exchange);

/*
 * Answers with bytes that stay valid until the request is disposed of (its pool, static, or linked to its pool).
 * type may be NULL for no body. Does nothing when the client is gone.
 */
void
http_answer(http_exchange *exchange, int status, const char *type, h2o_iovec_t body);

/* A header of the answer; the value is copied. name: lower case, static. */
void
http_header(http_exchange *exchange, const char *name, const char *value, size_t len);

/* Answers with the RFC 9457 problem of err. field and detail may be NULL. The only maker of problems. */
void
http_problem(http_exchange *exchange, mpos_err err, const char *field, const char *detail);

/* The JSON of a problem; request may be NULL. */
void
http_problem_text(text_buf *out, mpos_err err, const char *field, const char *detail, const char *request);

/* Answers with text that is copied. */
void
http_text(http_exchange *exchange, int status, const char *type, const char *text, size_t len);

/* The value of a request header, {NULL, 0} when absent. */
h2o_iovec_t
http_request_header(const h2o_req_t *req, const char *name);

#endif
