/*
 * tenant.c - the tenant variable and its end-of-transaction rules.
 *
 * mpos.call restores the variable itself on every path; what the callbacks undo is mpos.assume: at the end of
 * the transaction, and when the subtransaction that assumed is rolled back.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "fmgr.h"
#include "utils/memutils.h"

#include "analyst.h"
#include "tenant.h"

typedef struct assumption {
    SubTransactionId subtransaction;
    mpos_tenant_state before;
    struct assumption *next;
} assumption;

static mpos_tenant_state tenant = {0};
static assumption *assumptions = NULL; /* newest first, in TopTransactionContext */

PG_FUNCTION_INFO_V1(mpos_tenant);
PG_FUNCTION_INFO_V1(mpos_assume);

mpos_tenant_state
mpos_tenant_save(void)
{
    return tenant;
}

void
mpos_tenant_restore(mpos_tenant_state state)
{
    tenant = state;
}

void
mpos_tenant_set(const uint8 id[UUID_LEN])
{
    memcpy(tenant.id.data, id, UUID_LEN);
    tenant.set = true;
}

bool
mpos_tenant_get(pg_uuid_t *out)
{
    if (tenant.set) {
        *out = tenant.id;
    }
    return tenant.set;
}

const pg_uuid_t *
mpos_tenant_visible(void)
{
    if (mpos_analyst_session()) {
        return mpos_analyst_tenant();
    }
    return tenant.set ? &tenant.id : NULL;
}

/* tenant() returns uuid: NULL when none is set. */
Datum
mpos_tenant(PG_FUNCTION_ARGS)
{
    const pg_uuid_t *id = IsParallelWorker() ? mpos_tenant_carried() : mpos_tenant_visible();

    if (id == NULL) {
        PG_RETURN_NULL();
    }
    PG_RETURN_UUID_P(id);
}

/* assume(tenant uuid): until the transaction ends. Granted to the table owner only. */
Datum
mpos_assume(PG_FUNCTION_ARGS)
{
    assumption *a = MemoryContextAlloc(TopTransactionContext, sizeof *a);

    a->subtransaction = GetCurrentSubTransactionId();
    a->before = tenant;
    a->next = assumptions;
    assumptions = a;
    mpos_tenant_set(PG_GETARG_UUID_P(0)->data);
    PG_RETURN_VOID();
}

static void
at_transaction_end(XactEvent event, void *arg)
{
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
    case XACT_EVENT_PARALLEL_PRE_COMMIT:
    case XACT_EVENT_PRE_PREPARE:
        break; /* deferred triggers have run, the flush has not */
    default:
        memset(&tenant, 0, sizeof tenant);
        assumptions = NULL;
    }
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void *arg)
{
    if (event != SUBXACT_EVENT_ABORT_SUB) {
        return;
    }
    while (assumptions != NULL && assumptions->subtransaction >= subtransaction) {
        tenant = assumptions->before;
        assumptions = assumptions->next;
    }
}

void
mpos_tenant_init(void)
{
    RegisterXactCallback(at_transaction_end, NULL);
    RegisterSubXactCallback(at_subtransaction_end, NULL);
}
