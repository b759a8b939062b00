/* verify_rows.c - the last audited state of every row against the rows that are there. */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "canon.h"
#include "payload.h"
#include "row_digest.h"
#include "sha256.h"
#include "value.h"
#include "verify.h"

#define DIGEST_TEXT_LEN 22
#define BATCH 1000
#define KIND_AT 8 /* of an entry's header */

typedef struct row_state {
    uint8 key[16]; /* hash of entity and id */
    char *name;    /* "entity id" */
    int entity_len;
    char digest[DIGEST_TEXT_LEN];
    bool deleted;
    bool seen; /* among the live rows, or in a table that is reported as a whole */
    int32 epoch;
    int64 seq;
} row_state;

static void
row_key(const char *entity, size_t entity_len, const char *id, size_t id_len, uint8 out[16])
{
    uint8 full[MPOS_SHA256_LEN];

    mpos_sha256_begin();
    mpos_sha256_add(entity, entity_len);
    mpos_sha256_add("", 1);
    mpos_sha256_add(id, id_len);
    mpos_sha256_end(full);
    memcpy(out, full, 16);
}

/* The platform's journal belongs to tenant zero and speaks of no rows. */
static bool
is_platform(const mpos_verification *run)
{
    static const pg_uuid_t zero = {{0}};

    return memcmp(&run->identity.tenant, &zero, sizeof zero) == 0;
}

