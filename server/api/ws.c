/* ws.c - GET /v1/ws. */
#include "api/api.h"

void
api_ws(api_exchange *exchange)
{
    http_problem(&exchange->http, MPOS_E_UNAVAILABLE, NULL, NULL);
}
