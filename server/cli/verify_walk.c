/*
 * verify_walk.c - one journal from its first entry to its last. Everything is recomputed from the bytes with the core's own
 * functions; columns beside them are only compared. Where the entries come from is somebody else's business.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "epoch.h"
#include "journal_header.h"
#include "payload.h"
#include "sha.h"
#include "verify.h"

/* Where a header keeps its payload's hash. */
enum { PAYLOAD_HASH_AT = 136 };

/* What the first entry of an epoch after the first says; false when it does not say it in the one form there is. */
static bool
read_epoch_open(const verify_entry *e, mpos_epoch_open *out)
{
    mpos_payload_reader reader;
    mpos_section section;

    if (e->payload == NULL || mpos_payload_open(e->payload, e->payload_size, &reader) != MPOS_OK) {
        return false;
    }
    while (mpos_payload_next(&reader, &section)) {
        if (section.kind == MPOS_SECTION_AUDIT) {
            return mpos_epoch_open_decode((const char *)section.body, section.body_size, out) == MPOS_OK;
        }
    }
    return false;
}

/* Claims that do not fit the tree at its size. */
static void
check_claims(verify_run *run, verify_journal *journal)
{
    const tree_claim *claim;

    while (journal->tree_whole && (claim = verify_tree_wrong(&journal->tree)) != NULL) {
        verify_report(run, journal, journal->epoch, claim->size - 1, "root",
                      "%s of %llu entries has another root than the entries", claim->source,
                      (unsigned long long)claim->size);
    }
}

void
verify_walk_push(verify_run *run, verify_journal *journal, const uint8_t leaf[32])
{
    if (journal->tree_whole) {
        verify_tree_push(&journal->tree, leaf);
        check_claims(run, journal);
    }
}

/* The last entry's leaf goes into the tree once it is known which one it is: the one that the next entry names. */
static void
settle(verify_run *run, verify_journal *journal, const uint8_t *prev)
{
    if (!journal->leaf_doubtful) {
        return;
    }
    journal->leaf_doubtful = false;
    if (prev != NULL && memcmp(prev, journal->stored_leaf, 32) == 0) {
        memcpy(journal->last_leaf, journal->stored_leaf, 32);
    }
    verify_walk_push(run, journal, journal->last_leaf);
}

/* first: the epoch's first entry, NULL for epoch 0. */
static void
begin_epoch(verify_run *run, verify_journal *journal, uint32_t epoch, const verify_entry *first)
{
    mpos_epoch_open open = {.has_note = false};
    char origin[512];

    if (first != NULL) {
        (void)read_epoch_open(first, &open);
    }
    journal->ended_size = journal->next_seq;
    memcpy(journal->ended_leaf, journal->last_leaf, 32);
    journal->parts_left = 0;
    journal->parts_known = true;
    journal->epoch = epoch;
    journal->next_seq = 0;
    verify_tree_dispose(&journal->tree);
    journal->tree_whole = true;
    /* Genesis contains what the epoch's first payload says of the epoch before. */
    journal->prev_known = journal->origin != NULL && (first == NULL || first->payload != NULL);
    if (journal->origin != NULL) {
        snprintf(origin, sizeof origin, "%s/%u", journal->origin, epoch);
        mpos_journal_genesis(&cli_digest, origin, (uint16_t)strlen(origin), epoch,
                             open.has_note ? open.from_note : NULL, journal->last_leaf);
    }
    if (run->side != NULL) {
        verify_stored_begin(run, journal);
    }
}

static void
end_epoch(verify_run *run, verify_journal *journal)
{
    settle(run, journal, NULL);
    if (journal->parts_left > 0) {
        verify_report(run, journal, journal->epoch, journal->next_seq, "part",
                      "the last transaction is not complete");
    }
    for (size_t i = journal->tree.claim_next; journal->tree_whole && i < journal->tree.claim_count; i++) {
        const tree_claim *claim = &journal->tree.claims[i];

        verify_report(run, journal, journal->epoch, journal->next_seq, "tail",
                      "%s is of %llu entries, %llu are there", claim->source, (unsigned long long)claim->size,
                      (unsigned long long)journal->next_seq);
    }
    if (run->side != NULL && journal->tree_whole) {
        verify_stored_end(run, journal);
    }
}

/* The 29th and later need the calendar, also to know that the partition's day is the first of a month. */
static bool
month_is_right(verify_journal *journal, int64_t recorded_us, int month_days)
{
    time_t seconds = (time_t)(recorded_us / 1000000);
    struct tm recorded;

    if (month_days == journal->month_days && recorded_us >= 0 && seconds / 86400 >= month_days &&
        seconds / 86400 < month_days + 28) {
        return true;
    }

    gmtime_r(&seconds, &recorded);
    if (seconds / 86400 - (recorded.tm_mday - 1) != month_days) {
        return false;
    }
    journal->month_days = month_days;
    return true;
}

