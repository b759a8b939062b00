/*
 * limit_table.h - the counters of all limits of the process, in memory of one fixed size. Words: key, due, set.
 *
 * Each counter is one time (GCRA, the token bucket without tokens): when the bucket will be full again. A key has its place in
 * one of 4 entries of a set; a new key takes the entry whose bucket is fullest, so under a flood of new keys those that
 * have used up most are remembered longest. Sets are guarded by striped locks.
 */
#ifndef HTTP_LIMIT_TABLE_H
#define HTTP_LIMIT_TABLE_H

#include "base/limits.h"

typedef struct limit_outcome {
    bool allowed;
    uint32_t left;    /* how many more at once */
    uint32_t full_s;  /* until the whole quota is there again */
    uint32_t retry_s; /* refused: until one is allowed, at least 1 */
} limit_outcome;

/* Makes the table; once, before any other thread is. */
void
limit_table_init(void);

/* Takes one of the quota (whose count is not 0) of the subject with that identity; now_ns is of clock_elapsed_ns(). */
limit_outcome
limit_table_take(limit_class class, limit_subject subject, const uint8_t identity[16],
                 const limit_quota *quota, int64_t now_ns);

#endif
