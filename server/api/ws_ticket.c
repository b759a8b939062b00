/* ws_ticket.c - POST /v1/ws-tickets. */
#include "api/api.h"

#include "auth/ticket.h"
#include "base/clock.h"

void
api_ws_ticket(api_exchange *exchange)
{
    char ticket[TICKET_TEXT_SIZE];
    char until[CLOCK_TEXT_SIZE];
    int64_t expires_us;
    text_buf body = {0};

    ticket_issue(exchange->http.worker->keys, &exchange->claims, ticket, &expires_us);
    clock_text(expires_us, until);
    text_addf(&body, "{\"ticket\":\"%s\",\"expires_at\":\"%s\"}", ticket, until);
    http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
    http_text(&exchange->http, 200, "application/json", body.data, body.len);
    text_free(&body);
}
