/* verify_http.c - see verify_http.h. */
#include "verify_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum { REQUEST_SECONDS = 60, PATIENCE_SECONDS = 30 };

static size_t
on_bytes(char *bytes, size_t one, size_t count, void *context)
{
    http_reader *reader = context;
    size_t size = one * count;

    if (size > reader->size_max - reader->size) {
        return 0;
    }
    if (reader->room - reader->size <= size) {
        reader->room = (reader->size + size + 1) * 2;
        reader->bytes = cli_realloc(reader->bytes, reader->room);
    }
    memcpy(reader->bytes + reader->size, bytes, size);
    reader->size += size;
    reader->bytes[reader->size] = '\0';
    return size;
}

void
http_reader_init(http_reader *reader, const char *token, const char *ca_file)
{
    memset(reader, 0, sizeof *reader);
    reader->bytes = cli_alloc(1);
    reader->bytes[0] = '\0';
    reader->token = token;
    reader->curl = curl_easy_init();
    if (reader->curl == NULL) {
        cli_fail("libcurl does not start");
    }
    if (token != NULL) {
        size_t size = strlen(token) + 32;
        char *header = cli_alloc(size);

        snprintf(header, size, "Authorization: Bearer %s", token);
        reader->headers = curl_slist_append(NULL, header);
        free(header);
        curl_easy_setopt(reader->curl, CURLOPT_HTTPHEADER, reader->headers);
    }
    if (ca_file != NULL) {
        curl_easy_setopt(reader->curl, CURLOPT_CAINFO, ca_file);
    }
    curl_easy_setopt(reader->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(reader->curl, CURLOPT_WRITEDATA, reader);
    curl_easy_setopt(reader->curl, CURLOPT_TIMEOUT, (long)REQUEST_SECONDS);
    curl_easy_setopt(reader->curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(reader->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(reader->curl, CURLOPT_NOSIGNAL, 1L);
}

void
http_reader_dispose(http_reader *reader)
{
    curl_easy_cleanup(reader->curl);
    curl_slist_free_all(reader->headers);
    free(reader->bytes);
}

static long
get_once(http_reader *reader, const char *address, size_t size_max)
{
    long status = 0;
    CURLcode code;

    reader->size = 0;
    reader->size_max = size_max;
    reader->bytes[0] = '\0';
    curl_easy_setopt(reader->curl, CURLOPT_URL, address);
    code = curl_easy_perform(reader->curl);
    if (code == CURLE_WRITE_ERROR) {
        return 0;
    }
    if (code != CURLE_OK) {
        cli_fail("%s: %s", address, curl_easy_strerror(code));
    }
    curl_easy_getinfo(reader->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

long
http_reader_get(http_reader *reader, const char *address, size_t size_max)
{
    curl_off_t wait = 0;
    long status = get_once(reader, address, size_max);

    for (curl_off_t waited = 0; status == 503 && waited < PATIENCE_SECONDS; waited += wait) {
        if (curl_easy_getinfo(reader->curl, CURLINFO_RETRY_AFTER, &wait) != CURLE_OK || wait <= 0) {
            break;
        }
        wait = wait < PATIENCE_SECONDS ? wait : PATIENCE_SECONDS;
        sleep((unsigned)wait);
        status = get_once(reader, address, size_max);
    }
    return status;
}

static struct curl_slist *
post_headers(const http_reader *reader, const char *key)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    size_t size = strlen(reader->token != NULL ? reader->token : "") + strlen(key) + 64;
    char *line = cli_alloc(size);

    snprintf(line, size, "Idempotency-Key: %s", key);
    headers = curl_slist_append(headers, line);
    if (reader->token != NULL) {
        snprintf(line, size, "Authorization: Bearer %s", reader->token);
        headers = curl_slist_append(headers, line);
    }
    free(line);
    return headers;
}

/* The status, 0 without an answer or for one that is too long. */
static long
post_once(http_reader *reader, size_t size_max)
{
    long status = 0;

    reader->size = 0;
    reader->size_max = size_max;
    reader->bytes[0] = '\0';
    if (curl_easy_perform(reader->curl) == CURLE_OK) {
        curl_easy_getinfo(reader->curl, CURLINFO_RESPONSE_CODE, &status);
    }
    return status;
}

long
http_reader_post(http_reader *reader, const char *address, const char *body, const char *key, size_t size_max)
{
    struct curl_slist *headers = post_headers(reader, key);
    long status;

    curl_easy_setopt(reader->curl, CURLOPT_URL, address);
    curl_easy_setopt(reader->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(reader->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    curl_easy_setopt(reader->curl, CURLOPT_POSTFIELDS, body);
    status = post_once(reader, size_max);
    for (unsigned waited = 0; (status == 0 || status == 429 || status == 503) && waited < PATIENCE_SECONDS;) {
        curl_off_t wait = 0;

        (void)curl_easy_getinfo(reader->curl, CURLINFO_RETRY_AFTER, &wait);
        wait = wait < 1 ? 1 : wait < PATIENCE_SECONDS ? wait : PATIENCE_SECONDS;
        sleep((unsigned)wait);
        waited += (unsigned)wait;
        status = post_once(reader, size_max);
    }
    curl_easy_setopt(reader->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(reader->curl, CURLOPT_HTTPHEADER, reader->headers);
    curl_slist_free_all(headers);
    return status;
}
