/*
 * main.c - mposd: one thread, loop and set of database connections per core; no state that outlives the process.
 */
#include <liboath/oath.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "auth/api_key.h"
#include "auth/fetch.h"
#include "auth/keys.h"
#include "auth/password.h"
#include "auth/sso.h"
#include "auth/token_cache.h"
#include "auth/vault.h"
#include "base/log.h"
#include "db/query.h"
#include "http/input.h"
#include "http/serve.h"
#include "ws/hub.h"

/* How often it is looked whether the files of the certificates are others. */
#define CERTIFICATES_LOOK_S 5

static settings the_settings;
static auth_keys the_keys;

static void *
run_thread(void *arg)
{
    http_thread *thread = arg;
    worker *worker = &thread->worker;

    http_thread_init(thread);
    worker->keys = &the_keys;
    worker->metrics = metrics_of_thread(worker->index);
    worker->tokens = token_cache_new(&the_keys, worker->metrics);
    worker->api_keys = api_key_cache_new();
    worker->passwords = calloc(1, sizeof *worker->passwords);
    if (worker->passwords == NULL) {
        abort();
    }
    password_desk_init(worker->passwords, worker->queue);
    worker->sso = calloc(1, sizeof *worker->sso);
    if (worker->sso == NULL) {
        abort();
    }
    sso_desk_init(worker->sso, worker->queue);
    worker->db = db_pool_new(worker, the_settings.db);
    ws_init(worker);
    http_thread_run(thread);
    return NULL;
}

static void
start_threads(http_thread *threads, pthread_t *ids)
{
    for (unsigned i = 0; i < the_settings.threads; i++) {
        threads[i].worker.index = i;
        threads[i].on_stop = ws_stop;
        threads[i].left = ws_left;
        metrics_of_thread(i);
    }
    for (unsigned i = 0; i < the_settings.threads; i++) {
        if (pthread_create(&ids[i], NULL, run_thread, &threads[i]) != 0) {
            abort();
        }
    }
}

static void
order_all(http_thread *threads, http_order order)
{
    for (unsigned i = 0; i < the_settings.threads; i++) {
        http_thread_order(&threads[i], order);
    }
}

static void
reload(http_thread *threads)
{
    char error[HTTP_ERROR_SIZE];

    if (auth_keys_reload(&the_keys, the_settings.context_key_file, error)) {
        log_event(LOG_LEVEL_INFO, "context keys reloaded", NULL);
    } else {
        log_event(LOG_LEVEL_ERROR, "context keys not reloaded", "reason", error, NULL);
    }
    if (the_settings.https_port == 0) {
        return;
    }
    if (http_reload_certificates(error)) {
        order_all(threads, HTTP_RELOAD);
        log_event(LOG_LEVEL_INFO, "certificates reloaded", NULL);
    } else {
        log_event(LOG_LEVEL_ERROR, "certificates not reloaded", "reason", error, NULL);
    }
}

/* Waits for signals until one says to stop; looks after the certificates meanwhile. */
static void
obey_signals(const sigset_t *signals, http_thread *threads)
{
    static const struct timespec patience = {.tv_sec = CERTIFICATES_LOOK_S};

    for (;;) {
        int signal_number = sigtimedwait(signals, NULL, &patience);

        if (signal_number == SIGTERM || signal_number == SIGINT) {
            log_event(LOG_LEVEL_INFO, "stopping", "signal", signal_number == SIGTERM ? "SIGTERM" : "SIGINT",
                      NULL);
            return;
        }
        if (signal_number == SIGHUP || http_certificates_changed()) {
            reload(threads);
        }
    }
}

static int
fail(const char *error)
{
    fprintf(stderr, "mposd: %s\n", error);
    return 1;
}

static int
serve(const sigset_t *signals)
{
    char error[HTTP_ERROR_SIZE] = "";
    http_thread *threads = calloc(the_settings.threads, sizeof *threads);
    pthread_t *ids = calloc(the_settings.threads, sizeof *ids);
    char port[16];

    if (threads == NULL || ids == NULL) {
        return fail("out of memory");
    }
    http_input_init();
    if (!http_init(&the_settings, api_register, threads, error)) {
        return fail(error);
    }
    sso_start();
    password_start(the_settings.threads > 1 ? the_settings.threads / 2 : 1);
    start_threads(threads, ids);
    snprintf(port, sizeof port, "%u", the_settings.http_port);
    log_event(LOG_LEVEL_INFO, "started", "version", MPOS_VERSION, "port", port, NULL);
    obey_signals(signals, threads);
    order_all(threads, HTTP_STOP);
    for (unsigned i = 0; i < the_settings.threads; i++) {
        pthread_join(ids[i], NULL);
    }
    free(ids);
    log_event(LOG_LEVEL_INFO, "stopped", NULL);
    return 0;
}

int
main(int argc, char **argv)
{
    char error[SETTINGS_ERROR_SIZE] = "";
    sigset_t signals;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("mposd " MPOS_VERSION);
        return 0;
    }
    if (argc != 1) {
        return fail("takes no arguments but --version; settings come from the environment");
    }
    if (sodium_init() < 0) {
        return fail("libsodium does not start");
    }
    if (!settings_load(&the_settings, error) ||
        !auth_keys_load(&the_keys, the_settings.context_key_file, the_settings.token_key_file, error) ||
        !vault_load(the_settings.seal_key_file, error)) {
        return fail(error);
    }
    if (oath_init() != OATH_OK || !fetch_init(the_settings.sso_private)) {
        return fail("liboath or libcurl does not start");
    }
    if (!log_set_level(the_settings.log_level)) {
        return fail("MPOS_LOG_LEVEL must be one of error, warn, info, debug");
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return serve(&signals);
}
