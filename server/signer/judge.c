/* judge.c - the rules of signing. Every one refuses when in doubt; a refusal concerns one journal only. */
#include "signer/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "merkle.h"
#include "note.h"
#include "signer/accept.h"
#include "signer/sha.h"

static judge_verdict
refuse(judge_refusal *refusal, const char *kind, const char *format, ...)
{
    va_list args;

    refusal->kind = kind;
    va_start(args, format);
    vsnprintf(refusal->detail, sizeof refusal->detail, format, args);
    va_end(args);
    return JUDGE_REFUSE;
}

static judge_verdict
unproven(const store *store, store_result result, judge_refusal *refusal, const char *what)
{
    if (result == STORE_DOWN) {
        return JUDGE_DOWN;
    }
    return refuse(refusal, "signing_unproven", "%s cannot be had: %s", what, store->error);
}

/* Does the tree of that size and root begin with what was signed? */
static judge_verdict
grown(store *store, const memory_record *signed_last, int64_t size, const uint8_t root[32], const char *kind,
      judge_refusal *refusal)
{
    store_proof proof;
    store_result result;

    if (size == signed_last->size) {
        return memcmp(root, signed_last->root, 32) == 0
                   ? JUDGE_SIGN
                   : refuse(refusal, kind, "%s has another root than the one signed at size %lld",
                            signed_last->origin, (long long)size);
    }
    result =
        store_consistency(store, signed_last->journal, signed_last->epoch, signed_last->size, size, &proof);
    if (result != STORE_OK) {
        return unproven(store, result, refusal, "the consistency proof");
    }
    if (mpos_merkle_check_consistency(&signer_digest, (uint64_t)signed_last->size, (uint64_t)size,
                                      proof.hashes, proof.count, signed_last->root, root) != MPOS_OK) {
        return refuse(refusal, kind, "%s of size %lld does not begin with the tree signed at size %lld",
                      signed_last->origin, (long long)size, (long long)signed_last->size);
    }
    return JUDGE_SIGN;
}

static judge_verdict
known_log(store *store, const memory_record *signed_last, const store_due *due, judge_refusal *refusal)
{
    if (strcmp(signed_last->origin, due->origin) != 0) {
        return refuse(refusal, "signing_origin_changed", "signed as %s before, now called %s",
                      signed_last->origin, due->origin);
    }
    if (due->size < signed_last->size) {
        return refuse(refusal, "signing_smaller", "%s has %lld entries, %lld were signed", due->origin,
                      (long long)due->size, (long long)signed_last->size);
    }
    return grown(store, signed_last, due->size, due->root, "signing_forked", refusal);
}

/* Has the journal's last signed epoch kept all that was signed of it? */
static judge_verdict
follows(store *store, const memory_record *before, judge_refusal *refusal)
{
    uint8_t root[32];
    int64_t size;
    store_result result = store_epoch_end(store, before->journal, before->epoch, &size, root);

    if (result != STORE_OK) {
        return unproven(store, result, refusal, "the end of the epoch before");
    }
    if (size < 0) {
        return JUDGE_WAIT;
    }
    if (size < before->size) {
        return refuse(refusal, "signing_epoch_lost", "entries %lld to %lld of %s were signed and are lost",
                      (long long)size, (long long)before->size - 1, before->origin);
    }
    return grown(store, before, size, root, "signing_epoch_forked", refusal);
}

static judge_verdict
continuity(store *store, const memory *memory, const store_due *due, judge_refusal *refusal)
{
    const memory_record *before = memory_before(memory, due->journal, due->epoch);

    if (memory_has_later(memory, due->journal, due->epoch)) {
        return refuse(refusal, "signing_epoch_reversed", "a later epoch than %s has been signed",
                      due->origin);
    }
    if (due->previous_size > 0) {
        return refuse(refusal, "signing_unremembered",
                      "%s has a checkpoint of size %lld that is not in the memory", due->origin,
                      (long long)due->previous_size);
    }
    if (before != NULL) {
        return follows(store, before, refusal);
    }
    if (due->epoch > 0) {
        return refuse(refusal, "signing_epoch_unknown", "%s follows epochs of which nothing was ever signed",
                      due->origin);
    }
    return JUDGE_SIGN;
}

static judge_verdict
new_log(store *store, const memory *memory, const store_due *due, judge_refusal *refusal)
{
    judge_verdict verdict = continuity(store, memory, due, refusal);

    return verdict == JUDGE_REFUSE && accept_covers(memory->dir, due->journal, due->epoch) ? JUDGE_SIGN
                                                                                           : verdict;
}

judge_verdict
judge_due(store *store, const memory *memory, const store_due *due, judge_refusal *refusal)
{
    const memory_record *signed_last = memory_find(memory, due->journal, due->epoch);
    judge_verdict verdict;

    if (!mpos_note_name_valid(due->origin, strlen(due->origin))) {
        return refuse(refusal, "signing_origin_invalid", "the origin cannot be a key's name: %s",
                      due->origin);
    }
    if (signed_last == NULL) {
        return new_log(store, memory, due, refusal);
    }
    verdict = known_log(store, signed_last, due, refusal);
    return verdict == JUDGE_REFUSE && memory_has_later(memory, due->journal, due->epoch) ? JUDGE_PAST
                                                                                         : verdict;
}
