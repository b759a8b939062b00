/* device_sign_in.c - POST /v1/auth/device: a paired device signs in with its key, without a person. */
#include "api/call.h"

#include "api/proof.h"
#include "api/session.h"
#include "context.h"

static void
on_opened(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
          const char *sqlstate)
{
    (void)sqlstate;
    if (err != MPOS_OK) {
        api_call_refused(exchange, err, field, detail);
    } else {
        api_session_answer(exchange, reply, NULL);
    }
}

void
api_device_sign_in(api_exchange *exchange)
{
    text_buf params = {0};
    api_request request = {
        .operation = "auth.device",
        .scope = MPOS_SCOPE_AUTH, /* of the server itself; the claims are zero */
        .lane = DB_FAST,
        .body = exchange->http.req->entity.base,
        .body_len = exchange->http.req->entity.len,
    };

    text_add_z(&params, "{");
    api_proof_params(exchange, &params);
    text_add_z(&params, "}");
    api_call_params(exchange, &request, &params, on_opened);
}
