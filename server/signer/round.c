/* round.c - the order is the promise: nothing is signed before the memory of it is durable. */
#include "signer/round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "checkpoint.h"
#include "signer/judge.h"

/* Asked for at once, beside those that are refused and stay due. */
#define DUE_MAX 256

typedef struct batch {
    store_due *due;         /* those to sign are moved to the front */
    memory_record *records; /* as many */
    size_t count;
} batch;

/* Memory of what is about to be signed. The old key signs the first note of a new one too. */
static memory_record
record_of(const signer *signer, const store_due *due)
{
    const memory_record *last = memory_find(&signer->memory, due->journal, due->epoch);
    memory_record record = {.epoch = due->epoch, .size = due->size, .key = signer->key.short_id};

    memcpy(record.journal, due->journal, sizeof record.journal);
    memcpy(record.origin, due->origin, sizeof record.origin);
    memcpy(record.root, due->root, sizeof record.root);
    if (last != NULL && last->key != record.key) {
        record.from = last->key;
    } else if (last != NULL && last->size == due->size) {
        record.from = last->from;
    }
    return record;
}

/* Keeps what may be signed. False when the database went away. */
static bool
judge_all(signer *signer, size_t count, batch *batch)
{
    for (size_t i = 0; i < count; i++) {
        store_due due = batch->due[i];
        judge_refusal refusal = {0};
        judge_verdict verdict;

        if (alarm_recent(&signer->desk, due.journal, due.epoch)) {
            continue;
        }
        verdict = judge_due(&signer->store, &signer->memory, &due, &refusal);
        if (verdict == JUDGE_DOWN) {
            return false;
        }
        if (verdict == JUDGE_REFUSE) {
            alarm_raise(&signer->desk, &signer->store, due.journal, due.epoch, due.size, refusal.kind,
                        refusal.detail);
        } else if (verdict == JUDGE_PAST) {
            alarm_resolve(&signer->desk, &signer->store, due.journal, due.epoch, "a later epoch is signed");
        } else if (verdict == JUDGE_SIGN) {
            batch->records[batch->count] = record_of(signer, &due);
            batch->due[batch->count++] = due;
        }
    }
    return true;
}

/* False when the origin is too long for a checkpoint, which the judge has excluded. */
static bool
write_note(const signer *signer, const memory_record *record, text_buf *note)
{
    char text[MPOS_CHECKPOINT_TEXT_SIZE(MEMORY_ORIGIN_MAX)];
    char error[DISK_ERROR_SIZE];
    signing_key old;
    size_t len;

    if (mpos_checkpoint_format(record->origin, strlen(record->origin), (uint64_t)record->size, record->root,
                               text, &len) != MPOS_OK) {
        return false;
    }
    text_add(note, text, len);
    text_add_z(note, "\n");
    key_add_line(&signer->key, record->origin, text, len, note);
    if (record->from != 0 && key_load_retired(signer->settings->dir, record->from, &old, error)) {
        key_add_line(&old, record->origin, text, len, note);
        key_forget(&old);
    }
    return true;
}

static void
log_signed(const store_due *due)
{
    char size[21];

    snprintf(size, sizeof size, "%lld", (long long)due->size);
    log_event(LOG_LEVEL_DEBUG, "signed", "origin", due->origin, "size", size, NULL);
}

static bool
store_all(signer *signer, const batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const store_due *due = &batch->due[i];
        text_buf note = {0};
        store_result result = write_note(signer, &batch->records[i], &note)
                                  ? store_checkpoint(&signer->store, due, &note)
                                  : STORE_REFUSED;

        text_free(&note);
        if (result == STORE_DOWN) {
            return false;
        }
        if (result == STORE_REFUSED) {
            alarm_raise(&signer->desk, &signer->store, due->journal, due->epoch, due->size,
                        "signing_store_refused", signer->store.error);
        } else {
            log_signed(due);
            alarm_resolve(&signer->desk, &signer->store, due->journal, due->epoch, "signed again");
        }
    }
    return true;
}

/* Makes the key known and takes over open alarms; once for each connection and key. */
static bool
introduce(signer *signer)
{
    text_buf vkey = {0};
    store_result result;

    if (signer->introduced) {
        return true;
    }
    key_add_vkey(&signer->key, signer->settings->name, &vkey);
    result = store_key(&signer->store, vkey.data);
    if (result == STORE_OK) {
        log_event(LOG_LEVEL_INFO, "connected", "key", vkey.data, NULL);
        alarm_load(&signer->desk, &signer->store);
        signer->introduced = true;
    } else {
        log_event(LOG_LEVEL_ERROR, "the database does not take the key", "reason", signer->store.error, NULL);
    }
    text_free(&vkey);
    return signer->introduced;
}

/* After a rotation by another process the new key signs. */
static bool
refresh_key(signer *signer)
{
    char error[DISK_ERROR_SIZE];
    signing_key key;

    if (!key_load(signer->settings->dir, &key, error)) {
        log_event(LOG_LEVEL_ERROR, "the key cannot be read", "reason", error, NULL);
        return false;
    }
    if (key.short_id != signer->key.short_id) {
        signer->key = key;
        signer->introduced = false;
    }
    key_forget(&key);
    return true;
}

static bool
ready(signer *signer)
{
    bool connected = signer->store.pg != NULL;

    if (!store_connect(&signer->store)) {
        log_event(LOG_LEVEL_WARN, "the database cannot be reached", "reason", signer->store.error, NULL);
        return false;
    }
    signer->introduced = signer->introduced && connected;
    return refresh_key(signer) && introduce(signer);
}

/* Remembers, then signs and stores. */
static round_result
sign_batch(signer *signer, const batch *batch)
{
    char error[DISK_ERROR_SIZE];

    if (batch->count == 0) {
        return ROUND_IDLE;
    }
    if (!memory_remember(&signer->memory, batch->records, batch->count, error)) {
        alarm_raise(&signer->desk, &signer->store, NULL, 0, 0, "signing_memory", error);
        return ROUND_FAILED;
    }
    alarm_resolve(&signer->desk, &signer->store, "", 0, "the memory is written again");
    return store_all(signer, batch) ? ROUND_MORE : ROUND_FAILED;
}

round_result
round_run(signer *signer)
{
    round_result result = ROUND_FAILED;
    batch batch = {0};
    size_t count;

    if (!ready(signer)) {
        return ROUND_FAILED;
    }
    if (store_read_due(&signer->store, DUE_MAX + signer->desk.count, &batch.due, &count) != STORE_OK) {
        log_event(LOG_LEVEL_WARN, "the database does not say what is due", "reason", signer->store.error,
                  NULL);
        return ROUND_FAILED;
    }
    batch.records = calloc(count + 1, sizeof *batch.records);
    if (batch.records == NULL) {
        abort();
    }
    if (judge_all(signer, count, &batch)) {
        result = sign_batch(signer, &batch);
    }
    free(batch.records);
    free(batch.due);
    return result;
}
