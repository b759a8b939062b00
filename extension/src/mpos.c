/* mpos.c - the module: what happens when PostgreSQL loads it. */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "audit_worker.h"
#include "capture_plan.h"
#include "context_key.h"
#include "direct.h"
#include "doorbell.h"
#include "heap.h"
#include "pending.h"
#include "pii_store.h"
#include "rewrite.h"
#include "platform.h"
#include "tenant.h"
#include "worker.h"

PG_MODULE_MAGIC;

void
_PG_init(void);

static void
warn_unless_zero(const char *setting)
{
    const char *value = GetConfigOption(setting, true, false);

    if (value != NULL && strcmp(value, "0") != 0) {
        ereport(WARNING,
                (errmsg("mpos: %s is not 0", setting),
                 errdetail("Statements' parameters hold request contexts and must not reach the log."),
                 errhint("Set %s = 0 in postgresql.conf.", setting)));
    }
}

void
_PG_init(void)
{
    mpos_context_key_init();
    mpos_pii_key_init();
    mpos_doorbell_init();
    mpos_worker_init();
    mpos_audit_worker_init();
    MarkGUCPrefixReserved("mpos");
    if (process_shared_preload_libraries_in_progress) {
        warn_unless_zero("log_parameter_max_length");
        warn_unless_zero("log_parameter_max_length_on_error");
    }
    mpos_heap_init();
    mpos_direct_init();
    mpos_capture_plan_init();
    /* Callbacks run in the reverse order of registration: the platform's head is locked after all others. */
    mpos_tenant_init();
    mpos_platform_init();
    mpos_rewrite_init();
    mpos_pending_init();
}
