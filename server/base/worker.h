/*
 * worker.h - everything one thread owns, reached from each request. Pointers to types of other folders stay opaque
 * here, so that base includes nothing of them.
 */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <h2o.h>

#include "base/metrics.h"
#include "base/settings.h"

typedef struct worker {
    unsigned index;
    h2o_loop_t *loop;
    h2o_multithread_queue_t *queue;
    metrics *metrics;
    const settings *settings;
    struct db_pool *db;
    const struct auth_keys *keys;
    struct token_cache *tokens;
    struct api_key_cache *api_keys;
    struct password_desk *passwords;
    struct sso_desk *sso;
    struct ws_local *ws;
    unsigned in_flight; /* requests not yet disposed */
} worker;

#endif
