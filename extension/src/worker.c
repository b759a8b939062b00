/* worker.c - see worker.h. */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
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
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"

#include "worker.h"

#define DATABASES_MAX 16
#define ROUND_MS 1000

/*
 * Databases whose journals are sealed and audited, separated by commas. Set it where the books are kept; workers stay
 * connected there, so the database cannot be dropped or copied without ending them first.
 */
static char *databases = NULL;

/* What each of these databases gets. */
static const struct kind {
    const char *name;
    const char *function;
} kinds[] = {{"mpos sealer", "mpos_seal_worker_main"}, {"mpos audit", "mpos_audit_worker_main"}};

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
mpos_worker_init(void)
{
    BackgroundWorker launcher;

    if (!process_shared_preload_libraries_in_progress) {
        return;
    }
    DefineCustomStringVariable("mpos.database",
                               "Databases whose journals are sealed and audited, separated by commas.",
                               "Empty: no background worker runs.", &databases, "", PGC_POSTMASTER,
                               GUC_LIST_INPUT, NULL, NULL, NULL);
    if (databases[0] == '\0') {
        return;
    }
    fill_worker(&launcher, "mpos launcher", "mpos_launcher_main");
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

void
mpos_worker_rest(long ms)
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
start_worker(const struct kind *kind, int place)
{
    BackgroundWorker worker;
    BackgroundWorkerHandle *handle = NULL;

    fill_worker(&worker, kind->name, kind->function);
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = Int32GetDatum(place);
    worker.bgw_notify_pid = MyProcPid;
    return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : NULL;
}

/* Starts the worker unless it runs. */
static void
keep_running(BackgroundWorkerHandle **handle, const struct kind *kind, int place, const char *database)
{
    pid_t pid;

    if (*handle != NULL && GetBackgroundWorkerPid(*handle, &pid) == BGWH_STOPPED) {
        pfree(*handle);
        *handle = NULL;
    }
    if (*handle == NULL && database_exists(database)) {
        MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

        *handle = start_worker(kind, place);
        MemoryContextSwitchTo(old);
    }
}

void
mpos_launcher_main(Datum argument)
{
    BackgroundWorkerHandle *workers[DATABASES_MAX][lengthof(kinds)] = {{NULL}};
    const char *names[DATABASES_MAX];
    int count;

    begin_process();
    BackgroundWorkerInitializeConnection(NULL, NULL, 0);
    count = list_databases(names);
    for (;;) {
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < (int)lengthof(kinds); k++) {
                keep_running(&workers[i][k], &kinds[k], i, names[i]);
            }
        }
        mpos_worker_rest(ROUND_MS);
    }
}

void
mpos_worker_connect(Datum place)
{
    const char *names[DATABASES_MAX];
    int count;

    begin_process();
    count = list_databases(names);
    if (DatumGetInt32(place) >= count) {
        proc_exit(0);
    }
    BackgroundWorkerInitializeConnection(names[DatumGetInt32(place)], NULL, 0);
    SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION);
    SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION);
}

void
mpos_work_begin(void)
{
    SetCurrentStatementStartTimestamp(); /* what now() is */
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    SPI_connect();
}

void
mpos_work_end(void)
{
    SPI_finish();
    PopActiveSnapshot();
    CommitTransactionCommand();
}
