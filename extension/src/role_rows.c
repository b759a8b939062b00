/* role_rows.c - roles between rows and memory, and scopes by name. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "context.h"
#include "json.h"
#include "role.h"

PG_FUNCTION_INFO_V1(mpos_scopes_sql);

int64
mpos_cell_limit(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return is_null ? MPOS_NO_LIMIT : DatumGetInt64(value);
}

void
mpos_role_read(uint64 row, int column, mpos_role *out)
{
    (void)mpos_cell_uuid(row, column, out->id);
    out->scopes = (uint64)mpos_cell_big(row, column + 1);
    out->discount_limit = mpos_cell_limit(row, column + 2);
    out->refund_limit = mpos_cell_limit(row, column + 3);
    out->refresh_hours = mpos_cell_int(row, column + 4);
}

void
mpos_arg_limit(mpos_args *args, int64 limit)
{
    mpos_arg_big(args, limit);
    args->nulls[args->count - 1] = limit == MPOS_NO_LIMIT ? 'n' : ' ';
}

void
mpos_scopes_json(StringInfo out, const char *key, uint64 scopes)
{
    mpos_json_open(out, key, '[');
    for (int bit = 0; bit < 64; bit++) {
        const char *text = mpos_scope_text(UINT64CONST(1) << bit);

        if ((scopes & UINT64CONST(1) << bit) != 0 && text != NULL) {
            mpos_json_text(out, NULL, text);
        }
    }
    mpos_json_close(out, ']');
}

static uint64
scope_of(const char *name)
{
    uint64 bit = strcmp(name, "*") == 0 ? mpos_scopes_all() : mpos_scope_from_text(name);

    if ((bit & mpos_scopes_all()) == 0) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("no role can have the scope \"%s\"", name)));
    }
    return bit;
}

/* scopes(names text[]) returns bigint */
Datum
mpos_scopes_sql(PG_FUNCTION_ARGS)
{
    Datum *names;
    bool *nulls;
    int count;
    uint64 scopes = 0;

    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
    for (int i = 0; i < count; i++) {
        scopes |= nulls[i] ? 0 : scope_of(TextDatumGetCString(names[i]));
    }
    PG_RETURN_INT64((int64)scopes);
}
