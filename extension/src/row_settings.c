/* row_settings.c - the settings of the calculation: one row for the business. */
#include "postgres.h"

#include "json.h"
#include "row_edit.h"
#include "rows.h"
#include "rule_shape.h"

static mpos_statement read_statement = {
    "SELECT version, definition::text FROM pos.rule_settings WHERE tenant_id = $1"};

static mpos_statement lock_statement = {
    "SELECT version FROM pos.rule_settings WHERE tenant_id = $1 FOR UPDATE"};

static mpos_statement write_statement = {
    "UPDATE pos.rule_settings SET definition = $2::jsonb, version = version + 1 WHERE tenant_id = $1"};

typedef struct settings_in {
    uint32 given;
    int64 version;
    mpos_def_settings definition;
} settings_in;

static const mpos_field settings_fields[] = {
    {"version", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(settings_in, version), 0, MPOS_ROW_VERSION_MAX},
    {"definition", MPOS_IN_OBJECT, MPOS_IN_REQUIRED, offsetof(settings_in, definition), 0, 0, NULL,
     &mpos_def_settings_shape},
};
MPOS_SHAPE(settings, settings_in);

static uint64
run(mpos_call *call, mpos_statement *statement, const char *definition)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    if (definition != NULL) {
        mpos_arg_text(&args, definition);
    }
    return mpos_statement_run(statement, &args);
}

static void
answer(mpos_call *call)
{
    (void)run(call, &read_statement, NULL);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "settings", '{');
    mpos_json_int(&call->body, "version", mpos_cell_big(0, 1));
    mpos_json_raw(&call->body, "definition", mpos_cell_text(0, 2));
    mpos_json_close(&call->body, '}');
    mpos_json_close(&call->body, '}');
}

mpos_err
mpos_settings_get(mpos_call *call)
{
    answer(call);
    return MPOS_OK;
}

static mpos_err
check_outlets(mpos_call *call, const mpos_def_settings *settings)
{
    const mpos_def_outlet *outlets = settings->outlets.items;
    mpos_err err = mpos_def_settings_check(call, "/definition", settings);

    for (int i = 0; i < settings->outlets.count && err == MPOS_OK; i++) {
        err = mpos_ref_check(call, MPOS_REF_OUTLET, psprintf("/definition/outlets/%d/outlet_id", i),
                             outlets[i].outlet_id);
    }
    return err;
}

static char *
definition_now(mpos_call *call)
{
    (void)run(call, &read_statement, NULL);
    return mpos_cell_text(0, 2);
}

mpos_err
mpos_settings_write(mpos_call *call)
{
    const char *before;
    settings_in in;
    mpos_err err = mpos_input_body(call, &settings_shape, &in);

    if (err == MPOS_OK) {
        mpos_rows_lock(call);
        err = check_outlets(call, &in.definition);
    }
    if (err != MPOS_OK) {
        return err;
    }
    (void)run(call, &lock_statement, NULL);
    if (mpos_cell_big(0, 1) != in.version) {
        return mpos_refuse(call, MPOS_E_VERSION_CONFLICT, "/version",
                           "The version is " INT64_FORMAT " by now.", mpos_cell_big(0, 1));
    }
    before = definition_now(call);
    (void)run(call, &write_statement, mpos_row_body_text(call, "definition"));
    mpos_row_edited(call, call->context.tenant, "{\"entity\":\"settings\"}");
    mpos_row_edit_note(call, "settings", call->context.tenant, before, definition_now(call));
    answer(call);
    return MPOS_OK;
}
