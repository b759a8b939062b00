/*
 * metrics.h - counters of one thread, summed when somebody asks. Words: counter, gauge, histogram.
 *
 * Each thread writes only its own block (no lock, no shared cache line); readers may be a moment behind.
 */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/text.h"

typedef enum metric {
#define METRIC(name, type, text, help) METRIC_##name,
#include "base/metrics.def"
#undef METRIC
    METRIC_COUNT
} metric;

#define METRICS_BUCKETS 12

typedef struct metrics {
    _Atomic int64_t values[METRIC_COUNT];
    _Atomic int64_t duration[METRICS_BUCKETS];
    _Atomic int64_t duration_sum_us;
} metrics;

/* The block of thread number index; made at first use, lives as long as the process. */
metrics *
metrics_of_thread(unsigned index);

static inline void
metrics_add(metrics *block, metric which, int64_t delta)
{
    int64_t value = atomic_load_explicit(&block->values[which], memory_order_relaxed);

    atomic_store_explicit(&block->values[which], value + delta, memory_order_relaxed);
}

/* One answered API request. */
void
metrics_answered(metrics *block, int status, int64_t duration_us);

/* The sums of all threads in the Prometheus text format. */
void
metrics_text(text_buf *out);

#endif
