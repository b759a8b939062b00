/*
 * err.h - result codes of the core and of every layer above it. Words: error, SQLSTATE, problem code.
 *
 * A function that can fail returns mpos_err and gives its value through its last pointer, which it leaves
 * untouched on failure. The list is errors.def; nothing else names a code.
 */
#ifndef MPOS_CORE_ERR_H
#define MPOS_CORE_ERR_H

typedef enum mpos_err {
    MPOS_OK = 0,
#define MPOS_ERROR(name, sqlstate, status, code, title) MPOS_E_##name,
#include "errors.def"
#undef MPOS_ERROR
    MPOS_ERR_COUNT
} mpos_err;

/* Stable code such as "order_state"; "ok" for MPOS_OK, "internal" for a value outside the list. Static storage. */
const char *
mpos_err_code(mpos_err err);

/* SQLSTATE such as "MP050"; "00000" for MPOS_OK, that of INTERNAL for a value outside the list. Static storage. */
const char *
mpos_err_sqlstate(mpos_err err);

/* HTTP status such as 409; 200 for MPOS_OK. */
int
mpos_err_status(mpos_err err);

/* English title, one sentence without full stop. Static storage. */
const char *
mpos_err_title(mpos_err err);

/* The error with that five-character SQLSTATE, MPOS_OK when there is none. */
mpos_err
mpos_err_from_sqlstate(const char *sqlstate);

/* The error with that stable code, MPOS_OK when there is none. */
mpos_err
mpos_err_from_code(const char *code);

#endif
