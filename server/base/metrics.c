/* metrics.c - blocks of all threads and their sum as text. */
#include "base/metrics.h"

#include <stdlib.h>

#define THREADS_MAX 64

static const struct {
    const char *type;
    const char *name;
    const char *help;
} rows[METRIC_COUNT] = {
#define METRIC(name, type, text, help) {#type, text, help},
#include "base/metrics.def"
#undef METRIC
};

/* Upper bounds in µs; the last bucket has none. */
static const int64_t bounds_us[METRICS_BUCKETS - 1] = {500,   1000,   2000,   5000,    10000,  20000,
                                                       50000, 100000, 500000, 1000000, 5000000};
static metrics *blocks[THREADS_MAX];

metrics *
metrics_of_thread(unsigned index)
{
    if (blocks[index] == NULL) {
        blocks[index] = calloc(1, sizeof(metrics));
        if (blocks[index] == NULL) {
            abort();
        }
    }
    return blocks[index];
}

void
metrics_answered(metrics *block, int status, int64_t duration_us)
{
    size_t bucket = 0;
    int64_t value;

    metrics_add(block,
                status < 400   ? METRIC_ANSWERS_OK
                : status < 500 ? METRIC_ANSWERS_REFUSED
                               : METRIC_ANSWERS_FAILED,
                1);
    while (bucket < METRICS_BUCKETS - 1 && duration_us > bounds_us[bucket]) {
        bucket++;
    }
    value = atomic_load_explicit(&block->duration[bucket], memory_order_relaxed);
    atomic_store_explicit(&block->duration[bucket], value + 1, memory_order_relaxed);
    value = atomic_load_explicit(&block->duration_sum_us, memory_order_relaxed);
    atomic_store_explicit(&block->duration_sum_us, value + duration_us, memory_order_relaxed);
}

static void
add_durations(text_buf *out)
{
    int64_t count = 0;
    int64_t sum_us = 0;

    text_add_z(out, "# HELP mpos_request_seconds Time from request to answer\n"
                    "# TYPE mpos_request_seconds histogram\n");
    for (size_t bucket = 0; bucket < METRICS_BUCKETS; bucket++) {
        for (size_t i = 0; i < THREADS_MAX && blocks[i] != NULL; i++) {
            count += blocks[i]->duration[bucket];
        }
        if (bucket < METRICS_BUCKETS - 1) {
            text_addf(out, "mpos_request_seconds_bucket{le=\"%g\"} %lld\n", (double)bounds_us[bucket] / 1e6,
                      (long long)count);
        } else {
            text_addf(out, "mpos_request_seconds_bucket{le=\"+Inf\"} %lld\n", (long long)count);
        }
    }
    for (size_t i = 0; i < THREADS_MAX && blocks[i] != NULL; i++) {
        sum_us += blocks[i]->duration_sum_us;
    }
    text_addf(out, "mpos_request_seconds_sum %.6f\nmpos_request_seconds_count %lld\n", (double)sum_us / 1e6,
              (long long)count);
}

void
metrics_text(text_buf *out)
{
    for (size_t which = 0; which < METRIC_COUNT; which++) {
        int64_t sum = 0;

        for (size_t i = 0; i < THREADS_MAX && blocks[i] != NULL; i++) {
            sum += blocks[i]->values[which];
        }
        text_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", rows[which].name, rows[which].help,
                  rows[which].name, rows[which].type, rows[which].name, (long long)sum);
    }
    add_durations(out);
}
