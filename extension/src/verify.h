/*
 * verify.h - re-walking a journal inside the database. Words: finding, place.
 *
 * What this cannot see: a journal whose entries and head were all rewritten with recomputed hashes. That
 * takes a memory outside the database (the signer, devices, receipts).
 *
 * A run goes over the whole journal in one snapshot (mpos.verify), or in slices of which each has a snapshot of its own
 * (audit.h): the chain first, then the rows of a bucket of keys at a time.
 */
#ifndef MPOS_VERIFY_H
#define MPOS_VERIFY_H

#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/jsonb.h"

#include "journal_header.h"
#include "journal_store.h"
#include "tile_store.h"

/* Takes one finding; seq -1: none. kind is static, place is not. */
typedef void (*mpos_verify_report)(void *sink, int32 epoch, int64 seq, const char *kind, const char *place);

/* One run over one journal. */
typedef struct mpos_verification {
    mpos_verify_report report; /* NULL: a finding is raised as JOURNAL_DAMAGED */
    void *sink;
    bool muted;       /* entries are only read for what they say of rows */
    bool sliced;      /* a payload may be erased between the slices */
    bool rows_unread; /* entries are checked, what they say of rows is not taken over */
    uint32 mask;      /* rows are taken over whose key's last bits are the bucket's */
    uint32 bucket;
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

    /* the tile that the next leaf is in */
    mpos_tree tree;
    MemoryContext tree_memory;
    int64 sealed;     /* leaves in tiles of the epoch when the tile was opened */
    int64 tile_index; /* -1: none is open */
    bool tile_bad;    /* and reported */
    int64 rooted;     /* checkpoints up to this size have been compared */
    /* live rows: rows whose last entry is behind this are not expected among those that a scan has met */
    mpos_entry_ref scan_began;
} mpos_verification;

/* Reports one finding; seq -1 becomes NULL. */
void
mpos_finding(mpos_verification *run, int32 epoch, int64 seq, const char *kind, const char *place_format, ...)
    pg_attribute_printf(5, 6);

/* Sets the position to the first entry that is not retired. identity and memory are set, everything else zero. */
void
mpos_verify_begin(mpos_verification *run);

/* Goes on in a position that was saved: epoch, expected, last_leaf and leaf_known are set. After mpos_verify_begin. */
void
mpos_verify_resume(mpos_verification *run);

/* Checks at most about `limit` further entries; true when there are more. SPI is connected. */
bool
mpos_verify_walk(mpos_verification *run, int64 limit);

/* What can be said at the end of the walk: payloads that are gone, the retired months, the head. SPI is connected. */
void
mpos_verify_end(mpos_verification *run);

/* Compares the leaf of an entry with the tiles; with the entry that fills a tile, also the hashes above. */
void
mpos_verify_leaf(mpos_verification *run, int64 seq, const uint8 leaf[MPOS_LEAF_SIZE]);

/* Compares checkpoints of sizes that the walk has passed with the tree. SPI is connected. */
void
mpos_verify_roots(mpos_verification *run);

/* Reports a tree or checkpoint of the epoch that has more entries than there are. SPI is connected. */
void
mpos_verify_tail(mpos_verification *run);

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

/* The platform's journal belongs to tenant zero and speaks of no rows. */
bool
mpos_verify_is_platform(const mpos_verification *run);

/* Last audited state of a row. */
typedef struct mpos_row_state {
    uint8 key[16]; /* hash of entity and id */
    char *name;    /* "entity id" */
    int entity_len;
    char digest[22];
    bool deleted;
    bool seen; /* among the live rows, or in a table that is reported as a whole */
    int32 epoch;
    int64 seq;
} mpos_row_state;

void
mpos_row_key(mpos_span entity, mpos_span id, uint8 out[16]);

/* Whether the row is in the run's bucket. */
bool
mpos_row_wanted(const mpos_verification *run, const uint8 key[16]);

/* NULL when no entry spoke of the row. */
mpos_row_state *
mpos_row_state_of(mpos_verification *run, const uint8 key[16]);

HTAB *
mpos_row_states(mpos_verification *run);

/* Halves the bucket, again and again, until it has at most `limit` rows. */
void
mpos_verify_narrow(mpos_verification *run, int64 limit);

bool
mpos_entry_is_before(const mpos_entry_ref *ref, int32 epoch, int64 seq);

/* A journalled table as mpos.guarded() describes it. */
typedef struct mpos_guarded_table {
    char *relation;
    char *entity;
    char *outlet;     /* column, NULL: none */
    char *keys;       /* quoted, with commas */
    char *parameters; /* $3 and on as values of these columns, given as text */
    int key_count;
    char enabled;
} mpos_guarded_table;

/* All of them, sorted by entity, in the current memory context. SPI is connected. */
mpos_guarded_table *
mpos_guarded_tables(uint64 *count);

/* Where a scan of the live rows stands; all zero at first. Strings live in the run's memory. */
typedef struct mpos_row_scan {
    char *entity;
    char **last; /* key of the last row, as text; NULL: none of this table yet */
    int last_count;
} mpos_row_scan;

/*
 * Compares at most `limit` live rows with the states, which must be those of the active snapshot; true when there are more.
 * SPI is connected, the tenant set.
 */
bool
mpos_verify_rows_slice(mpos_verification *run, mpos_row_scan *scan, int limit);

/* Reports rows that entries know and no table has. After the whole scan. */
void
mpos_verify_rows_missing(mpos_verification *run);

/* Compares the live rows of some states (keys of 16 bytes) by their keys; those of tables that are not journalled are left out. */
void
mpos_verify_rows_of(mpos_verification *run, const uint8 (*keys)[16], int count);

#endif
