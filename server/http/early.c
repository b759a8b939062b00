/* early.c - the filter. */
#include "http/early.h"

#include <string.h>

#include "http/exchange.h"
#include "http/linger.h"

typedef struct early_stream {
    h2o_ostream_t super;
    h2o_iovec_t body;
} early_stream;

static void
do_send(h2o_ostream_t *super, h2o_req_t *req, h2o_iovec_t *bufs, size_t count, h2o_send_state_t state)
{
    early_stream *stream = (early_stream *)super;

    (void)bufs;
    (void)count;
    h2o_ostream_send_next(super, req, &stream->body, state == H2O_SEND_STATE_FINAL ? 1 : 0, state);
}

static mpos_err
err_of(int status)
{
    switch (status) {
    case 413:
        return MPOS_E_BODY_TOO_LARGE;
    case 417:
    case 400:
        return MPOS_E_INVALID_VALUE;
    default:
        return MPOS_OK;
    }
}

static void
on_setup(h2o_filter_t *self, h2o_req_t *req, h2o_ostream_t **slot)
{
    mpos_err err = err_of(req->res.status);
    text_buf text = {0};
    early_stream *stream;

    (void)self;
    if (err != MPOS_OK) {
        static const char type[] = "application/problem+json";
        uint8_t id[UUID_SIZE];
        char id_text[UUID_TEXT_SIZE];
        h2o_iovec_t id_copy;

        http_linger(req);
        http_request_id(req, id);
        text_uuid(id, id_text);
        id_copy = h2o_strdup(&req->pool, id_text, UUID_TEXT_SIZE - 1);
        h2o_add_header_by_str(&req->pool, &req->res.headers, H2O_STRLIT("x-request-id"), 1, NULL,
                              id_copy.base, id_copy.len);
        http_problem_text(&text, err, NULL,
                          err == MPOS_E_INVALID_VALUE ? "This is not a valid HTTP request" : NULL, id_text);
        stream = (early_stream *)h2o_add_ostream(req, sizeof *stream, slot);
        stream->super.do_send = do_send;
        stream->body = h2o_strdup(&req->pool, text.data, text.len);
        req->res.content_length = text.len;
        h2o_set_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, type, sizeof type - 1, 1);
        slot = &stream->super.next;
        text_free(&text);
    }
    h2o_setup_next_ostream(req, slot);
}

void
http_early_register(h2o_pathconf_t *fallback)
{
    h2o_filter_t *filter = h2o_create_filter(fallback, sizeof *filter);

    filter->on_setup_ostream = on_setup;
}
