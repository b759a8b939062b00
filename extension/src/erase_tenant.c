/* erase_tenant.c - see erase_tenant.h. */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"

#include "erase_tenant.h"
#include "pending.h"
#include "statement.h"

static pg_uuid_t erased;
static SubTransactionId since = InvalidSubTransactionId; /* none: nothing is being erased */

PG_FUNCTION_INFO_V1(mpos_erase_rows);

bool
mpos_erasing(const pg_uuid_t *tenant)
{
    return since != InvalidSubTransactionId && memcmp(tenant, &erased, UUID_LEN) == 0;
}

static bool
all_closed(const pg_uuid_t *tenant)
{
    static mpos_statement closed = {
        "SELECT count(*) > 0 AND bool_and(state = 'closed') FROM journal.journal WHERE tenant_id = $1", NULL};
    mpos_args args = {0};
    bool answer;

    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    mpos_arg_uuid(&args, tenant->data);
    answer = mpos_statement_run(&closed, &args) > 0 && mpos_cell_bool(0, 1);
    SPI_finish();
    return answer;
}

/* erase_rows(tenant uuid) returns void */
Datum
mpos_erase_rows(PG_FUNCTION_ARGS)
{
    pg_uuid_t *tenant = PG_GETARG_UUID_P(0);

    if (mpos_pending_in_call() || !all_closed(tenant)) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("the journals of that business are not closed")));
    }
    if (since != InvalidSubTransactionId && !mpos_erasing(tenant)) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_STATE),
                        errmsg("this transaction erases another business")));
    }
    if (since == InvalidSubTransactionId) {
        since = GetCurrentSubTransactionId();
        erased = *tenant;
    }
    PG_RETURN_VOID();
}

static void
on_transaction(XactEvent event, void *arg)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
        since = InvalidSubTransactionId;
    }
}

static void
on_subtransaction(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void *arg)
{
    if (event == SUBXACT_EVENT_ABORT_SUB && since >= subtransaction) {
        since = InvalidSubTransactionId;
    }
}

void
mpos_erase_tenant_init(void)
{
    RegisterXactCallback(on_transaction, NULL);
    RegisterSubXactCallback(on_subtransaction, NULL);
}
