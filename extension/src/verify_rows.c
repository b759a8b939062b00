/* verify_rows.c - the live rows of journalled tables against the last states that entries know. */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "canon.h"
#include "row_digest.h"
#include "value.h"
#include "verify.h"

#define DIGEST_TEXT_LEN 22
#define BATCH 1000
#define KEYS_MAX 63 /* and the digest before them */

mpos_guarded_table *
mpos_guarded_tables(uint64 *count)
{
    mpos_guarded_table *tables;

    SPI_execute(
        "SELECT relation::text, entity, outlet_column, "
        "string_agg(quote_ident(k), ', ' ORDER BY n), "
        "string_agg(format('$%s::%s', n + 2, format_type(a.atttypid, -1)), ', ' ORDER BY n), "
        "enabled, count(*)::integer FROM mpos.guarded(), unnest(key_columns) WITH ORDINALITY u(k, n), "
        "pg_attribute a WHERE a.attrelid = relation AND a.attname = k GROUP BY relation, entity, "
        "outlet_column, enabled ORDER BY entity COLLATE \"C\"",
        true, 0);
    *count = SPI_processed;
    tables = palloc(sizeof *tables * Max(*count, 1));
    for (uint64 i = 0; i < *count; i++) {
        HeapTuple row = SPI_tuptable->vals[i];
        TupleDesc shape = SPI_tuptable->tupdesc;
        bool is_null;

        tables[i] = (mpos_guarded_table){
            SPI_getvalue(row, shape, 1),   SPI_getvalue(row, shape, 2),
            SPI_getvalue(row, shape, 3),   SPI_getvalue(row, shape, 4),
            SPI_getvalue(row, shape, 5),   DatumGetInt32(SPI_getbinval(row, shape, 7, &is_null)),
            SPI_getvalue(row, shape, 6)[0]};
    }
    return tables;
}

/* Columns: digest, then the key columns. */
static void
check_live_row(mpos_verification *run, const mpos_guarded_table *table, HeapTuple row, TupleDesc shape,
               const mpos_value_type *types)
{
    mpos_span entity = {table->entity, (int)strlen(table->entity)};
    StringInfoData id;
    uint8 key[16];
    char digest[DIGEST_TEXT_LEN + 2];
    mpos_row_state *state;
    bool is_null;
    bytea *live = DatumGetByteaPP(SPI_getbinval(row, shape, 1, &is_null));

    initStringInfo(&id);
    for (int i = 1; i < shape->natts; i++) {
        if (i > 1) {
            appendStringInfoChar(&id, '.');
        }
        mpos_value_id(&types[i], SPI_getbinval(row, shape, i + 1, &is_null), &id);
    }
    mpos_row_key(entity, (mpos_span){id.data, id.len}, key);
    if (!mpos_row_wanted(run, key)) {
        return;
    }
    (void)mpos_base64url((const uint8 *)VARDATA_ANY(live), MPOS_ROW_DIGEST_SIZE, digest);
    state = mpos_row_state_of(run, key);
    if (state == NULL || state->deleted) {
        mpos_finding(run, run->epoch, state == NULL ? -1 : state->seq, "row_added", "%s %s is in no entry",
                     table->entity, id.data);
    } else if (memcmp(state->digest, digest, DIGEST_TEXT_LEN) != 0) {
        mpos_finding(run, state->epoch, state->seq, "row_altered", "%s was changed after its last entry",
                     state->name);
    }
    if (state != NULL) {
        state->seen = true;
    }
}

/* Rows of SPI_tuptable. */
static void
check_live_rows(mpos_verification *run, const mpos_guarded_table *table, uint64 count)
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos verified rows", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    mpos_value_type types[KEYS_MAX + 1];
    SPITupleTable *rows = SPI_tuptable;

    for (int i = 1; count > 0 && i < rows->tupdesc->natts && i <= KEYS_MAX; i++) {
        mpos_value_type_init(&types[i], SPI_gettypeid(rows->tupdesc, i + 1), memory);
    }
    for (uint64 i = 0; i < count; i++) {
        check_live_row(run, table, rows->vals[i], rows->tupdesc, types);
    }
    MemoryContextSwitchTo(old);
    MemoryContextDelete(memory);
}

static bool
tenants_own(const mpos_verification *run)
{
    static const pg_uuid_t none = {{0}};

    return memcmp(&run->identity.outlet, &none, sizeof none) == 0;
}

