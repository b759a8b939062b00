/*
 * erase.c - taking the payload out of one entry. Header, leaf and so every proof stay; an entry of kind 4 says what was
 * erased and why, and keeps what the payload said about the digests of rows, so that they stay under verification.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "canon.h"
#include "heap.h"
#include "journal_header.h"
#include "journal_store.h"
#include "payload.h"
#include "pending.h"
#include "sqlstate.h"
#include "uuid.h"
#include "value.h"

#define ROW_PARTS 4 /* entity, id, digest, operation; the image that may follow is what is erased */

PG_FUNCTION_INFO_V1(mpos_erase_payload);

static void
append_row(StringInfo out, JsonbContainer *row)
{
    for (uint32 i = 0; i < ROW_PARTS; i++) {
        JsonbValue *part = getIthJsonbValueFromContainer(row, i);

        appendStringInfoChar(out, i == 0 ? '[' : ',');
        if (part == NULL || part->type != jbvString) {
            mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, "an audit section has another form");
        }
        mpos_json_string(out, part->val.string.val, (size_t)part->val.string.len);
    }
    appendStringInfoChar(out, ']');
}

static void
append_rows(StringInfo out, const mpos_entry *entry)
{
    const char *body;
    size_t len;
    Jsonb *audit;
    JsonbValue rows;

    appendStringInfoString(out, "\"rows\":[");
    if (mpos_entry_section(entry, MPOS_SECTION_AUDIT, "", &body, &len)) {
        audit = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(pnstrdup(body, len))));
        if (getKeyJsonValueFromContainer(&audit->root, "rows", 4, &rows) != NULL && rows.type == jbvBinary) {
            for (uint32 i = 0; i < JsonContainerSize(rows.val.binary.data); i++) {
                appendStringInfoString(out, i > 0 ? "," : "");
                append_row(out, getIthJsonbValueFromContainer(rows.val.binary.data, i)->val.binary.data);
            }
        }
    }
    appendStringInfoString(out, "],");
}

/* {"epoch":0,"leaf":"..","op":"erase_payload","reason":"..","role":"..","rows":[..],"seq":3} */
static char *
make_body(const mpos_entry *entry, const char *reason)
{
    const char *role = GetUserNameFromId(GetSessionUserId(), true);
    char leaf[MPOS_BASE64URL_HASH_LEN + 1];
    StringInfoData body;

    leaf[mpos_base64url(entry->ref.leaf, MPOS_LEAF_SIZE, leaf)] = '\0';
    initStringInfo(&body);
    appendStringInfo(
        &body, "{\"epoch\":%d,\"leaf\":\"%s\",\"op\":\"erase_payload\",\"reason\":", entry->ref.epoch, leaf);
    mpos_json_string(&body, reason, strlen(reason));
    appendStringInfoString(&body, ",\"role\":");
    role = role == NULL ? "" : role;
    mpos_json_string(&body, role, strlen(role));
    appendStringInfoChar(&body, ',');
    append_rows(&body, entry);
    appendStringInfo(&body, "\"seq\":" INT64_FORMAT "}", entry->ref.seq);
    return body.data;
}

static void
note_erasure(const mpos_journal_identity *journal, const mpos_entry *entry, const char *reason)
{
    mpos_change *change = mpos_pending_add();
    MemoryContext old = MemoryContextSwitchTo(mpos_pending_memory());

    change->tenant = journal->tenant;
    change->outlet = journal->outlet;
    change->sole = palloc0(sizeof *change->sole);
    change->sole->kind = MPOS_ENTRY_ERASURE;
    memcpy(change->sole->aux, entry->ref.leaf, sizeof change->sole->aux);
    change->sole->body = make_body(entry, reason);
    MemoryContextSwitchTo(old);
}

static void
remove_payload(const mpos_entry *entry, const mpos_journal_header *header)
{
    DateADT month = mpos_month_of(header->recorded_us);
    mpos_table *table;
    Relation relation = mpos_entries_open(month, RowExclusiveLock, &table);
    Datum keys[4] = {UUIDPGetDatum(&entry->ref.journal), Int32GetDatum(entry->ref.epoch),
                     Int64GetDatum(entry->ref.seq), DateADTGetDatum(month)};
    HeapTuple row = mpos_table_lock(table, relation, keys, NULL, LockWaitBlock);
    Datum values[MPOS_ENTRY_COLUMNS] = {0};
    bool nulls[MPOS_ENTRY_COLUMNS] = {[MPOS_ENTRY_PACKED] = true};
    bool replaces[MPOS_ENTRY_COLUMNS] = {[MPOS_ENTRY_PACKED] = true};

    if (row == NULL) {
        mpos_raise(MPOS_E_NOT_FOUND, NULL, NULL);
    }
    mpos_table_update(relation, row, values, nulls, replaces);
    mpos_table_close(relation);
}

/* Only what transactions and devices wrote: the rest speaks of the journal itself. */
static void
check_kind(const mpos_journal_header *header)
{
    if (header->kind != MPOS_ENTRY_TRANSACTION && header->kind != MPOS_ENTRY_DEVICE_BATCH) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("the payload of an entry of kind %d is not erased", header->kind)));
    }
}

/* erase_payload(journal uuid, epoch integer, seq bigint, reason text) returns void */
Datum
mpos_erase_payload(PG_FUNCTION_ARGS)
{
    pg_uuid_t *journal = PG_GETARG_UUID_P(0);
    char *reason = text_to_cstring(PG_GETARG_TEXT_PP(3));
    mpos_journal_identity identity;
    mpos_journal_header header;
    mpos_entry entry;

    if (reason[0] == '\0' || mpos_pending_in_call()) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("an erasure needs a reason, and is not made by a call")));
    }
    if (!mpos_journal_identity_get(journal, &identity) ||
        !mpos_entry_get(journal->data, PG_GETARG_INT32(1), PG_GETARG_INT64(2), &entry) ||
        entry.payload == NULL) {
        mpos_raise(MPOS_E_NOT_FOUND, NULL, "there is no such entry, or its payload is erased already");
    }
    mpos_check(mpos_journal_header_decode(entry.header, &header), "header of the entry to erase");
    check_kind(&header);
    note_erasure(&identity, &entry, reason);
    remove_payload(&entry, &header);
    PG_RETURN_VOID();
}
