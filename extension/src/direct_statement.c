/* direct_statement.c - rows of tables that are not plain: PostgreSQL's own statements do all that they ask for. */
#include "postgres.h"

#include "access/genam.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"

#include "direct.h"

typedef struct arguments {
    StringInfoData text;
    int count;
    Oid types[2 * MPOS_DIRECT_COLUMNS_MAX];
    Datum values[2 * MPOS_DIRECT_COLUMNS_MAX];
    char nulls[2 * MPOS_DIRECT_COLUMNS_MAX];
} arguments;

static void
add_argument(arguments *out, Relation relation, AttrNumber attribute, Datum value, bool is_null)
{
    out->types[out->count] = TupleDescAttr(RelationGetDescr(relation), attribute - 1)->atttypid;
    out->values[out->count] = value;
    out->nulls[out->count] = is_null ? 'n' : ' ';
    out->count++;
}

static void
run(arguments *statement, int expected)
{
    int result = SPI_execute_with_args(statement->text.data, statement->count, statement->types,
                                       statement->values, statement->nulls, false, 0);

    if (result != expected) {
        elog(ERROR, "cannot write a row by a statement: %s", SPI_result_code_string(result));
    }
}

static void
insert_row(const mpos_direct *direct, Relation relation, const mpos_direct_row *row)
{
    arguments statement = {.count = 0};
    StringInfoData places;

    initStringInfo(&statement.text);
    initStringInfo(&places);
    appendStringInfo(&statement.text, "INSERT INTO %s.%s (", direct->table.schema, direct->table.name);
    for (int i = 0; i < direct->column_count; i++) {
        add_argument(&statement, relation, direct->attributes[i], row->values[i], row->nulls[i]);
        appendStringInfo(&statement.text, "%s%s", i > 0 ? ", " : "", direct->columns[i]);
        appendStringInfo(&places, "%s$%d", i > 0 ? ", " : "", statement.count);
    }
    appendStringInfo(&statement.text, ") VALUES (%s)", places.data);
    run(&statement, SPI_OK_INSERT);
}

void
mpos_direct_insert_by_statement(mpos_direct *direct, Relation relation, const mpos_direct_row *rows,
                                int count)
{
    for (int i = 0; i < count; i++) {
        insert_row(direct, relation, &rows[i]);
    }
}

/* " WHERE key = $n ..." and the key's values in row. */
static void
add_key(const mpos_direct *direct, Relation relation, HeapTuple row, arguments *statement, Datum *keys)
{
    Relation index = index_open(direct->table.index_oid, AccessShareLock);

    for (int i = 0; i < direct->table.key_count; i++) {
        AttrNumber attribute = index->rd_index->indkey.values[i];
        bool is_null;

        keys[i] = mpos_row_get(relation, row, attribute, &is_null);
        add_argument(statement, relation, attribute, keys[i], is_null);
        appendStringInfo(&statement->text, " %s %s = $%d", i > 0 ? "AND" : "WHERE",
                         NameStr(TupleDescAttr(RelationGetDescr(relation), attribute - 1)->attname),
                         statement->count);
    }
    index_close(index, NoLock);
}

bool
mpos_direct_update_by_statement(mpos_direct *direct, Relation relation, HeapTuple row,
                                const mpos_direct_row *changed, const bool *replaces)
{
    arguments statement = {.count = 0};
    Datum keys[MPOS_TABLE_KEYS_MAX];
    HeapTuple locked;

    initStringInfo(&statement.text);
    appendStringInfo(&statement.text, "UPDATE %s.%s SET ", direct->table.schema, direct->table.name);
    for (int i = 0; i < direct->column_count; i++) {
        if (replaces[i]) {
            add_argument(&statement, relation, direct->attributes[i], changed->values[i], changed->nulls[i]);
            appendStringInfo(&statement.text, "%s%s = $%d", statement.count > 1 ? ", " : "",
                             direct->columns[i], statement.count);
        }
    }
    add_key(direct, relation, row, &statement, keys);
    locked = mpos_table_lock(&direct->table, relation, keys, NULL, LockWaitBlock);
    if (locked == NULL || !ItemPointerEquals(&locked->t_self, &row->t_self)) {
        return false;
    }
    run(&statement, SPI_OK_UPDATE);
    return true;
}
