/* witness_http.c - libcurl, with a bound on everything: a witness is somebody else's server. */
#include "signer/witness_http.h"

#include <curl/curl.h>
#include <stdio.h>

#define CONNECT_MS_MAX 5000L
#define ANSWER_MS_MAX 10000L
#define ANSWER_SIZE_MAX 65536

static size_t
take(char *data, size_t size, size_t count, void *to)
{
    text_buf *answer = to;

    if (answer->len + size * count > ANSWER_SIZE_MAX) {
        return 0;
    }
    text_add(answer, data, size * count);
    return size * count;
}

static int
give_up(void *end, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load((const atomic_bool *)end) ? 1 : 0;
}

static void
set_up(witness_http *http)
{
    CURL *curl = http->curl;

    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ANSWER_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->error);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, give_up);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http->end);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "mpos-signer/" MPOS_VERSION);
}

long
witness_http_post(witness_http *http, const char *url, const text_buf *body, text_buf *answer)
{
    struct curl_slist *headers = NULL;
    CURLcode result;
    long status = 0;

    http->error[0] = '\0';
    if (http->curl == NULL) {
        http->curl = curl_easy_init();
        if (http->curl == NULL) {
            snprintf(http->error, sizeof http->error, "libcurl does not start");
            return 0;
        }
        set_up(http);
    }
    headers = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(http->curl, CURLOPT_URL, url);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body->data);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE, (long)body->len);
    curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, answer);
    result = curl_easy_perform(http->curl);
    curl_slist_free_all(headers);
    if (result != CURLE_OK) {
        if (http->error[0] == '\0') {
            snprintf(http->error, sizeof http->error, "%s", curl_easy_strerror(result));
        }
        return 0;
    }
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

void
witness_http_close(witness_http *http)
{
    if (http->curl != NULL) {
        curl_easy_cleanup(http->curl);
        http->curl = NULL;
    }
}
