/* verify_http.h - talking to a server that is not trusted: one address after the other over one connection. */
#ifndef MPOS_CLI_VERIFY_HTTP_H
#define MPOS_CLI_VERIFY_HTTP_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

typedef struct http_reader {
    CURL *curl;
    struct curl_slist *headers; /* with the token, or NULL */
    const char *token;
    char *bytes; /* of the last answer, NUL behind them */
    size_t size;
    size_t room;
    size_t size_max;
} http_reader;

/* token and ca_file may be NULL. Ends the program when libcurl does not start. */
void
http_reader_init(http_reader *reader, const char *token, const char *ca_file);
void
http_reader_dispose(http_reader *reader);

/*
 * Reads an address into reader->bytes, at most size_max. Returns the HTTP status; 0 when the answer is longer. Ends the
 * program when there is no answer. While the server asks to come again (503 with Retry-After) it does, for half a minute.
 */
long
http_reader_get(http_reader *reader, const char *address, size_t size_max);

/*
 * The same with a JSON body and an Idempotency-Key: an answer that was lost, or a server that asks to come again (429, 503), makes
 * it send the same again, for half a minute.
 */
long
http_reader_post(http_reader *reader, const char *address, const char *body, const char *key,
                 size_t size_max);

#endif
