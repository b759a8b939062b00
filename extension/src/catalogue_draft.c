/* catalogue_draft.c - see catalogue_draft.h. In a subtransaction that never ends well, so that nobody else ever sees it. */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "catalogue_draft.h"
#include "catalogue_part.h"
#include "statement.h"

static mpos_statement publish_statement = {"SELECT pos.publish($1)", NULL};

static mpos_err
publish_and_use(mpos_call *call, mpos_draft_use use, void *argument, uint8 hash[32])
{
    mpos_args args = {0};
    bytea *bytes;

    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&publish_statement, &args);
    bytes = mpos_cell_bytes(0, 1);
    memcpy(hash, VARDATA_ANY(bytes), 32);
    return use(call, mpos_catalogue_get(call, hash), argument);
}

mpos_err
mpos_catalogue_draft(mpos_call *call, mpos_draft_prepare prepare, mpos_draft_use use, void *argument)
{
    MemoryContext memory = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    uint8 before[32] = {0};
    uint8 hash[32] = {0};
    volatile mpos_err err = MPOS_OK;
    bool published = mpos_catalogue_current_hash(call, before);

    BeginInternalSubTransaction(NULL);
    MemoryContextSwitchTo(memory);
    PG_TRY();
    {
        err = prepare != NULL ? prepare(call, argument) : MPOS_OK;
        if (err == MPOS_OK) {
            err = publish_and_use(call, use, argument, hash);
        }
    }
    PG_CATCH();
    {
        ErrorData *error;

        MemoryContextSwitchTo(memory);
        error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(memory);
        CurrentResourceOwner = owner;
        ReThrowError(error);
    }
    PG_END_TRY();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory);
    CurrentResourceOwner = owner;
    /* What was there before stays; no sale may name what was never published. */
    if (!published || memcmp(before, hash, sizeof hash) != 0) {
        mpos_part_forget(call->context.tenant, hash);
    }
    return err;
}
