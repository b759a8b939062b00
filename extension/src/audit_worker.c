/* audit_worker.c - see audit_worker.h. */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "audit.h"
#include "audit_worker.h"
#include "err.h"
#include "sqlstate.h"
#include "worker.h"

#define IDLE_MS 500
/* A tenth of one core at most; half of one when a pass is late. */
#define REST_FACTOR 9
#define REST_FACTOR_LATE 1
/* A slice that waited for locks or disks is no reason to rest for minutes. */
#define REST_MAX_MS 2000
#define REST_AFTER_ERROR_MS 2000
#define GUARDS_MS 60000

/* Rows that changed in the last day are compared at least this often. Longer: less work for the machine. */
static int recent_interval_s = 3600;

/* Everything is verified at least this often. Longer where books of many years take more than a day at a tenth of a core. */
static int full_interval_s = 86400;

/* Roles that are superusers, pass row security or act as the owner with good reason, such as one that makes backups. */
static char *expected_roles = NULL;

/* What the worker has in hand. */
typedef struct desk {
    MemoryContext memory;
    mpos_audit_pass *passes[MPOS_PASS_KINDS];
    pg_uuid_t journals[MPOS_PASS_KINDS];
    bool held[MPOS_PASS_KINDS]; /* the last pass of journals[] failed: another one first */
    bool late[MPOS_PASS_KINDS];
    mpos_pass_kind turn;
    TimestampTz guards_due;
} desk;

