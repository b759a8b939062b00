/* password.c - a bounded queue and its threads. */
#include "auth/password.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* At 50 ms each a longer queue would answer after the person has given up. */
#define WAITING_MAX 64

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    password_check *first;
    password_check **last;
    unsigned waiting;
    char dummy[crypto_pwhash_STRBYTES];
} desk_state = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static password_check *
take(void)
{
    password_check *check;

    pthread_mutex_lock(&desk_state.lock);
    while (desk_state.first == NULL) {
        pthread_cond_wait(&desk_state.wake, &desk_state.lock);
    }
    check = desk_state.first;
    desk_state.first = check->_next;
    if (desk_state.first == NULL) {
        desk_state.last = &desk_state.first;
    }
    desk_state.waiting--;
    pthread_mutex_unlock(&desk_state.lock);
    return check;
}

static bool
matches(const password_check *check)
{
    bool known = check->verifier[0] != '\0';
    const char *verifier = known ? check->verifier : desk_state.dummy;

    return crypto_pwhash_str_verify(verifier, check->pin, check->pin_len) == 0 && known;
}

static bool
make(password_check *check)
{
    return crypto_pwhash_str(check->verifier, check->pin, check->pin_len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

static void *
run(void *arg)
{
    (void)arg;
    for (;;) {
        password_check *check = take();

        check->matches = check->makes ? make(check) : matches(check);
        sodium_memzero(check->pin, sizeof check->pin);
        h2o_multithread_send_message(check->home, &check->message);
    }
    return NULL;
}

void
password_start(unsigned threads)
{
    static const char nobody[] = "nobody has this PIN";
    /* As costly as the verifiers of tenants; made here so that no constant in the source looks like a secret. */
    if (crypto_pwhash_str(desk_state.dummy, nobody, sizeof nobody, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
        abort();
    }
    desk_state.last = &desk_state.first;
    for (unsigned i = 0; i < threads; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, NULL) != 0) {
            abort();
        }
        pthread_detach(thread);
    }
}

static void
on_checked(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    (void)receiver;
    while (!h2o_linklist_is_empty(messages)) {
        password_check *check = H2O_STRUCT_FROM_MEMBER(password_check, message.link, messages->next);

        h2o_linklist_unlink(&check->message.link);
        check->done(check);
    }
}

void
password_desk_init(password_desk *desk, h2o_multithread_queue_t *queue)
{
    h2o_multithread_register_receiver(queue, &desk->home, on_checked);
}

bool
password_submit(password_desk *desk, password_check *check)
{
    bool accepted;

    memset(&check->message, 0, sizeof check->message);
    check->home = &desk->home;
    check->_next = NULL;
    pthread_mutex_lock(&desk_state.lock);
    accepted = desk_state.waiting < WAITING_MAX;
    if (accepted) {
        *desk_state.last = check;
        desk_state.last = &check->_next;
        desk_state.waiting++;
        pthread_cond_signal(&desk_state.wake);
    }
    pthread_mutex_unlock(&desk_state.lock);
    return accepted;
}
