/* sso.c - the queue; the threads keep what they know of the last providers. */
#include "auth/sso.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* A provider that does not answer holds a thread for ten seconds; the others go on. */
#define THREADS 4
#define WAITING_MAX 64
#define KNOWN_MAX 16

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    sso_login *first;
    sso_login **last;
    unsigned waiting;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .last = &queue.first};

static sso_login *
take(void)
{
    sso_login *login;

    pthread_mutex_lock(&queue.lock);
    while (queue.first == NULL) {
        pthread_cond_wait(&queue.wake, &queue.lock);
    }
    login = queue.first;
    queue.first = login->_next;
    if (queue.first == NULL) {
        queue.last = &queue.first;
    }
    queue.waiting--;
    pthread_mutex_unlock(&queue.lock);
    return login;
}

/* The place of that provider, or the one that was asked for longest ago. */
static provider *
place_of(provider *known, const char *issuer)
{
    provider *oldest = &known[0];

    for (size_t i = 0; i < KNOWN_MAX; i++) {
        if (strcmp(known[i].issuer, issuer) == 0) {
            return &known[i];
        }
        if (known[i].discovered_s < oldest->discovered_s) {
            oldest = &known[i];
        }
    }
    return oldest;
}

static void
ask(provider *known, sso_login *login)
{
    provider *provider = place_of(known, login->issuer);
    int64_t now_s = clock_now_us() / 1000000;
    provider_login details = {
        .client_id = login->client_id,
        .client_secret = login->client_secret[0] != '\0' ? login->client_secret : NULL,
        .redirect_uri = login->redirect_uri,
        .code = login->code,
        .verifier = login->verifier,
        .nonce = login->nonce,
    };

    if (!provider_discover(provider, login->issuer, now_s)) {
        login->reason = "discovery";
        return;
    }
    strcpy(login->authorization, provider->authorization);
    if (login->code[0] != '\0') {
        login->claims = provider_exchange(provider, &details, now_s, &login->reason);
    }
}

static void *
run(void *arg)
{
    provider *known = calloc(KNOWN_MAX, sizeof *known);

    (void)arg;
    if (known == NULL) {
        abort();
    }
    for (;;) {
        sso_login *login = take();

        ask(known, login);
        h2o_multithread_send_message(login->home, &login->message);
    }
    return NULL;
}

void
sso_start(void)
{
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, NULL) != 0) {
            abort();
        }
        pthread_detach(thread);
    }
}

static void
on_asked(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    (void)receiver;
    while (!h2o_linklist_is_empty(messages)) {
        sso_login *login = H2O_STRUCT_FROM_MEMBER(sso_login, message.link, messages->next);

        h2o_linklist_unlink(&login->message.link);
        login->done(login);
    }
}

void
sso_desk_init(sso_desk *desk, h2o_multithread_queue_t *loop_queue)
{
    h2o_multithread_register_receiver(loop_queue, &desk->home, on_asked);
}

bool
sso_submit(sso_desk *desk, sso_login *login)
{
    bool accepted;

    memset(&login->message, 0, sizeof login->message);
    login->home = &desk->home;
    login->_next = NULL;
    pthread_mutex_lock(&queue.lock);
    accepted = queue.waiting < WAITING_MAX;
    if (accepted) {
        *queue.last = login;
        queue.last = &login->_next;
        queue.waiting++;
        pthread_cond_signal(&queue.wake);
    }
    pthread_mutex_unlock(&queue.lock);
    return accepted;
}
