/* sso.c - the queue; the threads keep what they know of the last providers. */
#include "auth/sso.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/*
 * A provider that does not answer holds a thread for ten seconds. It gets no more than half of them, and what waits for it cannot
 * fill the queue: businesses with other providers go on.
 */
#define THREADS 4
#define THREADS_PER_ISSUER 2
#define WAITING_MAX 64
#define WAITING_PER_ISSUER 16
#define KNOWN_MAX 16
/* For so long one that could not be reached is not asked again; short, since people wait for it to be back. */
#define FAILED_S 15
#define FAILED_MAX 64

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    sso_login *first;
    unsigned waiting;
    const char *asked[THREADS]; /* the issuer that a thread is asking, NULL for none */
    struct {
        char issuer[SSO_TEXT_MAX];
        int64_t until_s;
    } failed[FAILED_MAX];
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static unsigned
threads_at(const char *issuer)
{
    unsigned count = 0;

    for (size_t i = 0; i < THREADS; i++) {
        count += queue.asked[i] != NULL && strcmp(queue.asked[i], issuer) == 0 ? 1 : 0;
    }
    return count;
}

/* Out of the queue: the first whose provider has not all the threads that it may have; NULL when there is none. */
static sso_login *
first_askable(void)
{
    for (sso_login **at = &queue.first; *at != NULL; at = &(*at)->_next) {
        sso_login *login = *at;

        if (threads_at(login->issuer) < THREADS_PER_ISSUER) {
            *at = login->_next;
            queue.waiting--;
            return login;
        }
    }
    return NULL;
}

static sso_login *
take(unsigned thread)
{
    sso_login *login;

    pthread_mutex_lock(&queue.lock);
    while ((login = first_askable()) == NULL) {
        pthread_cond_wait(&queue.wake, &queue.lock);
    }
    queue.asked[thread] = login->issuer;
    pthread_mutex_unlock(&queue.lock);
    return login;
}

/* Holds the lock. The place of that issuer, or the one whose time is over first. */
static size_t
failed_place(const char *issuer)
{
    size_t oldest = 0;

    for (size_t i = 0; i < FAILED_MAX; i++) {
        if (strcmp(queue.failed[i].issuer, issuer) == 0) {
            return i;
        }
        oldest = queue.failed[i].until_s < queue.failed[oldest].until_s ? i : oldest;
    }
    return oldest;
}

static bool
failed_lately(const char *issuer)
{
    size_t place = failed_place(issuer);

    return strcmp(queue.failed[place].issuer, issuer) == 0 &&
           queue.failed[place].until_s > clock_now_us() / 1000000;
}

/* The thread is free for another; what waits for the same provider may go on, or need not wait. */
static void
give_back(unsigned thread, const sso_login *login)
{
    bool reached = login->authorization[0] != '\0';

    pthread_mutex_lock(&queue.lock);
    if (!reached || failed_lately(login->issuer)) {
        size_t place = failed_place(login->issuer);

        strcpy(queue.failed[place].issuer, login->issuer);
        queue.failed[place].until_s = reached ? 0 : clock_now_us() / 1000000 + FAILED_S;
    }
    queue.asked[thread] = NULL;
    pthread_cond_broadcast(&queue.wake);
    pthread_mutex_unlock(&queue.lock);
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
        return;
    }
    login->reason = NULL;
    strcpy(login->authorization, provider->authorization);
    if (login->code[0] != '\0') {
        login->claims = provider_exchange(provider, &details, now_s, &login->reason);
    }
}

static bool
may_ask(const sso_login *login)
{
    bool may;

    pthread_mutex_lock(&queue.lock);
    may = !failed_lately(login->issuer);
    pthread_mutex_unlock(&queue.lock);
    return may;
}

static void *
run(void *arg)
{
    provider *known = calloc(KNOWN_MAX, sizeof *known);
    unsigned thread = (unsigned)(uintptr_t)arg;

    if (known == NULL) {
        abort();
    }
    for (;;) {
        sso_login *login = take(thread);

        if (may_ask(login)) {
            ask(known, login);
        }
        give_back(thread, login);
        h2o_multithread_send_message(login->home, &login->message);
    }
    return NULL;
}

void
sso_start(void)
{
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, (void *)(uintptr_t)i) != 0) {
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

static unsigned
waiting_for(const char *issuer)
{
    unsigned count = 0;

    for (const sso_login *login = queue.first; login != NULL; login = login->_next) {
        count += strcmp(login->issuer, issuer) == 0 ? 1 : 0;
    }
    return count;
}

static void
append(sso_login *login)
{
    sso_login **end = &queue.first;

    while (*end != NULL) {
        end = &(*end)->_next;
    }
    *end = login;
    queue.waiting++;
}

bool
sso_submit(sso_desk *desk, sso_login *login)
{
    bool failed;
    bool accepted;

    memset(&login->message, 0, sizeof login->message);
    login->home = &desk->home;
    login->reason = "discovery"; /* until it has succeeded */
    login->_next = NULL;
    pthread_mutex_lock(&queue.lock);
    failed = failed_lately(login->issuer);
    accepted = failed || (queue.waiting < WAITING_MAX && waiting_for(login->issuer) < WAITING_PER_ISSUER);
    if (accepted && !failed) {
        append(login);
        pthread_cond_signal(&queue.wake);
    }
    pthread_mutex_unlock(&queue.lock);
    if (failed) {
        h2o_multithread_send_message(login->home,
                                     &login->message); /* done is called all the same, by the loop */
    }
    return accepted;
}
