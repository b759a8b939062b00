/* mpos.c - the module: what happens when PostgreSQL loads it. */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "analyst.h"
#include "audit_worker.h"
#include "capture_plan.h"
#include "context_key.h"
#include "direct.h"
#include "doorbell.h"
#include "erase_tenant.h"
#include "heap.h"
#include "licence.h"
#include "log_guard.h"
#include "pending.h"
#include "pii_store.h"
#include "rewrite.h"
#include "platform.h"
#include "tenant.h"
#include "worker.h"

PG_MODULE_MAGIC;

void
_PG_init(void);

void
_PG_init(void)
{
    mpos_context_key_init();
    mpos_pii_key_init();
    mpos_licence_init();
    mpos_doorbell_init();
    mpos_worker_init();
    mpos_audit_worker_init();
    mpos_tenant_carry_init();
    mpos_analyst_limits_init();
    MarkGUCPrefixReserved("mpos");
    mpos_log_guard_init();
    mpos_analyst_init();
    mpos_heap_init();
    mpos_direct_init();
    mpos_capture_plan_init();
    /* Callbacks run in the reverse order of registration: the platform's head is locked after all others. */
    mpos_tenant_init();
    mpos_erase_tenant_init();
    mpos_platform_init();
    mpos_rewrite_init();
    mpos_pending_init();
}
