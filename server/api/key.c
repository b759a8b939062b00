/* key.c - the operation auth.api_key. */
#include "api/key.h"

#include <jansson.h>
#include <string.h>

#include "api/session.h"
#include "auth/api_key.h"
#include "base/clock.h"
#include "context.h"

typedef struct lookup {
    api_authenticated next;
    uint8_t tenant[UUID_SIZE];
    uint8_t hash[API_KEY_HASH_SIZE];
} lookup;

static bool
read_claims(const api_reply *reply, const uint8_t tenant[UUID_SIZE], auth_claims *out)
{
    json_t *body = json_loadb(reply->body.base, reply->body.len, 0, NULL);
    bool found = json_is_true(json_object_get(body, "found")) && api_claim_id(body, "key_id", out->actor) &&
                 api_claim_id(body, "outlet_id", out->outlet) &&
                 api_claim_id(body, "session_id", out->session) &&
                 api_claim_id(body, "device_id", out->device);

    memcpy(out->tenant, tenant, UUID_SIZE);
    out->scopes = api_claim_scopes(json_object_get(body, "scopes"));
    out->rights_version = (uint32_t)json_integer_value(json_object_get(body, "rights_version"));
    out->expires_s = json_integer_value(json_object_get(body, "expires_s"));
    json_decref(body);
    return found;
}

static void
on_found(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    lookup state = *(lookup *)exchange->own;
    auth_claims claims = {0};

    (void)field;
    (void)detail;
    (void)sqlstate;
    api_disown(exchange);
    if (err == MPOS_OK) {
        err = read_claims(reply, state.tenant, &claims) ? MPOS_OK : MPOS_E_UNAUTHENTICATED;
        PQclear(reply->result);
    }
    if (err == MPOS_OK) {
        exchange->claims = claims;
        api_key_cache_keep(exchange->http.worker->api_keys, state.hash, clock_now_us() / 1000000, &claims);
    }
    if (exchange->http.req != NULL) {
        state.next(exchange, err);
    }
}

static void
ask(api_exchange *exchange)
{
    const lookup *state = exchange->own;
    char tenant[UUID_TEXT_SIZE];
    char hash[2 * API_KEY_HASH_SIZE + 1];
    text_buf params = {0};
    api_request request = {
        .operation = "auth.api_key",
        .scope = MPOS_SCOPE_AUTH, /* of the server itself; the claims are zero */
        .lane = DB_FAST,
        .repeatable = true,
    };

    text_uuid(state->tenant, tenant);
    text_hex(state->hash, sizeof state->hash, hash);
    text_addf(&params, "{\"tenant_id\":\"%s\",\"hash\":\"%s\"}", tenant, hash);
    api_call_params(exchange, &request, &params, on_found);
}

void
api_key_authenticate(api_exchange *exchange, const char *text, size_t len, api_authenticated next)
{
    lookup *state;
    uint8_t tenant[UUID_SIZE];
    uint8_t hash[API_KEY_HASH_SIZE];

    if (!api_key_read(text, len, tenant, hash)) {
        next(exchange, MPOS_E_UNAUTHENTICATED);
        return;
    }
    if (api_key_cache_find(exchange->http.worker->api_keys, hash, clock_now_us() / 1000000,
                           &exchange->claims)) {
        next(exchange, MPOS_OK);
        return;
    }
    state = api_own(exchange, sizeof *state);
    state->next = next;
    memcpy(state->tenant, tenant, sizeof state->tenant);
    memcpy(state->hash, hash, sizeof state->hash);
    ask(exchange);
}
