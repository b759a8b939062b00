/*
 * sqlstate.h - the one place where an mpos_err becomes a PostgreSQL error.
 */
#ifndef MPOS_SQLSTATE_H
#define MPOS_SQLSTATE_H

#include "postgres.h"

#include "err.h"

/* SQLSTATE of err as ereport's errcode() wants it. */
int
mpos_sqlstate(mpos_err err);

/*
 * Raises ERROR with err's SQLSTATE; detail (NULL: the error's title) is the message, field (NULL or empty:
 * none) the column name.
 */
void
mpos_raise(mpos_err err, const char *field, const char *detail) pg_attribute_noreturn();

/* Raises when a core function failed on input that this extension itself made; where names the step. */
void
mpos_check(mpos_err err, const char *where);

#endif
