/* token.c - JWT through libjwt. */
#include "auth/token.h"

#include <jwt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

static const char issuer[] = "mpos";
static const char audience[] = "mpos-api";

static const struct {
    const char *name;
    jwt_alg_t id;
} algorithms[] = {[TOKEN_ES256] = {"ES256", JWT_ALG_ES256}, [TOKEN_RS256] = {"RS256", JWT_ALG_RS256}};

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
    const token_key *key = &keys->tokens.keys[0];
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
    jwt_add_header(jwt, "kid", key->kid);
    if (jwt_set_alg(jwt, algorithms[key->alg].id, (const uint8_t *)key->private_pem,
                    (int)strlen(key->private_pem)) == 0) {
        token = jwt_encode_str(jwt);
    }
    jwt_free(jwt);
    return token;
}

/* One of the token's parts as the object that it must be. */
static json_t *
read_part(const char *part, size_t len)
{
    static const char refused[] = "=+/"; /* only one spelling of the same bytes */
    uint8_t text[TOKEN_SIZE_MAX];
    size_t size = 0;
    json_t *object;

    for (size_t i = 0; i < len; i++) {
        if (strchr(refused, part[i]) != NULL) {
            return NULL;
        }
    }
    if (sodium_base642bin(text, sizeof text, part, len, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return NULL;
    }
    object = json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The key that the header means, when everything in the header is as it must be. */
static const token_key *
choose_key(const token_key_set *keys, const json_t *header, char *kid_out)
{
    const char *alg = json_string_value(json_object_get(header, "alg"));
    const char *kid = json_string_value(json_object_get(header, "kid"));
    const char *type = json_string_value(json_object_get(header, "typ"));
    const token_key *key;

    if (kid == NULL || strlen(kid) > TOKEN_KID_MAX) {
        return NULL;
    }
    if (kid_out != NULL) {
        strcpy(kid_out, kid);
    }
    key = token_key_find(keys, kid);
    if (key == NULL || alg == NULL || strcmp(alg, algorithms[key->alg].name) != 0) {
        return NULL;
    }
    /* An extension that must be understood is not; a token for something else (at+jwt) is not for us. */
    if (json_object_get(header, "crit") != NULL ||
        (json_object_get(header, "typ") != NULL && (type == NULL || strcasecmp(type, "JWT") != 0))) {
        return NULL;
    }
    return key;
}

static bool
is_signed_by(const token_key *key, const char *token)
{
    jwt_t *jwt = NULL;
    bool valid =
        jwt_decode(&jwt, token, (const uint8_t *)key->public_pem, (int)strlen(key->public_pem)) == 0 &&
        jwt_get_alg(jwt) == algorithms[key->alg].id;

    jwt_free(jwt);
    return valid;
}

json_t *
token_open(const token_key_set *keys, const char *token, size_t len, char *kid)
{
    char text[TOKEN_SIZE_MAX + 1];
    size_t header_len;
    size_t claims_len;
    const token_key *key;
    json_t *header;

    if (kid != NULL) {
        kid[0] = '\0';
    }
    if (len == 0 || len > TOKEN_SIZE_MAX || memchr(token, '\0', len) != NULL) {
        return NULL;
    }
    memcpy(text, token, len);
    text[len] = '\0';
    header_len = strcspn(text, ".");
    claims_len = text[header_len] == '.' ? strcspn(text + header_len + 1, ".") : 0;
    if (claims_len == 0 || text[header_len + 1 + claims_len] != '.' ||
        strpbrk(text + header_len + claims_len + 2, ".=+/") != NULL) {
        return NULL;
    }
    header = read_part(text, header_len);
    key = choose_key(keys, header, kid);
    json_decref(header);
    return key != NULL && is_signed_by(key, text) ? read_part(text + header_len + 1, claims_len) : NULL;
}

bool
token_times_fit(const json_t *claims, int64_t now_s, bool need_nbf)
{
    const json_t *issued = json_object_get(claims, "iat");
    const json_t *from = json_object_get(claims, "nbf");
    const json_t *until = json_object_get(claims, "exp");

    if (!json_is_integer(issued) || !json_is_integer(until) || (from == NULL && need_nbf) ||
        (from != NULL && !json_is_integer(from))) {
        return false;
    }
    return json_integer_value(issued) <= now_s + TOKEN_LEEWAY_S &&
           (from == NULL || json_integer_value(from) <= now_s + TOKEN_LEEWAY_S) &&
           json_integer_value(until) > now_s - TOKEN_LEEWAY_S;
}

static bool
claim_is(const json_t *claims, const char *name, const char *value)
{
    const char *claim = json_string_value(json_object_get(claims, name));

    return claim != NULL && strcmp(claim, value) == 0;
}

static bool
claim_id(const json_t *claims, const char *name, uint8_t out[UUID_SIZE])
{
    const char *claim = json_string_value(json_object_get(claims, name));

    return claim != NULL && text_parse_uuid(claim, strlen(claim), out);
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
read_claims(const json_t *claims, int64_t now_s, auth_claims *out)
{
    const json_t *rights = json_object_get(claims, "rv");

    if (!claim_is(claims, "iss", issuer) || !claim_is(claims, "aud", audience) ||
        !token_times_fit(claims, now_s, true) || !json_is_integer(rights) ||
        !claim_id(claims, "sub", out->actor) || !claim_id(claims, "tid", out->tenant) ||
        !claim_id(claims, "oid", out->outlet) || !claim_id(claims, "did", out->device) ||
        !claim_id(claims, "sid", out->session)) {
        return false;
    }
    out->rights_version = (uint32_t)json_integer_value(rights);
    out->expires_s = json_integer_value(json_object_get(claims, "exp"));
    out->scopes = read_scopes(json_string_value(json_object_get(claims, "scope")));
    return true;
}

bool
token_verify(const auth_keys *keys, const char *token, size_t len, int64_t now_s, auth_claims *out)
{
    json_t *claims = token_open(&keys->tokens, token, len, NULL);
    bool valid;

    memset(out, 0, sizeof *out);
    valid = claims != NULL && read_claims(claims, now_s, out);
    json_decref(claims);
    if (!valid) {
        memset(out, 0, sizeof *out);
    }
    return valid;
}
