/*
 * log_guard.c - settings that write parameters to the log are held at their safe value, and errors about values are logged
 * without the value.
 *
 * PostgreSQL asks a setting's check hook for every way to set it: SET, ALTER SYSTEM, ALTER ROLE, ALTER DATABASE, a function's
 * SET, the configuration file, a client's options. The settings at hand have no hook of their own.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/elog.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

#include "log_guard.h"

/* How many bytes of a parameter are logged with a statement, and with an error. */
static const char *const lengths[] = {"log_parameter_max_length", "log_parameter_max_length_on_error"};

/* Trees and plans hold the values of a custom plan. */
static const char *const trees[] = {"debug_print_parse", "debug_print_rewritten", "debug_print_plan"};

/*
 * Of modules that write statements themselves, where they are loaded: pgaudit's parameters and rows; plans of calls (verbose: their
 * arguments) and of what runs inside of them. 15 has no auto_explain.log_parameter_max_length.
 */
static const char *const module_lengths[] = {"auto_explain.log_parameter_max_length"};
static const char *const module_switches[] = {"pgaudit.log_parameter", "auto_explain.log_verbose",
                                              "auto_explain.log_nested_statements"};

static emit_log_hook_type next_emit_log = NULL;
static shmem_startup_hook_type next_startup = NULL;

static bool
length_is_zero(int *value, void **extra, GucSource source)
{
    if (*value != 0) {
        GUC_check_errdetail(
            "Parameters of statements hold request contexts; with mpos loaded they cannot be logged.");
    }
    return *value == 0;
}

static bool
tree_is_off(bool *value, void **extra, GucSource source)
{
    if (*value) {
        GUC_check_errdetail(
            "Plans hold parameters and request contexts; with mpos loaded they cannot be logged.");
    }
    return !*value;
}

/* NULL when no module has defined it; a placeholder of the configuration file is no setting yet. */
static struct config_generic *
find_setting(const char *name)
{
#if PG_VERSION_NUM >= 160000
    struct config_generic *found = find_option(name, false, true, DEBUG5);

    return found != NULL && (found->flags & GUC_CUSTOM_PLACEHOLDER) == 0 ? found : NULL;
#else
    struct config_generic **all = get_guc_variables();

    for (int i = 0; i < GetNumConfigOptions(); i++) {
        if (strcmp(all[i]->name, name) == 0 && (all[i]->flags & GUC_CUSTOM_PLACEHOLDER) == 0) {
            return all[i];
        }
    }
    return NULL;
#endif
}

/* The value must be safe before the hook is there: PostgreSQL would not let a hook refuse the value in force. */
static void
hold(struct config_generic *setting, const char *safe)
{
    const char *name = setting->name;
    const char *now = GetConfigOption(name, false, false);

    if (strcmp(now, safe) != 0 && setting->source != PGC_S_DEFAULT) {
        ereport(WARNING,
                (errmsg("mpos: %s = %s is not used", name, now),
                 errdetail("Parameters of statements hold request contexts and must not reach the log.")));
    }
    SetConfigOption(name, safe, PGC_POSTMASTER, PGC_S_OVERRIDE);
    if (setting->vartype == PGC_INT) {
        ((struct config_int *)setting)->boot_val = 0;
        ((struct config_int *)setting)->check_hook = length_is_zero;
    } else {
        ((struct config_bool *)setting)->check_hook = tree_is_off;
    }
}

/*
 * "Failing row", "invalid input syntax" and the place in a JSON text quote what the client sent: that is for the client. The log
 * gets code, statement and, where we wrote it ourselves, the message.
 */
static void
withhold_values(ErrorData *error)
{
    bool about_a_value = ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_DATA_EXCEPTION ||
                         ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION;

    if (error->elevel >= ERROR && about_a_value && (MyBackendType == B_BACKEND || IsParallelWorker())) {
        error->hide_ctx = true;
        error->detail_log = MemoryContextStrdup(ErrorContext, "withheld by mpos");
    }
    if (next_emit_log != NULL) {
        next_emit_log(error);
    }
}

static void
hold_all(const char *const *names, size_t count, const char *safe, bool there)
{
    for (size_t i = 0; i < count; i++) {
        struct config_generic *setting = find_setting(names[i]);

        if (setting != NULL) {
            hold(setting, safe);
        } else if (there) {
            elog(ERROR, "mpos: no setting %s", names[i]);
        }
    }
}

static void
hold_modules(void)
{
    hold_all(module_lengths, lengthof(module_lengths), "0", false);
    hold_all(module_switches, lengthof(module_switches), "off", false);
}

/* When all of shared_preload_libraries are loaded, in whichever order; every process inherits it. */
static void
on_startup(void)
{
    if (next_startup != NULL) {
        next_startup();
    }
    if (!IsUnderPostmaster) {
        hold_modules();
    }
}

void
mpos_log_guard_session(void)
{
    static bool looked = false;

    if (!looked) {
        looked = true;
        hold_modules();
    }
}

void
mpos_log_guard_init(void)
{
    hold_all(lengths, lengthof(lengths), "0", true);
    hold_all(trees, lengthof(trees), "off", true);
    next_startup = shmem_startup_hook;
    shmem_startup_hook = on_startup;
    next_emit_log = emit_log_hook;
    emit_log_hook = withhold_values;
}
