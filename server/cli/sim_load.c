/*
 * sim_load.c - orders on their way, over one curl multi handle. An order is placed, then paid with what the answer says
 * is due. A request without an answer, or answered "try again", is sent again under the same key.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "sim.h"

#define TRIES_MAX 20
#define RETRY_US 100000
#define CONNECTIONS_MAX 64L
#define REQUEST_SECONDS 20L

typedef enum order_step { STEP_PLACE, STEP_PAY } order_step;

typedef struct order {
    struct order *next; /* waiting for its time to be sent again, or for reuse */
    sim_load *load;
    CURL *curl;
    struct curl_slist *headers;
    order_step step;
    char *body;
    sim_text answer;
    char key[33];
    int tries;
    int64_t came_us;
    int64_t send_us;
} order;

struct sim_load {
    CURLM *multi;
    const char *url;
    const char *ca_file;
    struct curl_slist *headers;
    order *waiting;
    order *unused;
    sim_totals totals;
};

int64_t
sim_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
sim_text_add(sim_text *text, const char *bytes, size_t size)
{
    text->data = cli_realloc(text->data, text->size + size + 1);
    memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void
sim_latencies_add(sim_latencies *list, int64_t us)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 1024 : list->capacity * 2;
        list->values = cli_realloc(list->values, sizeof *list->values * list->capacity);
    }
    list->values[list->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int
compare(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double
sim_quantile(sim_latencies *list, double share)
{
    size_t at;

    if (list->count == 0) {
        return 0;
    }
    qsort(list->values, list->count, sizeof *list->values, compare);
    at = (size_t)((double)list->count * share);
    return list->values[at < list->count ? at : list->count - 1] / 1000.0;
}

static size_t
on_bytes(char *bytes, size_t one, size_t size, void *context)
{
    (void)one;
    sim_text_add(&((order *)context)->answer, bytes, size);
    return size;
}

static void
new_key(order *o)
{
    uint8_t random[16];

    randombytes_buf(random, sizeof random);
    sodium_bin2hex(o->key, sizeof o->key, random, sizeof random);
}

/* The shared headers and this request's key. */
static struct curl_slist *
headers_of(const order *o)
{
    char key[64];
    struct curl_slist *list;

    snprintf(key, sizeof key, "Idempotency-Key: %s", o->key);
    list = curl_slist_append(NULL, key);
    for (const struct curl_slist *one = o->load->headers; one != NULL && list != NULL; one = one->next) {
        list = curl_slist_append(list, one->data);
    }
    if (list == NULL) {
        cli_fail("out of memory");
    }
    return list;
}

static void
send_request(order *o)
{
    char url[512];

    snprintf(url, sizeof url, "%s%s", o->load->url, o->step == STEP_PLACE ? "/v1/orders" : "/v1/payments");
    o->answer.size = 0;
    curl_slist_free_all(o->headers);
    o->headers = headers_of(o);
    curl_easy_setopt(o->curl, CURLOPT_URL, url);
    curl_easy_setopt(o->curl, CURLOPT_HTTPHEADER, o->headers);
    curl_easy_setopt(o->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(o->body));
    curl_easy_setopt(o->curl, CURLOPT_POSTFIELDS, o->body);
    if (curl_multi_add_handle(o->load->multi, o->curl) != CURLM_OK) {
        cli_fail("libcurl refuses a request");
    }
}

static order *
new_order(sim_load *load)
{
    order *o = load->unused;

    if (o != NULL) {
        load->unused = o->next;
        return o;
    }
    o = cli_alloc(sizeof *o);
    memset(o, 0, sizeof *o);
    o->load = load;
    o->curl = curl_easy_init();
    if (o->curl == NULL) {
        cli_fail("libcurl does not start");
    }
    curl_easy_setopt(o->curl, CURLOPT_PRIVATE, o);
    curl_easy_setopt(o->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(o->curl, CURLOPT_WRITEDATA, o);
    curl_easy_setopt(o->curl, CURLOPT_TIMEOUT, REQUEST_SECONDS);
    curl_easy_setopt(o->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    if (load->ca_file != NULL) {
        curl_easy_setopt(o->curl, CURLOPT_CAINFO, load->ca_file);
    }
    return o;
}

void
sim_load_order(sim_load *load, char *cart, int64_t due_us)
{
    order *o = new_order(load);

    o->step = STEP_PLACE;
    o->body = cart;
    o->came_us = due_us;
    o->tries = 0;
    new_key(o);
    load->totals.open++;
    send_request(o);
}

static void
finish(order *o)
{
    free(o->body);
    o->body = NULL;
    o->load->totals.open--;
    o->next = o->load->unused;
    o->load->unused = o;
}

static void
pay(order *o, const json_t *placed)
{
    json_t *payment = json_pack("{s:O, s:s, s:O}", "order_id", json_object_get(placed, "id"), "tender",
                                "cash", "amount", json_object_get(placed, "total"));

    free(o->body);
    o->body = payment != NULL ? json_dumps(payment, JSON_COMPACT) : NULL;
    json_decref(payment);
    if (o->body == NULL) {
        cli_fail("the server's answer to an order has no id or total");
    }
    o->step = STEP_PAY;
    o->tries = 0;
    new_key(o);
    send_request(o);
}

static void
succeed(order *o, const json_t *answer)
{
    sim_totals *totals = &o->load->totals;
    const json_t *placed = json_object_get(answer, "order");
    int64_t latency = sim_now() - o->came_us;

    if (o->step == STEP_PLACE && json_integer_value(json_object_get(placed, "total")) > 0) {
        pay(o, placed);
        return;
    }
    totals->paid++;
    totals->value += (uint64_t)json_integer_value(json_object_get(placed, "total"));
    sim_latencies_add(&totals->latencies, latency);
    sim_latencies_add(&totals->window, latency);
    finish(o);
}

static void
try_again(order *o)
{
    if (++o->tries > TRIES_MAX) {
        o->load->totals.given_up++;
        finish(o);
        return;
    }
    o->load->totals.retried++;
    o->send_us = sim_now() + RETRY_US;
    o->next = o->load->waiting;
    o->load->waiting = o;
}

static void
refuse(order *o, long status, const json_t *problem)
{
    const char *code = json_string_value(json_object_get(problem, "code"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));

    o->load->totals.refused++;
    snprintf(o->load->totals.problem, sizeof o->load->totals.problem, "%ld %s %s", status,
             code != NULL ? code : "", detail != NULL ? detail : "");
    finish(o);
}

static void
on_done(order *o, CURLcode result)
{
    long status = 0;
    json_t *answer;

    curl_multi_remove_handle(o->load->multi, o->curl);
    curl_easy_getinfo(o->curl, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status == 503 || status == 429) {
        try_again(o);
        return;
    }
    answer = o->answer.size > 0 ? json_loadb(o->answer.data, o->answer.size, 0, NULL) : NULL;
    if (status >= 200 && status < 300 && answer != NULL) {
        succeed(o, answer);
    } else {
        refuse(o, status, answer);
    }
    json_decref(answer);
}

static void
send_waiting(sim_load *load)
{
    order **place = &load->waiting;
    int64_t now = sim_now();

    while (*place != NULL) {
        order *o = *place;

        if (o->send_us > now) {
            place = &o->next;
            continue;
        }
        *place = o->next;
        send_request(o);
    }
}

void
sim_load_turn(sim_load *load, int wait_ms)
{
    int running, left;
    CURLMsg *message;

    send_waiting(load);
    curl_multi_perform(load->multi, &running);
    while ((message = curl_multi_info_read(load->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            char *context;
            CURLcode result = message->data.result;

            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context);
            on_done((order *)(void *)context, result);
        }
    }
    curl_multi_poll(load->multi, NULL, 0, wait_ms, NULL);
}

sim_load *
sim_load_new(const char *url, struct curl_slist *headers, const char *ca_file)
{
    sim_load *load = cli_alloc(sizeof *load);

    memset(load, 0, sizeof *load);
    load->url = url;
    load->headers = headers;
    load->ca_file = ca_file;
    load->multi = curl_multi_init();
    if (load->multi == NULL) {
        cli_fail("libcurl does not start");
    }
    curl_multi_setopt(load->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX);
    return load;
}

sim_totals *
sim_load_totals(sim_load *load)
{
    return &load->totals;
}

void
sim_load_free(sim_load *load)
{
    while (load->unused != NULL) {
        order *o = load->unused;

        load->unused = o->next;
        curl_easy_cleanup(o->curl);
        curl_slist_free_all(o->headers);
        free(o->answer.data);
        free(o);
    }
    curl_multi_cleanup(load->multi);
    free(load->totals.latencies.values);
    free(load->totals.window.values);
    free(load);
}
