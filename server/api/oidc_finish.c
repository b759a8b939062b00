/* oidc_finish.c - signing in through an identity provider, last step: the one-time code becomes a session. */
#include "api/oidc.h"

#include <sodium.h>
#include <string.h>

/* A code that somebody else was given would sign this browser in as them. */
static bool
is_for_this_browser(const h2o_req_t *req, const char *code)
{
    char mark[2 * REFRESH_HASH_SIZE + 1];
    char shown[2 * REFRESH_HASH_SIZE + 1];

    oidc_code_mark(code, mark);
    return oidc_read_cookie(req, shown, sizeof shown) && strlen(shown) == strlen(mark) &&
           sodium_memcmp(shown, mark, strlen(mark)) == 0;
}

static const field_rule finish_rules[] = {{"code", 1, 256, true, true}};

static void
on_finished(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
            const char *detail, const char *sqlstate)
{
    oidc_login *state = exchange->own;

    (void)sqlstate;
    if (err == MPOS_OK) {
        api_session_answer(exchange, reply, state->code);
    } else {
        http_problem(&exchange->http, err, field, detail);
    }
    sodium_memzero(state->code, sizeof state->code);
}

static void
ask_session(oidc_login *state, const uint8_t tenant[UUID_SIZE], const char *code)
{
    text_buf params = {0};
    api_request request = {.operation = "identity.finish", .scope = MPOS_SCOPE_AUTH, .lane = DB_FAST};

    text_uuid(tenant, state->tenant_id);
    refresh_make(tenant, state->code);
    text_addf(&params, "{\"tenant_id\":\"%s\"", state->tenant_id);
    oidc_add_code(&params, code);
    api_session_refresh_param(&params, state->code);
    text_add_z(&params, "}");
    api_call_params(state->exchange, &request, &params, on_finished);
}

void
api_oidc_finish(api_exchange *exchange)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, finish_rules, 1, &err, &refusal);
    oidc_login *state = oidc_begin(exchange);
    uint8_t tenant[UUID_SIZE];
    char code[REFRESH_TEXT_SIZE];

    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    if (fields_copy(body, "code", code, sizeof code) && refresh_tenant(code, strlen(code), tenant) &&
        is_for_this_browser(exchange->http.req, code)) {
        ask_session(state, tenant, code);
    } else {
        http_problem(&exchange->http, MPOS_E_SSO_REFUSED, NULL, NULL);
    }
    fields_free(body, finish_rules, 1);
}
