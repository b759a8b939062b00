/* row_edit.c - see row_edit.h. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "id.h"
#include "input.h"
#include "json.h"
#include "row_edit.h"
#include "statement.h"
#include "uuid.h"

#define LIMIT 20
#define LIMIT_MAX 100

/* $5, $6: the row before and after. */
static mpos_statement note_statement = {
    "INSERT INTO pos.row_edit (tenant_id, row_id, edit_id, entity, made, changes, staff_id, transaction_id, "
    "edited_at) SELECT $1, $2, $3, $4, $5 IS NULL, c.changes, $7, $8, $9 FROM "
    "(SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(b.value, a.value)), '{}') AS changes "
    "FROM jsonb_each($5::jsonb) b FULL JOIN jsonb_each($6::jsonb) a USING (key) "
    "WHERE $5 IS NOT NULL AND key <> 'version' AND a.value IS DISTINCT FROM b.value) c "
    "WHERE $5 IS NULL OR c.changes <> '{}'"};

/* $2 rows, $3 edits, $4 codes of items, $5 made, $6 changes */
static mpos_statement note_all_statement = {
    "INSERT INTO pos.row_edit (tenant_id, row_id, edit_id, entity, made, changes, staff_id, transaction_id, "
    "edited_at) SELECT $1, coalesce(i.item_id, k.id), k.edit, $7, k.made, k.changes::jsonb, $8, $9, $10 "
    "FROM unnest($2, $3, $4, $5, $6) k(id, edit, item, made, changes) "
    "LEFT JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.item"};

static mpos_statement list_statement = {
    "SELECT e.edit_id, e.entity, e.made, e.changes::text, e.staff_id, s.name, e.transaction_id, e.edited_at "
    "FROM pos.row_edit e LEFT JOIN pos.staff s ON s.tenant_id = e.tenant_id AND s.staff_id = e.staff_id "
    "WHERE e.tenant_id = $1 AND e.row_id = $2 AND ($3::uuid IS NULL OR e.edit_id < $3) "
    "ORDER BY e.edit_id DESC LIMIT $4"};

/* Who, in which transaction, when. */
static void
arg_circumstances(mpos_args *args, const mpos_call *call)
{
    mpos_arg_uuid(args, mpos_id_is_zero(call->context.actor) ? NULL : call->context.actor);
    mpos_arg_uuid(args, call->transaction.data);
    mpos_arg_time(args, call->now_us);
}

void
mpos_row_edit_note(mpos_call *call, const char *entity, const uint8 id[16], const char *before,
                   const char *after)
{
    mpos_args args = {0};
    pg_uuid_t edit;

    mpos_uuid_v7(&edit);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, edit.data);
    mpos_arg_text(&args, entity);
    mpos_arg_text(&args, before);
    mpos_arg_text(&args, after);
    arg_circumstances(&args, call);
    (void)mpos_statement_run(&note_statement, &args);
}

static Datum
text_or_null(const char *text, bool *is_null)
{
    *is_null = text == NULL;
    return text != NULL ? CStringGetTextDatum(text) : (Datum)0;
}

void
mpos_row_edit_note_all(mpos_call *call, const mpos_row_edits *edits)
{
    size_t count = (size_t)edits->count;
    Datum *values[5];
    bool *nulls = palloc(sizeof *nulls * Max(count, 1));
    pg_uuid_t *ids = palloc(sizeof *ids * Max(count, 1));
    mpos_args args = {0};

    for (size_t c = 0; c < lengthof(values); c++) {
        values[c] = palloc(sizeof *values[c] * Max(count, 1));
    }
    for (size_t i = 0; i < count; i++) {
        mpos_uuid_v7(&ids[i]);
        values[0][i] = PointerGetDatum(edits->ids[i]);
        values[1][i] = PointerGetDatum(ids[i].data);
        values[2][i] = text_or_null(edits->items != NULL ? edits->items[i] : NULL, &nulls[i]);
        values[3][i] = BoolGetDatum(edits->made[i]);
        values[4][i] = CStringGetTextDatum(edits->changes[i]);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, values[0], NULL, edits->count);
    mpos_arg_array(&args, UUIDOID, values[1], NULL, edits->count);
    mpos_arg_array(&args, TEXTOID, values[2], nulls, edits->count);
    mpos_arg_array(&args, BOOLOID, values[3], NULL, edits->count);
    mpos_arg_array(&args, TEXTOID, values[4], NULL, edits->count);
    mpos_arg_text(&args, edits->entity);
    arg_circumstances(&args, call);
    (void)mpos_statement_run(&note_all_statement, &args);
}

typedef struct history_params {
    uint32 given;
    uint8 row_id[16];
    int64 limit;
    uint8 after[16];
} history_params;

enum { HISTORY_ROW, HISTORY_LIMIT, HISTORY_AFTER };

static const mpos_field history_fields[] = {
    {"row_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(history_params, row_id)},
    {"limit", MPOS_IN_INT, 0, offsetof(history_params, limit), 1, LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(history_params, after)},
};
MPOS_SHAPE(history, history_params);

static void
edit_json(StringInfo out, uint64 row)
{
    uint8 id[16];

    mpos_json_open(out, NULL, '{');
    (void)mpos_cell_uuid(row, 1, id);
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "entity", mpos_cell_text(row, 2));
    mpos_json_bool(out, "made", mpos_cell_bool(row, 3));
    mpos_json_raw(out, "changes", mpos_cell_text(row, 4));
    mpos_json_uuid(out, "staff_id", mpos_cell_uuid(row, 5, id) ? id : NULL);
    mpos_json_text(out, "staff", mpos_cell_text(row, 6));
    (void)mpos_cell_uuid(row, 7, id);
    mpos_json_uuid(out, "transaction_id", id);
    mpos_json_time(out, "at", mpos_cell_time(row, 8));
    mpos_json_close(out, '}');
}

mpos_err
mpos_row_history(mpos_call *call)
{
    StringInfo out = &call->body;
    history_params in;
    mpos_args args = {0};
    uint8 last[16];
    int64 limit;
    uint64 rows;
    mpos_err err = mpos_input_params(call, &history_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    limit = MPOS_GIVEN(&in, HISTORY_LIMIT) ? in.limit : LIMIT;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in.row_id);
    mpos_arg_uuid(&args, MPOS_GIVEN(&in, HISTORY_AFTER) ? in.after : NULL);
    mpos_arg_big(&args, limit + 1);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_json_open(out, NULL, '{');
    mpos_json_open(out, "edits", '[');
    for (uint64 i = 0; i < Min(rows, (uint64)limit); i++) {
        (void)mpos_cell_uuid(i, 1, last);
        edit_json(out, i);
    }
    mpos_json_close(out, ']');
    mpos_json_uuid(out, "next", rows > (uint64)limit ? last : NULL);
    mpos_json_close(out, '}');
    return MPOS_OK;
}
