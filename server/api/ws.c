/* ws.c - GET /v1/ws: what is checked before a connection becomes a WebSocket. */
#include "api/api.h"

#include <h2o/websocket.h>
#include <string.h>

#include "ws/conn.h"

static bool
has_prefix(h2o_iovec_t text, const char *prefix, size_t len)
{
    return text.len >= len && memcmp(text.base, prefix, len) == 0;
}

/* The page's own host, or one on the list. Programs that are no browser send none. */
static bool
origin_fits(const api_exchange *exchange)
{
    const h2o_req_t *req = exchange->http.req;
    h2o_iovec_t origin = http_request_header(req, "origin");
    size_t scheme;

    if (origin.base == NULL ||
        settings_allow_origin(exchange->http.worker->settings, origin.base, origin.len)) {
        return true;
    }
    /* Either scheme: behind a proxy that ends TLS ours is another than the page's. */
    scheme = has_prefix(origin, H2O_STRLIT("https://"))  ? 8
             : has_prefix(origin, H2O_STRLIT("http://")) ? 7
                                                         : 0;
    return scheme > 0 &&
           h2o_memis(origin.base + scheme, origin.len - scheme, req->authority.base, req->authority.len);
}

static bool
protocol_fits(const h2o_req_t *req)
{
    h2o_iovec_t offered = http_request_header(req, "sec-websocket-protocol");

    return offered.base != NULL && h2o_strstr(offered.base, offered.len, H2O_STRLIT("mpos.v1")) != SIZE_MAX;
}

void
api_ws(api_exchange *exchange)
{
    h2o_req_t *req = exchange->http.req;
    worker *worker = exchange->http.worker;
    const char *client_key = NULL;
    unsigned bucket;

    if (req->version >= 0x200) {
        http_problem(&exchange->http, MPOS_E_MISDIRECTED, NULL, NULL);
        return;
    }
    if (!origin_fits(exchange)) {
        http_problem(&exchange->http, MPOS_E_ORIGIN_REFUSED, NULL, NULL);
        return;
    }
    if (h2o_is_websocket_handshake(req, &client_key) != 0 || client_key == NULL || !protocol_fits(req)) {
        http_problem(&exchange->http, MPOS_E_INVALID_VALUE, "sec-websocket-protocol",
                     "A WebSocket handshake of version 13 with the protocol mpos.v1 is expected");
        return;
    }
    bucket = ws_ip_bucket(req);
    if (!ws_ip_enter(bucket, worker->settings->ws_per_ip_max)) {
        http_problem(&exchange->http, MPOS_E_RATE_LIMITED, NULL, "Too many sockets from this address");
        return;
    }
    ws_conn_open(worker, req, client_key, bucket);
}
