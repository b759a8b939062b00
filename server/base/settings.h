/*
 * settings.h - what an operator decides, read once from the environment. docs/reference/settings.md explains each.
 * Strings belong to the environment, lists to the process; both live as long as it.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/limits.h"

#define SETTINGS_ERROR_SIZE 256
#define SETTINGS_ORIGINS_MAX 32
#define SETTINGS_PROXIES_MAX 32

typedef struct settings {
    const char *bind;
    uint16_t http_port;
    uint16_t https_port; /* 0: no HTTPS */
    bool http2;
    const char *db;
    const char *context_key_file;
    const char *token_key_file;
    const char *seal_key_file;
    const char *public_url; /* NULL: no sign-in through identity providers */
    bool sso_private;
    const char *tls_cert;
    const char *tls_key;
    const char *web_dir;
    unsigned threads;
    unsigned connections_max; /* per process */
    unsigned ws_per_ip_max;
    unsigned access_token_s; /* how long a bearer token is good for; its refresh token gives the next */
    const char *log_level;
    const char *origins[SETTINGS_ORIGINS_MAX];
    size_t origins_count;
    address_network proxies[SETTINGS_PROXIES_MAX]; /* whose X-Forwarded-For counts */
    size_t proxies_count;
    limits limits;
} settings;

/* False with one line in error that names the variable and what it must be. */
bool
settings_load(settings *out, char error[SETTINGS_ERROR_SIZE]);

bool
settings_allow_origin(const settings *settings, const char *origin, size_t len);

#endif
