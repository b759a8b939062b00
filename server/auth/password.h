/*
 * password.h - checking and making PIN verifiers (Argon2id) away from the loops. Words: desk, check.
 *
 * A check takes tens of milliseconds and 64 MiB, so few run at once and few wait; beyond that sign-in is refused for
 * the moment. The answer comes back on the asking thread.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include <h2o.h>
#include <sodium.h>
#include <stdbool.h>

#define PASSWORD_PIN_MAX 128 /* a password has at most as many bytes */

typedef struct password_check password_check;
struct password_check {
    h2o_multithread_message_t message; /* first: it travels both ways */
    h2o_multithread_receiver_t *home;
    char verifier
        [crypto_pwhash_STRBYTES]; /* all zero for an unknown person: then a dummy is checked, as slowly */
    char pin[PASSWORD_PIN_MAX];
    size_t pin_len;
    bool makes;   /* instead of checking: verifier becomes that of the PIN */
    bool matches; /* or: has been made */
    void (*done)(password_check *check);
    password_check *_next;
};

/* One thread's way to the desk. */
typedef struct password_desk {
    h2o_multithread_receiver_t home;
} password_desk;

/* Starts the checking threads, once a process. */
void
password_start(unsigned threads);

void
password_desk_init(password_desk *desk, h2o_multithread_queue_t *queue);

/* False when too many wait; done will then not be called. */
bool
password_submit(password_desk *desk, password_check *check);

#endif
