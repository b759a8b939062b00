/* dispatch.c - finds the route, refuses what can be refused without asking anybody, calls the handler. */
#include "api/api.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/key.h"
#include "auth/api_key.h"
#include "auth/token_cache.h"
#include "base/clock.h"
#include "http/files.h"
#include "http/limit.h"
#include "http/serve.h"
#include "ws/presence.h"

static void (*const handlers[ROUTE_LOCAL_COUNT])(api_exchange *) = {
    [ROUTE_OPERATION] = api_operation,
    [ROUTE_SIGN_IN] = api_sign_in,
    [ROUTE_PAIR] = api_pair,
    [ROUTE_DEVICE_SIGN_IN] = api_device_sign_in,
    [ROUTE_WS_TICKET] = api_ws_ticket,
    [ROUTE_WS] = api_ws,
    [ROUTE_HEALTHZ] = api_healthz,
    [ROUTE_READYZ] = api_readyz,
    [ROUTE_METRICS] = api_metrics,
    [ROUTE_LOG] = api_log,
    [ROUTE_PUBLISHED] = api_published,
    [ROUTE_REFRESH] = api_refresh,
    [ROUTE_SIGN_IN_PASSWORD] = api_sign_in_password,
    [ROUTE_PASSWORD_CHANGE] = api_password_change,
    [ROUTE_TOTP_ENROL] = api_totp_enrol,
    [ROUTE_TOTP_CONFIRM] = api_totp_confirm,
    [ROUTE_TOTP_DISABLE] = api_totp_disable,
    [ROUTE_STAFF_PASSWORD] = api_staff_password,
    [ROUTE_OIDC_START] = api_oidc_start,
    [ROUTE_OIDC_CALLBACK] = api_oidc_callback,
    [ROUTE_OIDC_FINISH] = api_oidc_finish,
    [ROUTE_IDENTITY_PROVIDER] = api_identity_provider,
    [ROUTE_STAFF_PIN] = api_staff_pin,
    [ROUTE_APPROVAL] = api_approval,
};

void *
api_own(api_exchange *exchange, size_t size)
{
    exchange->own = calloc(1, size);
    if (exchange->own == NULL) {
        abort();
    }
    exchange->own_size = size;
    return exchange->own;
}

void
api_disown(api_exchange *exchange)
{
    if (exchange->own != NULL) {
        sodium_memzero(exchange->own, exchange->own_size);
    }
    free(exchange->own);
    exchange->own = NULL;
}

static void
dispose(http_exchange *http)
{
    api_disown((api_exchange *)http);
}

static api_exchange *
start(h2o_req_t *req)
{
    api_exchange *exchange = http_exchange_new(http_worker_of(req), req, sizeof *exchange);

    exchange->http.dispose = dispose;
    return exchange;
}

/* The bearer's text, {NULL, 0} when there is none. */
static h2o_iovec_t
bearer(const api_exchange *exchange)
{
    static const char scheme[] = "bearer ";
    size_t scheme_len = sizeof scheme - 1;
    h2o_iovec_t header = http_request_header(exchange->http.req, "authorization");

    if (header.len <= scheme_len || !h2o_lcstris(header.base, scheme_len, scheme, scheme_len)) {
        return h2o_iovec_init(NULL, 0);
    }
    return h2o_iovec_init(header.base + scheme_len, header.len - scheme_len);
}

/* Other sites may call the API only when they are on the list; what is public may be read from everywhere. */
static void
allow_origin(api_exchange *exchange)
{
    h2o_iovec_t origin = http_request_header(exchange->http.req, "origin");

    if (exchange->match.route != NULL && exchange->match.route->local == ROUTE_LOG) {
        http_header(&exchange->http, "access-control-allow-origin", H2O_STRLIT("*"));
        return;
    }
    if (origin.base == NULL ||
        !settings_allow_origin(exchange->http.worker->settings, origin.base, origin.len)) {
        return;
    }
    http_header(&exchange->http, "access-control-allow-origin", origin.base, origin.len);
    http_header(&exchange->http, "access-control-expose-headers",
                H2O_STRLIT("etag, x-request-id, retry-after, ratelimit, ratelimit-policy, mpos-time"));
    http_header(&exchange->http, "vary", H2O_STRLIT("origin"));
}

