/* simulate.c - mpos simulate: signs in, reads the catalogue, lets guests order, shows a line a second and a summary. */
#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "sim.h"

#define OPEN_MAX_ORDERS 5000
#define DRAIN_US 30000000

static const char *const help =
    "Usage: mpos simulate [--rate N] [--seconds S] [OPTION]...\n\n"
    "A lunch rush through the public API: N orders a second (default 20) for S seconds (default 30), each "
    "placed, sent to\n"
    "the kitchen and paid in cash. Guests come at their time whether the server is quick or not; a latency "
    "counts from\n"
    "then to the paid answer. Shows a line a second and a summary.\n\n"
    "  --url URL      server (default http://localhost:4104)\n"
    "  --tenant T     business (default demo-cafe)      --outlet O   outlet (default main)\n"
    "  --staff N      staff number (default 101)        --pin P      PIN (default 1234)\n"
    "  --cacert FILE  certificate authority of an https URL\n\n"
    "Exit status: 0 when every order was paid, 1 when some were refused or given up, 3 when nothing could "
    "begin.\n";

typedef struct sim_options {
    long rate;
    long seconds;
    const char *url;
    const char *tenant;
    const char *outlet;
    const char *staff;
    const char *pin;
    const char *ca_file;
} sim_options;

static size_t
on_bytes(char *bytes, size_t one, size_t size, void *text)
{
    (void)one;
    sim_text_add(text, bytes, size);
    return size;
}

