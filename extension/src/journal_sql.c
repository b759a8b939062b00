/* journal_sql.c - SQL functions for making journals, and the library's version. */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "flush.h"
#include "journal_store.h"
#include "pending.h"
#include "uuid.h"

PG_FUNCTION_INFO_V1(mpos_journal_create);
PG_FUNCTION_INFO_V1(mpos_flush_sql);
PG_FUNCTION_INFO_V1(mpos_bulk);
PG_FUNCTION_INFO_V1(mpos_version);

/* journal_create(tenant uuid, outlet uuid, origin text) returns uuid */
Datum
mpos_journal_create(PG_FUNCTION_ARGS)
{
    pg_uuid_t *journal = palloc(sizeof *journal);

    if (PG_ARGISNULL(0) || PG_ARGISNULL(2)) {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("tenant and origin of a journal must not be null")));
    }
    mpos_uuid_v7(journal);
    mpos_journal_make(journal, PG_GETARG_UUID_P(0), PG_ARGISNULL(1) ? NULL : PG_GETARG_UUID_P(1),
                      text_to_cstring(PG_GETARG_TEXT_PP(2)));
    PG_RETURN_UUID_P(journal);
}

/* flush() returns integer: appends what is pending now instead of at commit; how many entries that made. */
Datum
mpos_flush_sql(PG_FUNCTION_ARGS)
{
    mpos_flushed flushed;

    initStringInfo(&flushed.refs);
    initStringInfo(&flushed.entries);
    mpos_flush(&flushed);
    PG_RETURN_INT32(flushed.refs.len / (int)sizeof(mpos_entry_ref));
}

/* bulk(reason text) returns void: this transaction may append more than 64 parts to a journal. */
Datum
mpos_bulk(PG_FUNCTION_ARGS)
{
    char *reason = text_to_cstring(PG_GETARG_TEXT_PP(0));

    if (reason[0] == '\0' || mpos_pending_in_call()) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("a bulk change needs a reason, and is not made by a call")));
    }
    mpos_pending_bulk_begin(reason);
    PG_RETURN_VOID();
}

/* version() returns text */
Datum
mpos_version(PG_FUNCTION_ARGS)
{
    PG_RETURN_TEXT_P(cstring_to_text(MPOS_VERSION));
}
