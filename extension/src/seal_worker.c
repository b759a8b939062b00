/* seal_worker.c - see seal_worker.h. A fault in one journal must not keep the others from being sealed. */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "err.h"
#include "seal.h"
#include "seal_worker.h"
#include "sqlstate.h"
#include "statement.h"
#include "worker.h"

#define ROUND_MS 1000
/* Journals of one transaction: each takes a subtransaction, and more than 64 would burden everybody's snapshots. */
#define BATCH 32
#define MAINTENANCE_EVERY_MS INT64CONST(86400000)
/* A maintenance that failed, mostly for a lock, is tried again. */
#define MAINTENANCE_AGAIN_MS INT64CONST(300000)

/* True once the migrations have made the tables. */
static bool
tables_exist(void)
{
    Oid schema;
    bool exist;

    StartTransactionCommand();
    schema = get_namespace_oid("journal", true);
    exist = OidIsValid(schema) && OidIsValid(get_relname_relid("sealed", schema)) &&
            OidIsValid(get_relname_relid("alarm", schema));
    CommitTransactionCommand();
    return exist;
}

/* The journals that have moved since they were sealed, in `memory`. */
static pg_uuid_t *
find_moved(MemoryContext memory, int *count)
{
    static mpos_statement moved = {
        "SELECT h.journal_id FROM journal.head h "
        "LEFT JOIN journal.sealed s ON s.journal_id = h.journal_id AND NOT s.ended "
        "WHERE CASE WHEN s.journal_id IS NULL THEN h.next_seq > 0 "
        "ELSE s.state = 'sealing' AND (s.size <> h.next_seq OR s.epoch <> h.epoch OR s.last_leaf <> "
        "h.last_leaf) END",
        NULL};
    mpos_args args = {0};
    pg_uuid_t *journals;

    mpos_work_begin();
    *count = (int)mpos_statement_run(&moved, &args);
    journals = MemoryContextAlloc(memory, sizeof *journals * (Size)(*count + 1));
    for (int i = 0; i < *count; i++) {
        (void)mpos_cell_uuid((uint64)i, 1, journals[i].data);
    }
    mpos_work_end();
    return journals;
}

/* Damage that keeps rows from being read stops the journal; anything else passes and is tried again. */
static void
judge_error(const pg_uuid_t *journal, const ErrorData *error)
{
    if (error->sqlerrcode == mpos_sqlstate(MPOS_E_JOURNAL_DAMAGED) ||
        error->sqlerrcode == ERRCODE_DATA_CORRUPTED || error->sqlerrcode == ERRCODE_INDEX_CORRUPTED) {
        mpos_seal_stop(journal, -1, -1, "unreadable", error->message);
        return;
    }
    ereport(LOG, (errcode(error->sqlerrcode),
                  errmsg("mpos: a journal could not be sealed yet: %s", error->message)));
}

/* One step in a subtransaction; true when there is more to do. */
static bool
try_step(const pg_uuid_t *journal)
{
    MemoryContext memory = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData *volatile error = NULL;
    volatile bool more = false;

    BeginInternalSubTransaction(NULL);
    MemoryContextSwitchTo(memory);
    PG_TRY();
    {
        more = mpos_seal_step(journal);
        ReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(memory);
        error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(memory);
    CurrentResourceOwner = owner;
    if (error != NULL) {
        judge_error(journal, error);
        FreeErrorData(error);
    }
    return more;
}

/* One transaction over some journals; those with more to do move to the front. Returns how many these are. */
static int
seal_batch(pg_uuid_t *journals, int count)
{
    MemoryContext memory =
        AllocSetContextCreate(TopMemoryContext, "mpos sealed batch", ALLOCSET_DEFAULT_SIZES);
    int left = 0;

    mpos_work_begin();
    for (int i = 0; i < count; i++) {
        MemoryContext old = MemoryContextSwitchTo(memory);

        if (try_step(&journals[i])) {
            journals[left++] = journals[i];
        }
        MemoryContextSwitchTo(old);
        MemoryContextReset(memory);
        CHECK_FOR_INTERRUPTS();
    }
    mpos_work_end();
    MemoryContextDelete(memory);
    return left;
}

/* Everything that had moved when the round began, and what follows meanwhile in journals that were far behind. */
static void
seal_moved(MemoryContext memory)
{
    int count;
    pg_uuid_t *journals = find_moved(memory, &count);

    for (int start = 0; start < count; start += BATCH) {
        int left = Min(BATCH, count - start);

        pgstat_report_activity(STATE_RUNNING, "sealing");
        while (left > 0) {
            left = seal_batch(journals + start, left);
        }
    }
}

/* Partitions of the coming months, and old answers. Gives up soon where a sale would have to wait behind it. */
static void
maintain(void)
{
    static mpos_statement months = {"SELECT mpos.journal_months(4)", NULL};
    static mpos_statement forget = {"SELECT mpos.forget_keys()", NULL};
    mpos_args args = {0};

    pgstat_report_activity(STATE_RUNNING, "daily maintenance");
    mpos_work_begin();
    /* A new partition is an entry of the platform's journal, which must not vanish in a crash. */
    (void)set_config_option("synchronous_commit", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
    (void)set_config_option("lock_timeout", "200ms", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
    (void)mpos_statement_run(&months, &args);
    mpos_work_end();
    mpos_work_begin();
    (void)mpos_statement_run(&forget, &args);
    mpos_work_end();
}

/* Runs the day's maintenance when it is due; returns when the next one is. */
static TimestampTz
maintain_when_due(TimestampTz due)
{
    MemoryContext memory = CurrentMemoryContext;
    volatile int64 pause_ms = MAINTENANCE_EVERY_MS;

    if (GetCurrentTimestamp() < due) {
        return due;
    }
    PG_TRY();
    {
        maintain();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(memory);
        EmitErrorReport();
        FlushErrorState();
        AbortCurrentTransaction();
        pause_ms = MAINTENANCE_AGAIN_MS;
    }
    PG_END_TRY();
    MemoryContextSwitchTo(memory);
    return GetCurrentTimestamp() + pause_ms * 1000;
}

void
mpos_seal_worker_main(Datum argument)
{
    MemoryContext memory;
    TimestampTz maintenance_due = 0;

    /* Tiles can always be made again from the entries, which are durable before they can be seen. */
    mpos_worker_connect(argument);
    memory = AllocSetContextCreate(TopMemoryContext, "mpos sealer", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(memory);
    for (;;) {
        TimestampTz began = GetCurrentTimestamp();

        if (tables_exist()) {
            MemoryContextSwitchTo(memory);
            seal_moved(memory);
            maintenance_due = maintain_when_due(maintenance_due);
        }
        MemoryContextSwitchTo(memory);
        MemoryContextReset(memory);
        pgstat_report_activity(STATE_IDLE, NULL);
        pgstat_report_stat(false);
        mpos_worker_rest(
            Max(1, ROUND_MS - (long)TimestampDifferenceMilliseconds(began, GetCurrentTimestamp())));
    }
}
