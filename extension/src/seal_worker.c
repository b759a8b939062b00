/* seal_worker.c - see seal_worker.h. A fault in one journal must not keep the others from being sealed. */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_database.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "err.h"
#include "seal.h"
#include "seal_worker.h"
#include "sqlstate.h"
#include "statement.h"

#define DATABASES_MAX 16
#define ROUND_MS 1000
/* Journals of one transaction: each takes a subtransaction, and more than 64 would burden everybody's snapshots. */
#define BATCH 32
#define MAINTENANCE_EVERY_MS INT64CONST(86400000)
/* A maintenance that failed, mostly for a lock, is tried again. */
#define MAINTENANCE_AGAIN_MS INT64CONST(300000)

/*
 * Databases whose journals are sealed, separated by commas. Set it where the books are kept; a worker stays connected there,
 * so the database cannot be dropped or copied without ending it first.
 */
static char *databases = NULL;

static void
fill_worker(BackgroundWorker *worker, const char *name, const char *function)
{
    memset(worker, 0, sizeof *worker);
    worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
    strlcpy(worker->bgw_name, name, sizeof worker->bgw_name);
    strlcpy(worker->bgw_type, name, sizeof worker->bgw_type);
    strlcpy(worker->bgw_library_name, "mpos", sizeof worker->bgw_library_name);
    strlcpy(worker->bgw_function_name, function, sizeof worker->bgw_function_name);
}

void
mpos_seal_worker_init(void)
{
    BackgroundWorker launcher;

    if (!process_shared_preload_libraries_in_progress) {
        return;
    }
    DefineCustomStringVariable("mpos.database", "Databases whose journals are sealed, separated by commas.",
                               "Empty: no background worker runs.", &databases, "", PGC_POSTMASTER,
                               GUC_LIST_INPUT, NULL, NULL, NULL);
    if (databases[0] == '\0') {
        return;
    }
    fill_worker(&launcher, "mpos launcher", "mpos_seal_launcher_main");
    launcher.bgw_restart_time = 1;
    RegisterBackgroundWorker(&launcher);
}

/* Names of the setting; at most max. */
static int
list_databases(const char *names[DATABASES_MAX])
{
    List *list = NIL;
    ListCell *cell;
    int count = 0;

    if (!SplitGUCList(pstrdup(databases), ',', &list)) {
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("mpos.database is not a list of names")));
    }
    foreach (cell, list) {
        if (count < DATABASES_MAX) {
            names[count++] = lfirst(cell);
        }
    }
    return count;
}

static void
begin_process(void)
{
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
}

/* Waits until the time is over, or something else has happened. */
static void
rest(long ms)
{
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
    if (ConfigReloadPending) {
        ConfigReloadPending = false;
        ProcessConfigFile(PGC_SIGHUP);
    }
}

/* Read row by row: the index may not be known yet to a process without a database. */
static bool
database_exists(const char *name)
{
    bool exists = false;
    Relation relation;
    TableScanDesc scan;
    HeapTuple row;

    StartTransactionCommand();
    (void)GetTransactionSnapshot();
    relation = table_open(DatabaseRelationId, AccessShareLock);
    scan = table_beginscan_catalog(relation, 0, NULL);
    while (!exists && (row = heap_getnext(scan, ForwardScanDirection)) != NULL) {
        exists = strcmp(NameStr(((Form_pg_database)GETSTRUCT(row))->datname), name) == 0;
    }
    table_endscan(scan);
    table_close(relation, AccessShareLock);
    CommitTransactionCommand();
    return exists;
}

static BackgroundWorkerHandle *
start_sealer(int place)
{
    BackgroundWorker worker;
    BackgroundWorkerHandle *handle = NULL;

    fill_worker(&worker, "mpos sealer", "mpos_seal_worker_main");
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = Int32GetDatum(place);
    worker.bgw_notify_pid = MyProcPid;
    return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : NULL;
}

void
mpos_seal_launcher_main(Datum argument)
{
    BackgroundWorkerHandle *sealers[DATABASES_MAX] = {NULL};
    const char *names[DATABASES_MAX];
    int count;

    begin_process();
    BackgroundWorkerInitializeConnection(NULL, NULL, 0);
    count = list_databases(names);
    for (;;) {
        for (int i = 0; i < count; i++) {
            pid_t pid;

            if (sealers[i] != NULL && GetBackgroundWorkerPid(sealers[i], &pid) == BGWH_STOPPED) {
                pfree(sealers[i]);
                sealers[i] = NULL;
            }
            if (sealers[i] == NULL && database_exists(names[i])) {
                MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

                sealers[i] = start_sealer(i);
                MemoryContextSwitchTo(old);
            }
        }
        rest(ROUND_MS);
    }
}

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

static void
begin_work(void)
{
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    SPI_connect();
}

static void
end_work(void)
{
    SPI_finish();
    PopActiveSnapshot();
    CommitTransactionCommand();
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

    begin_work();
    *count = (int)mpos_statement_run(&moved, &args);
    journals = MemoryContextAlloc(memory, sizeof *journals * (Size)(*count + 1));
    for (int i = 0; i < *count; i++) {
        (void)mpos_cell_uuid((uint64)i, 1, journals[i].data);
    }
    end_work();
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

    begin_work();
    for (int i = 0; i < count; i++) {
        MemoryContext old = MemoryContextSwitchTo(memory);

        if (try_step(&journals[i])) {
            journals[left++] = journals[i];
        }
        MemoryContextSwitchTo(old);
        MemoryContextReset(memory);
        CHECK_FOR_INTERRUPTS();
    }
    end_work();
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
    begin_work();
    /* A new partition is an entry of the platform's journal, which must not vanish in a crash. */
    (void)set_config_option("synchronous_commit", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
    (void)set_config_option("lock_timeout", "200ms", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
    /* A new partition is a change of the schema, which the platform's journal records. */
    (void)set_config_option("synchronous_commit", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
    (void)mpos_statement_run(&months, &args);
    end_work();
    begin_work();
    (void)mpos_statement_run(&forget, &args);
    end_work();
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

static void
connect_to(int place)
{
    const char *names[DATABASES_MAX];
    int count = list_databases(names);

    if (place >= count) {
        proc_exit(0);
    }
    BackgroundWorkerInitializeConnection(names[place], NULL, 0);
    /* Tiles can always be made again from the entries, which are durable before they can be seen. */
    SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION);
    SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION);
}

void
mpos_seal_worker_main(Datum argument)
{
    MemoryContext memory;
    TimestampTz maintenance_due = 0;

    begin_process();
    connect_to(DatumGetInt32(argument));
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
        rest(Max(1, ROUND_MS - (long)TimestampDifferenceMilliseconds(began, GetCurrentTimestamp())));
    }
}
