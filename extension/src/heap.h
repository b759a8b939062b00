/*
 * heap.h - the one helper for rows that the extension alone writes: journal heads and entries, sessions,
 * idempotency records, device cursors, shift sums. Words: table, row.
 *
 * It goes past the executor: no row security, no triggers, no foreign keys, no defaults. So the caller has
 * checked the tenant once, names every column of a new row, and uses it only for tables without triggers and
 * with plain unique indexes (no predicate, expression or exclusion). Everything else goes through SPI.
 *
 * Every function sees what this transaction has done so far. A lock follows a row to its newest version under
 * READ COMMITTED and raises 40001 when the row has moved under REPEATABLE READ or SERIALIZABLE.
 */
#ifndef MPOS_HEAP_H
#define MPOS_HEAP_H

#include "postgres.h"

#include "access/htup.h"
#include "access/skey.h"
#include "nodes/lockoptions.h"
#include "storage/lockdefs.h"
#include "utils/rel.h"

#define MPOS_TABLE_KEYS_MAX 4

/*
 * One static variable per table and index, in the file that uses it:
 *     static mpos_table head_table = {"journal", "head", "head_pkey"};
 * The rest is filled at first use and forgotten when the table changes.
 */
typedef struct mpos_table {
    const char *schema;
    const char *name;
    const char *index; /* a unique index in the same schema; its columns are the key, in order */

    Oid relation_oid;
    Oid index_oid;
    int key_count;
    ScanKeyData keys[MPOS_TABLE_KEYS_MAX];
    struct mpos_table *next;
} mpos_table;

/*
 * Opens the table; the lock stays until the transaction ends. Raises 42P01 when table or index is missing.
 * Close with mpos_table_close.
 */
Relation
mpos_table_open(mpos_table *table, LOCKMODE mode);

void
mpos_table_close(Relation relation);

/*
 * The row with that key, copied into the current memory context, or NULL. keys has one value per index
 * column, of the index's own type; nulls may be NULL when no key value is null.
 */
HeapTuple
mpos_table_get(mpos_table *table, Relation relation, const Datum *keys, const bool *nulls);

/*
 * The same, locked until the transaction ends (FOR NO KEY UPDATE). Waits according to wait_policy; NULL when
 * skipped or gone.
 */
HeapTuple
mpos_table_lock(mpos_table *table, Relation relation, const Datum *keys, const bool *nulls,
                LockWaitPolicy wait_policy);

/* What a walk does with a row, which is valid until it returns; false ends the walk. */
typedef bool (*mpos_row_visit)(Relation relation, HeapTuple row, void *argument);

/*
 * Walks the rows whose first equal_count key columns equal keys, in key order. from, when not NULL, bounds
 * the next key column: from that value on upwards, or downwards when backward. Without locks.
 */
void
mpos_table_walk(mpos_table *table, Relation relation, int equal_count, const Datum *keys, const Datum *from,
                bool backward, mpos_row_visit visit, void *argument);

/* Inserts a row; values and nulls for every attribute. Raises 23505 when the key exists. */
void
mpos_table_insert(Relation relation, const Datum *values, const bool *nulls);

/* Replaces those columns of a locked row for which replaces is true. */
void
mpos_table_update(Relation relation, HeapTuple locked, const Datum *values, const bool *nulls,
                  const bool *replaces);

/* One attribute (1-based) of a row. */
Datum
mpos_row_get(Relation relation, HeapTuple row, AttrNumber attribute, bool *is_null);

/* Attribute number of a column by name; raises 42703 when it is missing. */
AttrNumber
mpos_column(Relation relation, const char *name);

/* Registers the cache invalidation; called once from _PG_init. */
void
mpos_heap_init(void);

#endif
