/* token.c - JWT through libjwt. */
#include "auth/token.h"

#include <jansson.h>
#include <jwt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

static const char issuer[] = "mpos";
static const char audience[] = "mpos-api";

static void
add_scopes(jwt_t *jwt, uint64_t scopes)
{
    text_buf text = {0};

    for (unsigned bit = 0; bit < 64; bit++) {
        const char *name = scopes >> bit & 1 ? mpos_scope_text(UINT64_C(1) << bit) : NULL;

        if (name != NULL) {
            text_addf(&text, "%s%s", text.len > 0 ? " " : "", name);
        }
    }
    jwt_add_grant(jwt, "scope", text.len > 0 ? text.data : "");
    text_free(&text);
}

static void
add_id(jwt_t *jwt, const char *name, const uint8_t id[UUID_SIZE])
{
    char text[UUID_TEXT_SIZE];

    text_uuid(id, text);
    jwt_add_grant(jwt, name, text);
}

char *
token_issue(const auth_keys *keys, const auth_claims *claims, int64_t issued_s)
{
    jwt_t *jwt = NULL;
    char *token = NULL;

    if (jwt_new(&jwt) != 0) {
        return NULL;
    }
    jwt_add_grant(jwt, "iss", issuer);
    jwt_add_grant(jwt, "aud", audience);
    add_id(jwt, "sub", claims->actor);
    add_id(jwt, "tid", claims->tenant);
    add_id(jwt, "oid", claims->outlet);
    add_id(jwt, "did", claims->device);
    add_id(jwt, "sid", claims->session);
    jwt_add_grant_int(jwt, "rv", (long)claims->rights_version);
    add_scopes(jwt, claims->scopes);
    jwt_add_grant_int(jwt, "iat", (long)issued_s);
    jwt_add_grant_int(jwt, "nbf", (long)issued_s);
    jwt_add_grant_int(jwt, "exp", (long)claims->expires_s);
    jwt_add_header(jwt, "kid", keys->kid);
    if (jwt_set_alg(jwt, JWT_ALG_ES256, (const uint8_t *)keys->token_private,
                    (int)strlen(keys->token_private)) == 0) {
        token = jwt_encode_str(jwt);
    }
    jwt_free(jwt);
    return token;
}

/* True when the header names ES256 and our key. */
static bool
header_fits(const auth_keys *keys, const char *token)
{
    uint8_t text[512];
    size_t len = 0;
    size_t end = strcspn(token, ".");
    json_t *header;
    const char *alg;
    const char *kid;
    bool fits;

    if (token[end] != '.' || sodium_base642bin(text, sizeof text, token, end, NULL, &len, NULL,
                                               sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return false;
    }
    header = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, NULL);
    alg = json_string_value(json_object_get(header, "alg"));
    kid = json_string_value(json_object_get(header, "kid"));
    fits = alg != NULL && kid != NULL && strcmp(alg, "ES256") == 0 && strcmp(kid, keys->kid) == 0;
    json_decref(header);
    return fits;
}

static bool
grant_is(jwt_t *jwt, const char *name, const char *value)
{
    const char *grant = jwt_get_grant(jwt, name);

    return grant != NULL && strcmp(grant, value) == 0;
}

static bool
grant_id(jwt_t *jwt, const char *name, uint8_t out[UUID_SIZE])
{
    const char *grant = jwt_get_grant(jwt, name);

    return grant != NULL && text_parse_uuid(grant, strlen(grant), out);
}

static bool
times_fit(jwt_t *jwt, int64_t now_s)
{
    int64_t issued = jwt_get_grant_int(jwt, "iat");
    int64_t from = jwt_get_grant_int(jwt, "nbf");
    int64_t until = jwt_get_grant_int(jwt, "exp");

    /* A missing claim reads as 0. */
    return issued > 0 && from > 0 && until > 0 && issued <= now_s + TOKEN_LEEWAY_S &&
           from <= now_s + TOKEN_LEEWAY_S && until > now_s - TOKEN_LEEWAY_S;
}

static uint64_t
read_scopes(const char *text)
{
    uint64_t scopes = 0;
    char name[64];

    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, " ");

        if (len < sizeof name) {
            memcpy(name, text, len);
            name[len] = '\0';
            scopes |= mpos_scope_from_text(name);
        }
        text += len + (text[len] == ' ');
    }
    return scopes & ~(uint64_t)MPOS_SCOPE_AUTH;
}

static bool
read_claims(jwt_t *jwt, int64_t now_s, auth_claims *out)
{
    if (!grant_is(jwt, "iss", issuer) || !grant_is(jwt, "aud", audience) || !times_fit(jwt, now_s) ||
        !grant_id(jwt, "sub", out->actor) || !grant_id(jwt, "tid", out->tenant) ||
        !grant_id(jwt, "oid", out->outlet) || !grant_id(jwt, "did", out->device) ||
        !grant_id(jwt, "sid", out->session)) {
        return false;
    }
    out->rights_version = (uint32_t)jwt_get_grant_int(jwt, "rv");
    out->expires_s = jwt_get_grant_int(jwt, "exp");
    out->scopes = read_scopes(jwt_get_grant(jwt, "scope"));
    return true;
}

bool
token_verify(const auth_keys *keys, const char *token, size_t len, int64_t now_s, auth_claims *out)
{
    char text[TOKEN_SIZE_MAX + 1];
    jwt_t *jwt = NULL;
    bool valid;

    memset(out, 0, sizeof *out);
    if (len == 0 || len > TOKEN_SIZE_MAX || memchr(token, '\0', len) != NULL) {
        return false;
    }
    memcpy(text, token, len);
    text[len] = '\0';
    if (!header_fits(keys, text) ||
        jwt_decode(&jwt, text, (const uint8_t *)keys->token_public, (int)strlen(keys->token_public)) != 0) {
        return false;
    }
    valid = jwt_get_alg(jwt) == JWT_ALG_ES256 && read_claims(jwt, now_s, out);
    jwt_free(jwt);
    if (!valid) {
        memset(out, 0, sizeof *out);
    }
    return valid;
}
