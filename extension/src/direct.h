/*
 * direct.h - rows of guarded tables on the path of a sale, written without planning or starting a statement.
 * Words: direct, plain.
 *
 * What a statement would do is done here: NOT NULL, CHECK constraints, unique keys, the capture trigger, and row
 * security (the row's tenant must be the current one). The foreign key to `parent` is the caller's: the row it points to
 * was written or locked under the tenant by the same call. A table with anything else - another key or trigger, a policy,
 * a generated column, a column that the caller does not name and that has a default, a partial index - is not plain;
 * its rows are written by statements. Measured on a sale: one statement for order, lines and payment took 38 % of the
 * backend's time, most of it for starting the plan and reading the constraints.
 */
#ifndef MPOS_DIRECT_H
#define MPOS_DIRECT_H

#include "postgres.h"

#include "access/htup.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

#include "heap.h"

#define MPOS_DIRECT_COLUMNS_MAX 40

/*
 * One static variable per table, in the file that uses it; the first four members are the caller's, and columns are
 * those of the rows it hands over, in that order, the tenant first.
 */
typedef struct mpos_direct {
    mpos_table table;
    const char *const *columns;
    int column_count;
    const char *parent; /* table of the same schema whose row the caller holds; NULL: none */

    bool known; /* what follows holds until the table's definition changes */
    bool plain;
    MemoryContext memory;
    AttrNumber attributes[MPOS_DIRECT_COLUMNS_MAX];
    int check_count;
    ExprState **checks;
    ExprContext *check_context;
    const Trigger
        *capture; /* a copy, since the relation's own may move at every invalidation; NULL: none is enabled */
    struct mpos_direct *next;
} mpos_direct;

/* One row: a value and a null flag for each of the columns. */
typedef struct mpos_direct_row {
    Datum values[MPOS_DIRECT_COLUMNS_MAX];
    bool nulls[MPOS_DIRECT_COLUMNS_MAX];
} mpos_direct_row;

/* The table, locked for writing until the transaction ends. Close by mpos_table_close. */
Relation
mpos_direct_open(mpos_direct *direct);

/* Inserts the rows. Raises 23505, 23502 and 23514 as a statement would. Inside an SPI connection. */
void
mpos_direct_insert(mpos_direct *direct, Relation relation, const mpos_direct_row *rows, int count);

/*
 * Replaces the columns of a row for which replaces is true (one flag for each of the columns). False when another
 * transaction has changed the row meanwhile: lock it (mpos_table_lock) and try again with what it says now. Key columns
 * must stay.
 */
bool
mpos_direct_update(mpos_direct *direct, Relation relation, HeapTuple row, const mpos_direct_row *changed,
                   const bool *replaces);

/* direct_statement.c: the same by statements, for tables that are not plain. */
void
mpos_direct_insert_by_statement(mpos_direct *direct, Relation relation, const mpos_direct_row *rows,
                                int count);
bool
mpos_direct_update_by_statement(mpos_direct *direct, Relation relation, HeapTuple row,
                                const mpos_direct_row *changed, const bool *replaces);

/* Registers the cache invalidation; called once from _PG_init. */
void
mpos_direct_init(void);

#endif
