/* exchange.c - life of an exchange, answers and problems. */
#include "http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

typedef struct request_hold {
    http_exchange *exchange;
} request_hold;

static void
on_request_disposed(void *data)
{
    http_exchange *exchange = ((request_hold *)data)->exchange;

    exchange->req = NULL;
    exchange->worker->in_flight--;
    metrics_add(exchange->worker->metrics, METRIC_IN_FLIGHT, -1);
    http_release(exchange);
}

void
http_request_id(const h2o_req_t *req, uint8_t out[UUID_SIZE])
{
    h2o_iovec_t sent = http_request_header(req, "x-request-id");

    if (!text_parse_uuid(sent.base, sent.len, out) && !text_unhex(sent.base, sent.len, out, UUID_SIZE)) {
        clock_uuid7(out);
    }
}

void *
http_exchange_new(worker *worker, h2o_req_t *req, size_t size)
{
    http_exchange *exchange = calloc(1, size);
    request_hold *hold = h2o_mem_alloc_shared(&req->pool, sizeof *hold, on_request_disposed);

    if (exchange == NULL) {
        abort();
    }
    hold->exchange = exchange;
    exchange->req = req;
    exchange->worker = worker;
    exchange->holders = 1;
    exchange->started_us = clock_now_us();
    http_request_id(req, exchange->request_id);
    text_uuid(exchange->request_id, exchange->request_text);
    worker->in_flight++;
    metrics_add(worker->metrics, METRIC_IN_FLIGHT, 1);
    return exchange;
}

void
http_hold(http_exchange *exchange)
{
    exchange->holders++;
}

void
http_release(http_exchange *exchange)
{
    if (--exchange->holders > 0) {
        return;
    }
    if (exchange->dispose != NULL) {
        exchange->dispose(exchange);
    }
    free(exchange);
}

static const char *
reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{200, "OK"},
                   {201, "Created"},
                   {204, "No Content"},
                   {304, "Not Modified"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {409, "Conflict"},
                   {410, "Gone"},
                   {413, "Content Too Large"},
                   {415, "Unsupported Media Type"},
                   {421, "Misdirected Request"},
                   {422, "Unprocessable Content"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {503, "Service Unavailable"}};

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Answer";
}

void
http_header(http_exchange *exchange, const char *name, const char *value, size_t len)
{
    h2o_req_t *req = exchange->req;
    h2o_iovec_t copy;

    if (req == NULL) {
        return;
    }
    copy = h2o_strdup(&req->pool, value, len);
    h2o_add_header_by_str(&req->pool, &req->res.headers, name, strlen(name), 1, NULL, copy.base, copy.len);
}

/* Of a kind that nothing in a browser shows, runs, frames or sniffs. */
static void
add_protection(http_exchange *exchange)
{
    http_header(exchange, "x-content-type-options", H2O_STRLIT("nosniff"));
    http_header(exchange, "content-security-policy",
                H2O_STRLIT("default-src 'none'; frame-ancestors 'none'"));
    http_header(exchange, "referrer-policy", H2O_STRLIT("no-referrer"));
}

static void
log_answer(const http_exchange *exchange, int status, int64_t took_us)
{
    const h2o_req_t *req = exchange->req;
    char method[16];
    char path[256];
    char number[16];
    char took[24];
    size_t path_len = req->query_at != SIZE_MAX ? req->query_at : req->path.len;

    /* Without the query: what people look for is nobody's business. */
    snprintf(method, sizeof method, "%.*s", (int)(req->method.len < 15 ? req->method.len : 15),
             req->method.base);
    snprintf(path, sizeof path, "%.*s", (int)(path_len < 255 ? path_len : 255), req->path.base);
    snprintf(number, sizeof number, "%d", status);
    snprintf(took, sizeof took, "%lld", (long long)took_us);
    log_event(LOG_LEVEL_DEBUG, "answered", "request", exchange->request_text, "method", method, "path", path,
              "status", number, "us", took, NULL);
}

void
http_answer(http_exchange *exchange, int status, const char *type, h2o_iovec_t body)
{
    static h2o_generator_t generator;
    h2o_req_t *req = exchange->req;
    bool silent;
    int64_t took_us;

    if (req == NULL) {
        return;
    }
    silent =
        h2o_memis(req->method.base, req->method.len, H2O_STRLIT("HEAD")) || status == 304 || status == 204;
    req->res.status = status;
    req->res.reason = reason_of(status);
    req->res.content_length = status == 304 || status == 204 ? SIZE_MAX : body.len;
    if (type != NULL) {
        http_header(exchange, "content-type", type, strlen(type));
    }
    add_protection(exchange);
    http_header(exchange, "x-request-id", exchange->request_text, UUID_TEXT_SIZE - 1);
    took_us = clock_now_us() - exchange->started_us;
    metrics_answered(exchange->worker->metrics, status, took_us);
    if (log_wants(LOG_LEVEL_DEBUG)) {
        log_answer(exchange, status, took_us);
    }
    h2o_start_response(req, &generator);
    h2o_send(req, &body, silent || body.len == 0 ? 0 : 1, H2O_SEND_STATE_FINAL);
}

void
http_text(http_exchange *exchange, int status, const char *type, const char *text, size_t len)
{
    if (exchange->req != NULL) {
        http_answer(exchange, status, type, h2o_strdup(&exchange->req->pool, text, len));
    }
}

void
http_problem_text(text_buf *out, mpos_err err, const char *field, const char *detail, const char *request)
{
    const char *title = mpos_err_title(err);

    text_addf(out, "{\"type\":\"urn:mpos:problem:%s\",\"title\":", mpos_err_code(err));
    text_add_json(out, title, strlen(title));
    text_addf(out, ",\"status\":%d,\"code\":\"%s\"", mpos_err_status(err), mpos_err_code(err));
    if (detail != NULL && *detail != '\0') {
        text_add_z(out, ",\"detail\":");
        text_add_json(out, detail, strlen(detail));
    }
    if (field != NULL && *field != '\0') {
        text_add_z(out, ",\"field\":");
        text_add_json(out, field, strlen(field));
    }
    if (request != NULL) {
        text_addf(out, ",\"request_id\":\"%s\"", request);
    }
    text_add_z(out, "}");
}

void
http_problem(http_exchange *exchange, mpos_err err, const char *field, const char *detail)
{
    text_buf body = {0};
    int status = mpos_err_status(err);

    http_problem_text(&body, err, field, detail, exchange->request_text);
    if (status == 503 || status == 429 || err == MPOS_E_PUSH_IN_PROGRESS) {
        char seconds[16];
        int len = snprintf(seconds, sizeof seconds, "%u",
                           exchange->retry_after_s > 0 ? exchange->retry_after_s : 1);

        http_header(exchange, "retry-after", seconds, (size_t)len);
    }
    if (status == 401) {
        http_header(exchange, "www-authenticate", H2O_STRLIT("Bearer"));
    }
    if (err == MPOS_E_CLOCK_SKEW || err == MPOS_E_DEVICE_KEY) {
        char now[24];

        http_header(exchange, "mpos-time", now,
                    (size_t)snprintf(now, sizeof now, "%lld", (long long)clock_now_us()));
    }
    http_header(exchange, "cache-control", H2O_STRLIT("no-store"));
    http_text(exchange, status, "application/problem+json", body.data, body.len);
    text_free(&body);
}

h2o_iovec_t
http_request_header(const h2o_req_t *req, const char *name)
{
    ssize_t at = h2o_find_header_by_str(&req->headers, name, strlen(name), -1);

    return at < 0 ? h2o_iovec_init(NULL, 0) : req->headers.entries[at].value;
}