void
mpos_audit_worker_init(void)
{
    DefineCustomIntVariable(
        "mpos.audit_recent_interval", "Rows changed in the last day are compared within this time.",
        "0: never.", &recent_interval_s, 3600, 0, 86400 * 365, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
    DefineCustomIntVariable("mpos.audit_full_interval", "Everything is verified within this time.",
                            "0: never.", &full_interval_s, 86400, 0, 86400 * 365, PGC_SIGHUP, GUC_UNIT_S,
                            NULL, NULL, NULL);
    DefineCustomStringVariable(
        "mpos.audit_roles",
        "Roles that may be superusers, pass row security or act as mpos_owner, separated by commas.",
        "Beside the superuser that made the cluster.", &expected_roles, "", PGC_SIGHUP, 0, NULL, NULL, NULL);
}

/* A pass begins when half the time is over, so that it ends within the time. */
static int64
due_after_ms(mpos_pass_kind kind)
{
    return (int64)(kind == MPOS_PASS_RECENT ? recent_interval_s : full_interval_s) * 500;
}

/* One snapshot for the whole transaction. Tables may be anybody's: nothing of theirs runs with a superuser's rights. */
static void
begin_slice(void)
{
    SetCurrentStatementStartTimestamp(); /* what now() is */
    StartTransactionCommand();
    XactIsoLevel = XACT_REPEATABLE_READ;
    PushActiveSnapshot(GetTransactionSnapshot());
    SetUserIdAndSecContext(get_role_oid("mpos_owner", false),
                           SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
    (void)set_config_option("lock_timeout", "200ms", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
    SPI_connect();
}

static void
end_slice(void)
{
    SPI_finish();
    PopActiveSnapshot();
    SetUserIdAndSecContext(GetSessionUserId(), 0);
    CommitTransactionCommand();
}

static bool
tables_exist(void)
{
    Oid schema;
    bool exist;

    StartTransactionCommand();
    schema = get_namespace_oid("journal", true);
    exist = OidIsValid(schema) && OidIsValid(get_relname_relid("audit", schema));
    CommitTransactionCommand();
    return exist;
}

static void
check_guards(desk *d)
{
    begin_slice();
    mpos_audit_register();
    mpos_audit_guards();
    end_slice();
    d->guards_due =
        GetCurrentTimestamp() +
        Min(GUARDS_MS, recent_interval_s == 0 ? GUARDS_MS : due_after_ms(MPOS_PASS_RECENT)) * 1000;
}

/* One slice of the pass in hand, or of one that is due; false when there is none. */
static bool
step(desk *d, mpos_pass_kind kind)
{
    mpos_audit_pass **pass = &d->passes[kind];
    MemoryContext old;
    bool more = false;

    if (due_after_ms(kind) == 0) {
        return false;
    }
    begin_slice();
    old = MemoryContextSwitchTo(CurTransactionContext);
    if (*pass == NULL && mpos_audit_due(kind, due_after_ms(kind), d->held[kind] ? &d->journals[kind] : NULL,
                                        &d->journals[kind], &d->late[kind])) {
        *pass = mpos_audit_begin(&d->journals[kind], kind, d->memory);
        more = *pass == NULL;
    }
    d->held[kind] = false;
    if (*pass != NULL) {
        more = true;
        if (!mpos_audit_step(*pass)) {
            mpos_audit_free(*pass);
            *pass = NULL;
        }
    }
    MemoryContextSwitchTo(old);
    end_slice();
    return more;
}

/* True when something was done. */
static bool
do_slice(desk *d)
{
    if (GetCurrentTimestamp() >= d->guards_due) {
        check_guards(d);
        return true;
    }
    d->turn = d->turn == MPOS_PASS_FULL ? MPOS_PASS_RECENT : MPOS_PASS_FULL;
    if (step(d, d->turn)) {
        return true;
    }
    d->turn = d->turn == MPOS_PASS_FULL ? MPOS_PASS_RECENT : MPOS_PASS_FULL;
    return step(d, d->turn);
}

static bool
is_damage(const ErrorData *error)
{
    return error->sqlerrcode == mpos_sqlstate(MPOS_E_JOURNAL_DAMAGED) ||
           error->sqlerrcode == ERRCODE_DATA_CORRUPTED || error->sqlerrcode == ERRCODE_INDEX_CORRUPTED;
}

/* After an error the transaction is gone, and what the pass had in memory cannot be relied on. */
static void
judge_error(desk *d, const ErrorData *error)
{
    bool damage = d->passes[d->turn] != NULL && is_damage(error);

    ereport(LOG,
            (errcode(error->sqlerrcode), errmsg("mpos: the audit could not go on yet: %s", error->message)));
    d->held[d->turn] = d->passes[d->turn] != NULL;
    for (int kind = 0; kind < MPOS_PASS_KINDS; kind++) {
        d->passes[kind] = NULL;
    }
    MemoryContextReset(d->memory);
    if (damage) {
        begin_slice();
        mpos_audit_unreadable(&d->journals[d->turn], d->turn, error->message);
        end_slice();
    }
}

/* The same, with errors behind it; *failed says so. */
static bool
try_slice(desk *d, bool *failed)
{
    MemoryContext memory = CurrentMemoryContext;
    ErrorData *volatile error = NULL;
    volatile bool done = false;

    PG_TRY();
    {
        done = do_slice(d);
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(memory);
        error = CopyErrorData();
        FlushErrorState();
        AbortCurrentTransaction();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(memory);
    *failed = error != NULL;
    if (error != NULL) {
        judge_error(d, error);
        MemoryContextSwitchTo(memory);
        FreeErrorData(error);
    }
    return done;
}

static long
rest_after(const desk *d, TimestampTz began)
{
    bool late = false;

    for (int kind = 0; kind < MPOS_PASS_KINDS; kind++) {
        late |= d->passes[kind] != NULL && d->late[kind];
    }
    return Min(REST_MAX_MS, 1 + (late ? REST_FACTOR_LATE : REST_FACTOR) *
                                    (long)TimestampDifferenceMilliseconds(began, GetCurrentTimestamp()));
}

void
mpos_audit_worker_main(Datum argument)
{
    desk d = {.turn = MPOS_PASS_FULL};
    MemoryContext memory;

    mpos_worker_connect(argument);
    memory = AllocSetContextCreate(TopMemoryContext, "mpos audit", ALLOCSET_DEFAULT_SIZES);
    d.memory = AllocSetContextCreate(TopMemoryContext, "mpos audit passes", ALLOCSET_DEFAULT_SIZES);
    for (;;) {
        TimestampTz began = GetCurrentTimestamp();
        bool failed = false;
        bool busy;

        MemoryContextSwitchTo(memory);
        pgstat_report_activity(STATE_RUNNING, "audit");
        busy = tables_exist() && (MemoryContextSwitchTo(memory), try_slice(&d, &failed));
        MemoryContextReset(memory);
        pgstat_report_activity(STATE_IDLE, NULL);
        pgstat_report_stat(false);
        mpos_worker_rest(failed ? REST_AFTER_ERROR_MS : busy ? rest_after(&d, began) : IDLE_MS);
    }
}