/* The start of a query for the table's rows in this journal; false when they are all in the tenant's. */
static bool
begin_query(const mpos_verification *run, const mpos_guarded_table *table, StringInfo out)
{
    if (table->outlet == NULL && !tenants_own(run)) {
        return false;
    }
    initStringInfo(out);
    appendStringInfo(out, "SELECT mpos.row_digest(t), %s FROM %s t WHERE tenant_id = $1", table->keys,
                     table->relation);
    if (table->outlet != NULL) {
        appendStringInfo(out, tenants_own(run) ? " AND %s IS NULL" : " AND %s = $2",
                         quote_identifier(table->outlet));
    }
    return true;
}

/* Runs a query with tenant, outlet and the texts of a key (NULL: without); the rows are in SPI_tuptable. */
static uint64
run_query(const mpos_verification *run, const char *query, char *const *key, int key_count, int limit)
{
    Oid types[2 + KEYS_MAX] = {UUIDOID, UUIDOID};
    Datum values[2 + KEYS_MAX] = {UUIDPGetDatum(&run->identity.tenant), UUIDPGetDatum(&run->identity.outlet)};
    int count = 2;

    for (int i = 0; key != NULL && i < key_count && i < KEYS_MAX; i++, count++) {
        types[count] = TEXTOID;
        values[count] = CStringGetTextDatum(key[i]);
    }
    SPI_execute_with_args(query, count, types, values, NULL, true, limit);
    return SPI_processed;
}

/* Remembers the key of the last of these rows, after which the scan goes on. */
static void
remember(mpos_verification *run, mpos_row_scan *scan, HeapTuple row, TupleDesc shape)
{
    MemoryContext old = MemoryContextSwitchTo(run->memory);

    for (int i = 0; scan->last != NULL && i < scan->last_count; i++) {
        pfree(scan->last[i]);
    }
    if (scan->last == NULL) {
        scan->last_count = shape->natts - 1;
        scan->last = palloc(sizeof *scan->last * (size_t)scan->last_count);
    }
    for (int i = 0; i < scan->last_count; i++) {
        scan->last[i] = SPI_getvalue(row, shape, i + 2);
    }
    MemoryContextSwitchTo(old);
}

/* Begins the table unless the scan is within it; one whose key has changed since is begun again. */
static void
enter_table(mpos_verification *run, mpos_row_scan *scan, const mpos_guarded_table *table)
{
    if (scan->entity != NULL && strcmp(scan->entity, table->entity) == 0 &&
        (scan->last == NULL || scan->last_count == table->key_count)) {
        return;
    }
    scan->entity = MemoryContextStrdup(run->memory, table->entity);
    scan->last = NULL;
    if (table->enabled != 'A' && tenants_own(run)) {
        mpos_finding(run, run->epoch, -1, "trigger_off", "the capture trigger of %s is not ENABLE ALWAYS",
                     table->relation);
    }
}

/* At most `limit` rows of one table; returns how many there were. */
static int
scan_table(mpos_verification *run, mpos_row_scan *scan, const mpos_guarded_table *table, int limit)
{
    StringInfoData query;
    uint64 count;

    enter_table(run, scan, table);
    if (!begin_query(run, table, &query)) {
        return 0;
    }
    if (scan->last != NULL) {
        appendStringInfo(&query, " AND (%s) > (%s)", table->keys, table->parameters);
    }
    appendStringInfo(&query, " ORDER BY %s LIMIT %d", table->keys, limit);
    count = run_query(run, query.data, scan->last, scan->last_count, 0);
    if (count > 0) {
        remember(run, scan, SPI_tuptable->vals[count - 1], SPI_tuptable->tupdesc);
    }
    check_live_rows(run, table, count);
    SPI_freetuptable(SPI_tuptable);
    CHECK_FOR_INTERRUPTS();
    return (int)count;
}

bool
mpos_verify_rows_slice(mpos_verification *run, mpos_row_scan *scan, int limit)
{
    uint64 count;
    mpos_guarded_table *tables = mpos_guarded_tables(&count);

    for (uint64 i = 0; i < count; i++) {
        int order = scan->entity == NULL ? 1 : strcmp(tables[i].entity, scan->entity);

        if (order >= 0) {
            limit -= scan_table(run, scan, &tables[i], limit);
        }
        if (limit <= 0) {
            return true;
        }
    }
    return false;
}

static const mpos_guarded_table *
table_of(const mpos_guarded_table *tables, uint64 count, const mpos_row_state *state)
{
    for (uint64 i = 0; i < count; i++) {
        if ((int)strlen(tables[i].entity) == state->entity_len &&
            strncmp(tables[i].entity, state->name, (size_t)state->entity_len) == 0) {
            return &tables[i];
        }
    }
    return NULL;
}

