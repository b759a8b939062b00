/*
 * input.h - reading what a client sent, as far as it can be judged without a business rule. Words: key, parameter, body.
 *
 * Each function answers MPOS_OK or the error with its field and detail in the refusal.
 */
#ifndef HTTP_INPUT_H
#define HTTP_INPUT_H

#include "base/text.h"
#include "err.h"
#include "http/route.h"

typedef struct http_refusal {
    char field[64];
    char detail[200];
} http_refusal;

/* Presence, media type, size and well-formedness (UTF-8, depth, double names) of the body. */
mpos_err
http_check_body(const route *route, const h2o_req_t *req, http_refusal *refusal);

/* The Idempotency-Key where the route needs one: 1 to 128 printable ASCII characters. */
mpos_err
http_check_key(const route *route, const h2o_req_t *req, h2o_iovec_t *key);

/* Adds the members of {"name":"value",...} for path and query parameters, after checking the latter. */
mpos_err
http_read_params(const route_match *match, const h2o_req_t *req, text_buf *out, http_refusal *refusal);

/* Compiles the patterns of the route table; once, before the first request. */
void
http_input_init(void);

#endif
