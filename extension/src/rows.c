/* rows.c - what the operations on rows of the catalogue have in common. */
#include "postgres.h"

#include "utils/jsonb.h"

#include "journal.h"
#include "json.h"
#include "row_edit.h"
#include "rows.h"
#include "uuid.h"
#include "value.h"

#define LIMIT 50
#define LIMIT_MAX 200
#define SEARCH_MAX 64

static const mpos_row_kind *const kinds[] = {
    &mpos_row_item,      &mpos_row_category, &mpos_row_tax,     &mpos_row_group,    &mpos_row_book,
    &mpos_row_promotion, &mpos_row_charge,   &mpos_row_tax_map, &mpos_row_currency, &mpos_row_customer_group,
};

/* Editing waits for editing of the same business, never for sales. */
static mpos_statement lock_statement = {"SELECT 1 FROM pos.rule_settings WHERE tenant_id = $1 FOR UPDATE"};

typedef struct list_params {
    uint32 given;
    const char *search;
    int archived;
    uint8 category_id[16];
    int64 limit;
    uint8 after[16];
    int sort;
    int way;
} list_params;

enum { LIST_SEARCH, LIST_ARCHIVED, LIST_CATEGORY, LIST_LIMIT, LIST_AFTER };

static const char *const archived_words[] = {"no", "yes", "all", NULL};
static const char *const sort_words[] = {"code", "name", "price", NULL};
static const char *const way_words[] = {"up", "down", NULL};

static const mpos_field sorted_list_fields[] = {
    {"search", MPOS_IN_TEXT, 0, offsetof(list_params, search), 1, SEARCH_MAX},
    {"archived", MPOS_IN_WORD, 0, offsetof(list_params, archived), 0, 0, archived_words},
    {"category_id", MPOS_IN_UUID, 0, offsetof(list_params, category_id)},
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(list_params, after)},
    {"sort", MPOS_IN_WORD, 0, offsetof(list_params, sort), 0, 0, sort_words},
    {"way", MPOS_IN_WORD, 0, offsetof(list_params, way), 0, 0, way_words},
};
MPOS_SHAPE(sorted_list, list_params);
static const mpos_shape list_shape = {sorted_list_fields, LIST_AFTER + 1, sizeof(list_params)};

typedef struct archive_in {
    uint32 given;
    int64 version;
    bool active;
} archive_in;

static const mpos_field archive_fields[] = {
    {"version", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(archive_in, version), 0, MPOS_ROW_VERSION_MAX},
    {"active", MPOS_IN_BOOL, 0, offsetof(archive_in, active)},
};
MPOS_SHAPE(archive, archive_in);

