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
