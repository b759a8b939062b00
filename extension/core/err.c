/* err.c - tables made from errors.def. */
#include "err.h"

#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* A table for each column: a host that never asks for titles links none. */
static const char *const codes[MPOS_ERR_COUNT] = {
    "ok",
#define MPOS_ERROR(name, sqlstate, status, code, title) code,
#include "errors.def"
#undef MPOS_ERROR
};

static const char *const sqlstates[MPOS_ERR_COUNT] = {
    "00000",
#define MPOS_ERROR(name, sqlstate, status, code, title) sqlstate,
#include "errors.def"
#undef MPOS_ERROR
};

static const char *const titles[MPOS_ERR_COUNT] = {
    "Done",
#define MPOS_ERROR(name, sqlstate, status, code, title) title,
#include "errors.def"
#undef MPOS_ERROR
};

static const uint16_t statuses[MPOS_ERR_COUNT] = {
    200,
#define MPOS_ERROR(name, sqlstate, status, code, title) status,
#include "errors.def"
#undef MPOS_ERROR
};

static size_t
row_of(mpos_err err)
{
    size_t at = (size_t)err;

    return at < MPOS_ERR_COUNT ? at : MPOS_E_INTERNAL;
}

const char *
mpos_err_code(mpos_err err)
{
    return codes[row_of(err)];
}

const char *
mpos_err_sqlstate(mpos_err err)
{
    return sqlstates[row_of(err)];
}

int
mpos_err_status(mpos_err err)
{
    return statuses[row_of(err)];
}

const char *
mpos_err_title(mpos_err err)
{
    return titles[row_of(err)];
}

mpos_err
mpos_err_from_sqlstate(const char *sqlstate)
{
    for (size_t i = 1; i < MPOS_ERR_COUNT; i++) {
        if (mpos_text_same(sqlstates[i], sqlstate)) {
            return (mpos_err)i;
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_err_from_code(const char *code)
{
    for (size_t i = 1; i < MPOS_ERR_COUNT; i++) {
        if (mpos_text_same(codes[i], code)) {
            return (mpos_err)i;
        }
    }
    return MPOS_OK;
}
