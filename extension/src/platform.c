/*
 * platform.c - the list of a transaction's entries for the platform's journal. They are appended after everything else at
 * commit: the platform's head is always the last one locked, whatever its id.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "doorbell.h"
#include "journal_store.h"
#include "pack.h"
#include "pending.h"
#include "platform.h"
#include "sqlstate.h"
#include "uuid.h"

typedef struct platform_entry {
    SubTransactionId subtransaction;
    mpos_entry_kind kind;
    uint8 aux[32];
    char *body;
} platform_entry;

/* Oldest first; in the memory of the pending changes, gone with the transaction. */
static List *entries = NIL;

PG_FUNCTION_INFO_V1(mpos_platform_append_sql);

void
mpos_platform_append(mpos_entry_kind kind, const uint8 *aux, const char *body)
{
    platform_entry *entry;
    MemoryContext old;

    if (strlen(body) > MPOS_PLATFORM_BODY_MAX) {
        mpos_raise(MPOS_E_JOURNAL_LIMIT, NULL, NULL);
    }
    old = MemoryContextSwitchTo(mpos_pending_memory());
    entry = palloc0(sizeof *entry);
    entry->subtransaction = GetCurrentSubTransactionId();
    entry->kind = kind;
    if (aux != NULL) {
        memcpy(entry->aux, aux, sizeof entry->aux);
    }
    entry->body = pstrdup(body);
    entries = lappend(entries, entry);
    MemoryContextSwitchTo(old);
}

/* platform_append(kind integer, aux bytea, body text) returns void; aux may be null. */
Datum
mpos_platform_append_sql(PG_FUNCTION_ARGS)
{
    bytea *aux = PG_ARGISNULL(1) ? NULL : PG_GETARG_BYTEA_PP(1);
    int32 kind = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

    if (PG_ARGISNULL(2) || kind < MPOS_ENTRY_TRANSACTION || kind > MPOS_ENTRY_OUTAGE ||
        (aux != NULL && VARSIZE_ANY_EXHDR(aux) != sizeof((platform_entry *)0)->aux)) {
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("not an entry of the platform's journal")));
    }
    mpos_platform_append((mpos_entry_kind)kind, aux == NULL ? NULL : (const uint8 *)VARDATA_ANY(aux),
                         text_to_cstring(PG_GETARG_TEXT_PP(2)));
    PG_RETURN_VOID();
}

/* False before the migration that makes it, or in a database that holds the extension alone. */
static bool
find_journal(pg_uuid_t *out)
{
    static const pg_uuid_t zero = {{0}};
    Oid schema = get_namespace_oid("journal", true);

    return OidIsValid(schema) && OidIsValid(get_relname_relid("journal", schema)) &&
           mpos_journal_id_of(&zero, &zero, out);
}

static void
append_entries(const pg_uuid_t *journal)
{
    static const pg_uuid_t zero = {{0}};
    pg_uuid_t transaction;
    mpos_head head;
    ListCell *cell;

    mpos_uuid_v7(&transaction);
    mpos_head_lock(&zero, journal, &head, NULL);
    foreach (cell, entries) {
        const platform_entry *entry = lfirst(cell);
        mpos_journal_header header = {.kind = (uint8)entry->kind, .schema_version = 1, .parts = 1};
        bytea *payload = mpos_audit_payload(entry->body, strlen(entry->body), header.payload_hash);

        memcpy(header.transaction, transaction.data, UUID_LEN);
        memcpy(header.aux, entry->aux, sizeof header.aux);
        mpos_head_append(&head, &header, payload, mpos_pack_payload(payload), NULL);
    }
    mpos_head_store(&head);
    mpos_doorbell_note(journal);
}

static void
flush_entries(void)
{
    pg_uuid_t journal;

    mpos_check_durable();
    PushActiveSnapshot(GetTransactionSnapshot());
    if (find_journal(&journal)) {
        append_entries(&journal);
    }
    PopActiveSnapshot();
}

static void
on_transaction(XactEvent event, void *arg)
{
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
        if (entries != NIL) {
            flush_entries();
        }
        break;
    case XACT_EVENT_PRE_PREPARE:
        if (entries != NIL) {
            mpos_raise(MPOS_E_PREPARED_REFUSED, NULL, NULL);
        }
        break;
    case XACT_EVENT_COMMIT:
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PREPARE:
        entries = NIL;
        break;
    default:
        break;
    }
}

static void
on_subtransaction(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void *arg)
{
    while (event == SUBXACT_EVENT_ABORT_SUB && entries != NIL &&
           ((platform_entry *)llast(entries))->subtransaction >= subtransaction) {
        entries = list_delete_last(entries);
    }
}

void
mpos_platform_init(void)
{
    RegisterXactCallback(on_transaction, NULL);
    RegisterSubXactCallback(on_subtransaction, NULL);
}
