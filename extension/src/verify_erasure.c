/* verify_erasure.c - payloads that are gone: each must be named by a later entry of kind 4. */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "canon.h"
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

bool
mpos_verify_erasure(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit,
                    mpos_entry *erased)
{
    mpos_journal_header header;
    JsonbValue op;
    mpos_entry_ref *ref;

    if (mpos_journal_header_decode(entry->header, &header) != MPOS_OK || header.kind != MPOS_ENTRY_ERASURE ||
        getKeyJsonValueFromContainer(audit, "op", 2, &op) == NULL || op.type != jbvString ||
        op.val.string.len != 13 || strncmp(op.val.string.val, "erase_payload", 13) != 0) {
        return false;
    }
    memset(erased, 0, sizeof *erased);
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
