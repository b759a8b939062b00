/*
 * journal.h - what an operation may add to the journal, and how entries are read. Words: journal, head,
 * entry, leaf, flush.
 *
 * Changed rows reach the journal by themselves (capture.h). An operation adds events and audit facts here;
 * both become part of the entry that its call appends.
 */
#ifndef MPOS_JOURNAL_H
#define MPOS_JOURNAL_H

#include "postgres.h"

#include "utils/uuid.h"

#include "call.h"

#define MPOS_HEADER_SIZE 200
#define MPOS_LEAF_SIZE 32

/*
 * A domain event ("ORDER_PAID") on the journal of the context's outlet (of the tenant when the context has
 * none). members: a JSON object in the narrow RFC 8785 profile, keys sorted, without the key "type", e.g.
 * {"total":450}; "{}" for none. Copied. The event shares the fate of the subtransaction that emits it.
 */
void
mpos_event_emit(mpos_call *call, const char *type, const uint8 subject[UUID_LEN], const char *members);

/* The same for a named outlet. */
void
mpos_event_emit_at(mpos_call *call, const uint8 outlet[UUID_LEN], const char *type,
                   const uint8 subject[UUID_LEN], const char *members);

/*
 * Replaces the audit section's "input" (by default the call's input as one string) with the exact bytes of
 * one operation; called once per operation of a push, the strings are kept in order. Text in the database's
 * encoding. Copied.
 */
void
mpos_audit_input(mpos_call *call, const char *text, size_t len);

/* The header's aux hash (device operation hash of the last operation pushed). */
void
mpos_audit_aux(mpos_call *call, const uint8 hash[32]);

/* The kind (mpos_entry_kind) of the entries of this call, when they are no plain transaction. */
void
mpos_audit_kind(mpos_call *call, int kind);

/* Adds a priced form's hash to the audit section; once per order priced. */
void
mpos_audit_priced(mpos_call *call, const uint8 hash[32]);

typedef struct mpos_entry_ref {
    pg_uuid_t journal;
    int32 epoch;
    int64 seq;
    uint8 leaf[MPOS_LEAF_SIZE];
} mpos_entry_ref;

/*
 * The first entry that a transaction (call->transaction of the call that wrote) appended to a journal; false
 * when there is none. Binary search by recorded time, then a short walk: no index. The journal must be of the
 * caller's tenant.
 */
bool
mpos_journal_find(const uint8 journal[UUID_LEN], const pg_uuid_t *transaction, mpos_entry_ref *out);

/* One stored entry; payload is NULL when erased. Memory of the current context. */
typedef struct mpos_entry {
    mpos_entry_ref ref;
    uint8 header[MPOS_HEADER_SIZE];
    bytea *payload;
} mpos_entry;

typedef struct mpos_journal_row {
    pg_uuid_t journal;
    pg_uuid_t tenant;
    pg_uuid_t outlet; /* zero: the tenant's own journal */
    int32 epoch;
    int64 next_seq;
    uint8 last_leaf[MPOS_LEAF_SIZE];
    const char *origin;
} mpos_journal_row;

/* The journal of an outlet (zero uuid: of the tenant); false when there is none. */
bool
mpos_journal_of(const uint8 tenant[UUID_LEN], const uint8 outlet[UUID_LEN], mpos_journal_row *out);

/* The journal with that id if it belongs to the tenant; false otherwise. */
bool
mpos_journal_get(const uint8 tenant[UUID_LEN], const uint8 journal[UUID_LEN], mpos_journal_row *out);

/* The entry with that number, false when there is none. */
bool
mpos_entry_get(const uint8 journal[UUID_LEN], int32 epoch, int64 seq, mpos_entry *out);

/*
 * Section of a payload with that kind and topic; false when the payload has none. *body points into the
 * payload.
 */
bool
mpos_entry_section(const mpos_entry *entry, int kind, const char *topic, const char **body, size_t *len);

/* Operation handlers of journal_ops.c, listed in operations.c. */
mpos_err
mpos_journal_feed(mpos_call *call); /* journal.feed, scope SESSION, READ */
mpos_err
mpos_journal_read(mpos_call *call); /* journal.get, scope JOURNAL_READ, READ */

/* Operation handlers of log_ops.c: scope AUTH (the server itself), READ and PLATFORM. */
mpos_err
mpos_log_checkpoint(mpos_call *call); /* journal.checkpoint */
mpos_err
mpos_log_tile(mpos_call *call); /* journal.tile */
mpos_err
mpos_log_bundle(mpos_call *call); /* journal.bundle */
mpos_err
mpos_log_proof_read(mpos_call *call); /* journal.proof */

#endif
