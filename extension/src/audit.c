/* audit.c - see audit.h: passes and their slices. What is stored is in audit_store.c. */
#include "postgres.h"

#include "utils/memutils.h"

#include "audit.h"
#include "audit_store.h"
#include "bytes.h"
#include "journal_range.h"
#include "tenant.h"

/* Some milliseconds each. */
#define ENTRIES_PER_SLICE 1000
#define ROWS_PER_SLICE 1000
#define LOOKUPS_PER_SLICE 200
/* Rows whose states are kept at a time, about 200 bytes each. */
#define ROWS_KEPT_MAX 250000
#define FINDINGS_MAX 200
#define RECENT_US (INT64CONST(86400) * 1000000)
#define RECORDED_AT 64 /* of an entry's header */

struct mpos_audit_pass {
    mpos_pass_kind kind;
    MemoryContext memory; /* of the pass */
    MemoryContext bucket; /* of the run; made anew for every bucket */
    mpos_audit_position position;
    TimestampTz began;
    mpos_verification run;
    List *findings; /* mpos_audit_finding, of the slice */

    bool complete; /* the states are those of the end of the journal */
    mpos_row_scan scan;
    mpos_entry_ref window; /* first entry of a recent pass */
    uint8 (*keys)[16];     /* rows of a recent pass */
    int key_count;
    int keys_done;
};

static void
note_finding(void *sink, int32 epoch, int64 seq, const char *kind, const char *place)
{
    mpos_audit_pass *pass = sink;
    MemoryContext old = MemoryContextSwitchTo(pass->memory);
    mpos_audit_finding *finding = palloc(sizeof *finding);

    if (list_length(pass->findings) < FINDINGS_MAX) {
        *finding = (mpos_audit_finding){epoch, seq, kind, pstrdup(place)};
        pass->findings = lappend(pass->findings, finding);
    }
    MemoryContextSwitchTo(old);
}

/* A run at the journal's beginning, in memory of its own. */
static void
begin_run(mpos_audit_pass *pass, bool rows)
{
    mpos_journal_identity identity = pass->run.identity;
    MemoryContext old;

    MemoryContextReset(pass->bucket);
    old = MemoryContextSwitchTo(pass->bucket);
    pass->run = (mpos_verification){.report = note_finding,
                                    .sink = pass,
                                    .identity = identity,
                                    .memory = pass->bucket,
                                    .sliced = true,
                                    .muted = rows,
                                    .rows_unread = !rows,
                                    .mask = pass->position.mask,
                                    .bucket = pass->position.bucket};
    mpos_verify_begin(&pass->run);
    MemoryContextSwitchTo(old);
    pass->complete = false;
    pass->scan = (mpos_row_scan){NULL};
    pass->keys = NULL;
}

static int64
recorded_us(const mpos_audit_pass *pass, int32 epoch, int64 seq)
{
    mpos_entry entry;

    /* What is missing counts as new: the window gets larger. */
    return mpos_entry_get(pass->run.identity.journal.data, epoch, seq, &entry)
               ? (int64)mpos_get_u64(entry.header + RECORDED_AT)
               : PG_INT64_MAX;
}

