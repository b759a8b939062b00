/* settings.c - reading and checking the environment. */
#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
text_of(const char *name, const char *fallback)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : fallback;
}

static bool
number_of(const char *name, unsigned fallback, unsigned min, unsigned max, unsigned *out, char *error)
{
    const char *value = text_of(name, NULL);
    char *end = NULL;
    unsigned long number;

    if (value == NULL) {
        *out = fallback;
        return true;
    }
    number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || number < min || number > max) {
        snprintf(error, SETTINGS_ERROR_SIZE, "%s must be a whole number from %u to %u, not \"%.60s\"", name,
                 min, max, value);
        return false;
    }
    *out = (unsigned)number;
    return true;
}

static bool
file_of(const char *name, const char **out, char *error)
{
    *out = text_of(name, NULL);
    if (*out == NULL) {
        snprintf(error, SETTINGS_ERROR_SIZE, "%s is not set: it must name a readable file", name);
        return false;
    }
    if (access(*out, R_OK) != 0) {
        snprintf(error, SETTINGS_ERROR_SIZE, "%s names a file that cannot be read: %.150s", name, *out);
        return false;
    }
    return true;
}

/* What browsers send as one: scheme and host, perhaps a port, and nothing after it. */
static bool
is_origin(const char *text)
{
    size_t scheme = strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;

    return scheme > 0 && text[scheme] != '\0' && strchr(text + scheme, '/') == NULL;
}

static bool
origins_of(settings *out, char *error)
{
    const char *value = text_of("MPOS_ORIGINS", "");
    char *list = strdup(value);
    char *save = NULL;

    out->origins_count = 0;
    for (char *one = list ? strtok_r(list, ", ", &save) : NULL; one != NULL;
         one = strtok_r(NULL, ", ", &save)) {
        if (!is_origin(one) || out->origins_count == SETTINGS_ORIGINS_MAX) {
            snprintf(error, SETTINGS_ERROR_SIZE,
                     "MPOS_ORIGINS must be at most %d origins such as https://pos.example, not \"%.60s\"",
                     SETTINGS_ORIGINS_MAX, one);
            return false;
        }
        out->origins[out->origins_count++] = one;
    }
    if (out->origins_count == 0) {
        free(list);
    }
    return true;
}

static bool
proxies_of(settings *out, char *error)
{
    char *list = strdup(text_of("MPOS_TRUSTED_PROXIES", ""));
    char *save = NULL;
    bool good = list != NULL;

    for (char *one = good ? strtok_r(list, ", ", &save) : NULL; one != NULL && good;
         one = strtok_r(NULL, ", ", &save)) {
        good = out->proxies_count < SETTINGS_PROXIES_MAX &&
               address_parse_network(one, &out->proxies[out->proxies_count++]);
        if (!good) {
            snprintf(error, SETTINGS_ERROR_SIZE,
                     "MPOS_TRUSTED_PROXIES must be at most %d addresses or networks such as 10.0.0.0/8, not "
                     "\"%.60s\"",
                     SETTINGS_PROXIES_MAX, one);
        }
    }
    free(list);
    return good;
}

static bool
rates_of(settings *out, char *error)
{
    const char *setting;
    const char *value;

    if (limits_load(&out->limits, &setting, &value)) {
        return true;
    }
    snprintf(error, SETTINGS_ERROR_SIZE,
             "%s must be off, or requests/seconds such as ip=120/60,tenant=600/60,actor=60/60, not \"%.60s\"",
             setting, value);
    return false;
}

static bool
ports_of(settings *out, char *error)
{
    unsigned http;
    unsigned https;

    if (!number_of("MPOS_HTTP_PORT", 4104, 1, 65535, &http, error) ||
        !number_of("MPOS_HTTPS_PORT", 4143, 0, 65535, &https, error)) {
        return false;
    }
    out->http_port = (uint16_t)http;
    out->https_port = (uint16_t)https;
    return https == 0 ||
           (file_of("MPOS_TLS_CERT", &out->tls_cert, error) && file_of("MPOS_TLS_KEY", &out->tls_key, error));
}

static bool
limits_of(settings *out, char *error)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned http2;

    if (!number_of("MPOS_THREADS", cores > 0 && cores < 64 ? (unsigned)cores : 1, 1, 64, &out->threads,
                   error) ||
        !number_of("MPOS_CONNECTIONS_MAX", 20000, 10, 1000000, &out->connections_max, error) ||
        !number_of("MPOS_WS_PER_IP_MAX", 1000, 1, 1000000, &out->ws_per_ip_max, error) ||
        !number_of("MPOS_ACCESS_TOKEN_S", 900, 30, 43200, &out->access_token_s, error) ||
        !number_of("MPOS_HTTP2", 0, 0, 1, &http2, error)) {
        return false;
    }
    out->http2 = http2 == 1;
    return true;
}

/* An origin: providers send browsers back to it. */
static bool
sso_of(settings *out, char *error)
{
    unsigned private;
    const char *url = out->public_url;

    if (!number_of("MPOS_SSO_PRIVATE", 0, 0, 1, &private, error)) {
        return false;
    }
    out->sso_private = private == 1;
    if (url != NULL && ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
                        strchr(strstr(url, "://") + 3, '/') != NULL || strlen(url) > 200)) {
        snprintf(error, SETTINGS_ERROR_SIZE,
                 "MPOS_PUBLIC_URL must be an origin such as https://pos.example, not \"%.60s\"", url);
        return false;
    }
    return true;
}

bool
settings_load(settings *out, char error[SETTINGS_ERROR_SIZE])
{
    *out = (settings){
        .bind = text_of("MPOS_BIND", "0.0.0.0"),
        .db = text_of("MPOS_DB", NULL),
        .web_dir = text_of("MPOS_WEB_DIR", "build/web"),
        .log_level = text_of("MPOS_LOG_LEVEL", "info"),
        .public_url = text_of("MPOS_PUBLIC_URL", NULL),
    };
    if (out->db == NULL) {
        snprintf(error, SETTINGS_ERROR_SIZE, "MPOS_DB is not set: it must be a PostgreSQL connection string");
        return false;
    }
    return ports_of(out, error) && limits_of(out, error) && origins_of(out, error) && sso_of(out, error) &&
           proxies_of(out, error) && rates_of(out, error) &&
           file_of("MPOS_CONTEXT_KEY_FILE", &out->context_key_file, error) &&
           file_of("MPOS_TOKEN_KEY_FILE", &out->token_key_file, error) &&
           file_of("MPOS_SEAL_KEY_FILE", &out->seal_key_file, error);
}

bool
settings_allow_origin(const settings *settings, const char *origin, size_t len)
{
    for (size_t i = 0; i < settings->origins_count; i++) {
        if (strlen(settings->origins[i]) == len && memcmp(settings->origins[i], origin, len) == 0) {
            return true;
        }
    }
    return false;
}
