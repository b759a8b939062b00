/*
 * role.h - what a role allows, read with whatever statement finds it. Words: role, scope, limit.
 */
#ifndef MPOS_ROLE_H
#define MPOS_ROLE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "limit.h"
#include "statement.h"

typedef struct mpos_role {
    uint8 id[16];
    uint64 scopes;
    int64 discount_limit; /* rate of an order, scale 9; MPOS_NO_LIMIT for none */
    int64 refund_limit;   /* minor units a shift; the same */
    int refresh_hours;
} mpos_role;

/* What a statement selects of pos.role r for mpos_role_read. */
#define MPOS_ROLE_COLUMNS "r.role_id, r.scopes, r.discount_limit, r.refund_limit, r.refresh_hours"

/* Reads those columns of a row of the last statement; the first of them is `column` (from 1). */
void
mpos_role_read(uint64 row, int column, mpos_role *out);

/* A limit as an argument: null for none. */
void
mpos_arg_limit(mpos_args *args, int64 limit);

/* A limit of a row; null is none. */
int64
mpos_cell_limit(uint64 row, int column);

/* The names of scopes, as a list. */
void
mpos_scopes_json(StringInfo out, const char *key, uint64 scopes);

#endif
