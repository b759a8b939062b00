/* verify_retired.c - journals whose oldest months were detached: where verification begins, and what it begins with. */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "canon.h"
#include "manifest.h"
#include "verify.h"

static Datum
column(int number)
{
    bool is_null;

    return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &is_null);
}

/* Takes over the position from journal.retired: epoch, next_seq, last_leaf, last_time, entry_epoch, entry_seq. */
static bool
read_position(mpos_verification *run)
{
    Oid types[1] = {UUIDOID};
    Datum values[1] = {UUIDPGetDatum(&run->identity.journal)};
    bytea *leaf;

    SPI_execute_with_args(
        "SELECT epoch, next_seq, last_leaf, last_time, entry_epoch, entry_seq FROM journal.retired "
        "WHERE journal_id = $1 ORDER BY month DESC",
        1, types, values, NULL, true, 1);
    if (SPI_processed == 0) {
        return false;
    }
    leaf = DatumGetByteaPP(column(3));
    run->epoch = DatumGetInt32(column(1));
    run->expected = DatumGetInt64(column(2));
    memcpy(run->last_leaf, VARDATA_ANY(leaf), Min(VARSIZE_ANY_EXHDR(leaf), MPOS_LEAF_SIZE));
    run->last_time = DatumGetInt64(column(4));
    run->start = (mpos_entry_ref){.epoch = run->epoch, .seq = run->expected};
    run->retired_by = (mpos_entry_ref){.epoch = DatumGetInt32(column(5)), .seq = DatumGetInt64(column(6))};
    return true;
}

void
mpos_verify_start(mpos_verification *run)
{
    mpos_entry last = {.ref = {.journal = run->identity.journal}};
    StringInfoData text;

    run->retired_by.seq = -1;
    if (!read_position(run)) {
        return;
    }
    run->leaf_known = true;
    last.ref.epoch = run->start.epoch;
    last.ref.seq = run->start.seq - 1;
    initStringInfo(&text);
    mpos_manifest_load(&run->identity.journal, run->retired_by.epoch, run->retired_by.seq, &text);
    mpos_manifest_digest(&text, run->retired_digest);
    mpos_verify_lines(run, &last, &text);
}

static bool
says(JsonbContainer *audit, const char *name, const char *value)
{
    JsonbValue member;

    return getKeyJsonValueFromContainer(audit, name, (int)strlen(name), &member) != NULL &&
           member.type == jbvString && member.val.string.len == (int)strlen(value) &&
           strncmp(member.val.string.val, value, strlen(value)) == 0;
}

void
mpos_verify_retirement(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit)
{
    char leaf[MPOS_BASE64URL_HASH_LEN + 1];

    if (entry->ref.epoch != run->retired_by.epoch || entry->ref.seq != run->retired_by.seq) {
        return; /* of an older month; its part is in the newest one's manifest */
    }
    leaf[mpos_base64url(run->start_leaf, MPOS_LEAF_SIZE, leaf)] = '\0';
    run->retired_by.seq = -1;
    if (!says(audit, "digest", run->retired_digest) || !says(audit, "leaf", leaf) ||
        mpos_verify_number(audit, "epoch") != run->start.epoch ||
        mpos_verify_number(audit, "next_seq") != run->start.seq) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "retired",
                     "the months before " INT64_FORMAT " were retired in another state", run->start.seq);
    }
}

void
mpos_verify_retired_end(mpos_verification *run)
{
    if (run->retired_by.seq >= 0) {
        mpos_finding(run, run->retired_by.epoch, run->retired_by.seq, "retired",
                     "no entry says that the months before were retired");
    }
}
