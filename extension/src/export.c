/* export.c - catalogue.export: what an import would take, page by page from the last row's keys on. */
#include "postgres.h"

#include "import.h"
#include "input.h"
#include "json.h"
#include "rows.h"

#define LIMIT_MAX 1000
#define CURSOR_MAX 200

typedef struct export_params {
    uint32 given;
    int kind;
    int64 limit;
    const char *cursor;
} export_params;

enum { EXPORT_KIND, EXPORT_LIMIT, EXPORT_CURSOR };

static const mpos_field export_fields[] = {
    {"kind", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(export_params, kind), 0, 0, mpos_import_words},
    {"limit", MPOS_IN_INT, 0, offsetof(export_params, limit), 1, LIMIT_MAX},
    {"cursor", MPOS_IN_TEXT, 0, offsetof(export_params, cursor), 1, CURSOR_MAX},
};
MPOS_SHAPE(export, export_params);

/* As many parts as the kind has keys, the last one a number when it is one of quantities. */
static bool
is_cursor(const mpos_import_kind *kind, const char *text)
{
    const char *last = text;
    int parts = 1;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '|') {
            parts++;
            last = c + 1;
        }
    }
    return parts == kind->keys && (kind->columns[kind->keys - 1].type != MPOS_COLUMN_QTY ||
                                   (strspn(last, "0123456789.") == strlen(last) && strlen(last) < 17 &&
                                    (strchr(last, '.') == NULL || strchr(last, '.') == strrchr(last, '.')) &&
                                    strcmp(last, ".") != 0));
}

static uint64
read_page(mpos_call *call, mpos_import_kind *kind, const char *cursor, int64 limit)
{
    mpos_args args = {0};
    int exponent;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_big(&args, mpos_major_unit(call, &exponent));
    mpos_arg_text(&args, cursor);
    mpos_arg_big(&args, limit);
    return mpos_statement_run(&kind->page, &args);
}

static void
write_columns(StringInfo out, const mpos_import_kind *kind)
{
    mpos_json_open(out, "columns", '[');
    for (int i = 0; i < kind->count; i++) {
        mpos_json_text(out, NULL, kind->columns[i].name);
    }
    mpos_json_close(out, ']');
}

static void
write_row(StringInfo out, const mpos_import_kind *kind, uint64 row, StringInfo keys)
{
    resetStringInfo(keys);
    mpos_json_open(out, NULL, '[');
    for (int i = 0; i < kind->count; i++) {
        char *text = mpos_cell_text(row, i + 1);

        mpos_json_text(out, NULL, text);
        if (i < kind->keys) {
            appendStringInfo(keys, "%s%s", i > 0 ? "|" : "", text);
        }
    }
    mpos_json_close(out, ']');
}

mpos_err
mpos_catalogue_export(mpos_call *call)
{
    StringInfo out = &call->body;
    export_params params;
    mpos_import_kind *kind;
    StringInfoData keys;
    int64 limit;
    uint64 rows;
    mpos_err err = mpos_input_params(call, &export_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    kind = mpos_import_kinds[params.kind];
    if (params.cursor != NULL && !is_cursor(kind, params.cursor)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "cursor",
                           "The cursor is the next of the page before.");
    }
    limit = MPOS_GIVEN(&params, EXPORT_LIMIT) ? params.limit : LIMIT_MAX;
    rows = read_page(call, kind, params.cursor, limit + 1);
    initStringInfo(&keys);
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "kind", kind->name);
    write_columns(out, kind);
    mpos_json_open(out, "rows", '[');
    for (uint64 i = 0; i < Min(rows, (uint64)limit); i++) {
        write_row(out, kind, i, &keys);
    }
    mpos_json_close(out, ']');
    mpos_json_text(out, "next", rows > (uint64)limit ? keys.data : NULL);
    mpos_json_close(out, '}');
    return MPOS_OK;
}
