/* publish.c - operations catalogue.publish and catalogue.check. */
#include "postgres.h"

#include "call.h"
#include "catalogue.h"
#include "input.h"
#include "json.h"
#include "statement.h"

static mpos_statement publish_statement = {"SELECT pos.publish_changes($1)::text", NULL};

static mpos_statement check_statement = {
    "SELECT mpos.rules_mistakes(pos.rules_draft($1))::text, "
    "(SELECT version FROM pos.catalogue_head WHERE tenant_id = $1), "
    "(SELECT count(DISTINCT slot) FROM pos.catalogue_change WHERE tenant_id = $1)",
    NULL};

static void
run(mpos_call *call, mpos_statement *statement)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(statement, &args);
}

/* A draft with mistakes is refused by the statement, with the place of the first. */
mpos_err
mpos_catalogue_publish(mpos_call *call)
{
    mpos_err err = mpos_input_empty(call);

    if (err != MPOS_OK) {
        return err;
    }
    run(call, &publish_statement);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_raw(&call->body, "published", mpos_cell_text(0, 1));
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_catalogue_check(mpos_call *call)
{
    static const mpos_shape none_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;
    mpos_err err = mpos_input_params(call, &none_shape, &given);

    if (err != MPOS_OK) {
        return err;
    }
    run(call, &check_statement);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_int(&call->body, "version", mpos_cell_int(0, 2));
    mpos_json_bool(&call->body, "items_changed", mpos_cell_big(0, 3) > 0);
    mpos_json_raw(&call->body, "mistakes", mpos_cell_text(0, 1));
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
