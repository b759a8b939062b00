/* row_category.c - categories of items: the tabs of a register. */
#include "postgres.h"

#include "row_statements.h"
#include "rows.h"

#define SORT_MAX 1000000

typedef struct category_in {
    mpos_row_head head;
    const char *colour;
    int64 sort;
} category_in;

static const mpos_field category_fields[] = {
    MPOS_ROW_FIELDS,
    {"colour", MPOS_IN_TEXT, MPOS_IN_DIGITS, offsetof(category_in, colour), 7, 7},
    {"sort", MPOS_IN_INT, 0, offsetof(category_in, sort), 0, SORT_MAX},
};
MPOS_SHAPE(category, category_in);

MPOS_ROW_STATEMENTS(category, "pos.category", "category_id", ", 'colour', t.colour, 'sort', t.sort");

static mpos_statement write_statement = {
    "INSERT INTO pos.category AS t (tenant_id, category_id, code, name, colour, sort) VALUES ($1, $2, $3, "
    "$4, $5, $6) "
    "ON CONFLICT (tenant_id, category_id) DO UPDATE SET code = excluded.code, name = excluded.name, "
    "colour = excluded.colour, sort = excluded.sort, version = t.version + 1"};

static mpos_statement used_statement = {
    "SELECT i.name FROM pos.item i WHERE i.tenant_id = $1 AND i.active AND i.category_id = $2 LIMIT 1"};

static bool
is_colour(const char *text)
{
    return text[0] == '#' && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static mpos_err
write_category(mpos_call *call, const mpos_row_kind *kind, mpos_row *out)
{
    mpos_args args = {0};
    category_in in;
    mpos_err err = mpos_input_body(call, &category_shape, &in);

    if (err == MPOS_OK && in.colour != NULL && !is_colour(in.colour)) {
        err = mpos_refuse(call, MPOS_E_INVALID_VALUE, "/colour", "A colour is # and six hex digits.");
    }
    if (err == MPOS_OK) {
        err = mpos_row_begin(call, kind, &in.head, out);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, out->id);
    mpos_arg_text(&args, in.head.code);
    mpos_arg_text(&args, in.head.name);
    mpos_arg_text(&args, in.colour != NULL ? in.colour : "#555555");
    mpos_arg_int(&args, (int32)in.sort);
    (void)mpos_statement_run(&write_statement, &args);
    return MPOS_OK;
}

const mpos_row_kind mpos_row_category = {"category",        "categories",    "category_id",
                                         &category_read,    &category_lock,  &category_taken,
                                         &category_archive, &used_statement, write_category};
