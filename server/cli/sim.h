/*
 * sim.h - mpos simulate: guests order at a steady rate, whatever the server does, as at a lunch rush.
 * Words: order (placed, then paid: two requests), cart (its lines), latency (from when the guest came to the paid answer).
 */
#ifndef MPOS_CLI_SIM_H
#define MPOS_CLI_SIM_H

#include <curl/curl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing text; begins zeroed, ends with free(data). Always NUL-terminated when not empty. */
typedef struct sim_text {
    char *data;
    size_t size;
} sim_text;

void
sim_text_add(sim_text *text, const char *bytes, size_t size);

/* Latencies in µs. Begins zeroed, ends with free(values). */
typedef struct sim_latencies {
    uint32_t *values;
    size_t count;
    size_t capacity;
} sim_latencies;

void
sim_latencies_add(sim_latencies *list, int64_t us);

/* The value that a share (0.5, 0.99) of the list does not exceed, in ms; 0 for an empty list. Sorts the list. */
double
sim_quantile(sim_latencies *list, double share);

/* A random cart of a catalogue as the body of POST /v1/orders; the caller frees the text. */
char *
sim_cart(const json_t *catalogue);

typedef struct sim_totals {
    uint64_t paid;
    uint64_t refused; /* answers that are neither success nor "try again" */
    uint64_t retried; /* requests sent again under the same key */
    uint64_t given_up;
    uint64_t value; /* minor units of the paid orders */
    size_t open;    /* orders on their way */
    sim_latencies latencies;
    sim_latencies window; /* since the last report; whoever reports empties it */
    char problem[128];    /* code and detail of the newest refusal */
} sim_totals;

typedef struct sim_load sim_load;

/* headers: borrowed, with the bearer token. Ends the program when curl does not work. */
sim_load *
sim_load_new(const char *url, struct curl_slist *headers, const char *ca_file);

/* One guest who came at due_us (monotonic clock) with this cart, which the load takes over. */
void
sim_load_order(sim_load *load, char *cart, int64_t due_us);

/* Moves everything along, waiting at most wait_ms for the network. */
void
sim_load_turn(sim_load *load, int wait_ms);

/* Borrowed; changes with every turn. */
sim_totals *
sim_load_totals(sim_load *load);

void
sim_load_free(sim_load *load);

/* Monotonic clock in µs. */
int64_t
sim_now(void);

#endif
