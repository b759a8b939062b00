/*
 * route.h - the route table, generated from docs/openapi.yaml. Words: route, template, local handler, parameter.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <h2o.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

#define ROUTE_PARAMS_MAX 4

typedef enum route_local {
    ROUTE_OPERATION, /* answered by mpos.call */
    ROUTE_SIGN_IN,
    ROUTE_PAIR,
    ROUTE_DEVICE_SIGN_IN,
    ROUTE_STAFF_PIN,
    ROUTE_APPROVAL,
    ROUTE_WS_TICKET,
    ROUTE_WS,
    ROUTE_HEALTHZ,
    ROUTE_READYZ,
    ROUTE_METRICS,
    ROUTE_LOG,
    ROUTE_PUBLISHED,
    ROUTE_REFRESH,
    ROUTE_SIGN_IN_PASSWORD,
    ROUTE_PASSWORD_CHANGE,
    ROUTE_TOTP_ENROL,
    ROUTE_TOTP_CONFIRM,
    ROUTE_TOTP_DISABLE,
    ROUTE_STAFF_PASSWORD,
    ROUTE_OIDC_START,
    ROUTE_OIDC_CALLBACK,
    ROUTE_OIDC_FINISH,
    ROUTE_IDENTITY_PROVIDER,
    ROUTE_LOCAL_COUNT
} route_local;

typedef enum route_type { ROUTE_STRING, ROUTE_INTEGER, ROUTE_UUID } route_type;

typedef struct route_param {
    const char *name;
    route_type type;
    int64_t min; /* ROUTE_INTEGER */
    int64_t max;
    size_t len_max;           /* ROUTE_STRING, in bytes */
    const char *pattern;      /* POSIX extended, NULL for any */
    const char *const *words; /* allowed values, ended by NULL; NULL for any */
} route_param;

typedef struct route {
    const char *method;
    const char *
        path; /* template such as /v1/orders/{order_id}; {name*} at its end takes the rest with its slashes */
    const char *operation;
    uint64_t scope; /* 0: no token needed */
    route_local local;
    limit_class rate;
    bool slow;
    bool needs_key;
    bool has_body;
    size_t body_max;
    const route_param *params; /* of the query */
    size_t params_count;
} route;

extern const route routes[];
extern const size_t routes_count;
/* The largest body any route takes, in bytes. */
extern const size_t routes_body_max;

typedef struct route_match {
    const route *route; /* NULL: no such address, or not with that method */
    bool known_path;
    char allow[64];                      /* methods the address knows, for a 405 */
    const char *names[ROUTE_PARAMS_MAX]; /* names of path parameters, not NUL-terminated */
    size_t name_lens[ROUTE_PARAMS_MAX];
    h2o_iovec_t values[ROUTE_PARAMS_MAX]; /* still percent-encoded */
    size_t count;
} route_match;

/* path without query. */
void
route_find(h2o_iovec_t method, h2o_iovec_t path, route_match *out);

#endif