/* One request that has to succeed; body NULL for GET. The caller releases the document. */
static json_t *
must_request(const sim_options *o, const char *path, const char *body, struct curl_slist *headers)
{
    CURL *curl = curl_easy_init();
    sim_text answer = {0};
    char url[512], error[CURL_ERROR_SIZE] = "";
    long status = 0;
    json_t *doc;

    snprintf(url, sizeof url, "%s%s", o->url, path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    if (body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    if (o->ca_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, o->ca_file);
    }
    if (curl_easy_perform(curl) != CURLE_OK) {
        cli_fail("%s: %s; is the server running (make run)?", url, error);
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    doc = answer.size > 0 ? json_loadb(answer.data, answer.size, 0, NULL) : NULL;
    if (status != 200 || doc == NULL) {
        cli_fail("%s answers %ld: %s", path, status, answer.size > 0 ? answer.data : "nothing");
    }
    curl_easy_cleanup(curl);
    free(answer.data);
    return doc;
}

/* Signs in as an integrator (no register); the caller frees the headers for all later requests. */
static struct curl_slist *
sign_in(const sim_options *o)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    json_t *credentials = json_pack("{s:s, s:s, s:s, s:s}", "tenant", o->tenant, "outlet", o->outlet, "staff",
                                    o->staff, "pin", o->pin);
    char *body = json_dumps(credentials, JSON_COMPACT);
    json_t *session = must_request(o, "/v1/auth/pin", body, headers);
    const char *token = json_string_value(json_object_get(session, "token"));
    sim_text bearer = {0};

    if (token == NULL) {
        cli_fail("the answer to the sign-in has no token");
    }
    sim_text_add(&bearer, "Authorization: Bearer ", 22);
    sim_text_add(&bearer, token, strlen(token));
    headers = curl_slist_append(headers, bearer.data);
    free(bearer.data);
    free(body);
    json_decref(credentials);
    json_decref(session);
    return headers;
}

static json_t *
read_part(const sim_options *o, const json_t *part, struct curl_slist *headers)
{
    char path[sizeof "/v1/published/" + 64];
    const char *hash = json_string_value(json_object_get(part, "hash"));

    snprintf(path, sizeof path, "/v1/published/%.64s", hash != NULL ? hash : "");
    return must_request(o, path, NULL, headers);
}

/* The published catalogue with its groups and all its items as one object. */
static json_t *
read_catalogue(const sim_options *o, struct curl_slist *headers)
{
    json_t *manifest = must_request(o, "/v1/catalogue", NULL, headers);
    json_t *catalogue = read_part(o, json_object_get(manifest, "menu"), headers);
    json_t *items = json_array();
    const json_t *part;
    size_t i;

    json_array_foreach(json_object_get(manifest, "items"), i, part)
    {
        json_t *chunk = read_part(o, part, headers);

        json_array_extend(items, json_object_get(chunk, "items"));
        json_decref(chunk);
    }
    json_object_set_new(catalogue, "items", items);
    json_decref(manifest);
    return catalogue;
}

static void
show(sim_totals *totals, double seconds)
{
    bool terminal = isatty(STDOUT_FILENO);

    printf(
        "%s%5.0f s  %7llu paid  %5zu/s  p50 %7.1f ms  p99 %7.1f ms  open %4zu  again %4llu  refused %4llu%s",
        terminal ? "\r" : "", seconds, (unsigned long long)totals->paid, totals->window.count,
        sim_quantile(&totals->window, 0.5), sim_quantile(&totals->window, 0.99), totals->open,
        (unsigned long long)totals->retried, (unsigned long long)totals->refused, terminal ? "" : "\n");
    fflush(stdout);
    totals->window.count = 0;
}

/* Guests come until the time is over, then what is open may finish. Returns how many stayed away at a full queue. */
static uint64_t
rush(const sim_options *o, sim_load *load, const json_t *catalogue)
{
    sim_totals *totals = sim_load_totals(load);
    int64_t start = sim_now(), shown = start, now = start;
    int64_t count = o->rate * o->seconds, next = 0;
    uint64_t turned_away = 0;

    while (next < count || (totals->open > 0 && now < start + o->seconds * 1000000 + DRAIN_US)) {
        int64_t due = start + next * 1000000 / o->rate;

        for (; next < count && due <= now; due = start + ++next * 1000000 / o->rate) {
            if (totals->open < OPEN_MAX_ORDERS) {
                sim_load_order(load, sim_cart(catalogue), due);
            } else {
                turned_away++;
            }
        }
        sim_load_turn(load, next < count && due - now < 20000 ? (int)((due - now + 999) / 1000) : 20);
        now = sim_now();
        if (now - shown >= 1000000) {
            show(totals, (double)(now - start) / 1e6);
            shown += 1000000;
        }
    }
    totals->given_up += totals->open;
    return turned_away;
}

static int
summarise(const sim_options *o, sim_totals *totals, uint64_t turned_away)
{
    uint64_t wanted = (uint64_t)(o->rate * o->seconds);

    printf("\n%llu orders wanted, %llu paid (%.2f in major units), %llu refused, %llu given up, %llu turned "
           "away, %llu requests "
           "repeated\n",
           (unsigned long long)wanted, (unsigned long long)totals->paid, (double)totals->value / 100,
           (unsigned long long)totals->refused, (unsigned long long)totals->given_up,
           (unsigned long long)turned_away, (unsigned long long)totals->retried);
    printf("from the guest to the paid answer: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, longest %.1f ms\n",
           sim_quantile(&totals->latencies, 0.5), sim_quantile(&totals->latencies, 0.9),
           sim_quantile(&totals->latencies, 0.99), sim_quantile(&totals->latencies, 1));
    if (totals->problem[0] != '\0') {
        printf("the newest refusal: %s\n", totals->problem);
    }
    return totals->paid == wanted ? CLI_OK : CLI_FINDINGS;
}

int
cli_simulate(int argc, char **argv)
{
    sim_options o = {.rate = 20,
                     .seconds = 30,
                     .url = "http://localhost:4104",
                     .tenant = "demo-cafe",
                     .outlet = "main",
                     .staff = "101",
                     .pin = "1234"};
    const cli_option options[] = {
        {"--rate", .number = &o.rate},   {"--seconds", .number = &o.seconds}, {"--url", .text = &o.url},
        {"--tenant", .text = &o.tenant}, {"--outlet", .text = &o.outlet},     {"--staff", .text = &o.staff},
        {"--pin", .text = &o.pin},       {"--cacert", .text = &o.ca_file},    {0}};
    struct curl_slist *headers;
    json_t *catalogue;
    sim_load *load;
    uint64_t turned_away;
    int status;

    if (cli_options("simulate", help, options, argc, argv) > 0) {
        cli_usage("simulate", "simulate takes options only");
    }
    if (o.rate > 100000 || o.seconds > 86400) {
        cli_usage("simulate", "at most 100000 orders a second and 86400 seconds");
    }
    if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        cli_fail("a library does not start");
    }
    headers = sign_in(&o);
    catalogue = read_catalogue(&o, headers);
    load = sim_load_new(o.url, headers, o.ca_file);
    printf("%ld orders/s for %ld s at %s, %s/%s\n", o.rate, o.seconds, o.url, o.tenant, o.outlet);
    turned_away = rush(&o, load, catalogue);
    status = summarise(&o, sim_load_totals(load), turned_away);
    sim_load_free(load);
    json_decref(catalogue);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return status;
}
