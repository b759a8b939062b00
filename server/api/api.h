/*
 * api.h - the handlers of the route table. Words: operation, local handler.
 *
 * One file a handler; none includes another. Each takes an exchange whose route has been found and whose body and
 * origin have been checked.
 */
#ifndef API_API_H
#define API_API_H

#include "auth/claims.h"
#include "db/query.h"
#include "http/exchange.h"
#include "http/input.h"

/* One request that may call the database. */
typedef struct api_exchange {
    http_exchange http; /* first */
    route_match match;
    auth_claims claims;
    struct api_database_call *call; /* call.c */
    void *own;                      /* what the handler added (api_own), NULL for none */
    size_t own_size;
} api_exchange;

/* dispatch.c: registers the handler for the whole path. */
void
api_register(h2o_pathconf_t *path);

/* Zeroed memory of the exchange, overwritten and freed with it: it may hold secrets. Once for each exchange. */
void *
api_own(api_exchange *exchange, size_t size);

/* The same at once. */
void
api_disown(api_exchange *exchange);

void
api_operation(api_exchange *exchange);

/* push.c: whether a route is a device's push, which has its own way of being repeated. */
bool
api_is_push(const api_exchange *exchange);

/* Whether a failed call is a push to be repeated one operation at a time, and doing so. */
bool
api_push_failed(const api_exchange *exchange, mpos_err err);

void
api_push_singly(api_exchange *exchange, mpos_err err);

void
api_sign_in(api_exchange *exchange);

void
api_refresh(api_exchange *exchange);

void
api_sign_in_password(api_exchange *exchange);

/* credential.c: one's own password and second factor. */
void
api_password_change(api_exchange *exchange);

void
api_totp_enrol(api_exchange *exchange);

void
api_totp_confirm(api_exchange *exchange);

void
api_totp_disable(api_exchange *exchange);

void
api_staff_password(api_exchange *exchange);

/* oidc.c: through an identity provider. */
void
api_oidc_start(api_exchange *exchange);

void
api_oidc_callback(api_exchange *exchange);

void
api_oidc_finish(api_exchange *exchange);

void
api_identity_provider(api_exchange *exchange);

void
api_pair(api_exchange *exchange);

void
api_device_sign_in(api_exchange *exchange);

void
api_approval(api_exchange *exchange);

void
api_staff_pin(api_exchange *exchange);

void
api_ws_ticket(api_exchange *exchange);

void
api_ws(api_exchange *exchange);

void
api_healthz(api_exchange *exchange);

void
api_readyz(api_exchange *exchange);

void
api_metrics(api_exchange *exchange);

/* published.c: parts of the catalogue by hash. */
void
api_published(api_exchange *exchange);

/* log.c: what anybody may read of a journal. */
void
api_log(api_exchange *exchange);

#endif
