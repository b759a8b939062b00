/* listen.h - ports and certificates. Errors are one line for the operator. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/settings.h"

/* The new TLS context, NULL with error when certificate or key do not serve. */
SSL_CTX *
http_tls_load(const settings *settings, char *error);

/* False when another process listens there, also one that shares its port. */
bool
http_port_free(const settings *settings, uint16_t port, char *error);

/* A listening socket that shares its port with the other threads; -1 with error. */
int
http_listen(const settings *settings, uint16_t port, char *error);

#endif
