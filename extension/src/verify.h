/*
 * verify.h - re-walking a journal inside the database. Words: finding, place.
 *
 * What this cannot see: a journal whose entries and head were all rewritten with recomputed hashes. That
 * takes a memory outside the database (the signer, devices, receipts).
 */
#ifndef MPOS_VERIFY_H
#define MPOS_VERIFY_H

#include "postgres.h"

#include "funcapi.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"

#include "journal_header.h"
#include "journal_store.h"

/* One run over one journal. */
typedef struct mpos_verification {
    ReturnSetInfo *out;
    mpos_journal_identity identity;
    MemoryContext memory;
    List *missing;   /* mpos_entry_ref of entries without payload that no entry has erased so far */
    List *forgotten; /* mpos_forgotten, newest last */
    HTAB *rows;      /* last audited state of each row, by entity and id */

    /* the walk's position */
    int32 epoch;
    int64 expected; /* number that must come next */
    uint8 last_leaf[32];
    bool leaf_known; /* false after a gap or a damaged header: nothing to compare the next prev with */
    int64 last_time;
    mpos_journal_header last; /* parts == 0: none */
    int64 ended_size;         /* where the epoch before ended */
    uint8 ended_leaf[32];
} mpos_verification;

/* Reports one finding; seq -1 becomes NULL. */
void
mpos_finding(mpos_verification *run, int32 epoch, int64 seq, const char *kind, const char *place_format, ...)
    pg_attribute_printf(5, 6);

/* Takes over what the audit section of an entry says about rows. */
void
mpos_verify_note_rows(mpos_verification *run, const mpos_entry *entry);

/* An entry that made what earlier ones said of an entity's rows void. */
typedef struct mpos_forgotten {
    char *entity;
    int32 epoch;
    int64 seq;
} mpos_forgotten;

/* Takes note of an entry without payload. */
void
mpos_verify_missing(mpos_verification *run, const mpos_entry *entry);

/* Reports entries without payload that no entry has erased. */
void
mpos_verify_missing_end(mpos_verification *run);

/*
 * True when the entry erased another's payload; *erased then has that one's reference (seq -1: reported, it fits none). Its
 * audit rows are what the erased entry said.
 */
bool
mpos_verify_erasure(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit,
                    mpos_entry *erased);

/* Text that is not terminated. */
typedef struct mpos_span {
    const char *at;
    int len;
} mpos_span;

/* An entry says that a row is there with that digest (22 characters). */
void
mpos_verify_row_is(mpos_verification *run, const mpos_entry *entry, mpos_span entity, mpos_span id,
                   const char *digest);

/* What entries so far said of rows of an entity no longer counts. */
void
mpos_verify_forget_entity(mpos_verification *run, const mpos_entry *entry, const char *entity);

/* Takes over what a rewrite's audit section and manifest say. */
void
mpos_verify_manifest(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit);

/* Reports an entry of the platform's journal that says that a guard was lowered. */
void
mpos_verify_ddl(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit);

/* Reports guards that are not up now. SPI is connected. */
void
mpos_verify_guards(mpos_verification *run);

/* Compares every live row of the journal's tables with its last entry. SPI is connected, the tenant set. */
void
mpos_verify_rows(mpos_verification *run);

#endif
