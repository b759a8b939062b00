/* pair.c - POST /v1/auth/pair: a code and a public key make a device that can prove itself. Nobody is signed in yet. */
#include "api/call.h"

#include <sodium.h>

#include "context.h"
#include "http/client.h"

/* Attempts are counted for whoever the address is given to; the database needs to tell them apart, not to know them. */
static void
add_address(const api_exchange *exchange, text_buf *params)
{
    uint8_t address[ADDRESS_SIZE];
    uint8_t hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof hash + 1];

    http_client_address(exchange->http.req, address);
    address_cut(address);
    crypto_hash_sha256(hash, address, sizeof address);
    text_hex(hash, sizeof hash, hex);
    text_addf(params, "{\"from\":\"%s\"}", hex);
}

void
api_pair(api_exchange *exchange)
{
    text_buf params = {0};
    api_request request = {
        .operation = "auth.pair",
        .scope = MPOS_SCOPE_AUTH, /* of the server itself; the claims are zero */
        .lane = DB_FAST,
        .body = exchange->http.req->entity.base,
        .body_len = exchange->http.req->entity.len,
    };

    add_address(exchange, &params);
    api_call_params(exchange, &request, &params, api_call_pass);
}
