/* address.c - reading and comparing addresses. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 64
#define V4_OFFSET 12
#define V4_BITS 96
#define CLIENT_V6_SIZE 8

static const uint8_t v4_prefix[V4_OFFSET] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void
set_v4(const void *bytes, uint8_t out[ADDRESS_SIZE])
{
    memcpy(out, v4_prefix, sizeof v4_prefix);
    memcpy(out + V4_OFFSET, bytes, ADDRESS_SIZE - V4_OFFSET);
}

bool
address_of_socket(const struct sockaddr *from, uint8_t out[ADDRESS_SIZE])
{
    if (from->sa_family == AF_INET) {
        set_v4(&((const struct sockaddr_in *)from)->sin_addr, out);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)from)->sin6_addr, ADDRESS_SIZE);
        return true;
    }
    return false;
}

static bool
parse_plain(const char *text, uint8_t out[ADDRESS_SIZE])
{
    uint8_t bytes[ADDRESS_SIZE];

    if (inet_pton(AF_INET, text, bytes) == 1) {
        set_v4(bytes, out);
        return true;
    }
    return inet_pton(AF_INET6, text, out) == 1;
}

bool
address_parse(const char *text, size_t len, uint8_t out[ADDRESS_SIZE])
{
    char copy[TEXT_MAX];
    char *end;

    if (len == 0 || len >= sizeof copy || memchr(text, '\0', len) != NULL) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (*copy == '[') {
        end = strchr(copy, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':')) {
            return false;
        }
        *end = '\0';
        return inet_pton(AF_INET6, copy + 1, out) == 1;
    }
    end = strchr(copy, ':');
    if (end != NULL && strchr(end + 1, ':') == NULL) {
        *end = '\0';
    }
    return parse_plain(copy, out);
}

bool
address_parse_network(const char *text, address_network *out)
{
    char copy[TEXT_MAX];
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    char *end = NULL;
    unsigned long bits;
    bool v4;

    if (len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (!parse_plain(copy, out->address)) {
        return false;
    }
    v4 = strchr(copy, ':') == NULL;
    bits = v4 ? 32 : 128;
    if (slash != NULL) {
        unsigned long max = bits;

        bits = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > max) {
            return false;
        }
    }
    out->bits = (unsigned)bits + (v4 ? V4_BITS : 0);
    return true;
}

bool
address_is_in(const address_network *network, const uint8_t address[ADDRESS_SIZE])
{
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;

    return memcmp(network->address, address, whole) == 0 &&
           (rest == 0 || (network->address[whole] ^ address[whole]) >> (8 - rest) == 0);
}

void
address_cut(uint8_t address[ADDRESS_SIZE])
{
    if (memcmp(address, v4_prefix, sizeof v4_prefix) != 0) {
        memset(address + CLIENT_V6_SIZE, 0, ADDRESS_SIZE - CLIENT_V6_SIZE);
    }
}
