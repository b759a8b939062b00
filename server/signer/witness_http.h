/* witness_http.h - one HTTP request to a witness. Words: answer. */
#ifndef SIGNER_WITNESS_HTTP_H
#define SIGNER_WITNESS_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/text.h"

#define WITNESS_HTTP_ERROR_SIZE 256

typedef struct witness_http {
    void *curl;             /* CURL, made at first use */
    const atomic_bool *end; /* gives up once true */
    char error[WITNESS_HTTP_ERROR_SIZE];
} witness_http;

/* Posts the body; status of the answer and its body, or 0 with error. */
long
witness_http_post(witness_http *http, const char *url, const text_buf *body, text_buf *answer);

void
witness_http_close(witness_http *http);

#endif
