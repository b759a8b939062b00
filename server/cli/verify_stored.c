/*
 * verify_stored.c - what the database keeps beside the entries of an epoch: how far its tiles go, the tiles, the
 * checkpoints; and rows after declared rewrites.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "canon.h"
#include "cli.h"
#include "sha.h"
#include "signature.h"
#include "verify.h"
#include "verify_copy.h"

static void
begin_query(verify_run *run, copy_stream *stream, const verify_journal *journal, const char *columns,
            const char *from, const char *order)
{
    char query[512];

    snprintf(query, sizeof query,
             "SELECT %s FROM journal.%s WHERE journal_id = '%s' AND epoch = %u ORDER BY %s", columns, from,
             journal->id, journal->epoch, order);
    copy_begin(stream, run->side, query);
}

/* The same key under another name. Cosignatures and other types keep theirs. */
static mpos_note_key
renamed(mpos_note_key key, const char *name)
{
    if (key.type == MPOS_NOTE_ED25519) {
        key.name = name;
        key.name_size = strlen(name);
        key.id = mpos_note_key_id(&cli_digest, key.name, key.name_size, key.type, key.key, key.key_size);
    }
    return key;
}

/*
 * The signer's keys are known under the installation's name, but sign a log under the log's own: they count under both.
 * One of them must have signed; of the witnesses it is noted in run->keys who has.
 */
static mpos_note_fault
check_signatures(verify_run *run, const char *origin, const mpos_note *note)
{
    judge_keys *keys = &run->keys;
    size_t logs = keys->log_count, count = keys->count + logs;
    mpos_note_signer *signers = cli_alloc(sizeof *signers * (count + 1));
    mpos_note_fault fault;
    bool signed_by_log = false;

    memset(signers, 0, sizeof *signers * (count + 1));
    for (size_t i = 0; i < keys->count; i++) {
        signers[i].key = keys->signers[i].key;
        if (i < logs) {
            signers[keys->count + i].key = renamed(keys->signers[i].key, origin);
        }
    }
    fault = mpos_note_verify(&cli_verifier, note, signers, count);
    for (size_t i = 0; i < keys->count; i++) {
        keys->signers[i].signed_by = signers[i].signed_by;
        signed_by_log =
            signed_by_log || (i < logs && (signers[i].signed_by || signers[keys->count + i].signed_by));
    }
    free(signers);
    return fault == MPOS_NOTE_OK && !signed_by_log ? MPOS_NOTE_UNSIGNED : fault;
}

bool
verify_note(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t size, const uint8_t root[32],
            const char *note, size_t note_size)
{
    mpos_note parts;
    mpos_checkpoint checkpoint;
    char origin[512];
    mpos_note_fault fault = mpos_note_parse(note, note_size, &parts);

    snprintf(origin, sizeof origin, "%s/%u", journal->origin != NULL ? journal->origin : "", epoch);
    if (fault == MPOS_NOTE_OK) {
        fault = check_signatures(run, origin, &parts);
    }
    if (fault != MPOS_NOTE_OK) {
        verify_report(run, journal, epoch, size - 1, "note", "checkpoint of %llu entries: %s",
                      (unsigned long long)size, mpos_note_reason(fault));
        return false;
    }
    if (mpos_checkpoint_parse(parts.text, parts.text_size, &checkpoint) != MPOS_OK ||
        checkpoint.size != size || memcmp(checkpoint.root, root, 32) != 0 ||
        (journal->origin != NULL && (strlen(origin) != checkpoint.origin_size ||
                                     memcmp(origin, checkpoint.origin, checkpoint.origin_size) != 0))) {
        verify_report(run, journal, epoch, size - 1, "note",
                      "the note of %llu entries speaks of something else", (unsigned long long)size);
        return false;
    }
    return true;
}

static void
load_checkpoints(verify_run *run, verify_journal *journal)
{
    copy_stream stream;
    const copy_row *row;

    begin_query(run, &stream, journal, "size, root, note", "checkpoint", "size");
    while ((row = copy_next(&stream)) != NULL) {
        uint64_t size = copy_u64(row, 0);

        journal->checkpoints++;
        if (row->sizes[1] != 32 || size == 0) {
            verify_report(run, journal, journal->epoch, size, "note", "a checkpoint has no root");
            continue;
        }
        verify_note(run, journal, journal->epoch, size, row->values[1], (const char *)row->values[2],
                    (size_t)row->sizes[2]);
        verify_tree_claim(&journal->tree, size, row->values[1], "the checkpoint");
    }
}

