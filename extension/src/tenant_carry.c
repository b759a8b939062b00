/*
 * tenant_carry.c - the way of the tenant to parallel workers. Words: carry.
 *
 * A worker starts with the settings of its leader and with nothing of its variables. So whoever runs a plan that may start
 * workers holds the tenant in a setting for exactly as long as that plan runs, in a nest level of its own: an error takes it
 * back with the (sub)transaction. No operation has to remember it, and a statement without workers pays a comparison.
 *
 * The setting says "none" when there is no tenant. Left empty, it says that nobody carried anything: then a worker raises.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "tenant.h"

#define SETTING "mpos.tenant"
#define NONE "none"
#define HEX_LEN (2 * UUID_LEN)

typedef struct carried_tenant {
    bool set;
    pg_uuid_t id;
} carried_tenant;

static char *setting;                        /* the text, for PostgreSQL only */
static const carried_tenant *carried = NULL; /* what it means */
static bool writing = false;
static ExecutorRun_hook_type run_next = NULL;

/* SET, set_config, RESET to a stored value, ALTER ROLE, function options, PGOPTIONS: all end here, and all are refused. */
static bool
check_setting(char **value, void **extra, GucSource source)
{
    carried_tenant *parsed;

    if (**value == '\0') {
        return true;
    }
    if (!writing && !InitializingParallelWorker) {
        GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
        GUC_check_errmsg("parameter \"%s\" cannot be set", SETTING);
        return false;
    }
    /* Freed by PostgreSQL, which wants it from malloc. */
    parsed = calloc(1, sizeof *parsed);
    if (parsed == NULL) {
        return false;
    }
    if (strlen(*value) == HEX_LEN) {
        parsed->set = hex_decode(*value, HEX_LEN, (char *)parsed->id.data) == UUID_LEN;
    }
    *extra = parsed;
    return true;
}

static void
assign_setting(const char *value, void *extra)
{
    carried = extra;
}

const pg_uuid_t *
mpos_tenant_carried(void)
{
    if (carried == NULL) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_STATE),
                        errmsg("the tenant is not known in a parallel worker")));
    }
    return carried->set ? &carried->id : NULL;
}

static void
write_setting(const char *value)
{
    writing = true;
    PG_TRY();
    {
        (void)set_config_option(SETTING, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    }
    PG_FINALLY();
    {
        writing = false;
    }
    PG_END_TRY();
}

static void
carry(void)
{
    const pg_uuid_t *id = mpos_tenant_visible();
    char value[HEX_LEN + 1] = NONE;

    if (id != NULL) {
        value[hex_encode((const char *)id->data, UUID_LEN, value)] = '\0';
    }
    write_setting(value);
}

static void
run_next_or_standard(QueryDesc *query, ScanDirection direction, uint64 count, bool once)
{
    if (run_next != NULL) {
        run_next(query, direction, count, once);
    } else {
        standard_ExecutorRun(query, direction, count, once);
    }
}

static void
run_plan(QueryDesc *query, ScanDirection direction, uint64 count, bool once)
{
    int level;

    if (!query->plannedstmt->parallelModeNeeded || IsParallelWorker()) {
        run_next_or_standard(query, direction, count, once);
        return;
    }
    level = NewGUCNestLevel();
    carry();
    run_next_or_standard(query, direction, count, once);
    AtEOXact_GUC(true, level);
}

void
mpos_tenant_carry_init(void)
{
    DefineCustomStringVariable(
        SETTING, "Carries the tenant to parallel workers.", NULL, &setting, "", PGC_SUSET,
        GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE | GUC_SUPERUSER_ONLY,
        check_setting, assign_setting, NULL);
    run_next = ExecutorRun_hook;
    ExecutorRun_hook = run_plan;
}
