/* client.c - reading what proxies say. */
#include "http/client.h"

#include <string.h>

#include "http/exchange.h"
#include "http/serve.h"

#define HOPS_MAX 16

static bool
is_trusted(const settings *settings, const uint8_t address[ADDRESS_SIZE])
{
    for (size_t i = 0; i < settings->proxies_count; i++) {
        if (address_is_in(&settings->proxies[i], address)) {
            return true;
        }
    }
    return false;
}

static void
peer_address(const h2o_req_t *req, uint8_t out[ADDRESS_SIZE])
{
    struct sockaddr_storage peer = {0};

    if (req->conn->callbacks->get_peername(req->conn, (struct sockaddr *)&peer) == 0 ||
        !address_of_socket((struct sockaddr *)&peer, out)) {
        memset(out, 0, ADDRESS_SIZE);
    }
}

/* The last element of a list with commas, without the blanks around it; *len becomes that of what is before it. */
static h2o_iovec_t
last_element(const char *list, size_t *len)
{
    size_t end = *len;
    size_t begin;

    while (end > 0 && (list[end - 1] == ' ' || list[end - 1] == '\t')) {
        end--;
    }
    begin = end;
    while (begin > 0 && list[begin - 1] != ',') {
        begin--;
    }
    *len = begin > 0 ? begin - 1 : 0;
    while (begin < end && (list[begin] == ' ' || list[begin] == '\t')) {
        begin++;
    }
    return h2o_iovec_init(list + begin, end - begin);
}

/* Each proxy appends whom it heard from, so the list is read from its end, until somebody is not trusted. */
static void
follow(const settings *settings, h2o_iovec_t list, uint8_t out[ADDRESS_SIZE])
{
    size_t left = list.len;

    for (int hop = 0; hop < HOPS_MAX && left > 0 && is_trusted(settings, out); hop++) {
        h2o_iovec_t element = last_element(list.base, &left);

        if (!address_parse(element.base, element.len, out)) {
            return;
        }
    }
}

void
http_client_address(const h2o_req_t *req, uint8_t out[ADDRESS_SIZE])
{
    const settings *settings = http_worker_of(req)->settings;

    peer_address(req, out);
    if (settings->proxies_count == 0) {
        return;
    }
    for (size_t i = req->headers.size; i-- > 0;) {
        const h2o_header_t *header = &req->headers.entries[i];

        if (h2o_memis(header->name->base, header->name->len, H2O_STRLIT("x-forwarded-for"))) {
            follow(settings, header->value, out);
        }
    }
}

bool
http_client_secure(const h2o_req_t *req)
{
    const settings *settings = http_worker_of(req)->settings;
    h2o_iovec_t proto = http_request_header(req, "x-forwarded-proto");
    uint8_t peer[ADDRESS_SIZE];

    if (req->scheme == &H2O_URL_SCHEME_HTTPS) {
        return true;
    }
    if (settings->proxies_count == 0 || proto.base == NULL) {
        return false;
    }
    peer_address(req, peer);
    return is_trusted(settings, peer) && h2o_memis(proto.base, proto.len, H2O_STRLIT("https"));
}
