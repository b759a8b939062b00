/* lane_http.c - a kept HTTP/1.1 connection; only as much of the protocol as the server's answers need. */
#define _GNU_SOURCE /* strcasestr */
#include "lane.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int
http_open(lane *on, const char *target)
{
    char host[256];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    const char *colon = strrchr(target, ':');
    if (colon == NULL || (size_t)(colon - target) >= sizeof host)
        return -1;
    memcpy(host, target, (size_t)(colon - target));
    host[colon - target] = 0;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return -1;
    int yes = 1;
    on->fd = socket(found->ai_family, SOCK_STREAM, 0);
    int result = connect(on->fd, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    if (result != 0) {
        perror(target);
        return -1;
    }
    setsockopt(on->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return 0;
}

static lane_event
http_send(lane *on, sale_form form)
{
    char request[SALE_BODY_MAX + 4096];
    int head = snprintf(
        request, sizeof request,
        "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n"
        "%s%s%sContent-Length: %zu\r\n\r\n",
        form == SALE_PUSH ? "/v1/sync/push" : "/v1/orders", on->at->token,
        form == SALE_PUSH ? "" : "Idempotency-Key: ", form == SALE_PUSH ? "" : on->sale.key,
        form == SALE_PUSH ? "" : "\r\n", on->sale.body_length);
    memcpy(request + head, on->sale.body, on->sale.body_length);
    size_t length = (size_t)head + on->sale.body_length;
    on->answer_length = 0;
    /* A request is far smaller than the socket's buffer, which is empty between sales. */
    return send(on->fd, request, length, MSG_NOSIGNAL) == (ssize_t)length ? LANE_WAIT : LANE_BROKEN;
}

static lane_event
judge(const lane *on, sale_form form)
{
    if (strncmp(on->answer, "HTTP/1.1 20", 11) != 0)
        return LANE_REFUSED;
    if (form == SALE_PUSH && strstr(on->answer, "\"ok\"") == NULL && strstr(on->answer, "\"flag\"") == NULL)
        return LANE_REFUSED;
    return LANE_SOLD;
}

static lane_event
http_receive(lane *on, sale_form form)
{
    ssize_t got =
        recv(on->fd, on->answer + on->answer_length, sizeof on->answer - 1 - on->answer_length, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return LANE_WAIT;
    if (got <= 0)
        return LANE_BROKEN;
    on->answer_length += (size_t)got;
    on->answer[on->answer_length] = 0;
    char *end = strstr(on->answer, "\r\n\r\n");
    if (end == NULL)
        return LANE_WAIT;
    char *length = strcasestr(on->answer, "\r\ncontent-length:");
    size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
    if (on->answer_length < (size_t)(end + 4 - on->answer) + body)
        return on->answer_length == sizeof on->answer - 1 ? LANE_BROKEN : LANE_WAIT;
    return judge(on, form);
}

const transport transport_http = {http_open, http_send, http_receive};