/* Moves a run that has just begun to the first entry of the last day. */
static void
enter_window(mpos_audit_pass *pass)
{
    int64 since = pass->began + MPOS_UNIX_EPOCH_US - RECENT_US;
    mpos_verification *run = &pass->run;
    mpos_head head;
    int32 epoch;
    int64 low, high;

    if (!mpos_head_get(&run->identity.journal, &head)) {
        return;
    }
    epoch = head.epoch;
    high = head.next_seq;
    while (epoch > run->start.epoch && recorded_us(pass, epoch, 0) >= since) {
        high = mpos_epoch_size(&run->identity.journal, --epoch);
    }
    low = epoch == run->start.epoch ? run->start.seq : 0;
    while (low < high) {
        int64 middle = low + (high - low) / 2;

        if (recorded_us(pass, epoch, middle) < since) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    run->epoch = epoch;
    run->expected = low;
    pass->window = (mpos_entry_ref){.epoch = epoch, .seq = low};
}

static void
begin_bucket(mpos_audit_pass *pass)
{
    begin_run(pass, true);
    if (pass->kind == MPOS_PASS_RECENT) {
        if (pass->run.rows != NULL) { /* rows of retired months: not of this day */
            hash_destroy(pass->run.rows);
            pass->run.rows = NULL;
        }
        enter_window(pass);
    }
}

static bool
resume_chain(mpos_audit_pass *pass)
{
    const mpos_audit_position *at = &pass->position;
    mpos_verification *run = &pass->run;

    if (at->start_epoch != run->start.epoch || at->start_seq != run->start.seq) {
        return false; /* months have been retired meanwhile */
    }
    run->epoch = at->epoch;
    run->expected = at->seq;
    run->leaf_known = at->leaf_known;
    memcpy(run->last_leaf, at->leaf, sizeof run->last_leaf);
    mpos_audit_missing_load(run, at);
    mpos_verify_resume(run);
    return true;
}

static void
begin_full(mpos_audit_pass *pass)
{
    bool resumed = mpos_audit_position_load(&pass->run.identity.journal, &pass->position);

    if (resumed && pass->position.rows) {
        pass->began = pass->position.began;
        begin_bucket(pass);
        return;
    }
    begin_run(pass, false);
    if (resumed && resume_chain(pass)) {
        pass->began = pass->position.began;
        return;
    }
    pass->position = (mpos_audit_position){
        .began = pass->began, .start_epoch = pass->run.start.epoch, .start_seq = pass->run.start.seq};
    if (resumed) {
        begin_run(pass, false);
    }
}

mpos_audit_pass *
mpos_audit_begin(const pg_uuid_t *journal, mpos_pass_kind kind, MemoryContext parent)
{
    MemoryContext memory = AllocSetContextCreate(parent, "mpos audit pass", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    mpos_audit_pass *pass = palloc0(sizeof *pass);

    pass->kind = kind;
    pass->memory = memory;
    pass->bucket = AllocSetContextCreate(memory, "mpos audit bucket", ALLOCSET_DEFAULT_SIZES);
    pass->began = GetCurrentTimestamp();
    if (!mpos_journal_identity_get(journal, &pass->run.identity)) {
        MemoryContextSwitchTo(old);
        MemoryContextDelete(memory);
        return NULL;
    }
    if (kind == MPOS_PASS_FULL) {
        begin_full(pass);
    } else {
        begin_bucket(pass);
    }
    MemoryContextSwitchTo(old);
    return pass;
}

void
mpos_audit_free(mpos_audit_pass *pass)
{
    MemoryContextDelete(pass->memory);
}

/* Goes on to the next bucket of rows; false when that was the last. */
static bool
next_bucket(mpos_audit_pass *pass)
{
    pass->position.mask = pass->run.mask;
    if (pass->position.bucket == pass->position.mask) {
        return false;
    }
    pass->position.bucket++;
    begin_bucket(pass);
    return true;
}

static bool
step_chain(mpos_audit_pass *pass)
{
    mpos_verification *run = &pass->run;

    if (mpos_verify_walk(run, ENTRIES_PER_SLICE)) {
        pass->position.epoch = run->epoch;
        pass->position.seq = run->expected;
        pass->position.leaf_known = run->leaf_known;
        memcpy(pass->position.leaf, run->last_leaf, sizeof run->last_leaf);
        return true;
    }
    mpos_verify_end(run);
    if (mpos_verify_is_platform(run)) {
        return false;
    }
    pass->position.rows = true;
    begin_bucket(pass);
    return true;
}

/* The states up to what this snapshot has; false when that takes further slices. */
static bool
catch_up(mpos_audit_pass *pass)
{
    mpos_verification *run = &pass->run;
    bool more;

    run->muted = true;
    more = mpos_verify_walk(run, ENTRIES_PER_SLICE);
    mpos_verify_narrow(run, ROWS_KEPT_MAX);
    run->muted = false;
    return !more;
}

static bool
step_rows(mpos_audit_pass *pass)
{
    mpos_verification *run = &pass->run;

    if (!catch_up(pass)) {
        return true;
    }
    if (!pass->complete) {
        pass->complete = true;
        run->scan_began = (mpos_entry_ref){.epoch = run->epoch, .seq = run->expected};
    }
    if (mpos_verify_rows_slice(run, &pass->scan, ROWS_PER_SLICE)) {
        return true;
    }
    mpos_verify_rows_missing(run);
    return next_bucket(pass);
}

static void
list_keys(mpos_audit_pass *pass)
{
    HTAB *rows = mpos_row_states(&pass->run);
    HASH_SEQ_STATUS scan;
    mpos_row_state *state;

    pass->keys = MemoryContextAlloc(pass->bucket, 16 * (Size)(hash_get_num_entries(rows) + 1));
    pass->key_count = 0;
    pass->keys_done = 0;
    hash_seq_init(&scan, rows);
    while ((state = hash_seq_search(&scan)) != NULL) {
        memcpy(pass->keys[pass->key_count++], state->key, 16);
    }
}

static bool
step_recent(mpos_audit_pass *pass)
{
    int count;

    if (!catch_up(pass)) {
        return true;
    }
    if (!pass->complete) {
        pass->complete = true;
        list_keys(pass);
    }
    count = Min(LOOKUPS_PER_SLICE, pass->key_count - pass->keys_done);
    mpos_verify_rows_of(&pass->run, (const uint8(*)[16])pass->keys + pass->keys_done, count);
    pass->keys_done += count;
    return pass->keys_done < pass->key_count || next_bucket(pass);
}

static bool
step(mpos_audit_pass *pass)
{
    if (pass->kind == MPOS_PASS_RECENT) {
        return step_recent(pass);
    }
    return pass->position.rows ? step_rows(pass) : step_chain(pass);
}

bool
mpos_audit_step(mpos_audit_pass *pass)
{
    mpos_tenant_state before = mpos_tenant_save();
    const pg_uuid_t *journal = &pass->run.identity.journal;
    volatile bool more = false;

    mpos_tenant_set(pass->run.identity.tenant.data);
    PG_TRY();
    {
        more = step(pass);
    }
    PG_FINALLY();
    {
        mpos_tenant_restore(before);
    }
    PG_END_TRY();
    mpos_audit_raise(journal, pass->findings);
    list_free_deep(pass->findings);
    pass->findings = NIL;
    if (pass->kind == MPOS_PASS_FULL && more) {
        mpos_audit_position_store(journal, &pass->position, &pass->run);
    } else if (pass->kind == MPOS_PASS_FULL) {
        mpos_audit_full_done(journal, pass->began);
    } else if (!more) {
        mpos_audit_recent_done(journal, pass->began, &pass->window);
    }
    return more;
}

void
mpos_audit_unreadable(const pg_uuid_t *journal, mpos_pass_kind kind, const char *message)
{
    mpos_audit_finding finding = {-1, -1, "unreadable", (char *)message};

    mpos_audit_raise(journal, list_make1(&finding));
    mpos_audit_given_up(journal, kind);
}
