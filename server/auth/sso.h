/*
 * sso.h - asking identity providers away from the loops: a bounded queue and a few threads that may wait. Words: desk, login.
 *
 * One provider takes neither all threads nor all places of the queue, and one that could not be reached is not asked again for
 * a few seconds: whoever signs in through another is not held up.
 */
#ifndef AUTH_SSO_H
#define AUTH_SSO_H

#include <h2o.h>
#include <jansson.h>
#include <stdbool.h>

#include "auth/provider.h"

#define SSO_TEXT_MAX 256
#define SSO_CODE_MAX 2048
/* 32 bytes in base64url. */
#define SSO_RANDOM_TEXT 44

typedef struct sso_login sso_login;
struct sso_login {
    h2o_multithread_message_t message; /* first: it travels both ways */
    h2o_multithread_receiver_t *home;
    char issuer[SSO_TEXT_MAX];
    char client_id[SSO_TEXT_MAX];
    char client_secret[SSO_TEXT_MAX]; /* empty for none */
    char redirect_uri[PROVIDER_URL_MAX];
    char nonce[SSO_RANDOM_TEXT];
    char verifier[SSO_RANDOM_TEXT];
    char code[SSO_CODE_MAX]; /* empty: only where to send the browser is asked for */

    char authorization[PROVIDER_URL_MAX]; /* empty when the provider cannot be reached or is another */
    json_t *claims;     /* of the identity token, owned by who asked; NULL when it does not hold */
    const char *reason; /* why not, a word for the log */
    void (*done)(sso_login *login);
    sso_login *_next;
};

/* One thread's way to the desk. */
typedef struct sso_desk {
    h2o_multithread_receiver_t home;
} sso_desk;

/* Starts the asking threads, once a process. */
void
sso_start(void);

void
sso_desk_init(sso_desk *desk, h2o_multithread_queue_t *queue);

/* False when too many wait; done will then not be called. */
bool
sso_submit(sso_desk *desk, sso_login *login);

#endif
