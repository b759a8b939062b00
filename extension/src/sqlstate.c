/* sqlstate.c - raising core errors. */
#include "postgres.h"

#include "sqlstate.h"

int
mpos_sqlstate(mpos_err err)
{
    const char *s = mpos_err_sqlstate(err);

    return MAKE_SQLSTATE(s[0], s[1], s[2], s[3], s[4]);
}

void
mpos_raise(mpos_err err, const char *field, const char *detail)
{
    bool has_field = field != NULL && field[0] != '\0';

    ereport(ERROR, (errcode(mpos_sqlstate(err)),
                    errmsg_internal("%s", detail != NULL ? detail : mpos_err_title(err)),
                    has_field ? err_generic_string(PG_DIAG_COLUMN_NAME, field) : 0));
    pg_unreachable();
}

void
mpos_check(mpos_err err, const char *where)
{
    if (err != MPOS_OK) {
        ereport(ERROR, (errcode(mpos_sqlstate(err)), errmsg_internal("%s: %s", where, mpos_err_title(err))));
    }
}