/* The parts of one transaction follow each other without anything in between. */
static void
check_parts(verify_run *run, verify_journal *journal, const verify_entry *e, const mpos_journal_header *h)
{
    bool follows = journal->parts_left > 0;

    if (journal->prev_known && (follows ? h->parts - h->part != journal->parts_left ||
                                              memcmp(h->transaction, journal->transaction, 16) != 0
                                        : h->part != 0)) {
        verify_report(run, journal, e->epoch, e->seq, "part", "part %u of %u does not belong here",
                      h->part + 1, h->parts);
    }
    journal->parts_known = true;
    journal->parts_left = (uint16_t)(h->parts - h->part - 1);
    memcpy(journal->transaction, h->transaction, 16);
}

/* Whether the header stands where it says. */
static bool
is_placed(const verify_journal *journal, const verify_entry *e, const mpos_journal_header *h)
{
    return h->seq == e->seq && h->epoch == e->epoch && memcmp(h->journal, journal->id_bytes, 16) == 0 &&
           (!journal->tenant_known || memcmp(h->tenant, journal->tenant_bytes, 16) == 0);
}

static void
check_header(verify_run *run, verify_journal *journal, const verify_entry *e, mpos_journal_header *h)
{
    if (!is_placed(journal, e, h)) {
        verify_report(run, journal, e->epoch, e->seq, "misplaced", "the header names another place");
    }
    if (journal->prev_known && memcmp(h->prev, journal->last_leaf, 32) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "chain", "prev is not the leaf of the entry before");
    }
    check_parts(run, journal, e, h);
    if (e->month_known && !month_is_right(journal, h->recorded_us, e->month_days)) {
        verify_report(run, journal, e->epoch, e->seq, "month", "it lies in a partition of another month");
    }
    if (h->recorded_us < journal->last_time) {
        verify_report(run, journal, e->epoch, e->seq, "time", "it was recorded before the entry before it");
    }
    run->replica_mode = (h->flags & MPOS_ENTRY_REPLICA_MODE) != 0;
    journal->outside += (h->flags & MPOS_ENTRY_OUTSIDE_CALL) != 0;
    journal->last_time = h->recorded_us;
}

/* An epoch's first entry names the end of the one before that this walk has seen. */
static void
check_epoch_end(verify_run *run, verify_journal *journal, const verify_entry *e, const mpos_journal_header *h)
{
    mpos_epoch_open open;

    if (h->kind != MPOS_ENTRY_EPOCH ||
        (e->payload_known &&
         (!read_epoch_open(e, &open) || open.from_epoch != e->epoch - 1 ||
          open.from_size != journal->ended_size || memcmp(open.from_leaf, journal->ended_leaf, 32) != 0))) {
        verify_report(run, journal, e->epoch, e->seq, "epoch_end",
                      "epoch %u did not end where this entry says", e->epoch - 1);
    }
}

static void
check_sections(verify_run *run, int index, const verify_entry *e, const mpos_journal_header *h)
{
    mpos_payload_reader reader;
    mpos_section section;

    if (mpos_payload_open(e->payload, e->payload_size, &reader) != MPOS_OK) {
        verify_report(run, &run->journals[index], e->epoch, e->seq, "payload_form",
                      "the payload's sections do not fit");
        return;
    }
    while (mpos_payload_next(&reader, &section)) {
        if (section.kind == MPOS_SECTION_AUDIT) {
            verify_audit(run, index, e, h->kind, (const char *)section.body, section.body_size);
        }
    }
}

static void
check_payload(verify_run *run, int index, const verify_entry *e, const mpos_journal_header *h)
{
    verify_journal *journal = &run->journals[index];
    uint8_t hash[32];

    if (!e->payload_known) {
        /* It may be the one that retired the months before; more cannot be seen without payloads. */
        journal->retired_open = journal->retired_open && h->kind != MPOS_ENTRY_SCHEMA;
        return;
    }
    if (e->payload == NULL) {
        verify_missing_add(run, index, e, journal->last_leaf);
        return;
    }
    mpos_journal_payload_hash(&cli_digest, e->payload, e->payload_size, hash);
    if (memcmp(hash, e->header + PAYLOAD_HASH_AT, 32) != 0) {
        verify_report(run, journal, e->epoch, e->seq, "payload",
                      "the payload is not the one that was hashed");
        return;
    }
    check_sections(run, index, e, h);
}

/* Entries are missing up to `to`: reported once, as a range. Stored tiles may still have their leaves. */
static void
skip_gap(verify_run *run, verify_journal *journal, uint64_t to)
{
    settle(run, journal, NULL);
    verify_report(run, journal, journal->epoch, journal->next_seq, "gap", "the next entry is number %llu",
                  (unsigned long long)to);
    journal->parts_left = 0;
    journal->parts_known = false;
    journal->prev_known = false;
    journal->tree_whole =
        journal->tree_whole && run->side != NULL && verify_stored_leaves(run, journal, journal->next_seq, to);
    journal->next_seq = to;
}

