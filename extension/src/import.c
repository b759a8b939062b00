/*
 * import.c - catalogue.import: a batch of rows, all or none. Cells become canonical texts, rows are looked up by their keys,
 * what differs is checked against the rest of the catalogue and written.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/uuid.h"

#include "import.h"
#include "import_cell.h"
#include "input.h"
#include "json.h"
#include "row_edit.h"
#include "rows.h"
#include "uuid.h"

#define ROWS_MAX 1000
#define CELLS_MAX 32
#define ERRORS_MAX 100 /* told; the others are counted */
#define COLUMNS_MAX MPOS_IMPORT_COLUMNS_MAX

typedef struct row_in {
    uint32 given;
    int64 line;
    mpos_list cells; /* const char * */
} row_in;

static const mpos_field row_fields[] = {
    {"line", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(row_in, line), 1, 100000000},
    {"cells", MPOS_IN_CELLS, MPOS_IN_REQUIRED, offsetof(row_in, cells), 1, CELLS_MAX},
};
MPOS_SHAPE(row, row_in);

typedef struct import_in {
    uint32 given;
    int kind;
    bool dry_run;
    mpos_list columns; /* const char * */
    mpos_list rows;    /* row_in */
} import_in;

static const mpos_field import_fields[] = {
    {"kind", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(import_in, kind), 0, 0, mpos_import_words},
    {"dry_run", MPOS_IN_BOOL, 0, offsetof(import_in, dry_run)},
    {"columns", MPOS_IN_TEXTS, MPOS_IN_REQUIRED, offsetof(import_in, columns), 1, CELLS_MAX},
    {"rows", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(import_in, rows), 1, ROWS_MAX, NULL, &row_shape},
};
MPOS_SHAPE(import, import_in);

typedef struct batch_row {
    int64 line;
    uint8 id[16];
    bool found;
    bool differs;
    bool wrong;
    const char *texts[COLUMNS_MAX];  /* canonical; NULL: the file has no such column */
    const char *before[COLUMNS_MAX]; /* of those that differ; else NULL */
} batch_row;

typedef struct batch {
    mpos_call *call;
    mpos_import_kind *kind;
    int64 unit;
    int exponent;
    int places[COLUMNS_MAX]; /* where in the cells the column is, -1 for nowhere */
    int count;
    batch_row *rows;
    StringInfoData errors; /* members of a JSON list */
    int error_count;
    bool written;
} batch;

static mpos_statement unit_statement = {"SELECT exponent FROM pos.tenant WHERE tenant_id = $1"};

int64
mpos_major_unit(mpos_call *call, int *exponent)
{
    mpos_args args = {0};
    int64 unit = 1;

    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&unit_statement, &args);
    *exponent = mpos_cell_int(0, 1);
    for (int i = 0; i < *exponent; i++) {
        unit *= 10;
    }
    return unit;
}

static void
mistake(batch *b, batch_row *row, const char *column, mpos_err err, const char *detail)
{
    row->wrong = true;
    if (b->error_count++ >= ERRORS_MAX) {
        return;
    }
    mpos_json_open(&b->errors, NULL, '{');
    mpos_json_int(&b->errors, "line", row->line);
    mpos_json_text(&b->errors, "column", column);
    mpos_json_text(&b->errors, "code", mpos_err_code(err));
    mpos_json_text(&b->errors, "detail", detail);
    mpos_json_close(&b->errors, '}');
}

