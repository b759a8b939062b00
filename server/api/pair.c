/* pair.c - POST /v1/auth/pair: a code and a public key make a device that can prove itself. Nobody is signed in yet. */
#include "api/call.h"

#include "context.h"

static void
on_reply(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    (void)sqlstate;
    if (err != MPOS_OK) {
        api_call_refused(exchange, err, field, detail);
    } else {
        api_call_answer(exchange, reply);
    }
}

void
api_pair(api_exchange *exchange)
{
    static const char none[] = "{}";
    api_request request = {
        .operation = "auth.pair",
        .scope = MPOS_SCOPE_AUTH, /* of the server itself; the claims are zero */
        .lane = DB_FAST,
        .params = none,
        .params_len = sizeof none - 1,
        .body = exchange->http.req->entity.base,
        .body_len = exchange->http.req->entity.len,
    };

    api_call(exchange, &request, on_reply);
}
