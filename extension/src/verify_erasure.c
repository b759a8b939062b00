/* verify_erasure.c - payloads that are gone: each must be named by a later entry of kind 4. */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "canon.h"
#include "sha256.h"
#include "uuid.h"
#include "verify.h"

void
mpos_verify_missing(mpos_verification *run, const mpos_entry *entry)
{
    MemoryContext old = MemoryContextSwitchTo(run->memory);
    mpos_entry_ref *ref = palloc(sizeof *ref);

    *ref = entry->ref;
    run->missing = lappend(run->missing, ref);
    MemoryContextSwitchTo(old);
}

void
mpos_verify_missing_end(mpos_verification *run)
{
    ListCell *cell;

    foreach (cell, run->missing) {
        const mpos_entry_ref *ref = lfirst(cell);

        mpos_finding(run, ref->epoch, ref->seq, "payload_missing",
                     "the payload is gone and no entry erased it");
    }
}

int64
mpos_verify_number(JsonbContainer *audit, const char *name)
{
    JsonbValue value;

    if (getKeyJsonValueFromContainer(audit, name, (int)strlen(name), &value) == NULL ||
        value.type != jbvNumeric) {
        return -1;
    }
    return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
}

/* The entry that was erased, taken off the list of missing payloads; NULL when its payload is not missing. */
static mpos_entry_ref *
take_missing(mpos_verification *run, int64 epoch, int64 seq, const uint8 *leaf)
{
    ListCell *cell;

    foreach (cell, run->missing) {
        mpos_entry_ref *ref = lfirst(cell);

        if (ref->epoch == epoch && ref->seq == seq && memcmp(ref->leaf, leaf, MPOS_LEAF_SIZE) == 0) {
            run->missing = foreach_delete_current(run->missing, cell);
            return ref;
        }
    }
    return NULL;
}

/* Whether the entry that an erasure names is there with that leaf and without payload. */
static bool
is_erased(JsonbContainer *audit, const mpos_entry *entry, const uint8 *leaf)
{
    mpos_entry stored;

    return mpos_entry_get(entry->ref.journal.data, (int32)mpos_verify_number(audit, "epoch"),
                          mpos_verify_number(audit, "seq"), &stored) &&
           stored.payload == NULL && memcmp(stored.ref.leaf, leaf, MPOS_LEAF_SIZE) == 0;
}

static int64
number_at(JsonbContainer *list, uint32 i)
{
    JsonbValue *value = list == NULL ? NULL : getIthJsonbValueFromContainer(list, i);

    return value == NULL || value->type != jbvNumeric
               ? -1
               : DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

/*
 * The leaf of an entry of the platform's journal whose payload was erased; false when it is not there or not erased. Retired
 * ones count as there: *retired.
 */
static bool
take_note(mpos_verification *run, const mpos_entry *by, int64 epoch, int64 seq, uint8 *leaf, bool *retired)
{
    mpos_entry stored;
    ListCell *cell;

    if (epoch < run->start.epoch || (epoch == run->start.epoch && seq < run->start.seq)) {
        *retired = true;
        return true;
    }
    foreach (cell, run->missing) {
        mpos_entry_ref *ref = lfirst(cell);

        if (ref->epoch == epoch && ref->seq == seq) {
            memcpy(leaf, ref->leaf, MPOS_LEAF_SIZE);
            run->missing = foreach_delete_current(run->missing, cell);
            return true;
        }
    }
    if (!run->sliced || !mpos_entry_get(by->ref.journal.data, (int32)epoch, seq, &stored) ||
        stored.payload != NULL) {
        return false;
    }
    memcpy(leaf, stored.ref.leaf, MPOS_LEAF_SIZE);
    return true;
}

/* {"entries":[[epoch,seq],...],"op":"erase_notes"}; the header's aux hash is that of their leaves (sql/35-tenant-erase.sql). */
static void
take_notes(mpos_verification *run, const mpos_entry *entry, const mpos_journal_header *header,
           JsonbContainer *audit)
{
    JsonbValue list;
    uint32 count;
    uint8 *leaves, hash[32];
    bool there, retired = false;

    there = getKeyJsonValueFromContainer(audit, "entries", 7, &list) != NULL && list.type == jbvBinary;
    count = there ? JsonContainerSize(list.val.binary.data) : 0;
    leaves = palloc(MPOS_LEAF_SIZE * ((Size)count + 1));
    for (uint32 i = 0; there && i < count; i++) {
        JsonbValue *place = getIthJsonbValueFromContainer(list.val.binary.data, i);
        JsonbContainer *pair = place->type == jbvBinary ? place->val.binary.data : NULL;

        there = take_note(run, entry, number_at(pair, 0), number_at(pair, 1),
                          leaves + MPOS_LEAF_SIZE * (Size)i, &retired);
    }
    if (there && !retired) {
        mpos_sha256(leaves, MPOS_LEAF_SIZE * (Size)count, NULL, 0, hash);
        there = memcmp(hash, header->aux, sizeof hash) == 0;
    }
    if (!there) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "erasure",
                     "the entries that this one erased are not there, or not erased");
    }
    pfree(leaves);
}

static bool
op_is(const JsonbValue *op, const char *name)
{
    return op->val.string.len == (int)strlen(name) && strncmp(op->val.string.val, name, strlen(name)) == 0;
}

bool
mpos_verify_erasure(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit,
                    mpos_entry *erased)
{
    mpos_journal_header header;
    JsonbValue op;
    mpos_entry_ref *ref;

    if (mpos_journal_header_decode(entry->header, &header) != MPOS_OK || header.kind != MPOS_ENTRY_ERASURE ||
        getKeyJsonValueFromContainer(audit, "op", 2, &op) == NULL || op.type != jbvString) {
        return false;
    }
    memset(erased, 0, sizeof *erased);
    if (op_is(&op, "erase_notes")) {
        take_notes(run, entry, &header, audit);
        erased->ref.seq = -1;
        return true;
    }
    if (!op_is(&op, "erase_payload")) {
        return false;
    }
    if (mpos_verify_number(audit, "epoch") < run->start.epoch ||
        (mpos_verify_number(audit, "epoch") == run->start.epoch &&
         mpos_verify_number(audit, "seq") < run->start.seq)) {
        erased->ref.seq = -1; /* retired since; what it said is in the manifest */
        return true;
    }
    ref = take_missing(run, mpos_verify_number(audit, "epoch"), mpos_verify_number(audit, "seq"), header.aux);
    if (ref != NULL) {
        erased->ref = *ref;
    } else if (run->sliced && is_erased(audit, entry, header.aux)) {
        erased->ref.seq = -1; /* since the walk passed it, or before it was interrupted */
    } else {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "erasure",
                     "the entry that this one erased is not there, or not erased");
        erased->ref.seq = -1;
    }
    return true;
}
