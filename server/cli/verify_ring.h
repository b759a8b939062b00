/*
 * verify_ring.h - transactions that wrote more than one journal. Each of their entries names the next journal, in a ring:
 * a journal that lost its part, with its tail cut off and its head set back, is found by the one before it.
 */
#ifndef MPOS_CLI_VERIFY_RING_H
#define MPOS_CLI_VERIFY_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one journal's part of a transaction says: there is another in the journal `next`. */
typedef struct ring_claim {
    bool used;
    bool met;    /* the other part was found */
    int journal; /* index in the run */
    uint32_t epoch;
    uint64_t seq; /* of the first entry that says so */
    int64_t recorded;
    uint8_t transaction[16];
    uint8_t next[16];
} ring_claim;

/* Open addressing by transaction. Zeroed, it is empty. */
typedef struct ring_map {
    ring_claim *claims;
    size_t capacity; /* power of two, or 0 */
    size_t count;
} ring_map;

struct verify_run;
struct verify_entry;

/* Notes the member "next" of an entry's audit section; false when its text is no journal's id. */
bool
verify_ring_note(struct verify_run *run, int journal, const struct verify_entry *entry, const char *next,
                 size_t size);

/* After all walks by SQL: reports the parts that are not there. Looks them up where they were not walked. */
void
verify_ring_end(struct verify_run *run);

void
verify_ring_dispose(ring_map *ring);

#endif
