/*
 * verify_retired.c - journals whose oldest months were detached: leaves from tiles stand for their entries, a manifest for
 * what they said of rows. An entry of kind 6 must say just that.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "cli.h"
#include "verify.h"
#include "verify_copy.h"

/* Where journal.retired says that the rest begins, and which entry says so. */
typedef struct position {
    uint32_t epoch;
    uint64_t seq;
    uint8_t leaf[32];
    int64_t time;
    uint32_t entry_epoch;
    uint64_t entry_seq;
} position;

static bool
read_position(verify_run *run, const verify_journal *journal, position *out)
{
    char query[256];
    copy_stream stream;
    const copy_row *row;
    bool found = false;

    snprintf(query, sizeof query,
             "SELECT epoch, next_seq, last_leaf, last_time, entry_epoch, entry_seq FROM journal.retired "
             "WHERE journal_id = '%s' ORDER BY month",
             journal->id);
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        found = true;
        *out = (position){.epoch = copy_u32(row, 0),
                          .seq = copy_u64(row, 1),
                          .time = (int64_t)copy_u64(row, 3),
                          .entry_epoch = copy_u32(row, 4),
                          .entry_seq = copy_u64(row, 5)};
        if (row->sizes[2] == 32) {
            memcpy(out->leaf, row->values[2], 32);
        }
    }
    return found;
}

/* The leaves that tiles keep up to the position, of older epochs too. Read on the connection of the walk, not yet busy. */
static void
take_leaves(verify_run *run, int index, const position *to)
{
    verify_journal *journal = &run->journals[index];
    char query[256];
    copy_stream stream;
    const copy_row *row;

    snprintf(query, sizeof query,
             "SELECT epoch, n, hashes FROM journal.tile WHERE journal_id = '%s' AND level = 0 AND "
             "epoch <= %u ORDER BY epoch, n",
             journal->id, to->epoch);
    copy_begin(&stream, run->conn, query);
    while ((row = copy_next(&stream)) != NULL) {
        uint32_t epoch = copy_u32(row, 0);
        uint64_t seq = copy_u64(row, 1) * MPOS_TILE_WIDTH;
        int width = row->sizes[2] / 32;

        for (int i = 0; i < width && (epoch < to->epoch || seq + (uint64_t)i < to->seq); i++) {
            verify_walk_leaf(run, index, epoch, seq + (uint64_t)i, row->values[2] + i * 32);
        }
    }
}

static void
take_rows(verify_run *run, int index, const position *from)
{
    verify_journal *journal = &run->journals[index];
    verify_entry last = {.epoch = from->epoch, .seq = from->seq - 1};
    size_t size;
    char *text = verify_manifest_load(run, journal, from->entry_epoch, from->entry_seq, &size);

    verify_manifest_digest(text, size, journal->retired_digest);
    if (!verify_manifest_rows(run, index, &last, text, size)) {
        verify_report(run, journal, from->entry_epoch, from->entry_seq, "manifest",
                      "the rows of the retired months have another form");
    }
    free(text);
}

void
verify_retired_begin(verify_run *run, int index)
{
    verify_journal *journal = &run->journals[index];
    position from;

    if (!read_position(run, journal, &from)) {
        return;
    }
    take_leaves(run, index, &from);
    if (journal->epoch != from.epoch || journal->next_seq != from.seq ||
        memcmp(journal->last_leaf, from.leaf, 32) != 0) {
        verify_report(run, journal, from.epoch, from.seq, "retired",
                      "the tiles do not have the leaves of the entries before");
        verify_walk_resume(run, index, from.epoch, from.seq, from.leaf);
    }
    journal->last_time = from.time;
    journal->retired_by_known = true;
    journal->retired_by_epoch = from.entry_epoch;
    journal->retired_by_seq = from.entry_seq;
    take_rows(run, index, &from);
}

/* By URL only whole bundles are left out: the position lies in the last tile that was. */
static bool
is_position(const verify_run *run, const verify_journal *journal, uint32_t epoch, uint64_t seq,
            const uint8_t leaf[32])
{
    if (epoch != journal->start_epoch || seq > journal->start_seq || seq == 0) {
        return false;
    }
    if (journal->retired_by_known) {
        return seq == journal->start_seq && memcmp(leaf, journal->start_leaf, 32) == 0;
    }
    return (seq - 1) / MPOS_TILE_WIDTH == (journal->start_seq - 1) / MPOS_TILE_WIDTH &&
           memcmp(leaf, run->retired_tile + (seq - 1) % MPOS_TILE_WIDTH * 32, 32) == 0;
}

void
verify_retirement(verify_run *run, int index, const verify_entry *e, const json_t *audit)
{
    verify_journal *journal = &run->journals[index];
    const json_t *leaf_text = json_object_get(audit, "leaf"), *digest = json_object_get(audit, "digest");
    uint8_t leaf[32] = {0};
    size_t size = 0;

    if (!journal->retired_open || (journal->retired_by_known && (e->epoch != journal->retired_by_epoch ||
                                                                 e->seq != journal->retired_by_seq))) {
        return; /* of an older month; its part is in the newest one's manifest */
    }
    if (mpos_base64url_decode(json_string_value(leaf_text), json_string_length(leaf_text), leaf, sizeof leaf,
                              &size) == MPOS_OK &&
        size == sizeof leaf &&
        is_position(run, journal, (uint32_t)json_integer_value(json_object_get(audit, "epoch")),
                    (uint64_t)json_integer_value(json_object_get(audit, "next_seq")), leaf) &&
        (!journal->retired_by_known ||
         (json_string_length(digest) == MANIFEST_DIGEST_SIZE &&
          memcmp(json_string_value(digest), journal->retired_digest, MANIFEST_DIGEST_SIZE) == 0))) {
        journal->retired_open = false;
    } else if (journal->retired_by_known) {
        journal->retired_open = false;
        verify_report(run, journal, e->epoch, e->seq, "retired",
                      "the months before were retired in another state than this entry says");
    }
}

void
verify_retired_end(verify_run *run, int index)
{
    verify_journal *journal = &run->journals[index];

    if (journal->retired_open && run->conn == NULL) {
        /* It may lie in the bundle that went with the last of them. */
        printf("%llu entries are not shown, and no entry that retired them was seen\n",
               (unsigned long long)journal->retired);
    } else if (journal->retired_open) {
        verify_report(run, journal, journal->start_epoch, journal->start_seq, "retired",
                      "the entries before are not there, and no entry says that their months were retired");
    }
}
