/* err.c - tables made from errors.def. */
#include "err.h"

#include <stddef.h>

#include "text.h"

typedef struct err_row {
    const char *sqlstate;
    const char *code;
    const char *title;
    int status;
} err_row;

static const err_row rows[MPOS_ERR_COUNT] = {
    {"00000", "ok", "Done", 200},
#define MPOS_ERROR(name, sqlstate, status, code, title) {sqlstate, code, title, status},
#include "errors.def"
#undef MPOS_ERROR
};

static const err_row *
row_of(mpos_err err)
{
    size_t at = (size_t)err;

    return &rows[at < MPOS_ERR_COUNT ? at : MPOS_E_INTERNAL];
}

const char *
mpos_err_code(mpos_err err)
{
    return row_of(err)->code;
}

const char *
mpos_err_sqlstate(mpos_err err)
{
    return row_of(err)->sqlstate;
}

int
mpos_err_status(mpos_err err)
{
    return row_of(err)->status;
}

const char *
mpos_err_title(mpos_err err)
{
    return row_of(err)->title;
}

mpos_err
mpos_err_from_sqlstate(const char *sqlstate)
{
    for (size_t i = 1; i < MPOS_ERR_COUNT; i++) {
        if (mpos_text_same(rows[i].sqlstate, sqlstate)) {
            return (mpos_err)i;
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_err_from_code(const char *code)
{
    for (size_t i = 1; i < MPOS_ERR_COUNT; i++) {
        if (mpos_text_same(rows[i].code, code)) {
            return (mpos_err)i;
        }
    }
    return MPOS_OK;
}
