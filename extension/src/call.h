/*
 * call.h - what an operation sees of mpos.call, and how operations are registered.
 * Words: call, operation, refusal, answer.
 *
 * mpos.call(tenant, context, operation, body) checks the context, sets the tenant, looks the operation up in
 * mpos_operations (operations.c), checks its scope, answers a repeated Idempotency-Key from the stored
 * answer, runs the handler, flushes the journal and stores the answer, all in the caller's one transaction.
 */
#ifndef MPOS_CALL_H
#define MPOS_CALL_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

#include "context.h"
#include "err.h"
#include "limit.h"

typedef enum mpos_operation_flag {
    MPOS_OP_READ = 1,       /* changes nothing: no Idempotency-Key, no flush */
    MPOS_OP_WRITE = 2,      /* needs an Idempotency-Key over HTTP; its answer is stored */
    MPOS_OP_SELF_KEYED = 4, /* a write that brings its own identity (sync.push, sign-in) */
    MPOS_OP_PLATFORM = 8    /* tenant of the context is zero; the handler resolves it with mpos_call_enter */
} mpos_operation_flag;

typedef struct mpos_call {
    mpos_context context;  /* checked */
    const char *operation; /* name, NUL-terminated */
    Jsonb *
        input; /* {"params":{...},"body":{...}} as the server built it; params: path and query, all strings */
    Jsonb *
        recorded; /* the input as journal and stored answers may know it: without personal data (pii_store.h) */
    int64 now_us;         /* statement time, µs since 1970 */
    uint64 scopes;        /* of the session, as its row says now; context.scopes has the operation's only */
    int64 discount_limit; /* of the session, core/limit.h: rate of an order, MPOS_NO_LIMIT for none */
    int64 refund_limit;   /* minor units a shift */
    bool by_device;       /* the session is a device's own, without a person */
    bool from_device; /* the input is an operation of a device's log: card numbers are masked, not refused */
    int cards;        /* how many were */
    pg_uuid_t transaction; /* UUIDv7 of this transaction, the header's field; known before the flush */

    /* filled by the handler on success */
    int status;          /* HTTP status, 200 unless set */
    char etag[72];       /* without quotes; empty for none */
    StringInfoData body; /* JSON object text; of a write, mpos.call adds the member "journal" */
    StringInfoData
        entries; /* appended entries for subscribers; mpos.call fills it, journal.feed brings its own */

    /* filled by the handler on refusal; see mpos_refuse */
    char field[160];  /* JSON pointer into the body ("/lines/3/qty") or parameter name; empty for none */
    char detail[256]; /* one sentence for a person; never data of another tenant */
} mpos_call;

/*
 * SPI is connected while a handler runs; call->body and call->entries live in the caller's memory, everything
 * else that it allocates is gone after it returns. The tenant is set: statements see that tenant's rows only.
 *
 * A handler checks everything before its first write, so that a refusal leaves nothing behind: over HTTP a
 * refusal becomes an error of that SQLSTATE, inside sync.push it becomes the result of one operation. Returns
 * MPOS_OK with the answer in call->body, or the refusal.
 */
typedef mpos_err (*mpos_operation_fn)(mpos_call *call);

typedef struct mpos_operation {
    const char *name;
    mpos_operation_fn run;
    uint64 scope;
    int flags; /* mpos_operation_flag */
} mpos_operation;

/* operations.c: sorted by name, ended by a NULL name. */
extern const mpos_operation mpos_operations[];

/*
 * Fills call->field and call->detail (printf-like) and returns err, so that a handler can `return
 * mpos_refuse(...)`.
 */
mpos_err
mpos_refuse(mpos_call *call, mpos_err err, const char *field, const char *detail_format, ...)
    pg_attribute_printf(4, 5);

/* Platform operations only: sets the tenant for the rest of the call. */
void
mpos_call_enter(mpos_call *call, const uint8 tenant[16]);

/*
 * After waiting for a lock: reads scopes and limits from the session's row as it is now; raises SESSION_ENDED when it has
 * ended or has another rights version. Nothing to do where nobody is signed in. Before the call's own changes of sessions.
 */
void
mpos_call_session_again(mpos_call *call);

#endif
