/*
 * identity_provider.c - POST /v1/identity-provider: whom a business trusts to say who somebody is. The client's secret is
 * sealed here; the database gets only that. Words: provider, role map.
 */
#include "api/call.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/fetch.h"
#include "auth/vault.h"
#include "context.h"
#include "http/input.h"

#define SECRET_MAX 255

typedef struct member {
    const char *name;
    json_type type;
    size_t min;
    size_t max;
    bool required;
} member;

/* JSON_TRUE stands for both booleans. */
static const member members[] = {
    {"issuer", JSON_STRING, 8, 255, true},
    {"client_id", JSON_STRING, 1, 255, true},
    {"client_secret", JSON_STRING, 1, SECRET_MAX, false},
    {"role_claim", JSON_STRING, 0, 64, true},
    {"role_map", JSON_OBJECT, 0, 64, true},
    {"link_email", JSON_TRUE, 0, 0, true},
    {"enabled", JSON_TRUE, 0, 0, true},
};

#define MEMBERS (sizeof members / sizeof members[0])

static mpos_err
check_member(const member *rule, const json_t *value)
{
    size_t size;
    const char *name;
    json_t *role;

    if (value == NULL) {
        return rule->required ? MPOS_E_MISSING_FIELD : MPOS_OK;
    }
    if (rule->type == JSON_TRUE) {
        return json_is_boolean(value) ? MPOS_OK : MPOS_E_WRONG_TYPE;
    }
    if (json_typeof(value) != rule->type) {
        return MPOS_E_WRONG_TYPE;
    }
    size = rule->type == JSON_STRING ? json_string_length(value) : json_object_size(value);
    json_object_foreach((json_t *)value, name, role)
    {
        if (!json_is_string(role)) {
            return MPOS_E_WRONG_TYPE;
        }
    }
    return size < rule->min || size > rule->max ? MPOS_E_OUT_OF_RANGE : MPOS_OK;
}

static bool
is_address(const char *issuer)
{
    return (strncmp(issuer, "https://", 8) == 0 ||
            (fetch_private_allowed() && strncmp(issuer, "http://", 7) == 0)) &&
           strpbrk(issuer, "?# \"") == NULL;
}

static mpos_err
check_body(json_t *body, http_refusal *refusal)
{
    const char *name;
    json_t *value;
    size_t known = 0;

    if (!json_is_object(body)) {
        return MPOS_E_WRONG_TYPE;
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        mpos_err err = check_member(&members[i], json_object_get(body, members[i].name));

        known += json_object_get(body, members[i].name) != NULL ? 1 : 0;
        if (err != MPOS_OK) {
            snprintf(refusal->field, sizeof refusal->field, "/%s", members[i].name);
            return err;
        }
    }
    json_object_foreach(body, name, value)
    {
        bool found = false;

        for (size_t i = 0; i < MEMBERS; i++) {
            found = found || strcmp(members[i].name, name) == 0;
        }
        if (!found) {
            snprintf(refusal->field, sizeof refusal->field, "/%s", name);
            return MPOS_E_UNKNOWN_FIELD;
        }
    }
    if (!is_address(json_string_value(json_object_get(body, "issuer")))) {
        snprintf(refusal->field, sizeof refusal->field, "/issuer");
        return MPOS_E_INVALID_VALUE;
    }
    return known > 0 ? MPOS_OK : MPOS_E_MISSING_FIELD;
}

/* The operation's body: the secret sealed, the map as text. */
static void
rewrite(const api_exchange *exchange, json_t *body)
{
    const json_t *secret = json_object_get(body, "client_secret");
    char *map = json_dumps(json_object_get(body, "role_map"), JSON_COMPACT);
    char tenant[UUID_TEXT_SIZE];
    char purpose[64];
    text_buf sealed = {0};

    if (secret != NULL) {
        text_uuid(exchange->claims.tenant, tenant);
        snprintf(purpose, sizeof purpose, "sso|%s", tenant);
        vault_seal(&sealed, purpose, (const uint8_t *)json_string_value(secret), json_string_length(secret));
        json_object_set_new(body, "secret", json_string(sealed.data));
        sodium_memzero((char *)json_string_value(secret), json_string_length(secret));
        json_object_del(body, "client_secret");
    }
    json_object_set_new(body, "role_map", json_string(map));
    text_free(&sealed);
    free(map);
}

void
api_identity_provider(api_exchange *exchange)
{
    http_refusal refusal = {0};
    json_t *body = json_loadb(exchange->http.req->entity.base, exchange->http.req->entity.len, 0, NULL);
    mpos_err err = check_body(body, &refusal);
    char *text;
    api_request request = {.operation = "identity.put",
                           .scope = MPOS_SCOPE_SETTINGS_WRITE,
                           .lane = DB_FAST,
                           .repeatable = true,
                           .params = "{}",
                           .params_len = 2};

    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        json_decref(body);
        return;
    }
    rewrite(exchange, body);
    text = json_dumps(body, JSON_COMPACT);
    request.body = text;
    request.body_len = strlen(text);
    api_call(exchange, &request, api_call_pass);
    free(text);
    json_decref(body);
}
