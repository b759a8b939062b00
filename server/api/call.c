/* call.c - from an exchange to mpos.call and back. */
#include "api/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "auth/api_key.h"
#include "auth/seal.h"
#include "base/log.h"
#include "bytes.h"
#include "ws/hub.h"

typedef struct api_database_call {
    db_query query;
    api_exchange *exchange;
    api_replied done;
    uint8_t context[MPOS_CONTEXT_SIZE];
    char operation[64];
    text_buf input;
    bool unpublished;
} api_database_call;

/* Verifiers, hashes of tokens and sealed secrets go through here. */
static void
free_call(api_database_call *call)
{
    sodium_memzero(call->input.data, call->input.len);
    text_free(&call->input);
    free(call);
}

/* SQLSTATEs that are not ours but mean something to a client. Everything else is internal and says nothing. */
static mpos_err
err_of_sqlstate(const char *sqlstate)
{
    static const struct {
        const char *prefix;
        mpos_err err;
    } rows[] = {
        {"22P02", MPOS_E_MALFORMED_JSON}, {"22P05", MPOS_E_MALFORMED_JSON}, {"22021", MPOS_E_MALFORMED_JSON},
        {"2201", MPOS_E_MALFORMED_JSON},  {"40001", MPOS_E_BUSY},           {"40P01", MPOS_E_BUSY},
        {"55P03", MPOS_E_BUSY},           {"57014", MPOS_E_TIMEOUT},        {"53100", MPOS_E_STORAGE_FULL},
        {"53", MPOS_E_UNAVAILABLE},       {"57P", MPOS_E_UNAVAILABLE},      {"08", MPOS_E_UNAVAILABLE},
        {"25006", MPOS_E_UNAVAILABLE}, /* a standby that waits for its promotion */
    };
    mpos_err err = mpos_err_from_sqlstate(sqlstate);

    for (size_t i = 0; err == MPOS_OK && i < sizeof rows / sizeof rows[0]; i++) {
        if (strncmp(sqlstate, rows[i].prefix, strlen(rows[i].prefix)) == 0) {
            err = rows[i].err;
        }
    }
    return err == MPOS_OK ? MPOS_E_INTERNAL : err;
}

static mpos_err
err_of(const db_outcome *outcome)
{
    switch (outcome->status) {
    case DB_ROWS:
        return MPOS_OK;
    case DB_ERROR:
        return err_of_sqlstate(outcome->sqlstate);
    case DB_LOST:
        return MPOS_E_OUTCOME_UNKNOWN;
    case DB_UNAVAILABLE:
        break;
    }
    return MPOS_E_UNAVAILABLE;
}

static h2o_iovec_t
column(const PGresult *result, int at)
{
    return h2o_iovec_init(PQgetvalue(result, 0, at), (size_t)PQgetlength(result, 0, at));
}

/* False when the row does not have the agreed shape. */
static bool
read_reply(PGresult *result, api_reply *reply)
{
    if (PQntuples(result) != 1 || PQnfields(result) != 4 || PQgetlength(result, 0, 0) != 4) {
        return false;
    }
    reply->result = result;
    reply->status = (int)mpos_get_u32((const uint8_t *)PQgetvalue(result, 0, 0));
    reply->etag = column(result, 1);
    reply->body = column(result, 2);
    reply->entries = column(result, 3);
    return reply->status >= 200 && reply->status < 500;
}

/*
 * A refusal that had to commit (a forked device is locked by it) comes as an answer of its status that names code,
 * field and seconds to wait. *body keeps the strings alive.
 */
static mpos_err
refusal_of(const api_reply *reply, json_t **body, const char **field, int *retry_s)
{
    const char *code = NULL;

    *field = NULL;
    *retry_s = 0;
    *body = json_loadb(reply->body.base, reply->body.len, 0, NULL);
    if (json_unpack(*body, "{s:s, s?s, s?i}", "code", &code, "field", field, "retry_after_s", retry_s) != 0 ||
        mpos_err_from_code(code) == MPOS_OK) {
        return MPOS_E_INTERNAL;
    }
    return mpos_err_from_code(code);
}

static void
finish_refusal(api_database_call *call, const api_reply *reply)
{
    const char *field;
    json_t *body;
    int retry_s;
    mpos_err err = refusal_of(reply, &body, &field, &retry_s);

    call->exchange->http.retry_after_s = retry_s > 0 ? (unsigned)retry_s : 0;
    call->done(call->exchange, err, NULL, field, NULL, "");
    json_decref(body);
    PQclear(reply->result);
}

static void
log_internal(const api_database_call *call, const db_outcome *outcome)
{
    log_event(LOG_LEVEL_ERROR, "operation failed", "operation", call->operation, "request",
              call->exchange->http.request_text, "sqlstate",
              outcome->status == DB_ERROR ? outcome->sqlstate : "", "message",
              outcome->status == DB_ERROR ? outcome->message : "answer of an unknown shape", NULL);
}

static void
on_done(db_query *query, const db_outcome *outcome)
{
    api_database_call *call = H2O_STRUCT_FROM_MEMBER(api_database_call, query, query);
    api_exchange *exchange = call->exchange;
    mpos_err err = err_of(outcome);
    api_reply reply = {0};

    if (err == MPOS_OK && !read_reply(outcome->result, &reply)) {
        PQclear(outcome->result);
        err = MPOS_E_INTERNAL;
    }
    if (err == MPOS_OK) {
        if (!call->unpublished) {
            ws_publish(exchange->http.worker, (const uint8_t *)reply.entries.base, reply.entries.len);
        }
        if (reply.status >= 400) {
            finish_refusal(call, &reply);
        } else {
            call->done(exchange, MPOS_OK, &reply, NULL, NULL, "00000");
        }
    } else {
        bool ours = outcome->status == DB_ERROR && mpos_err_from_sqlstate(outcome->sqlstate) != MPOS_OK;

        if (err == MPOS_E_INTERNAL) {
            log_internal(call, outcome);
        }
        if (err == MPOS_E_SESSION_ENDED) {
            api_key_cache_forget(exchange->http.worker->api_keys, exchange->claims.session);
        }
        call->done(exchange, err, NULL, ours ? outcome->field : NULL,
                   ours && err != MPOS_E_INTERNAL ? outcome->message : NULL,
                   outcome->status == DB_ERROR ? outcome->sqlstate : "");
    }
    http_release(&exchange->http);
    free_call(call);
}