/* A table without its trigger is one finding, not one per row. */
void
mpos_verify_rows_missing(mpos_verification *run)
{
    uint64 count;
    mpos_guarded_table *tables = mpos_guarded_tables(&count);
    List *reported = NIL;
    HASH_SEQ_STATUS scan;
    mpos_row_state *state;

    hash_seq_init(&scan, mpos_row_states(run));
    while ((state = hash_seq_search(&scan)) != NULL) {
        if (state->deleted || state->seen ||
            (run->sliced && !mpos_entry_is_before(&(mpos_entry_ref){.epoch = state->epoch, .seq = state->seq},
                                                  run->scan_began.epoch, run->scan_began.seq))) {
            continue;
        }
        if (table_of(tables, count, state) != NULL) {
            mpos_finding(run, state->epoch, state->seq, "row_missing", "%s is gone without an entry",
                         state->name);
        } else {
            String *entity = makeString(pnstrdup(state->name, (size_t)state->entity_len));

            if (!list_member(reported, entity)) {
                mpos_finding(run, run->epoch, -1, "trigger_off", "%s is captured no longer", strVal(entity));
                reported = lappend(reported, entity);
            }
        }
    }
}

/* A part of an id as text that the key column's type reads; false for what cannot be told apart or back from the id. */
static bool
key_text(const char *part, size_t len, bool bytes, bool uuid, char **out)
{
    uint8 raw[256];
    size_t size;

    if (!bytes && !uuid) {
        *out = pnstrdup(part, len);
        return memchr(part, '\\', len) == NULL;
    }
    if (mpos_base64url_decode(part, len, raw, sizeof raw, &size) != MPOS_OK) {
        return false;
    }
    *out = palloc(size * 2 + 3);
    memcpy(*out, "\\x", uuid ? 0 : 2);
    (*out)[hex_encode((const char *)raw, size, *out + (uuid ? 0 : 2)) + (uuid ? 0 : 2)] = '\0';
    return true;
}

/* The values of a row's key columns from its id; false when they cannot be had (the scan of all rows meets those). */
static bool
key_of(const mpos_guarded_table *table, const mpos_row_state *state, char *out[KEYS_MAX])
{
    const char *part = state->name + state->entity_len + 1;
    const char *parameter = table->parameters;
    int count = 0;

    while (part != NULL && parameter != NULL && count < KEYS_MAX) {
        const char *dot = table->key_count > 1 ? strchr(part, '.') : NULL;
        const char *type = strstr(parameter, "::") + 2;
        size_t len = dot == NULL ? strlen(part) : (size_t)(dot - part);

        if (!key_text(part, len, strncmp(type, "bytea", 5) == 0, strncmp(type, "uuid", 4) == 0,
                      &out[count])) {
            return false;
        }
        count++;
        part = dot == NULL ? NULL : dot + 1;
        parameter = strchr(type, '$');
    }
    return part == NULL && count == table->key_count;
}

static void
check_row_of(mpos_verification *run, const mpos_guarded_table *table, mpos_row_state *state)
{
    StringInfoData query;
    char *key[KEYS_MAX];
    uint64 found;

    if (!key_of(table, state, key) || !begin_query(run, table, &query)) {
        return;
    }
    appendStringInfo(&query, " AND (%s) = (%s)", table->keys, table->parameters);
    found = run_query(run, query.data, key, table->key_count, 1);
    check_live_rows(run, table, found);
    SPI_freetuptable(SPI_tuptable);
    if (found == 0 && !state->deleted) {
        mpos_finding(run, state->epoch, state->seq, "row_missing", "%s is gone without an entry",
                     state->name);
    }
}

void
mpos_verify_rows_of(mpos_verification *run, const uint8 (*keys)[16], int count)
{
    uint64 table_count;
    mpos_guarded_table *tables = mpos_guarded_tables(&table_count);

    for (int i = 0; i < count; i++) {
        mpos_row_state *state = mpos_row_state_of(run, keys[i]);
        const mpos_guarded_table *table = state == NULL ? NULL : table_of(tables, table_count, state);

        if (table != NULL) {
            check_row_of(run, table, state);
        }
    }
}

void
mpos_verify_rows(mpos_verification *run)
{
    mpos_row_scan scan = {0};

    if (mpos_verify_is_platform(run)) {
        mpos_verify_guards(run);
        return;
    }
    while (mpos_verify_rows_slice(run, &scan, BATCH)) {
        CHECK_FOR_INTERRUPTS();
    }
    mpos_verify_rows_missing(run);
}
