/*
 * refresh.c - POST /v1/auth/refresh: a refresh token for a new pair of tokens. The token that replaces it is made here, so
 * that a client that did not hear the answer can ask once more; see extension/src/refresh.c.
 */
#include "api/fields.h"
#include "api/proof.h"
#include "api/session.h"

#include <sodium.h>
#include <string.h>

#include "context.h"

typedef struct refreshing {
    char next[REFRESH_TEXT_SIZE];
} refreshing;

static const field_rule rules[] = {{"refresh_token", 1, 256, true, true}};

#define RULES (sizeof rules / sizeof rules[0])

static void
on_refreshed(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
             const char *detail, const char *sqlstate)
{
    refreshing *state = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
    } else {
        api_session_answer(exchange, reply, state->next);
    }
    sodium_memzero(state->next, sizeof state->next);
}

static void
add_hash(text_buf *params, const char *name, const char token[REFRESH_TEXT_SIZE])
{
    uint8_t hash[REFRESH_HASH_SIZE];
    char hex[2 * REFRESH_HASH_SIZE + 1];

    refresh_hash(token, hash);
    text_hex(hash, sizeof hash, hex);
    text_addf(params, ",\"%s\":\"%s\"", name, hex);
}

/* Asks the database; next is kept for the answer. */
static void
ask(api_exchange *exchange, const uint8_t tenant[UUID_SIZE], const char token[REFRESH_TEXT_SIZE],
    refreshing *state)
{
    text_buf params = {0};
    char tenant_text[UUID_TEXT_SIZE];
    /* A proof counts once, also when the answer to it was lost: the client makes another. */
    api_request request = {.operation = "session.refresh",
                           .scope = MPOS_SCOPE_AUTH,
                           .lane = DB_FAST,
                           .repeatable = !api_has_proof(exchange)};

    text_uuid(tenant, tenant_text);
    refresh_next(exchange->http.worker->keys, token, state->next);
    text_addf(&params, "{\"tenant_id\":\"%s\"", tenant_text);
    add_hash(&params, "hash", token);
    add_hash(&params, "next", state->next);
    api_proof_params(exchange, &params);
    text_add_z(&params, "}");
    api_call_params(exchange, &request, &params, on_refreshed);
}

void
api_refresh(api_exchange *exchange)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, rules, RULES, &err, &refusal);
    refreshing *state = api_own(exchange, sizeof *state);
    uint8_t tenant[UUID_SIZE];
    char token[REFRESH_TEXT_SIZE];

    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    if (fields_copy(body, "refresh_token", token, sizeof token) &&
        refresh_tenant(token, strlen(token), tenant)) {
        ask(exchange, tenant, token, state);
        sodium_memzero(token, sizeof token);
    } else {
        http_problem(&exchange->http, MPOS_E_UNAUTHENTICATED, NULL, NULL);
    }
    fields_free(body, rules, RULES);
}