static void
bind_query(api_database_call *call, const uint8_t *tenant, const api_request *request)
{
    db_query *query = &call->query;

    query->statement = DB_CALL;
    query->lane = request->lane;
    query->repeatable = request->repeatable;
    query->fresh_after_ms = request->fresh_after_ms;
    query->coalesces = request->coalesces;
    memcpy(query->outlet, call->exchange->claims.outlet, sizeof query->outlet);
    query->done = on_done;
    query->values[0] = (const char *)tenant;
    query->lengths[0] = UUID_SIZE;
    query->formats[0] = 1;
    query->values[1] = (const char *)call->context;
    query->lengths[1] = sizeof call->context;
    query->formats[1] = 1;
    query->values[2] = call->operation;
    query->values[3] = call->input.data;
}

void
api_call(api_exchange *exchange, const api_request *request, api_replied done)
{
    api_database_call *call = calloc(1, sizeof *call);
    worker *worker = exchange->http.worker;

    if (call == NULL) {
        abort();
    }
    call->exchange = exchange;
    call->done = done;
    call->unpublished = request->unpublished;
    strncpy(call->operation, request->operation, sizeof call->operation - 1);
    auth_seal(worker->keys, &exchange->claims, request->scope, exchange->http.request_id, request->key.base,
              request->key.len, call->context);
    /* Ours stand last: jsonb keeps the last of two members with one name. */
    text_add_z(&call->input, "{\"body\":");
    text_add(&call->input, request->body != NULL ? request->body : "null",
             request->body != NULL ? request->body_len : 4);
    text_add_z(&call->input, ",\"params\":");
    text_add(&call->input, request->params, request->params_len);
    text_add_z(&call->input, "}");
    bind_query(call, exchange->claims.tenant, request);
    http_hold(&exchange->http);
    if (!db_submit(worker->db, &call->query)) {
        done(exchange, MPOS_E_OVERLOADED, NULL, NULL, NULL, "");
        http_release(&exchange->http);
        free_call(call);
    }
}

void
api_call_params(api_exchange *exchange, api_request *request, text_buf *params, api_replied done)
{
    request->params = params->data;
    request->params_len = params->len;
    api_call(exchange, request, done);
    text_free(params);
}

void
api_call_refused(api_exchange *exchange, mpos_err err, const char *field, const char *detail)
{
    http_problem(&exchange->http, err, field, detail);
}

static void
free_result(void *data)
{
    PQclear(*(PGresult **)data);
}

/* Ties the result to the request, so that its bytes are sent without a copy. */
static void
keep_result(h2o_req_t *req, PGresult *result)
{
    PGresult **kept = h2o_mem_alloc_shared(&req->pool, sizeof *kept, free_result);

    *kept = result;
}

static bool
none_match(const h2o_req_t *req, h2o_iovec_t etag)
{
    h2o_iovec_t header = http_request_header(req, "if-none-match");

    return header.base == NULL || etag.len == 0 ||
           (h2o_strstr(header.base, header.len, etag.base, etag.len) == SIZE_MAX &&
            !h2o_memis(header.base, header.len, H2O_STRLIT("*")));
}

/* False when the client has it already: 304 has been answered. */
static bool
tell_etag(api_exchange *exchange, int status, h2o_iovec_t etag)
{
    char text[80];
    int len = snprintf(text, sizeof text, "\"%.*s\"", (int)(etag.len < 72 ? etag.len : 72), etag.base);

    http_header(&exchange->http, "etag", text, (size_t)len);
    if (status != 200 || none_match(exchange->http.req, etag)) {
        return true;
    }
    http_answer(&exchange->http, 304, NULL, h2o_iovec_init(NULL, 0));
    return false;
}

void
api_call_answer_bytes(api_exchange *exchange, const api_reply *reply, const char *type, const char *cache,
                      h2o_iovec_t bytes)
{
    h2o_req_t *req = exchange->http.req;

    if (req == NULL) {
        PQclear(reply->result);
        return;
    }
    keep_result(req, reply->result);
    http_header(&exchange->http, "cache-control", cache, strlen(cache));
    if (reply->etag.len > 0 && !tell_etag(exchange, 200, reply->etag)) {
        return;
    }
    http_answer(&exchange->http, 200, type, bytes);
}

void
api_call_answer(api_exchange *exchange, const api_reply *reply)
{
    h2o_req_t *req = exchange->http.req;

    if (req == NULL) {
        PQclear(reply->result);
        return;
    }
    keep_result(req, reply->result);
    if (reply->etag.len > 0) {
        http_header(&exchange->http, "cache-control", H2O_STRLIT("private, no-cache"));
        if (!tell_etag(exchange, reply->status, reply->etag)) {
            return;
        }
    } else {
        http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    }
    http_answer(&exchange->http, reply->status, "application/json", reply->body);
}

void
api_call_pass(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
              const char *detail, const char *sqlstate)
{
    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
    } else {
        api_call_answer(exchange, reply);
    }
}
