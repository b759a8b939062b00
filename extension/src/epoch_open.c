/*
 * epoch_open.c - how a journal begins its next epoch: a new log with a new origin, numbers from 0, whose first entry says
 * where the old one ended as far as this database knows.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "doorbell.h"
#include "epoch.h"
#include "heap.h"
#include "journal_store.h"
#include "pack.h"
#include "payload.h"
#include "sha256.h"
#include "sqlstate.h"
#include "uuid.h"

#define CHECKPOINT_NOTE 5 /* attribute number */

static mpos_table checkpoint_table = {"journal", "checkpoint", "checkpoint_pkey"};

PG_FUNCTION_INFO_V1(mpos_epoch_open_sql);

char *
mpos_journal_origin(const char *origin, int32 epoch)
{
    return psprintf("%s/%d", origin, epoch);
}

void
mpos_genesis(const char *origin, int32 epoch, const uint8 *old_note_hash, uint8 out[MPOS_LEAF_SIZE])
{
    char *name = mpos_journal_origin(origin, epoch);

    mpos_journal_genesis(&mpos_host_digest, name, (uint16)strlen(name), (uint32)epoch, old_note_hash, out);
    pfree(name);
}

static bool
take_note(Relation relation, HeapTuple row, void *argument)
{
    mpos_epoch_open *open = argument;
    bool is_null;
    text *note = DatumGetTextPP(mpos_row_get(relation, row, CHECKPOINT_NOTE, &is_null));

    mpos_sha256(VARDATA_ANY(note), VARSIZE_ANY_EXHDR(note), NULL, 0, open->from_note);
    open->has_note = true;
    return false;
}

/* The newest checkpoint of the epoch that ends. */
static void
find_note(const mpos_head *head, mpos_epoch_open *open)
{
    Relation relation = mpos_table_open(&checkpoint_table, AccessShareLock);
    Datum keys[2] = {UUIDPGetDatum(&head->journal), Int32GetDatum(head->epoch)};

    mpos_table_walk(&checkpoint_table, relation, 2, keys, NULL, true, take_note, open);
    mpos_table_close(relation);
}

void
mpos_epoch_begin(const mpos_journal_identity *identity, mpos_head *head, mpos_epoch_reason reason,
                 mpos_flushed *out)
{
    mpos_journal_header header = {.kind = MPOS_ENTRY_EPOCH, .schema_version = 1, .parts = 1};
    mpos_epoch_open open = {
        .from_epoch = (uint32)head->epoch, .from_size = (uint64)head->next_seq, .reason = reason};
    char text[MPOS_EPOCH_TEXT_MAX];
    pg_uuid_t transaction;
    bytea *payload;

    memcpy(open.from_leaf, head->last_leaf, sizeof open.from_leaf);
    find_note(head, &open);
    payload = mpos_audit_payload(text, mpos_epoch_open_encode(&open, text), header.payload_hash);
    mpos_uuid_v7(&transaction);
    memcpy(header.tenant, identity->tenant.data, UUID_LEN);
    memcpy(header.transaction, transaction.data, UUID_LEN);
    head->epoch++;
    head->next_seq = 0;
    head->system_id = GetSystemIdentifier();
    head->timeline = GetWALInsertionTimeLine();
    mpos_genesis(identity->origin, head->epoch, open.has_note ? open.from_note : NULL, head->last_leaf);
    mpos_journal_set_epoch(&head->journal, head->epoch);
    mpos_head_append(head, &header, payload, mpos_pack_payload(payload), out);
    if (out != NULL) {
        /* It goes to the readers with the rest, but it is not what a caller has done: receipts point at a call's entries. */
        out->refs.len -= (int)sizeof(mpos_entry_ref);
    }
}

/* epoch_open(journal uuid) returns integer: the new epoch; one that this very call had to open anyway counts. */
Datum
mpos_epoch_open_sql(PG_FUNCTION_ARGS)
{
    mpos_journal_identity identity;
    mpos_head before;
    mpos_head head;

    if (!mpos_journal_identity_get(PG_GETARG_UUID_P(0), &identity) ||
        !mpos_head_get(&identity.journal, &before)) {
        mpos_raise(MPOS_E_NOT_FOUND, NULL, NULL);
    }
    mpos_head_lock(&identity.tenant, &identity.journal, &head, NULL);
    if (head.epoch == before.epoch) {
        mpos_epoch_begin(&identity, &head, MPOS_EPOCH_ASKED, NULL);
    }
    mpos_head_store(&head);
    mpos_doorbell_note(&head.journal);
    PG_RETURN_INT32(head.epoch);
}
