/* verify_states.c - what the entries of a journal say of rows: the last state of each. */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "bytes.h"
#include "canon.h"
#include "payload.h"
#include "sha256.h"
#include "verify.h"

#define DIGEST_TEXT_LEN 22
#define KIND_AT 8 /* of an entry's header */

void
mpos_row_key(mpos_span entity, mpos_span id, uint8 out[16])
{
    uint8 full[MPOS_SHA256_LEN];

    mpos_sha256_begin();
    mpos_sha256_add(entity.at, (size_t)entity.len);
    mpos_sha256_add("", 1);
    mpos_sha256_add(id.at, (size_t)id.len);
    mpos_sha256_end(full);
    memcpy(out, full, 16);
}

bool
mpos_row_wanted(const mpos_verification *run, const uint8 key[16])
{
    return !run->rows_unread && (mpos_get_u32(key) & run->mask) == run->bucket;
}

bool
mpos_verify_is_platform(const mpos_verification *run)
{
    static const pg_uuid_t zero = {{0}};

    return memcmp(&run->identity.tenant, &zero, sizeof zero) == 0;
}

HTAB *
mpos_row_states(mpos_verification *run)
{
    if (run->rows == NULL) {
        HASHCTL control = {.keysize = 16, .entrysize = sizeof(mpos_row_state), .hcxt = run->memory};

        run->rows = hash_create("mpos verified rows", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    return run->rows;
}

mpos_row_state *
mpos_row_state_of(mpos_verification *run, const uint8 key[16])
{
    return hash_search(mpos_row_states(run), key, HASH_FIND, NULL);
}

/* The state of a row, made when no entry spoke of it before. */
static mpos_row_state *
make_state(mpos_verification *run, const uint8 key[16], mpos_span entity, mpos_span id)
{
    bool found;
    mpos_row_state *state = hash_search(mpos_row_states(run), key, HASH_ENTER, &found);

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
    uint8 key[16];
    mpos_row_state *state;

    mpos_row_key(entity, id, key);
    if (!mpos_row_wanted(run, key)) {
        return;
    }
    state = make_state(run, key, entity, id);
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
    mpos_row_state *state;

    *forgotten = (mpos_forgotten){pstrdup(entity), entry->ref.epoch, entry->ref.seq};
    run->forgotten = lappend(run->forgotten, forgotten);
    MemoryContextSwitchTo(old);
    hash_seq_init(&scan, mpos_row_states(run));
    while ((state = hash_seq_search(&scan)) != NULL) {
        if (state->entity_len == (int)strlen(entity) && strncmp(state->name, entity, strlen(entity)) == 0) {
            (void)hash_search(mpos_row_states(run), state->key, HASH_REMOVE, NULL);
        }
    }
}

void
mpos_verify_states(const mpos_verification *run, StringInfo out)
{
    HASH_SEQ_STATUS scan;
    mpos_row_state *state;

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

bool
mpos_entry_is_before(const mpos_entry_ref *ref, int32 epoch, int64 seq)
{
    return ref->epoch < epoch || (ref->epoch == epoch && ref->seq < seq);
}

/* What an erased entry said comes late: a later entry may have said more of the row, or made it void. */
static bool
is_outdated(mpos_verification *run, const mpos_entry *entry, mpos_span entity, mpos_span id)
{
    uint8 key[16];
    mpos_row_state *state;
    ListCell *cell;

    foreach (cell, run->forgotten) {
        const mpos_forgotten *f = lfirst(cell);

        if ((int)strlen(f->entity) == entity.len && strncmp(f->entity, entity.at, (size_t)entity.len) == 0 &&
            mpos_entry_is_before(&entry->ref, f->epoch, f->seq)) {
            return true;
        }
    }
    mpos_row_key(entity, id, key);
    state = mpos_row_state_of(run, key);
    return state != NULL && mpos_entry_is_before(&entry->ref, state->epoch, state->seq);
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
        if (mpos_verify_is_platform(run)) {
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

/* Where rows do not count, an entry may still be one that erases, retires or changes the schema. */
static bool
speaks(const mpos_verification *run, const mpos_entry *entry)
{
    return !run->rows_unread || entry->header[KIND_AT] == MPOS_ENTRY_ERASURE ||
           entry->header[KIND_AT] == MPOS_ENTRY_SCHEMA;
}

void
mpos_verify_note_rows(mpos_verification *run, const mpos_entry *entry)
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "mpos audit section", ALLOCSET_SMALL_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    const char *body;
    size_t len;

    if (mpos_entry_section(entry, MPOS_SECTION_AUDIT, "", &body, &len) && speaks(run, entry)) {
        note_audit(run, entry, body, len);
    }
    MemoryContextSwitchTo(old);
    MemoryContextDelete(memory);
}

void
mpos_verify_narrow(mpos_verification *run, int64 limit)
{
    while (run->rows != NULL && hash_get_num_entries(run->rows) > limit && run->mask < PG_UINT32_MAX) {
        HASH_SEQ_STATUS scan;
        mpos_row_state *state;

        run->mask = run->mask * 2 + 1;
        hash_seq_init(&scan, run->rows);
        while ((state = hash_seq_search(&scan)) != NULL) {
            if (!mpos_row_wanted(run, state->key)) {
                pfree(state->name);
                (void)hash_search(run->rows, state->key, HASH_REMOVE, NULL);
            }
        }
    }
}