static void
load_witnessed(verify_run *run, verify_journal *journal)
{
    for (size_t i = 0; i < run->witnessed_count; i++) {
        const verify_witnessed *seen = &run->witnessed[i];

        if (seen->epoch == journal->epoch && memcmp(seen->journal, journal->id_bytes, 16) == 0 &&
            seen->size > 0) {
            verify_tree_claim(&journal->tree, seen->size, seen->root,
                              "the checkpoint that the platform's journal keeps");
        }
    }
}

void
verify_stored_begin(verify_run *run, verify_journal *journal)
{
    copy_stream stream;
    const copy_row *row;

    begin_query(run, &stream, journal, "size", "sealed", "size");
    while ((row = copy_next(&stream)) != NULL) {
        journal->tree.sealed = copy_u64(row, 0);
    }
    load_checkpoints(run, journal);
    load_witnessed(run, journal);
    verify_tree_sort(&journal->tree);
}

/* Tiles that a tree of that size has on all levels. */
static uint64_t
tiles_of(uint64_t size)
{
    uint64_t count = 0;

    for (int level = 0; level < MPOS_TILE_LEVELS; level++) {
        count += (mpos_tile_hashes(size, level) + MPOS_TILE_WIDTH - 1) / MPOS_TILE_WIDTH;
    }
    return count;
}

/* Last leaf that a tile stands for, for the finding's place. */
static uint64_t
last_leaf_of(const verify_tree *tree, uint32_t level, uint64_t index)
{
    uint64_t last = level > 6 ? tree->size : ((index + 1) << (8 * (level + 1)));

    return (last < tree->size ? last : tree->size) - 1;
}

void
verify_stored_end(verify_run *run, verify_journal *journal)
{
    copy_stream stream;
    const copy_row *row;
    uint64_t good = 0, found = 0;

    if (journal->tree.sealed > journal->tree.size) {
        verify_report(run, journal, journal->epoch, journal->next_seq, "tail",
                      "%llu entries were sealed, %llu are there", (unsigned long long)journal->tree.sealed,
                      (unsigned long long)journal->tree.size);
        return;
    }
    begin_query(run, &stream, journal, "level, n, width, hashes", "tile", "level, n");
    while ((row = copy_next(&stream)) != NULL) {
        uint32_t level = copy_u32(row, 0), width = copy_u32(row, 2);
        uint64_t index = copy_u64(row, 1);

        found++;
        if (width <= MPOS_TILE_WIDTH && row->sizes[3] == (int)width * 32 &&
            verify_tree_tile(&journal->tree, (int)level, index, row->values[3], width)) {
            good++;
        } else if (journal->tree.size > 0) {
            verify_report(run, journal, journal->epoch, last_leaf_of(&journal->tree, level, index), "tile",
                          "tile %llu of level %u, %u wide, is not that of the entries",
                          (unsigned long long)index, level, width);
        }
    }
    if (good < tiles_of(journal->tree.sealed) && found == good) {
        verify_report(run, journal, journal->epoch, VERIFY_NO_SEQ, "tile", "%llu of %llu tiles are there",
                      (unsigned long long)good, (unsigned long long)tiles_of(journal->tree.sealed));
    }
}

bool
verify_stored_leaves(verify_run *run, verify_journal *journal, uint64_t from, uint64_t to)
{
    char query[256];
    copy_stream stream;
    const copy_row *row;
    uint64_t next = from;

    snprintf(query, sizeof query,
             "SELECT n, hashes FROM journal.tile WHERE journal_id = '%s' AND epoch = %u AND level = 0 "
             "AND n BETWEEN %llu AND %llu ORDER BY n",
             journal->id, journal->epoch, (unsigned long long)(from / MPOS_TILE_WIDTH),
             (unsigned long long)((to - 1) / MPOS_TILE_WIDTH));
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        uint64_t first = copy_u64(row, 0) * MPOS_TILE_WIDTH;
        uint64_t end = first + (uint64_t)(row->sizes[1] < 0 ? 0 : row->sizes[1]) / 32;

        for (; next >= first && next < end && next < to; next++) {
            memcpy(journal->last_leaf, row->values[1] + (next - first) * 32, 32);
            verify_walk_push(run, journal, journal->last_leaf);
        }
    }
    journal->prev_known = next == to;
    return next == to;
}
