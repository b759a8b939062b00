/* verify_ring.c - see verify_ring.h. Only what entries with a "next" say is remembered. */
#include "verify_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "canon.h"
#include "cli.h"
#include "verify.h"
#include "verify_copy.h"

/* Where a header keeps the time and the transaction. */
enum { RECORDED_AT = 64, TRANSACTION_AT = 72 };
/* Clocks of two journals may differ in the last transaction before a month was retired. */
#define RETIRED_SLACK_US (INT64_C(3600) * 1000000)

static size_t
first_slot(const ring_map *ring, const uint8_t transaction[16])
{
    uint64_t hash =
        (mpos_get_u64(transaction) ^ mpos_get_u64(transaction + 8)) * UINT64_C(0x9E3779B97F4A7C15);

    return (size_t)(hash >> 32) & (ring->capacity - 1);
}

static size_t
next_slot(const ring_map *ring, size_t at)
{
    return (at + 1) & (ring->capacity - 1);
}

static void
insert(ring_map *ring, const ring_claim *claim)
{
    size_t at = first_slot(ring, claim->transaction);

    while (ring->claims[at].used) {
        at = next_slot(ring, at);
    }
    ring->claims[at] = *claim;
}

static void
grow(ring_map *ring)
{
    ring_map larger = {.capacity = ring->capacity == 0 ? 256 : ring->capacity * 2, .count = ring->count};

    larger.claims = cli_alloc(sizeof *larger.claims * larger.capacity);
    memset(larger.claims, 0, sizeof *larger.claims * larger.capacity);
    for (size_t i = 0; i < ring->capacity; i++) {
        if (ring->claims[i].used) {
            insert(&larger, &ring->claims[i]);
        }
    }
    free(ring->claims);
    *ring = larger;
}

/* Whether the journal has said so before: all parts i of n do. */
static bool
is_known(const ring_map *ring, const ring_claim *claim)
{
    size_t at = first_slot(ring, claim->transaction);

    for (; ring->claims[at].used; at = next_slot(ring, at)) {
        const ring_claim *other = &ring->claims[at];

        if (other->journal == claim->journal && memcmp(other->transaction, claim->transaction, 16) == 0 &&
            memcmp(other->next, claim->next, 16) == 0) {
            return true;
        }
    }
    return false;
}

bool
verify_ring_note(verify_run *run, int journal, const verify_entry *e, const char *next, size_t size)
{
    ring_map *ring = &run->ring;
    ring_claim claim = {.used = true,
                        .journal = journal,
                        .epoch = e->epoch,
                        .seq = e->seq,
                        .recorded = (int64_t)mpos_get_u64(e->header + RECORDED_AT)};
    size_t id_size = 0;

    if (mpos_base64url_decode(next, size, claim.next, sizeof claim.next, &id_size) != MPOS_OK ||
        id_size != sizeof claim.next) {
        return false;
    }
    memcpy(claim.transaction, e->header + TRANSACTION_AT, sizeof claim.transaction);
    if (ring->count * 3 >= ring->capacity * 2) {
        grow(ring);
    }
    if (!is_known(ring, &claim)) {
        insert(ring, &claim);
        ring->count++;
    }
    return true;
}

/* The journal has a part of the transaction: whoever names it is right. */
static void
meet(ring_map *ring, const uint8_t transaction[16], const uint8_t journal[16])
{
    size_t at = first_slot(ring, transaction);

    for (; ring->claims[at].used; at = next_slot(ring, at)) {
        ring_claim *claim = &ring->claims[at];

        if (memcmp(claim->transaction, transaction, 16) == 0 && memcmp(claim->next, journal, 16) == 0) {
            claim->met = true;
        }
    }
}

/* The journals that somebody names and that have not said so themselves: true in wanted. Neighbours often name the same. */
static void
find_wanted(const verify_run *run, bool *wanted)
{
    const ring_map *ring = &run->ring;
    int last = 0;

    for (size_t i = 0; i < ring->capacity; i++) {
        const ring_claim *claim = &ring->claims[i];

        if (!claim->used || claim->met) {
            continue;
        }
        if (memcmp(run->journals[last].id_bytes, claim->next, 16) != 0) {
            for (last = run->journal_count - 1;
                 last > 0 && memcmp(run->journals[last].id_bytes, claim->next, 16) != 0; last--) {
            }
        }
        wanted[last] = wanted[last] || memcmp(run->journals[last].id_bytes, claim->next, 16) == 0;
    }
}

/* Parts of a journal that say nothing themselves: not walked, erased, or retired with their month. */
static void
look_up(verify_run *run, const verify_journal *journal)
{
    ring_map *ring = &run->ring;
    char query[160];
    copy_stream stream;
    const copy_row *row;
    bool retired = false;
    int64_t retired_until = 0;

    snprintf(query, sizeof query,
             "SELECT last_time FROM journal.retired WHERE journal_id = '%s' ORDER BY month", journal->id);
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        retired = true;
        retired_until = (int64_t)copy_u64(row, 0) + RETIRED_SLACK_US;
    }
    for (size_t i = 0; retired && i < ring->capacity; i++) {
        ring_claim *claim = &ring->claims[i];

        claim->met = claim->met ||
                     (claim->recorded <= retired_until && memcmp(claim->next, journal->id_bytes, 16) == 0);
    }
    snprintf(query, sizeof query, "SELECT substr(header, %d, 16) FROM journal.entry WHERE journal_id = '%s'",
             TRANSACTION_AT + 1, journal->id);
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        if (row->sizes[0] == 16) {
            meet(ring, row->values[0], journal->id_bytes);
        }
    }
}

static void
report(verify_run *run, const ring_claim *claim)
{
    char next[37];
    const uint8_t *b = claim->next;

    snprintf(next, sizeof next, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    verify_report(run, &run->journals[claim->journal], claim->epoch, claim->seq, "part_missing",
                  "journal %s has no entry of the same transaction", next);
}

void
verify_ring_end(verify_run *run)
{
    ring_map *ring = &run->ring;
    bool *wanted = cli_alloc(sizeof *wanted * (size_t)(run->journal_count + 1));

    memset(wanted, 0, sizeof *wanted * (size_t)(run->journal_count + 1));
    for (size_t i = 0; i < ring->capacity; i++) {
        if (ring->claims[i].used) {
            meet(ring, ring->claims[i].transaction, run->journals[ring->claims[i].journal].id_bytes);
        }
    }
    find_wanted(run, wanted);
    for (int i = 0; i < run->journal_count; i++) {
        if (wanted[i]) {
            look_up(run, &run->journals[i]);
        }
    }
    for (size_t i = 0; i < ring->capacity; i++) {
        if (ring->claims[i].used && !ring->claims[i].met) {
            report(run, &ring->claims[i]);
        }
    }
    free(wanted);
}

void
verify_ring_dispose(ring_map *ring)
{
    free(ring->claims);
    memset(ring, 0, sizeof *ring);
}
