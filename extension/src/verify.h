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
    /* months that were retired: where the rest begins, and the entry that says so (seq -1: none, or seen) */
    mpos_entry_ref start;
    uint8 start_leaf[32];
    mpos_entry_ref retired_by;
    char retired_digest[44];
    bool erasures_only; /* of what follows only erasures count */
    int64 ended_size;   /* where the epoch before ended */
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

/* Sets the position to the first entry that is not retired, and takes over what the retired ones said of rows. */
void
mpos_verify_start(mpos_verification *run);

/* Compares an entry's retire with what verification began with. */
void
mpos_verify_retirement(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit);

void
mpos_verify_retired_end(mpos_verification *run);

/* Verifies the journal up to the end of a month without looking at rows; a finding is raised as JOURNAL_DAMAGED. */
void
mpos_verify_until(mpos_verification *run, DateADT month);

/* Appends the rows that are there by what entries say, as lines of a manifest. */
void
mpos_verify_states(const mpos_verification *run, StringInfo out);

/* Takes over the lines of a manifest; false when one has another form. */
bool
mpos_verify_lines(mpos_verification *run, const mpos_entry *entry, const StringInfoData *text);

/* An integer member of an audit section; -1 when it has none. */
int64
mpos_verify_number(JsonbContainer *audit, const char *name);

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