/* NULL when there is none of that name. */
static const mpos_row_kind *
kind_named(const char *name, size_t size)
{
    for (size_t i = 0; i < lengthof(kinds); i++) {
        if (strlen(kinds[i]->name) == size && strncmp(kinds[i]->name, name, size) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

/* The word between the points of "catalogue.tax.write". */
static const mpos_row_kind *
kind_of(const mpos_call *call)
{
    const char *name = strchr(call->operation, '.') + 1;
    const mpos_row_kind *kind = kind_named(name, strcspn(name, "."));

    if (kind == NULL) {
        elog(ERROR, "no rows for %s", call->operation);
    }
    return kind;
}

void
mpos_rows_lock(mpos_call *call)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&lock_statement, &args);
    mpos_call_session_again(call);
}

bool
mpos_row_is_code(const char *code)
{
    return strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == strlen(code);
}

const char *
mpos_rows_pattern(const char *search)
{
    StringInfoData out;

    initStringInfo(&out);
    appendStringInfoChar(&out, '%');
    for (; *search != '\0'; search++) {
        if (strchr("%_\\", *search) != NULL) {
            appendStringInfoChar(&out, '\\');
        }
        appendStringInfoChar(&out, *search);
    }
    appendStringInfoChar(&out, '%');
    return out.data;
}

static uint64
read_rows(mpos_call *call, const mpos_row_kind *kind, const uint8 *id, const list_params *params, int64 limit)
{
    mpos_args args = {0};
    bool search = params != NULL && MPOS_GIVEN(params, LIST_SEARCH);

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_text(&args, search ? mpos_rows_pattern(params->search) : NULL);
    mpos_arg_int(&args, params != NULL ? params->archived : 2);
    mpos_arg_uuid(&args, params != NULL && MPOS_GIVEN(params, LIST_CATEGORY) ? params->category_id : NULL);
    mpos_arg_uuid(&args, params != NULL && MPOS_GIVEN(params, LIST_AFTER) ? params->after : NULL);
    mpos_arg_big(&args, limit);
    mpos_arg_text(&args, search ? params->search : NULL);
    return mpos_statement_run(&kind->read[params != NULL ? 2 * params->sort + params->way : 0], &args);
}

mpos_err
mpos_rows_list(mpos_call *call)
{
    const mpos_row_kind *kind = kind_of(call);
    list_params params;
    int64 limit;
    uint64 rows;
    uint8 last[16];
    mpos_err err = mpos_input_params(call, kind->sorted ? &sorted_list_shape : &list_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    limit = MPOS_GIVEN(&params, LIST_LIMIT) ? params.limit : LIMIT;
    rows = read_rows(call, kind, NULL, &params, limit + 1);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, kind->plural, '[');
    for (uint64 i = 0; i < Min(rows, (uint64)limit); i++) {
        (void)mpos_cell_uuid(i, 1, last);
        mpos_json_raw(&call->body, NULL, mpos_cell_text(i, 2));
    }
    mpos_json_close(&call->body, ']');
    mpos_json_uuid(&call->body, "next", rows > (uint64)limit ? last : NULL);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

typedef struct id_params {
    uint32 given;
    uint8 id[16];
} id_params;

static mpos_err
read_id(mpos_call *call, const mpos_row_kind *kind, uint8 id[16])
{
    mpos_field field = {kind->id, MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(id_params, id)};
    mpos_shape shape = {&field, 1, sizeof(id_params)};
    id_params params;
    mpos_err err = mpos_input_params(call, &shape, &params);

    memcpy(id, params.id, 16);
    return err;
}

/* The row as an answer has it; NULL when there is none. */
static char *
read_row(mpos_call *call, const mpos_row_kind *kind, const uint8 id[16])
{
    return read_rows(call, kind, id, NULL, 1) > 0 ? mpos_cell_text(0, 2) : NULL;
}

static mpos_err
answer(mpos_call *call, const mpos_row_kind *kind, const uint8 id[16])
{
    char *row = read_row(call, kind, id);

    if (row == NULL) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_raw(&call->body, kind->name, row);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_rows_get(mpos_call *call)
{
    const mpos_row_kind *kind = kind_of(call);
    uint8 id[16];
    mpos_err err = read_id(call, kind, id);

    return err == MPOS_OK ? answer(call, kind, id) : err;
}

/* False when there is no such row; else it is locked. */
static bool
lock_row(mpos_call *call, const mpos_row_kind *kind, const uint8 id[16], int64 *version)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    if (mpos_statement_run(kind->lock, &args) == 0) {
        return false;
    }
    *version = mpos_cell_big(0, 1);
    return true;
}

static mpos_err
check_version(mpos_call *call, const mpos_row_kind *kind, const uint8 id[16], int64 version)
{
    int64 now;

    if (!lock_row(call, kind, id, &now)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    return now != version ? mpos_refuse(call, MPOS_E_VERSION_CONFLICT, "/version",
                                        "The version is " INT64_FORMAT " by now.", now)
                          : MPOS_OK;
}

static mpos_err
choose_row(mpos_call *call, const mpos_row_kind *kind, const mpos_row_head *head, mpos_row *out)
{
    int64 now;

    out->is_new = !MPOS_GIVEN(head, MPOS_ROW_VERSION);
    memcpy(out->id, head->id, 16);
    if (!out->is_new) {
        return MPOS_GIVEN(head, MPOS_ROW_ID)
                   ? check_version(call, kind, out->id, head->version)
                   : mpos_refuse(call, MPOS_E_MISSING_FIELD, "/id", "A version belongs to an id.");
    }
    if (!MPOS_GIVEN(head, MPOS_ROW_ID)) {
        pg_uuid_t id;

        mpos_uuid_v7(&id);
        memcpy(out->id, id.data, 16);
        return MPOS_OK;
    }
    return lock_row(call, kind, out->id, &now) ? mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "")
                                               : MPOS_OK;
}

mpos_err
mpos_row_begin(mpos_call *call, const mpos_row_kind *kind, const mpos_row_head *head, mpos_row *out)
{
    mpos_args args = {0};
    mpos_err err;

    if (!mpos_row_is_code(head->code)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/code", "A code has letters, digits, _ . and -.");
    }
    mpos_rows_lock(call);
    err = choose_row(call, kind, head, out);
    if (err != MPOS_OK) {
        return err;
    }
    out->code = head->code;
    out->before = out->is_new ? NULL : read_row(call, kind, out->id);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, head->code);
    mpos_arg_uuid(&args, out->id);
    return mpos_statement_run(kind->taken, &args) > 0
               ? mpos_refuse(call, MPOS_E_NAME_TAKEN, "/code", "%s", "")
               : MPOS_OK;
}

char *
mpos_row_body_text(mpos_call *call, const char *member)
{
    JsonbValue body;
    JsonbValue value;

    if (getKeyJsonValueFromContainer(&call->input->root, "body", 4, &body) == NULL ||
        body.type != jbvBinary ||
        getKeyJsonValueFromContainer(body.val.binary.data, member, (int)strlen(member), &value) == NULL) {
        return NULL;
    }
    return JsonbToCString(NULL, &JsonbValueToJsonb(&value)->root, 0);
}

void
mpos_row_edited(mpos_call *call, const uint8 subject[16], const char *members)
{
    static const uint8 of_tenant[16] = {0};

    mpos_event_emit_at(call, of_tenant, "CATALOGUE_EDITED", subject, members);
}

/* Notes the edit and answers with the row as it is now. */
static mpos_err
answer_edit(mpos_call *call, const mpos_row_kind *kind, const uint8 id[16], const char *before)
{
    char *after = read_row(call, kind, id);

    mpos_row_edited(call, id, psprintf("{\"entity\":\"%s\"}", kind->name));
    mpos_row_edit_note(call, kind->name, id, before, after);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_raw(&call->body, kind->name, after);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_rows_write(mpos_call *call)
{
    const mpos_row_kind *kind = kind_of(call);
    mpos_row row;
    mpos_err err = kind->write(call, kind, &row);

    if (err != MPOS_OK) {
        return err;
    }
    call->status = row.is_new ? 201 : 200;
    return answer_edit(call, kind, row.id, row.before);
}

/* An input whose body is the row. */
static Jsonb *
input_of(const JsonbContainer *row)
{
    JsonbParseState *state = NULL;
    JsonbValue key = {.type = jbvString, .val.string = {.len = 4, .val = "body"}};
    JsonbValue value = {.type = jbvBinary, .val.binary = {.len = 0, .data = (JsonbContainer *)row}};

    (void)pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
    (void)pushJsonbValue(&state, WJB_KEY, &key);
    (void)pushJsonbValue(&state, WJB_VALUE, &value);
    return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

mpos_err
mpos_rows_try(mpos_call *call, const char *entity, const JsonbContainer *row, const char *at)
{
    const mpos_row_kind *kind = kind_named(entity, strlen(entity));
    mpos_call *quiet = palloc(sizeof *quiet);
    mpos_row written;
    mpos_err err;

    if (kind == NULL) {
        return mpos_refuse(call, MPOS_E_UNKNOWN_REFERENCE, psprintf("%s/entity", at),
                           "There are no rows of that name.");
    }
    *quiet = *call;
    quiet->input = input_of(row);
    err = kind->write(quiet, kind, &written);
    return err == MPOS_OK
               ? err
               : mpos_refuse(call, err, psprintf("%s/row%s", at, quiet->field), "%s", quiet->detail);
}

static mpos_err
check_unused(mpos_call *call, const mpos_row_kind *kind, const uint8 id[16])
{
    mpos_args args = {0};

    if (kind->used == NULL) {
        return MPOS_OK;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(kind->used, &args) > 0
               ? mpos_refuse(call, MPOS_E_ROW_IN_USE, NULL, "\"%s\" needs it.", mpos_cell_text(0, 1))
               : MPOS_OK;
}

mpos_err
mpos_rows_archive(mpos_call *call)
{
    const mpos_row_kind *kind = kind_of(call);
    mpos_args args = {0};
    const char *before;
    archive_in in;
    uint8 id[16];
    mpos_err err = read_id(call, kind, id);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &archive_shape, &in);
    }
    if (err == MPOS_OK) {
        mpos_rows_lock(call);
        err = check_version(call, kind, id, in.version);
    }
    if (err == MPOS_OK && !in.active) {
        err = check_unused(call, kind, id);
    }
    if (err != MPOS_OK) {
        return err;
    }
    before = read_row(call, kind, id);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_bool(&args, in.active);
    (void)mpos_statement_run(kind->archive, &args);
    return answer_edit(call, kind, id, before);
}
