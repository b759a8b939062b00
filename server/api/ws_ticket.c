/* ws_ticket.c - POST /v1/ws-tickets. */
#include "api/api.h"

#include "auth/ticket.h"
#include "base/clock.h"

/* A socket outlives the token that it was opened with: the end of its session closes it, and this does in any case. */
#define SOCKET_LIFE_S (12 * 3600)

void
api_ws_ticket(api_exchange *exchange)
{
    char ticket[TICKET_TEXT_SIZE];
    char until[CLOCK_TEXT_SIZE];
    int64_t expires_us;
    text_buf body = {0};
    auth_claims claims = exchange->claims;

    claims.expires_s = clock_now_us() / 1000000 + SOCKET_LIFE_S;
    ticket_issue(exchange->http.worker->keys, &claims, ticket, &expires_us);
    clock_text(expires_us, until);
    text_addf(&body, "{\"ticket\":\"%s\",\"expires_at\":\"%s\"}", ticket, until);
    http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    http_text(&exchange->http, 200, "application/json", body.data, body.len);
    text_free(&body);
}
