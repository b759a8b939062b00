/*
 * doorbell.c - the ring, its writers (every committing backend) and its one reader (the worker).
 *
 * A writer takes a position by one atomic add, clears the slot's stamp, fills it and stamps it with its position. The
 * reader copies a slot and believes the copy only if the stamp was right before and after; everything else counts as
 * lost, and what is lost is announced as "*".
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/async.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "doorbell.h"
#include "uuid.h"

#define CHANNEL "mpos_journal"
#define RING_SIZE 4096
#define NOTED_MAX 32
/* At most one notification in this time, and no more ids in it than fit below NOTIFY's 8000 bytes. */
#define PAUSE_MS 20
#define NAMED_MAX 300

typedef struct slot {
    pg_atomic_uint64 stamp; /* position + 1 once filled */
    Oid database;
    pg_uuid_t journal; /* zero: more journals than the transaction could remember */
} slot;

typedef struct ring {
    pg_atomic_uint64 next;
    Latch *volatile reader; /* the worker's, NULL while there is none */
    slot slots[RING_SIZE];
} ring;

/*
 * Database whose commits are announced. Set it when more than one server process serves the database; one process alone
 * hears of everything from its own calls.
 */
static char *database_name = NULL;

static ring *shared = NULL;
static shmem_request_hook_type next_request = NULL;
static shmem_startup_hook_type next_startup = NULL;

static pg_uuid_t noted[NOTED_MAX];
static int noted_count = 0;
static bool noted_too_many = false;

static void
request_memory(void)
{
    if (next_request != NULL) {
        next_request();
    }
    RequestAddinShmemSpace(MAXALIGN(sizeof(ring)));
}

static void
start_memory(void)
{
    bool found;

    if (next_startup != NULL) {
        next_startup();
    }
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    shared = ShmemInitStruct("mpos doorbell", sizeof(ring), &found);
    if (!found) {
        memset(shared, 0, sizeof *shared);
        pg_atomic_init_u64(&shared->next, 0);
        for (int i = 0; i < RING_SIZE; i++) {
            pg_atomic_init_u64(&shared->slots[i].stamp, 0);
        }
    }
    LWLockRelease(AddinShmemInitLock);
}

static void
register_worker(void)
{
    BackgroundWorker worker = {.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
                               .bgw_start_time = BgWorkerStart_RecoveryFinished,
                               .bgw_restart_time = 5};

    strlcpy(worker.bgw_name, "mpos doorbell", sizeof worker.bgw_name);
    strlcpy(worker.bgw_type, "mpos doorbell", sizeof worker.bgw_type);
    strlcpy(worker.bgw_library_name, "mpos", sizeof worker.bgw_library_name);
    strlcpy(worker.bgw_function_name, "mpos_doorbell_main", sizeof worker.bgw_function_name);
    RegisterBackgroundWorker(&worker);
}

void
mpos_doorbell_init(void)
{
    if (!process_shared_preload_libraries_in_progress) {
        return;
    }
    DefineCustomStringVariable("mpos.doorbell_database", "Database whose journals are announced by NOTIFY.",
                               "Empty: no background worker runs.", &database_name, "", PGC_POSTMASTER, 0,
                               NULL, NULL, NULL);
    if (database_name[0] == '\0') {
        return;
    }
    next_request = shmem_request_hook;
    shmem_request_hook = request_memory;
    next_startup = shmem_startup_hook;
    shmem_startup_hook = start_memory;
    register_worker();
}

void
mpos_doorbell_note(const pg_uuid_t *journal)
{
    if (shared == NULL) {
        return;
    }
    if (noted_count == NOTED_MAX) {
        noted_too_many = true;
        return;
    }
    noted[noted_count++] = *journal;
}

static void
put(const pg_uuid_t *journal)
{
    uint64 position = pg_atomic_fetch_add_u64(&shared->next, 1);
    slot *s = &shared->slots[position % RING_SIZE];

    pg_atomic_write_u64(&s->stamp, 0);
    pg_write_barrier();
    s->database = MyDatabaseId;
    s->journal = *journal;
    pg_write_barrier();
    pg_atomic_write_u64(&s->stamp, position + 1);
}

void
mpos_doorbell_end(bool committed)
{
    static const pg_uuid_t all = {{0}};

    if (noted_count > 0 && committed) {
        Latch *reader = shared->reader;

        for (int i = 0; i < noted_count; i++) {
            put(&noted[i]);
        }
        if (noted_too_many) {
            put(&all);
        }
        if (reader != NULL) {
            SetLatch(reader);
        }
    }
    noted_count = 0;
    noted_too_many = false;
}

/* What one notification will say. */
typedef struct announcement {
    pg_uuid_t journals[NAMED_MAX];
    int count;
    bool all;
} announcement;

static void
announce(announcement *a, const pg_uuid_t *journal)
{
    static const pg_uuid_t zero = {{0}};

    for (int i = 0; i < a->count; i++) {
        if (memcmp(&a->journals[i], journal, sizeof *journal) == 0) {
            return;
        }
    }
    if (a->count == NAMED_MAX || memcmp(journal, &zero, sizeof zero) == 0) {
        a->all = true;
        return;
    }
    a->journals[a->count++] = *journal;
}

/* Reads the ring from *position on. A slot that is still being filled, or was overwritten, counts as lost. */
static void
collect(uint64 *position, announcement *out)
{
    uint64 end = pg_atomic_read_u64(&shared->next);

    if (end - *position > RING_SIZE) {
        out->all = true;
        *position = end - RING_SIZE;
    }
    for (; *position < end; (*position)++) {
        slot *s = &shared->slots[*position % RING_SIZE];
        uint64 stamp = pg_atomic_read_u64(&s->stamp);
        slot copy;

        pg_read_barrier();
        copy.database = s->database;
        copy.journal = s->journal;
        pg_read_barrier();
        if (stamp != *position + 1 || pg_atomic_read_u64(&s->stamp) != stamp) {
            out->all = true;
        } else if (copy.database == MyDatabaseId) {
            announce(out, &copy.journal);
        }
    }
}

static void
notify(const announcement *a)
{
    char payload[NAMED_MAX * (MPOS_UUID_SHORT_LEN + 1) + 2] = "*";
    char *at = payload;

    for (int i = 0; i < a->count && !a->all; i++) {
        if (i > 0) {
            *at++ = ',';
        }
        mpos_uuid_short(a->journals[i].data, at);
        at += MPOS_UUID_SHORT_LEN;
    }
    StartTransactionCommand();
    Async_Notify(CHANNEL, payload);
    CommitTransactionCommand();
}

static void
leave(int code, Datum argument)
{
    shared->reader = NULL;
}

void
mpos_doorbell_main(Datum argument)
{
    uint64 position;

    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(database_name, NULL, 0);
    /* A notification is a hint: its commit need not wait for the disk. */
    SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION);
    position = pg_atomic_read_u64(&shared->next);
    before_shmem_exit(leave, (Datum)0);
    shared->reader = MyLatch;
    for (;;) {
        announcement a = {.count = 0};

        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, -1, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        collect(&position, &a);
        if (a.count > 0 || a.all) {
            notify(&a);
            (void)WaitLatch(NULL, WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, PAUSE_MS, PG_WAIT_EXTENSION);
        }
    }
}