static HTAB *
states(mpos_verification *run)
{
    if (run->rows == NULL) {
        HASHCTL control = {.keysize = 16, .entrysize = sizeof(row_state), .hcxt = run->memory};

        run->rows = hash_create("mpos verified rows", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    return run->rows;
}

/* The state of a row, made when no entry spoke of it before. */
static row_state *
state_of(mpos_verification *run, mpos_span entity, mpos_span id)
{
    uint8 key[16];
    row_state *state;
    bool found;

    row_key(entity.at, (size_t)entity.len, id.at, (size_t)id.len, key);
    state = hash_search(states(run), key, HASH_ENTER, &found);
    if (!found) {
        size_t size = (size_t)entity.len + (size_t)id.len + 2;

        state->name = MemoryContextAlloc(run->memory, size);
        snprintf(state->name, size, "%.*s %.*s", entity.len, entity.at, id.len, id.at);
        state->entity_len = entity.len;
        state->seen = false;
    }
    return state;
}

static void
set_state(mpos_verification *run, const mpos_entry *entry, mpos_span entity, mpos_span id, mpos_span digest,
          bool deleted)
{
    row_state *state = state_of(run, entity, id);

    memset(state->digest, 0, sizeof state->digest);
    memcpy(state->digest, digest.at, (size_t)Min(digest.len, DIGEST_TEXT_LEN));
    state->deleted = deleted;
    state->epoch = entry->ref.epoch;
    state->seq = entry->ref.seq;
}

void
mpos_verify_row_is(mpos_verification *run, const mpos_entry *entry, mpos_span entity, mpos_span id,
                   const char *digest)
{
    set_state(run, entry, entity, id, (mpos_span){digest, DIGEST_TEXT_LEN}, false);
}

void
mpos_verify_forget_entity(mpos_verification *run, const mpos_entry *entry, const char *entity)
{
    MemoryContext old = MemoryContextSwitchTo(run->memory);
    mpos_forgotten *forgotten = palloc(sizeof *forgotten);
    HASH_SEQ_STATUS scan;
    row_state *state;

    *forgotten = (mpos_forgotten){pstrdup(entity), entry->ref.epoch, entry->ref.seq};
    run->forgotten = lappend(run->forgotten, forgotten);
    MemoryContextSwitchTo(old);
    hash_seq_init(&scan, states(run));
    while ((state = hash_seq_search(&scan)) != NULL) {
        if (state->entity_len == (int)strlen(entity) && strncmp(state->name, entity, strlen(entity)) == 0) {
            (void)hash_search(states(run), state->key, HASH_REMOVE, NULL);
        }
    }
}

void
mpos_verify_states(const mpos_verification *run, StringInfo out)
{
    HASH_SEQ_STATUS scan;
    row_state *state;

    if (run->rows == NULL) {
        return;
    }
    hash_seq_init(&scan, run->rows);
    while ((state = hash_seq_search(&scan)) != NULL) {
        if (!state->deleted) {
            appendStringInfo(out, "%.*s %s\n", DIGEST_TEXT_LEN, state->digest, state->name);
        }
    }
}

static bool
is_before(const mpos_entry_ref *ref, int32 epoch, int64 seq)
{
    return ref->epoch < epoch || (ref->epoch == epoch && ref->seq < seq);
}

/* What an erased entry said comes late: a later entry may have said more of the row, or made it void. */
static bool
is_outdated(mpos_verification *run, const mpos_entry *entry, mpos_span entity, mpos_span id)
{
    uint8 key[16];
    row_state *state;
    ListCell *cell;

    foreach (cell, run->forgotten) {
        const mpos_forgotten *f = lfirst(cell);

        if ((int)strlen(f->entity) == entity.len && strncmp(f->entity, entity.at, (size_t)entity.len) == 0 &&
            is_before(&entry->ref, f->epoch, f->seq)) {
            return true;
        }
    }
    row_key(entity.at, (size_t)entity.len, id.at, (size_t)id.len, key);
    state = hash_search(states(run), key, HASH_FIND, NULL);
    return state != NULL && is_before(&entry->ref, state->epoch, state->seq);
}

/* ["orders","<id>","<digest>","U",...] */
static void
note_row(mpos_verification *run, const mpos_entry *entry, bool late, JsonbContainer *row)
{
    mpos_span part[4];

    for (uint32 i = 0; i < lengthof(part); i++) {
        JsonbValue *value = getIthJsonbValueFromContainer(row, i);

        if (value == NULL || value->type != jbvString) {
            return;
        }
        part[i] = (mpos_span){value->val.string.val, value->val.string.len};
    }
    if (late && is_outdated(run, entry, part[0], part[1])) {
        return;
    }
    set_state(run, entry, part[0], part[1], part[2], part[3].len > 0 && part[3].at[0] == 'D');
}

static void
note_audit(mpos_verification *run, const mpos_entry *entry, const char *body, size_t len)
{
    char *text = pnstrdup(body, len);
    Jsonb *audit = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
    JsonbValue rows;
    mpos_entry erased;
    bool late;

    if (run->erasures_only && entry->header[KIND_AT] != MPOS_ENTRY_ERASURE) {
        return;
    }
    if (entry->header[KIND_AT] == MPOS_ENTRY_SCHEMA) {
        if (is_platform(run)) {
            mpos_verify_ddl(run, entry, &audit->root);
        } else {
            mpos_verify_manifest(run, entry, &audit->root);
        }
        return;
    }
    late = mpos_verify_erasure(run, entry, &audit->root, &erased);
    if ((late && erased.ref.seq < 0) ||
        getKeyJsonValueFromContainer(&audit->root, "rows", 4, &rows) == NULL || rows.type != jbvBinary) {
        return;
    }
    for (uint32 i = 0; i < JsonContainerSize(rows.val.binary.data); i++) {
        JsonbValue *row = getIthJsonbValueFromContainer(rows.val.binary.data, i);

        if (row->type == jbvBinary) {
            note_row(run, late ? &erased : entry, late, row->val.binary.data);
        }
    }
}

void
mpos_verify_note_rows(mpos_verification *run, const mpos_entry *entry)
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos audit section", ALLOCSET_SMALL_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    const char *body;
    size_t len;

    if (mpos_entry_section(entry, MPOS_SECTION_AUDIT, "", &body, &len)) {
        note_audit(run, entry, body, len);
    }
    MemoryContextSwitchTo(old);
    MemoryContextDelete(memory);
}

/* One journalled table as mpos.guarded() describes it. */
typedef struct guarded_table {
    char *relation;
    char *entity;
    char *outlet;
    char *keys; /* quoted, with commas */
    char enabled;
} guarded_table;

/* Columns: digest, then the key columns. */
static void
check_live_row(mpos_verification *run, const guarded_table *table, HeapTuple row, TupleDesc shape,
               const mpos_value_type *types)
{
    StringInfoData id;
    uint8 key[16];
    char digest[DIGEST_TEXT_LEN + 2];
    row_state *state;
    bool is_null;
    bytea *live = DatumGetByteaPP(SPI_getbinval(row, shape, 1, &is_null));

    initStringInfo(&id);
    for (int i = 1; i < shape->natts; i++) {
        if (i > 1) {
            appendStringInfoChar(&id, '.');
        }
        mpos_value_id(&types[i], SPI_getbinval(row, shape, i + 1, &is_null), &id);
    }
    (void)mpos_base64url((const uint8 *)VARDATA_ANY(live), MPOS_ROW_DIGEST_SIZE, digest);
    row_key(table->entity, strlen(table->entity), id.data, (size_t)id.len, key);
    state = hash_search(states(run), key, HASH_FIND, NULL);
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

static void
check_cursor(mpos_verification *run, const guarded_table *table, Portal cursor)
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos verified batch", ALLOCSET_DEFAULT_SIZES);
    mpos_value_type types[64];
    uint64 count;
    bool described = false;
    MemoryContext old;

    do {
        SPI_cursor_fetch(cursor, true, BATCH);
        count = SPI_processed;
        for (int i = 0; !described && i < SPI_tuptable->tupdesc->natts && i < (int)lengthof(types); i++) {
            mpos_value_type_init(&types[i], SPI_gettypeid(SPI_tuptable->tupdesc, i + 1),
                                 CurrentMemoryContext);
        }
        described = true;
        old = MemoryContextSwitchTo(memory);
        for (uint64 i = 0; i < count; i++) {
            check_live_row(run, table, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, types);
        }
        MemoryContextSwitchTo(old);
        MemoryContextReset(memory);
        SPI_freetuptable(SPI_tuptable);
        CHECK_FOR_INTERRUPTS();
    } while (count > 0);
    SPI_cursor_close(cursor);
    MemoryContextDelete(memory);
}

static bool
tenants_own(const mpos_verification *run)
{
    static const pg_uuid_t none = {{0}};

    return memcmp(&run->identity.outlet, &none, sizeof none) == 0;
}

static void
check_table(mpos_verification *run, const guarded_table *table)
{
    Oid types[2] = {UUIDOID, UUIDOID};
    Datum values[2] = {UUIDPGetDatum(&run->identity.tenant), UUIDPGetDatum(&run->identity.outlet)};
    StringInfoData query;

    if (table->enabled != 'A' && tenants_own(run)) {
        mpos_finding(run, run->epoch, -1, "trigger_off", "the capture trigger of %s is not ENABLE ALWAYS",
                     table->relation);
    }
    if (table->outlet == NULL && !tenants_own(run)) {
        return; /* its rows are all in the tenant's journal */
    }
    initStringInfo(&query);
    appendStringInfo(&query, "SELECT mpos.row_digest(t), %s FROM %s t WHERE tenant_id = $1", table->keys,
                     table->relation);
    if (table->outlet != NULL) {
        appendStringInfo(&query, tenants_own(run) ? " AND %s IS NULL" : " AND %s = $2",
                         quote_identifier(table->outlet));
    }
    check_cursor(run, table, SPI_cursor_open_with_args(NULL, query.data, 2, types, values, NULL, true, 0));
}

static bool
is_guarded(const guarded_table *tables, uint64 count, const row_state *state)
{
    for (uint64 i = 0; i < count; i++) {
        if ((int)strlen(tables[i].entity) == state->entity_len &&
            strncmp(tables[i].entity, state->name, (size_t)state->entity_len) == 0) {
            return true;
        }
    }
    return false;
}

/* Rows that entries know and no table has. A table without its trigger is one finding, not one per row. */
static void
check_missing(mpos_verification *run, const guarded_table *tables, uint64 count)
{
    List *reported = NIL;
    HASH_SEQ_STATUS scan;
    row_state *state;

    hash_seq_init(&scan, states(run));
    while ((state = hash_seq_search(&scan)) != NULL) {
        if (state->deleted || state->seen) {
            continue;
        }
        if (is_guarded(tables, count, state)) {
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

void
mpos_verify_rows(mpos_verification *run)
{
    guarded_table *tables;
    uint64 count;

    if (is_platform(run)) {
        mpos_verify_guards(run);
        return;
    }

    SPI_execute("SELECT relation::text, entity, outlet_column, "
                "(SELECT string_agg(quote_ident(k), ', ' ORDER BY n) FROM unnest(key_columns) WITH "
                "ORDINALITY u(k, n)), "
                "enabled FROM mpos.guarded()",
                true, 0);
    count = SPI_processed;
    tables = palloc(sizeof *tables * Max(count, 1));
    for (uint64 i = 0; i < count; i++) {
        HeapTuple row = SPI_tuptable->vals[i];
        TupleDesc shape = SPI_tuptable->tupdesc;

        tables[i] = (guarded_table){SPI_getvalue(row, shape, 1), SPI_getvalue(row, shape, 2),
                                    SPI_getvalue(row, shape, 3), SPI_getvalue(row, shape, 4),
                                    SPI_getvalue(row, shape, 5)[0]};
    }
    for (uint64 i = 0; i < count; i++) {
        check_table(run, &tables[i]);
    }
    check_missing(run, tables, count);
}
