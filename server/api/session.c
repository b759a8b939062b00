/* session.c - from the session that was opened to the answer with its tokens. */
#include "api/session.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "base/clock.h"
#include "context.h"

bool
api_claim_id(const json_t *object, const char *name, uint8_t out[UUID_SIZE])
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL && text_parse_uuid(text, strlen(text), out);
}

uint64_t
api_claim_scopes(const json_t *list)
{
    uint64_t scopes = 0;
    size_t i;
    const json_t *name;

    json_array_foreach(list, i, name)
    {
        scopes |= json_is_string(name) ? mpos_scope_from_text(json_string_value(name)) : 0;
    }
    return scopes & ~(uint64_t)MPOS_SCOPE_AUTH;
}

static bool
read_session(const json_t *session, int64_t latest_s, auth_claims *out)
{
    const char *until = json_string_value(json_object_get(session, "session_expires_at"));
    int64_t until_s = until != NULL ? clock_parse_s(until) : -1;
    const json_t *staff = json_object_get(session, "staff");

    out->rights_version = (uint32_t)json_integer_value(json_object_get(session, "rights_version"));
    out->scopes = api_claim_scopes(json_object_get(session, "scopes"));
    out->expires_s = until_s < latest_s ? until_s : latest_s;
    return until_s > 0 && api_claim_id(json_object_get(session, "tenant"), "id", out->tenant) &&
           api_claim_id(json_object_get(session, "outlet"), "id", out->outlet) &&
           api_claim_id(staff != NULL ? staff : json_object_get(session, "device"), "id", out->actor) &&
           api_claim_id(json_object_get(session, "device"), "id", out->device) &&
           api_claim_id(session, "session_id", out->session);
}

void
api_session_refresh_param(text_buf *params, const char refresh[REFRESH_TEXT_SIZE])
{
    uint8_t hash[REFRESH_HASH_SIZE];
    char hex[2 * REFRESH_HASH_SIZE + 1];

    refresh_hash(refresh, hash);
    text_hex(hash, sizeof hash, hex);
    text_addf(params, ",\"refresh\":\"%s\"", hex);
}

/* What the client gets of it, as text to be freed; NULL when the session lacks something. */
static char *
answer_text(const worker *worker, json_t *session, const char *refresh)
{
    int64_t now_s = clock_now_us() / 1000000;
    auth_claims claims = {0};
    char until[CLOCK_TEXT_SIZE];
    char *token = NULL;
    char *text;

    if (read_session(session, now_s + worker->settings->access_token_s, &claims)) {
        token = token_issue(worker->keys, &claims, now_s);
    }
    if (token == NULL) {
        return NULL;
    }
    clock_text(claims.expires_s * 1000000, until);
    json_object_del(session, "rights_version");
    json_object_set_new(session, "token", json_string(token));
    json_object_set_new(session, "expires_at", json_string(until));
    if (refresh != NULL) {
        json_object_set_new(session, "refresh_token", json_string(refresh));
    }
    text = json_dumps(session, JSON_COMPACT);
    sodium_memzero(token, strlen(token));
    free(token);
    return text;
}

void
api_session_answer(api_exchange *exchange, const api_reply *reply, const char *refresh)
{
    json_t *session = json_loadb(reply->body.base, reply->body.len, 0, NULL);
    char *text = answer_text(exchange->http.worker, session, refresh);

    json_decref(session);
    PQclear(reply->result);
    if (text == NULL) {
        http_problem(&exchange->http, MPOS_E_INTERNAL, NULL, NULL);
        return;
    }
    http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    http_text(&exchange->http, 200, "application/json", text, strlen(text));
    sodium_memzero(text, strlen(text));
    free(text);
}
