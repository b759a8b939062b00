/* provider.c - discovery, key sets, exchange of codes. */
#include "auth/provider.h"

#include <sodium.h>
#include <string.h>

#include "auth/fetch.h"

#define DISCOVERY_FRESH_S 3600
#define KEYS_FRESH_S 3600
/* A key that nobody knows makes us look for new ones, but not more often than this. */
#define KEYS_AGAIN_S 10

static json_t *
fetch_json(const char *url, const char *form, const char *user, const char *password)
{
    text_buf body = {0};
    json_t *document = NULL;

    if (fetch(url, form, user, password, &body) && body.len > 0) {
        document = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
    }
    if (body.data != NULL) {
        sodium_memzero(body.data, body.len);
    }
    text_free(&body);
    return document;
}

static bool
copy_url(const json_t *document, const char *name, char out[PROVIDER_URL_MAX])
{
    const char *text = json_string_value(json_object_get(document, name));
    bool usable =
        text != NULL && strlen(text) < PROVIDER_URL_MAX && strpbrk(text, "\r\n \"<>#") == NULL &&
        (strncmp(text, "https://", 8) == 0 || (fetch_private_allowed() && strncmp(text, "http://", 7) == 0));

    if (usable) {
        strcpy(out, text);
    }
    return usable;
}

/* Basic authentication is what a provider that says nothing expects. */
static bool
wants_form(const json_t *document)
{
    const json_t *methods = json_object_get(document, "token_endpoint_auth_methods_supported");
    size_t i;
    const json_t *method;
    bool post = false;

    json_array_foreach(methods, i, method)
    {
        const char *name = json_string_value(method);

        if (name != NULL && strcmp(name, "client_secret_basic") == 0) {
            return false;
        }
        post = post || (name != NULL && strcmp(name, "client_secret_post") == 0);
    }
    return post;
}

static bool
read_discovery(provider *provider, const json_t *document, const char *issuer)
{
    const char *says = json_string_value(json_object_get(document, "issuer"));

    provider->secret_in_form = wants_form(document);
    return says != NULL && strcmp(says, issuer) == 0 &&
           copy_url(document, "authorization_endpoint", provider->authorization) &&
           copy_url(document, "token_endpoint", provider->token) &&
           copy_url(document, "jwks_uri", provider->jwks);
}

bool
provider_discover(provider *provider, const char *issuer, int64_t now_s)
{
    text_buf url = {0};
    size_t len = strlen(issuer);
    json_t *document;

    if (strcmp(provider->issuer, issuer) == 0 && provider->discovered_s + DISCOVERY_FRESH_S > now_s) {
        return true;
    }
    token_keys_clear(&provider->keys);
    memset(provider, 0, sizeof *provider);
    if (len >= sizeof provider->issuer) {
        return false;
    }
    strcpy(provider->issuer, issuer);
    text_add(&url, issuer, len > 0 && issuer[len - 1] == '/' ? len - 1 : len);
    text_add_z(&url, "/.well-known/openid-configuration");
    document = fetch_json(url.data, NULL, NULL, NULL);
    if (read_discovery(provider, document, issuer)) {
        provider->discovered_s = now_s;
    }
    json_decref(document);
    text_free(&url);
    return provider->discovered_s != 0;
}

static bool
fetch_keys(provider *provider, int64_t now_s)
{
    json_t *document = fetch_json(provider->jwks, NULL, NULL, NULL);
    token_key_set fresh;
    bool usable = token_keys_from_jwks(&fresh, document);

    if (usable) {
        token_keys_clear(&provider->keys);
        provider->keys = fresh;
    }
    provider->keys_s = now_s;
    json_decref(document);
    return usable;
}

/* The claims of the token when a key of the provider has signed it; an unknown key is looked for once. */
static json_t *
open_token(provider *provider, const char *token, int64_t now_s)
{
    char kid[TOKEN_KID_MAX + 1];
    json_t *claims;

    if (provider->keys_s + (provider->keys.count == 0 ? KEYS_AGAIN_S : KEYS_FRESH_S) < now_s) {
        (void)fetch_keys(provider, now_s);
    }
    claims = token_open(&provider->keys, token, strlen(token), kid);
    if (claims == NULL && kid[0] != '\0' && token_key_find(&provider->keys, kid) == NULL &&
        provider->missed_s + KEYS_AGAIN_S <= now_s) {
        provider->missed_s = now_s;
        claims = fetch_keys(provider, now_s) ? token_open(&provider->keys, token, strlen(token), NULL) : NULL;
    }
    return claims;
}

static bool
is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* For us alone, or for several and made for us. */
static bool
audience_fits(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud");
    const json_t *party = json_object_get(claims, "azp");
    size_t i;
    const json_t *one;
    bool ours = is_text(audience, client_id);

    json_array_foreach(audience, i, one)
    {
        ours = ours || is_text(one, client_id);
    }
    if (party == NULL) {
        return ours && json_array_size(audience) <= 1;
    }
    return ours && is_text(party, client_id);
}

static const char *
check_claims(const json_t *claims, const char *issuer, const provider_login *login, int64_t now_s)
{
    const char *subject = json_string_value(json_object_get(claims, "sub"));

    if (!is_text(json_object_get(claims, "iss"), issuer)) {
        return "issuer";
    }
    if (!audience_fits(claims, login->client_id)) {
        return "audience";
    }
    if (!token_times_fit(claims, now_s, false)) {
        return "times";
    }
    if (!is_text(json_object_get(claims, "nonce"), login->nonce)) {
        return "nonce";
    }
    return subject == NULL || subject[0] == '\0' || strlen(subject) > 255 ? "subject" : NULL;
}

static void
add_field(text_buf *form, const char *name, const char *value)
{
    text_addf(form, "%s%s=", form->len > 0 ? "&" : "", name);
    fetch_escape(form, value);
}

static json_t *
exchange_code(const provider *provider, const provider_login *login)
{
    text_buf form = {0};
    text_buf user = {0};
    text_buf password = {0};
    bool basic = login->client_secret != NULL && !provider->secret_in_form;
    json_t *answer;

    add_field(&form, "grant_type", "authorization_code");
    add_field(&form, "code", login->code);
    add_field(&form, "redirect_uri", login->redirect_uri);
    add_field(&form, "code_verifier", login->verifier);
    if (basic) {
        fetch_escape(&user, login->client_id); /* RFC 6749, 2.3.1 */
        fetch_escape(&password, login->client_secret);
    } else {
        add_field(&form, "client_id", login->client_id);
        if (login->client_secret != NULL) {
            add_field(&form, "client_secret", login->client_secret);
        }
    }
    answer = fetch_json(provider->token, form.data, user.data, password.data);
    sodium_memzero(form.data, form.len);
    text_free(&form);
    text_free(&user);
    text_free(&password);
    return answer;
}

json_t *
provider_exchange(provider *provider, const provider_login *login, int64_t now_s, const char **reason)
{
    json_t *answer = exchange_code(provider, login);
    const char *token = json_string_value(json_object_get(answer, "id_token"));
    json_t *claims = token != NULL ? open_token(provider, token, now_s) : NULL;

    *reason = token == NULL ? "exchange" : claims == NULL ? "signature" : NULL;
    if (claims != NULL) {
        *reason = check_claims(claims, provider->issuer, login, now_s);
    }
    json_decref(answer);
    if (*reason != NULL) {
        json_decref(claims);
        return NULL;
    }
    return claims;
}