/* False when the entry is one too many. */
static bool
check_number(verify_run *run, verify_journal *journal, const verify_entry *e)
{
    if (e->epoch != journal->epoch) {
        end_epoch(run, journal);
        if (e->epoch != journal->epoch + 1) {
            verify_report(run, journal, journal->epoch + 1, VERIFY_NO_SEQ, "gap", "the next epoch is %u",
                          e->epoch);
        }
        begin_epoch(run, journal, e->epoch, e);
    }
    if (e->seq < journal->next_seq) {
        verify_report(run, journal, e->epoch, e->seq, "duplicate",
                      "there is more than one entry of this number");
        return false;
    }
    if (e->seq > journal->next_seq) {
        skip_gap(run, journal, e->seq);
    }
    return true;
}

/* Takes the entry's leaf. One that is stored otherwise than the header has it waits for the next entry's word. */
static void
take_leaf(verify_run *run, verify_journal *journal, const verify_entry *e)
{
    mpos_journal_leaf(&cli_digest, e->header, journal->last_leaf);
    if (e->leaf != NULL && (e->leaf_size != 32 || memcmp(journal->last_leaf, e->leaf, 32) != 0)) {
        verify_report(run, journal, e->epoch, e->seq, "leaf", "the stored leaf is not the header's");
        journal->parts_known = false;
        journal->parts_left = 0;
        if (e->leaf_size == 32) {
            memcpy(journal->stored_leaf, e->leaf, 32);
            journal->leaf_doubtful = true;
        }
    }
    if (!journal->leaf_doubtful) {
        verify_walk_push(run, journal, journal->last_leaf);
    }
    journal->prev_known = true;
}

/* A header that cannot be read leaves only its stored leaf to go on with. */
static void
take_broken(verify_run *run, verify_journal *journal, const verify_entry *e)
{
    verify_report(run, journal, e->epoch, e->seq, "header", "the header is not one of a journal entry");
    journal->prev_known = e->leaf_size == 32 && e->leaf != NULL;
    if (journal->prev_known) {
        memcpy(journal->last_leaf, e->leaf, 32);
        verify_walk_push(run, journal, e->leaf);
    } else {
        journal->tree_whole = false;
    }
    journal->parts_left = 0;
    journal->parts_known = false;
}

void
verify_walk_entry(verify_run *run, int index, const verify_entry *e)
{
    verify_journal *journal = &run->journals[index];
    mpos_journal_header h;
    bool readable =
        e->header_size == MPOS_JOURNAL_HEADER_SIZE && mpos_journal_header_decode(e->header, &h) == MPOS_OK;

    run->replica_mode = false;
    if (!check_number(run, journal, e)) {
        return;
    }
    settle(run, journal, readable ? h.prev : NULL);
    journal->entries++;
    journal->next_seq = e->seq + 1;
    if (!readable) {
        take_broken(run, journal, e);
        return;
    }
    check_header(run, journal, e, &h);
    if (e->seq == 0 && e->epoch > 0) {
        check_epoch_end(run, journal, e, &h);
    }
    take_leaf(run, journal, e);
    check_payload(run, index, e, &h);
}

void
verify_walk_leaf(verify_run *run, int index, uint32_t epoch, uint64_t seq, const uint8_t hash[32])
{
    verify_journal *journal = &run->journals[index];

    if (epoch != journal->epoch) {
        end_epoch(run, journal);
        begin_epoch(run, journal, epoch, NULL);
    }
    journal->tree_whole = journal->tree_whole && seq == journal->next_seq;
    memcpy(journal->last_leaf, hash, 32);
    memcpy(journal->start_leaf, hash, 32);
    verify_walk_push(run, journal, hash);
    journal->next_seq = seq + 1;
    journal->prev_known = true;
    journal->retired++;
    journal->retired_open = true;
    journal->start_epoch = epoch;
    journal->start_seq = seq + 1;
}

void
verify_walk_resume(verify_run *run, int index, uint32_t epoch, uint64_t seq, const uint8_t leaf[32])
{
    verify_journal *journal = &run->journals[index];

    if (epoch != journal->epoch) {
        begin_epoch(run, journal, epoch, NULL);
    }
    journal->tree_whole = false;
    memcpy(journal->last_leaf, leaf, 32);
    memcpy(journal->start_leaf, leaf, 32);
    journal->prev_known = true;
    journal->retired_open = true;
    journal->start_epoch = epoch;
    journal->start_seq = journal->next_seq = seq;
}

void
verify_walk_begin(verify_run *run, int index)
{
    begin_epoch(run, &run->journals[index], 0, NULL);
}

void
verify_walk_end(verify_run *run, int index)
{
    end_epoch(run, &run->journals[index]);
    verify_retired_end(run, index);
    verify_missing_end(run, index);
}
