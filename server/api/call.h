/*
 * call.h - one mpos.call for an exchange. Words: call, reply.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/api.h"

/* The one row of mpos.call; the pointers live as long as the result. */
typedef struct api_reply {
    PGresult *result; /* owned by the callback */
    int status;
    h2o_iovec_t etag;
    h2o_iovec_t body;
    h2o_iovec_t entries; /* of the journal, or the bytes of an answer that is no JSON */
} api_reply;

/* Exactly one of the two is meant: err is MPOS_OK and reply filled, or err with field and detail. */
typedef void (*api_replied)(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
                            const char *detail, const char *sqlstate);

typedef struct api_request {
    const char *operation;
    uint64_t scope;
    db_lane_name lane;
    bool repeatable;
    bool coalesces;          /* as in db_query, for the outlet of the exchange's session */
    uint64_t fresh_after_ms; /* as in db_query */
    h2o_iovec_t key;         /* Idempotency-Key; base NULL for none */
    const char *params;      /* JSON object */
    size_t params_len;
    const char *body; /* JSON, NULL for null */
    size_t body_len;
    bool unpublished; /* the entries of the reply are not for subscribers */
} api_request;

/*
 * Sends it; everything of the request is copied. done is called once, also when the client has gone; with OVERLOADED, and before
 * this returns, when the queue is full. Entries of the journal have been published before done is called.
 */
void
api_call(api_exchange *exchange, const api_request *request, api_replied done);

/* The same with params as its parameters, which it frees. */
void
api_call_params(api_exchange *exchange, api_request *request, text_buf *params, api_replied done);

/* Answers the exchange with a problem for an error of a call. */
void
api_call_refused(api_exchange *exchange, mpos_err err, const char *field, const char *detail);

/* Answers with bytes of the reply, such as its entries, as they are; takes over the result. */
void
api_call_answer_bytes(api_exchange *exchange, const api_reply *reply, const char *type, const char *cache,
                      h2o_iovec_t bytes);

/* Answers with the reply's body as JSON, its ETag and If-None-Match; takes over the result. */
void
api_call_answer(api_exchange *exchange, const api_reply *reply);

/* Answers with what came, reply or problem. */
void
api_call_pass(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
              const char *detail, const char *sqlstate);

#endif
