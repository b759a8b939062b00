/* listen.c - binding and TLS. */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <h2o.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http/serve.h"

/* Forward secrecy and authenticated encryption only; those of TLS 1.3 all have them. */
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define GROUPS "X25519:P-256:P-384"

SSL_CTX *
http_tls_load(const settings *settings, char *error)
{
    static const h2o_iovec_t http1_only[] = {{H2O_STRLIT("http/1.1")}, {NULL, 0}};
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (tls == NULL || SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(tls, TLS12_CIPHERS) != 1 || SSL_CTX_set1_groups_list(tls, GROUPS) != 1 ||
        SSL_CTX_use_certificate_chain_file(tls, settings->tls_cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, settings->tls_key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(tls) != 1) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());

        ERR_clear_error();
        snprintf(error, HTTP_ERROR_SIZE, "MPOS_TLS_CERT and MPOS_TLS_KEY do not serve: %.180s",
                 reason != NULL ? reason : "they cannot be read");
        SSL_CTX_free(tls);
        return NULL;
    }
    SSL_CTX_set_options(tls, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    h2o_ssl_register_alpn_protocols(tls, settings->http2 ? h2o_alpn_protocols : http1_only);
    return tls;
}

static bool
address_of(const settings *settings, uint16_t port, struct sockaddr_storage *out, socklen_t *len, char *error)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, settings->bind, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *len = sizeof *v4;
        return true;
    }
    if (inet_pton(AF_INET6, settings->bind, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *len = sizeof *v6;
        return true;
    }
    snprintf(error, HTTP_ERROR_SIZE, "MPOS_BIND must be an IP address, not \"%.100s\"", settings->bind);
    return false;
}

static int
bind_socket(const settings *settings, uint16_t port, int share, char *error)
{
    struct sockaddr_storage address;
    socklen_t len;
    int on = 1;
    int fd;

    if (!address_of(settings, port, &address, &len, error)) {
        return -1;
    }
    fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!share || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        bind(fd, (struct sockaddr *)&address, len) == 0) {
        return fd;
    }
    snprintf(error, HTTP_ERROR_SIZE, "cannot listen on %s port %u: %s", settings->bind, port,
             strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

bool
http_port_free(const settings *settings, uint16_t port, char *error)
{
    int fd = bind_socket(settings, port, 0, error);

    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}

int
http_listen(const settings *settings, uint16_t port, char *error)
{
    int on = 1;
    int fd = bind_socket(settings, port, 1, error);

    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (listen(fd, SOMAXCONN) != 0) {
        snprintf(error, HTTP_ERROR_SIZE, "cannot listen on %s port %u: %s", settings->bind, port,
                 strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}
