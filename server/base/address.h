/*
 * address.h - addresses of the Internet, both versions alike: IPv4 as ::ffff:a.b.c.d. Words: network (an address and how
 * many of its bits count).
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_SIZE 16

typedef struct address_network {
    uint8_t address[ADDRESS_SIZE];
    unsigned bits;
} address_network;

/* False for what is neither IPv4 nor IPv6. */
bool
address_of_socket(const struct sockaddr *from, uint8_t out[ADDRESS_SIZE]);

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1" or "[2001:db8::1]:80". */
bool
address_parse(const char *text, size_t len, uint8_t out[ADDRESS_SIZE]);

/* "10.0.0.0/8", "2001:db8::/32", or an address for itself alone. */
bool
address_parse_network(const char *text, address_network *out);

bool
address_is_in(const address_network *network, const uint8_t address[ADDRESS_SIZE]);

/* What one client has for itself: all of an IPv4 address, the first 64 bits of IPv6. */
void
address_cut(uint8_t address[ADDRESS_SIZE]);

#endif
