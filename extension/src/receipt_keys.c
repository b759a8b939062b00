/*
 * receipt_keys.c - operation journal.keys: the public keys that have signed a log, for whoever checks a receipt without a
 * tool and a key at hand. Words: vkey.
 *
 * The signer announces its keys under the installation's name; under a log they sign by the log's own name, which is how
 * they are given here.
 */
#include "postgres.h"

#include "input.h"
#include "journal_store.h"
#include "note.h"
#include "operations.h"
#include "sha256.h"
#include "statement.h"

static mpos_statement keys_statement = {
    "SELECT vkey FROM journal.signing_key ORDER BY retired_at DESC NULLS FIRST, active_from DESC LIMIT 8"};

typedef struct keys_params {
    uint32 given;
    uint8 journal[16];
    int64 epoch;
} keys_params;

enum { KEYS_JOURNAL, KEYS_EPOCH };

static const mpos_field keys_fields[] = {
    {"journal_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(keys_params, journal)},
    {"epoch", MPOS_IN_INT, 0, offsetof(keys_params, epoch), 0, PG_INT32_MAX},
};
MPOS_SHAPE(keys, keys_params);

/* Name of the log, NULL when there is none. */
static char *
log_of(const keys_params *params)
{
    pg_uuid_t journal;
    mpos_journal_identity identity;
    mpos_head head;

    memcpy(journal.data, params->journal, sizeof journal.data);
    if (!mpos_journal_identity_get(&journal, &identity) || !mpos_head_get(&journal, &head)) {
        return NULL;
    }
    if (!MPOS_GIVEN(params, KEYS_EPOCH)) {
        return mpos_journal_origin(identity.origin, head.epoch);
    }
    return params->epoch <= head.epoch ? mpos_journal_origin(identity.origin, (int32)params->epoch) : NULL;
}

/* A key that cannot be read, or that is of another kind, is none of the log's. */
static void
add_key(StringInfo out, const char *stored, const char *log)
{
    size_t name_size = strlen(log);
    mpos_note_key key;

    if (mpos_note_key_parse(&mpos_host_digest, stored, strlen(stored), &key) != MPOS_NOTE_OK ||
        key.type != MPOS_NOTE_ED25519) {
        return;
    }
    enlargeStringInfo(out, MPOS_NOTE_VKEY_SIZE((int)name_size) + 1);
    out->len += (int)mpos_note_key_format(&mpos_host_digest, log, name_size, MPOS_NOTE_ED25519, key.key,
                                          out->data + out->len);
    appendStringInfoChar(out, '\n');
}

mpos_err
mpos_journal_keys(mpos_call *call)
{
    keys_params params;
    mpos_args args = {0};
    uint64 rows;
    char *log;
    mpos_err err = mpos_input_params(call, &keys_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    log = log_of(&params);
    if (log == NULL) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    rows = mpos_statement_run(&keys_statement, &args);
    for (uint64 row = 0; row < rows; row++) {
        add_key(&call->body, mpos_cell_text(row, 1), log);
    }
    return MPOS_OK;
}
