/*
 * pending.h - what a transaction has changed and not yet journalled. Words: pending, change, note.
 *
 * Changes are kept in the order they happened until the top-level transaction ends, because a flush inside a
 * subtransaction that is rolled back must be repeated. Subtransaction abort drops the changes made in it:
 * they are always a tail of the list, since nothing outside it runs while a subtransaction does.
 */
#ifndef MPOS_PENDING_H
#define MPOS_PENDING_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/uuid.h"

#include "call.h"

/* What the audit section says about one mpos.call; one per call that changes something. */
typedef struct mpos_note {
    char *operation;
    pg_uuid_t outlet; /* of the context */
    pg_uuid_t actor;
    pg_uuid_t device;
    pg_uuid_t request;
    pg_uuid_t transaction;
    StringInfoData
        input; /* canonical JSON strings with commas; empty until the first change asks for the default */
    StringInfoData priced; /* the same, of hashes */
    int input_count;
    int kind; /* mpos_entry_kind of its entries, 0 for the usual one */
    int priced_count;
    uint8 aux[32];
} mpos_note;

/*
 * An entry of its own: what is not a statement's changed rows (rewrites, erasures, months retired). Lives
 * in mpos_pending_memory.
 */
typedef struct mpos_sole {
    uint8 kind; /* mpos_entry_kind */
    uint8 aux[32];
    char *body;                   /* the whole audit section */
    StringInfo manifest;          /* rows that the body speaks for by digest (manifest.h); NULL for none */
    struct mpos_rewrite *rewrite; /* whose body the flush completes; else NULL */
} mpos_sole;

typedef struct mpos_change {
    SubTransactionId subtransaction;
    uint16 flags;    /* mpos_entry_flag */
    mpos_note *note; /* NULL: changed outside mpos.call */
    pg_uuid_t tenant;
    pg_uuid_t outlet;  /* zero: the tenant's journal */
    const char *topic; /* interned: equal topics are equal pointers; NULL when there is no feed line */
    char *feed;        /* feed_len bytes, not terminated */
    int feed_len;
    char *audit; /* NULL for an event */
    int audit_len;
    mpos_sole *sole; /* NULL: a changed row or an event */
} mpos_change;

/* Starts and ends the note of a call; between them changes count as made by it. */
void
mpos_pending_call_begin(mpos_call *call);
void
mpos_pending_call_end(void);

/* True between begin and end. */
bool
mpos_pending_in_call(void);

/* The running call's note, made at first use; NULL outside a call. */
mpos_note *
mpos_pending_note(void);

/*
 * A zeroed change at the end of the list, its subtransaction, note and flags set; the caller fills the rest.
 */
mpos_change *
mpos_pending_add(void);

/* Memory for a change's text: lives until the transaction ends. */
MemoryContext
mpos_pending_memory(void);

/* The changes not yet flushed, in order; *count may be 0. Valid until the next change. */
mpos_change *
mpos_pending_unflushed(int *count);

/* Marks all of them as flushed by the current subtransaction. */
void
mpos_pending_flushed(void);

/*
 * From here to the end of the transaction (or of the subtransaction, when that is rolled back) the limit of parts does not
 * hold; the reason is written into the entries. Copied.
 */
void
mpos_pending_bulk_begin(const char *reason);

/* The reason given last; NULL: the limit holds. */
const char *
mpos_pending_bulk(void);

/* The topic's one address in this backend. */
const char *
mpos_topic_intern(const char *topic);

/* Raises COMMIT_NOT_DURABLE when a commit now could vanish in a crash, or on a promoted synchronous standby. */
void
mpos_check_durable(void);

/* Registers the transaction callbacks (pre-commit net, refusal of PREPARE); called once from _PG_init. */
void
mpos_pending_init(void);

#endif