static void
preflight(api_exchange *exchange)
{
    http_header(&exchange->http, "allow", exchange->match.allow, strlen(exchange->match.allow));
    http_header(&exchange->http, "access-control-allow-methods", exchange->match.allow,
                strlen(exchange->match.allow));
    http_header(&exchange->http, "access-control-allow-headers",
                H2O_STRLIT("authorization, content-type, idempotency-key, if-none-match, mpos-app, "
                           "mpos-device, x-request-id"));
    http_header(&exchange->http, "access-control-max-age", H2O_STRLIT("600"));
    http_answer(&exchange->http, 204, NULL, h2o_iovec_init(NULL, 0));
}

static mpos_err
admit_caller(api_exchange *exchange)
{
    http_exchange *http = &exchange->http;

    ws_presence_note(http->worker, &exchange->claims, http_request_header(http->req, "mpos-app"));
    if ((exchange->claims.scopes & http->route->scope) == 0) {
        return MPOS_E_FORBIDDEN;
    }
    return http_limit_caller(http, exchange->claims.tenant, exchange->claims.actor);
}

/* It is known who asks, or err says why not. */
static void
authenticated(api_exchange *exchange, mpos_err err)
{
    http_refusal refusal = {0};

    if (err == MPOS_OK && exchange->http.route->scope != 0) {
        err = admit_caller(exchange);
    }
    http_limit_tell(&exchange->http);
    if (err == MPOS_OK) {
        err = http_check_body(exchange->http.route, exchange->http.req, &refusal);
    }
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, refusal.field, refusal.detail);
        return;
    }
    handlers[exchange->http.route->local](exchange);
}

/* The address first: a flood must cost as little as can be. */
static void
handle(api_exchange *exchange)
{
    h2o_iovec_t token = bearer(exchange);
    mpos_err err;

    exchange->http.route = exchange->match.route;
    err = http_limit_address(&exchange->http);
    if (err != MPOS_OK || exchange->http.route->scope == 0) {
        authenticated(exchange, err);
    } else if (api_key_is(token.base, token.len)) {
        api_key_authenticate(exchange, token.base, token.len, authenticated);
    } else {
        bool valid =
            token.base != NULL && token_cache_verify(exchange->http.worker->tokens, token.base, token.len,
                                                     clock_now_us() / 1000000, &exchange->claims);

        authenticated(exchange, valid ? MPOS_OK : MPOS_E_UNAUTHENTICATED);
    }
}

static void
refuse_method(api_exchange *exchange)
{
    http_header(&exchange->http, "allow", exchange->match.allow, strlen(exchange->match.allow));
    http_problem(&exchange->http, MPOS_E_METHOD_NOT_ALLOWED, NULL, NULL);
}

static bool
is_read(const h2o_req_t *req)
{
    return h2o_memis(req->method.base, req->method.len, H2O_STRLIT("GET")) ||
           h2o_memis(req->method.base, req->method.len, H2O_STRLIT("HEAD"));
}

static int
on_req(h2o_handler_t *self, h2o_req_t *req)
{
    size_t path_len = req->query_at != SIZE_MAX ? req->query_at : req->path.len;
    h2o_iovec_t path = h2o_iovec_init(req->path.base, path_len);
    bool api = path_len >= 4 && memcmp(path.base, "/v1/", 4) == 0;
    api_exchange *exchange;
    route_match match;

    (void)self;
    route_find(req->method, path, &match);
    http_secure_transport(req);
    if (!match.known_path && !api && is_read(req) && http_files_prepare(req)) {
        return -1; /* a file, or the handler after the files */
    }
    exchange = start(req);
    exchange->match = match;
    allow_origin(exchange);
    if (match.route != NULL) {
        handle(exchange);
    } else if (!match.known_path) {
        http_problem(&exchange->http, MPOS_E_ROUTE_NOT_FOUND, NULL, NULL);
    } else if (h2o_memis(req->method.base, req->method.len, H2O_STRLIT("OPTIONS"))) {
        preflight(exchange);
    } else {
        refuse_method(exchange);
    }
    return 0;
}

/* Behind the files: nothing has that address. */
static int
on_missing(h2o_handler_t *self, h2o_req_t *req)
{
    (void)self;
    req->res.headers.size = 0;
    http_secure_transport(req);
    http_problem(&start(req)->http, MPOS_E_ROUTE_NOT_FOUND, NULL, NULL);
    return 0;
}

void
api_register(h2o_pathconf_t *path)
{
    h2o_handler_t *first = h2o_create_handler(path, sizeof *first);
    h2o_handler_t *last;

    first->on_req = on_req;
    http_files_register(path, http_web_dir());
    last = h2o_create_handler(path, sizeof *last);
    last->on_req = on_missing;
}