static int
column_of(const mpos_import_kind *kind, const char *name)
{
    for (int i = 0; i < kind->count; i++) {
        if (strcmp(kind->columns[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static mpos_err
read_columns(batch *b, const mpos_list *columns)
{
    const char *const *names = columns->items;

    for (int i = 0; i < COLUMNS_MAX; i++) {
        b->places[i] = -1;
    }
    for (int i = 0; i < columns->count; i++) {
        int column = column_of(b->kind, names[i]);

        if (column < 0) {
            return mpos_refuse(b->call, MPOS_E_UNKNOWN_FIELD, psprintf("/columns/%d", i),
                               "There is no such column here.");
        }
        if (b->places[column] >= 0) {
            return mpos_refuse(b->call, MPOS_E_INVALID_VALUE, psprintf("/columns/%d", i),
                               "This column is there twice.");
        }
        b->places[column] = i;
    }
    for (int i = 0; i < b->kind->keys; i++) {
        if (b->places[i] < 0 && b->kind->columns[i].needed) {
            return mpos_refuse(b->call, MPOS_E_MISSING_FIELD, "/columns", "The column \"%s\" is needed.",
                               b->kind->columns[i].name);
        }
    }
    return MPOS_OK;
}

static void
read_row(batch *b, const row_in *in, int column_count, batch_row *row)
{
    const char *const *cells = in->cells.items;

    row->line = in->line;
    if (in->cells.count != column_count) {
        mistake(b, row, "", MPOS_E_INVALID_VALUE,
                psprintf("The row has %d cells, the table %d columns.", in->cells.count, column_count));
        return;
    }
    for (int i = 0; i < b->kind->count; i++) {
        const mpos_column *column = &b->kind->columns[i];
        const char *detail = "";
        mpos_err err = MPOS_OK;

        if (b->places[i] >= 0) {
            err = mpos_cell_read(column, b->exponent, cells[b->places[i]], &row->texts[i], &detail);
        } else if (i < b->kind->keys) {
            row->texts[i] = column->otherwise;
        }
        if (err != MPOS_OK) {
            mistake(b, row, column->name, err, detail);
        }
    }
}

static const char *
key_of(const batch *b, const batch_row *row)
{
    StringInfoData key;

    initStringInfo(&key);
    for (int i = 0; i < b->kind->keys; i++) {
        appendStringInfo(&key, "%s|", row->texts[i]);
    }
    return key.data;
}

typedef struct seen {
    char key[320]; /* of four codes at most */
    int64 line;
} seen;

/* A row that is there twice would depend on which comes last. */
static void
check_twice(batch *b)
{
    HASHCTL how = {
        .keysize = sizeof((seen *)0)->key, .entrysize = sizeof(seen), .hcxt = CurrentMemoryContext};
    HTAB *keys = hash_create("mpos import", b->count, &how, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);

    for (int i = 0; i < b->count; i++) {
        batch_row *row = &b->rows[i];
        bool found;
        seen *one;

        if (row->wrong) {
            continue;
        }
        one = hash_search(keys, key_of(b, row), HASH_ENTER, &found);
        if (found) {
            mistake(b, row, b->kind->columns[b->kind->keys - 1].name, MPOS_E_NAME_TAKEN,
                    psprintf("Line " INT64_FORMAT " is about the same.", one->line));
        }
        one->line = found ? one->line : row->line;
    }
    hash_destroy(keys);
}

/* One array per column of the rows of whom `rows` says; keys only, or all columns. */
static void
arg_texts(mpos_args *args, const batch *b, batch_row *const *rows, int row_count, int column_count)
{
    for (int c = 0; c < column_count; c++) {
        Datum *values = palloc(sizeof *values * (size_t)Max(row_count, 1));

        for (int i = 0; i < row_count; i++) {
            values[i] = CStringGetTextDatum(rows[i]->texts[c]);
        }
        mpos_arg_array(args, TEXTOID, values, NULL, row_count);
    }
}

/* Fills what the file does not say from the row that is there, and sees whether anything is different. */
static void
compare(const batch *b, batch_row *row, uint64 cell_row)
{
    row->found = true;
    (void)mpos_cell_uuid(cell_row, 2, row->id);
    for (int c = 0; c < b->kind->count; c++) {
        const char *now = mpos_cell_text(cell_row, c + 3);

        if (row->texts[c] == NULL) {
            row->texts[c] = now;
        } else if (strcmp(row->texts[c], now) != 0) {
            row->differs = true;
            row->before[c] = now;
        }
    }
}

static void
complete_new(batch *b, batch_row *row)
{
    pg_uuid_t id;

    mpos_uuid_v7(&id);
    memcpy(row->id, id.data, 16);
    for (int c = 0; c < b->kind->count; c++) {
        const mpos_column *column = &b->kind->columns[c];

        if (row->texts[c] == NULL && column->needed) {
            mistake(b, row, column->name, MPOS_E_MISSING_FIELD, "A new row needs this column.");
        }
        row->texts[c] = row->texts[c] != NULL ? row->texts[c] : column->otherwise;
    }
    /* What is not there need not be removed. */
    row->found = b->kind->vanishes && row->texts[b->kind->count - 1][0] == '\0';
}

static void
look_up(batch *b)
{
    batch_row **rows = palloc(sizeof *rows * (size_t)b->count);
    mpos_args args = {0};
    int count = 0;
    uint64 found;

    for (int i = 0; i < b->count; i++) {
        if (!b->rows[i].wrong) {
            rows[count++] = &b->rows[i];
        }
    }
    mpos_arg_uuid(&args, b->call->context.tenant);
    mpos_arg_big(&args, b->unit);
    arg_texts(&args, b, rows, count, b->kind->keys);
    found = count > 0 ? mpos_statement_run(&b->kind->find, &args) : 0;
    for (uint64 i = 0; i < found; i++) {
        compare(b, rows[mpos_cell_big(i, 1) - 1], i);
    }
    for (int i = 0; i < count; i++) {
        if (!rows[i]->found) {
            complete_new(b, rows[i]);
        }
    }
}

/* The arguments of checks and writes, and the rows that they are about. */
typedef struct changes {
    int count;
    batch_row **rows;
    mpos_args args;
} changes;

static changes
gather(const batch *b)
{
    changes c = {.rows = palloc(sizeof *c.rows * (size_t)b->count)};
    Datum *ids = palloc(sizeof *ids * (size_t)b->count);
    Datum *is_new = palloc(sizeof *is_new * (size_t)b->count);

    for (int i = 0; i < b->count; i++) {
        batch_row *row = &b->rows[i];

        if (!row->wrong && (!row->found || row->differs)) {
            ids[c.count] = PointerGetDatum(row->id);
            is_new[c.count] = BoolGetDatum(!row->found);
            c.rows[c.count++] = row;
        }
    }
    mpos_arg_uuid(&c.args, b->call->context.tenant);
    mpos_arg_big(&c.args, b->unit);
    mpos_arg_array(&c.args, UUIDOID, ids, NULL, c.count);
    mpos_arg_array(&c.args, BOOLOID, is_new, NULL, c.count);
    arg_texts(&c.args, b, c.rows, c.count, b->kind->count);
    return c;
}

static void
check(batch *b, const changes *c)
{
    for (int i = 0; i < b->kind->check_count; i++) {
        mpos_import_check *one = &b->kind->checks[i];
        uint64 found = mpos_statement_run(&one->statement, &c->args);

        for (uint64 n = 0; n < found; n++) {
            StringInfoData detail;

            initStringInfo(&detail);
            appendStringInfoString(&detail, one->detail);
            appendStringInfo(&detail, " (\"%s\")", mpos_cell_text(n, 2));
            mistake(b, c->rows[mpos_cell_big(n, 1) - 1], b->kind->columns[one->column].name, one->err,
                    detail.data);
        }
    }
}

static void
write_changes(batch *b, const changes *c)
{
    for (int i = 0; i < b->kind->write_count; i++) {
        (void)mpos_statement_run(&b->kind->writes[i], &c->args);
    }
    b->written = true;
}

/* What a change of the row is called beside others of its item: "prices/lunch"; NULL for rows that are what is noted. */
static const char *
part_of(const batch *b, const batch_row *row)
{
    StringInfoData out;

    if (!b->kind->of_item) {
        return NULL;
    }
    initStringInfo(&out);
    appendStringInfoString(&out, b->kind->name);
    for (int c = 1; c < b->kind->keys; c++) {
        if (row->texts[c][0] != '\0') {
            appendStringInfo(&out, "/%s", row->texts[c]);
        }
    }
    return out.data;
}

static void
change_json(StringInfo out, const char *part, const char *column, const char *before, const char *after)
{
    mpos_json_open(out, part != NULL ? psprintf("%s/%s", part, column) : column, '[');
    mpos_json_text(out, NULL, before);
    mpos_json_text(out, NULL, after);
    mpos_json_close(out, ']');
}

static const char *
changes_of(const batch *b, const batch_row *row)
{
    const char *part = part_of(b, row);
    StringInfoData out;

    initStringInfo(&out);
    mpos_json_open(&out, NULL, '{');
    for (int i = b->kind->keys; i < b->kind->count; i++) {
        bool is_new = !row->found && part != NULL && row->texts[i][0] != '\0';

        if (row->before[i] != NULL || is_new) {
            change_json(&out, part, b->kind->columns[i].name, row->before[i], row->texts[i]);
        }
    }
    mpos_json_close(&out, '}');
    return out.data;
}

static void
note_changes(const batch *b, const changes *c)
{
    size_t count = (size_t)Max(c->count, 1);
    mpos_row_edits edits = {.entity = b->kind->entity, .count = c->count};

    edits.ids = palloc(sizeof *edits.ids * count);
    edits.made = palloc(sizeof *edits.made * count);
    edits.changes = palloc(sizeof *edits.changes * count);
    edits.items = b->kind->of_item ? palloc(sizeof *edits.items * count) : NULL;
    for (int i = 0; i < c->count; i++) {
        memcpy(edits.ids[i], c->rows[i]->id, 16);
        edits.made[i] = !b->kind->of_item && !c->rows[i]->found;
        edits.changes[i] = changes_of(b, c->rows[i]);
        if (edits.items != NULL) {
            edits.items[i] = c->rows[i]->texts[0];
        }
    }
    mpos_row_edit_note_all(b->call, &edits);
}

static void
answer(batch *b, bool done, const changes *c)
{
    StringInfo out = &b->call->body;
    int made = 0;

    for (int i = 0; i < c->count; i++) {
        made += !c->rows[i]->found;
    }
    mpos_json_open(out, NULL, '{');
    mpos_json_bool(out, "done", done);
    mpos_json_int(out, "made", done ? made : 0);
    mpos_json_int(out, "changed", done ? c->count - made : 0);
    mpos_json_int(out, "unchanged", done ? b->count - c->count : 0);
    mpos_json_raw(out, "errors", psprintf("[%s]", b->errors.data));
    mpos_json_int(out, "more_errors", Max(b->error_count - ERRORS_MAX, 0));
    mpos_json_close(out, '}');
    if (b->written) {
        mpos_row_edited(
            b->call, b->call->context.tenant,
            psprintf("{\"changed\":%d,\"entity\":\"%s\",\"made\":%d}", c->count - made, b->kind->name, made));
    }
}

static void
read_rows(batch *b, const import_in *in)
{
    const row_in *rows = in->rows.items;

    b->count = in->rows.count;
    b->rows = palloc0(sizeof *b->rows * (size_t)b->count);
    b->unit = mpos_major_unit(b->call, &b->exponent);
    for (int i = 0; i < b->count; i++) {
        read_row(b, &rows[i], in->columns.count, &b->rows[i]);
    }
    check_twice(b);
}

mpos_err
mpos_catalogue_import(mpos_call *call)
{
    batch b = {.call = call};
    import_in in;
    changes c;
    mpos_err err = mpos_input_body(call, &import_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    initStringInfo(&b.errors);
    b.kind = mpos_import_kinds[in.kind];
    err = read_columns(&b, &in.columns);
    if (err != MPOS_OK) {
        return err;
    }
    mpos_rows_lock(call);
    read_rows(&b, &in);
    look_up(&b);
    c = gather(&b);
    if (c.count > 0) {
        check(&b, &c);
    }
    if (b.error_count == 0 && !in.dry_run && c.count > 0) {
        write_changes(&b, &c);
        note_changes(&b, &c);
    }
    answer(&b, b.error_count == 0, &c);
    return MPOS_OK;
}
