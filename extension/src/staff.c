/*
 * staff.c - the operations on people. Their PINs come as verifiers that the server has made; nothing here, and nothing in
 * the journal, has ever seen a PIN.
 */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "page.h"
#include "rights.h"
#include "statement.h"
#include "uuid.h"

#define LIST_LIMIT 100
#define LIST_LIMIT_MAX 200
#define VERIFIER_MAX 127

#define STAFF_SELECT                                                                                         \
    "SELECT p.staff_id, p.number, p.name, p.role, p.active, v.verifier IS NOT NULL, "                        \
    "p.version, " MPOS_ROLE_COLUMNS                                                                          \
    " FROM pos.staff p JOIN pos.role r ON r.tenant_id = p.tenant_id AND r.role_id = p.role_id "              \
    "LEFT JOIN pos.pin v ON v.tenant_id = p.tenant_id AND v.staff_id = p.staff_id "                          \
    "WHERE p.tenant_id = $1 "

static mpos_statement list_statement = {STAFF_SELECT "AND p.staff_id > $2 ORDER BY p.staff_id LIMIT $3"};

static mpos_statement get_statement = {STAFF_SELECT "AND p.staff_id = $2"};

static mpos_statement role_statement = {
    "SELECT " MPOS_ROLE_COLUMNS
    ", r.code FROM pos.role r WHERE r.tenant_id = $1 AND r.role_id = $2 FOR KEY SHARE"};

static mpos_statement taken_statement = {
    "SELECT 1 FROM pos.staff WHERE tenant_id = $1 AND number = $2 AND staff_id <> $3"};

static mpos_statement insert_statement = {"INSERT INTO pos.staff (tenant_id, staff_id, number, name, "
                                          "role_id, role) VALUES ($1, $2, $3, $4, $5, $6)"};

static mpos_statement update_statement = {
    "UPDATE pos.staff SET number = coalesce($3, number), name = coalesce($4, name), role_id = coalesce($5, "
    "role_id), "
    "role = coalesce($6, role), active = coalesce($7, active), version = version + 1 "
    "WHERE tenant_id = $1 AND staff_id = $2"};

static mpos_statement pin_statement = {
    "INSERT INTO pos.pin (tenant_id, staff_id, verifier) VALUES ($1, $2, $3) "
    "ON CONFLICT (tenant_id, staff_id) DO UPDATE SET verifier = excluded.verifier"};

enum {
    CELL_ID = 1,
    CELL_NUMBER,
    CELL_NAME,
    CELL_ROLE_CODE,
    CELL_ACTIVE,
    CELL_HAS_PIN,
    CELL_VERSION,
    CELL_ROLE
};

typedef struct staff_in {
    uint32 given;
    const char *number;
    const char *name;
    uint8 role_id[16];
    bool active;
} staff_in;

enum { STAFF_NUMBER, STAFF_NAME, STAFF_ROLE, STAFF_ACTIVE };

static const mpos_field create_fields[] = {
    {"number", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(staff_in, number), 1, 16},
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(staff_in, name), 1, 64},
    {"role_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(staff_in, role_id)},
};
MPOS_SHAPE(create, staff_in);

static const mpos_field update_fields[] = {
    {"number", MPOS_IN_TEXT, 0, offsetof(staff_in, number), 1, 16},
    {"name", MPOS_IN_TEXT, 0, offsetof(staff_in, name), 1, 64},
    {"role_id", MPOS_IN_UUID, 0, offsetof(staff_in, role_id)},
    {"active", MPOS_IN_BOOL, 0, offsetof(staff_in, active)},
};
MPOS_SHAPE(update, staff_in);

typedef struct staff_params {
    uint32 given;
    uint8 staff_id[16];
} staff_params;

static const mpos_field params_fields[] = {
    {"staff_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(staff_params, staff_id)}};
MPOS_SHAPE(params, staff_params);

typedef struct pin_in {
    uint32 given;
    const char *verifier;
} pin_in;

static const mpos_field pin_fields[] = {
    {"verifier", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(pin_in, verifier), 1, VERIFIER_MAX}};
MPOS_SHAPE(pin, pin_in);

typedef struct list_params {
    uint32 given;
    int64 limit;
    uint8 after[16];
} list_params;

enum { LIST_LIMIT_GIVEN, LIST_AFTER };

static const mpos_field list_fields[] = {
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIST_LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(list_params, after)},
};
MPOS_SHAPE(list, list_params);

static void
staff_json(StringInfo out, const char *key, uint64 row)
{
    mpos_role role;
    uint8 id[16];

    (void)mpos_cell_uuid(row, CELL_ID, id);
    mpos_role_read(row, CELL_ROLE, &role);
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "number", mpos_cell_text(row, CELL_NUMBER));
    mpos_json_text(out, "name", mpos_cell_text(row, CELL_NAME));
    mpos_json_text(out, "role", mpos_cell_text(row, CELL_ROLE_CODE));
    mpos_json_uuid(out, "role_id", role.id);
    mpos_json_bool(out, "active", mpos_cell_bool(row, CELL_ACTIVE));
    mpos_json_bool(out, "has_pin", mpos_cell_bool(row, CELL_HAS_PIN));
    mpos_json_int(out, "version", mpos_cell_int(row, CELL_VERSION));
    mpos_json_close(out, '}');
}

static bool
find(mpos_call *call, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(&get_statement, &args) > 0;
}

static void
answer(mpos_call *call, const uint8 id[16], int status)
{
    (void)find(call, id);
    call->status = status;
    mpos_json_open(&call->body, NULL, '{');
    staff_json(&call->body, "staff", 0);
    mpos_json_close(&call->body, '}');
}

mpos_err
mpos_staff_list(mpos_call *call)
{
    list_params in;
    mpos_args args = {0};
    uint64 rows;
    int64 limit;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (MPOS_GIVEN(&in, LIST_AFTER) && !find(call, in.after)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "after", "%s", "");
    }
    limit = MPOS_GIVEN(&in, LIST_LIMIT_GIVEN) ? in.limit : LIST_LIMIT;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in.after);
    mpos_arg_big(&args, limit + 1);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_page_answer(call, "staff", rows, limit, staff_json);
    return MPOS_OK;
}

mpos_err
mpos_staff_get(mpos_call *call)
{
    staff_params params;
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    if (!find(call, params.staff_id)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    staff_json(&call->body, NULL, 0);
    return MPOS_OK;
}

/* A role that the caller may give; *code is its code. */
static mpos_err
find_role(mpos_call *call, const uint8 id[16], const char **code)
{
    mpos_args args = {0};
    mpos_role role;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    if (mpos_statement_run(&role_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "/role_id", "%s", "");
    }
    mpos_role_read(0, 1, &role);
    *code = mpos_cell_text(0, 6);
    return mpos_rights_cover(call, &role);
}

static mpos_err
check_number(mpos_call *call, const char *number, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, number);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(&taken_statement, &args) > 0
               ? mpos_refuse(call, MPOS_E_NAME_TAKEN, "/number", "%s", "")
               : MPOS_OK;
}

mpos_err
mpos_staff_create(mpos_call *call)
{
    staff_in in;
    pg_uuid_t id;
    const char *role_code = NULL;
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &create_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_uuid_v7(&id);
    mpos_people_lock(call);
    err = find_role(call, in.role_id, &role_code);
    if (err == MPOS_OK) {
        err = check_number(call, in.number, id.data);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id.data);
    mpos_arg_text(&args, in.number);
    mpos_arg_text(&args, in.name);
    mpos_arg_uuid(&args, in.role_id);
    mpos_arg_text(&args, role_code);
    (void)mpos_statement_run(&insert_statement, &args);
    answer(call, id.data, 201);
    return MPOS_OK;
}

/* The person, whom only somebody with all of their rights may change. */
static mpos_err
take(mpos_call *call, staff_params *params, mpos_role *now)
{
    mpos_err err = mpos_input_params(call, &params_shape, params);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_people_lock(call);
    if (!find(call, params->staff_id)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_role_read(0, CELL_ROLE, now);
    return mpos_rights_cover(call, now);
}

static void
write_row(mpos_call *call, const uint8 id[16], const staff_in *in, const char *role_code)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_text(&args, in->number);
    mpos_arg_text(&args, in->name);
    mpos_arg_uuid(&args, MPOS_GIVEN(in, STAFF_ROLE) ? in->role_id : NULL);
    mpos_arg_text(&args, role_code);
    mpos_arg_bool(&args, in->active);
    if (!MPOS_GIVEN(in, STAFF_ACTIVE)) {
        args.nulls[args.count - 1] = 'n';
    }
    (void)mpos_statement_run(&update_statement, &args);
}

static mpos_err
change(mpos_call *call, const uint8 id[16], const staff_in *in, const mpos_role *now)
{
    const char *role_code = NULL;
    mpos_err err = MPOS_OK;

    if (MPOS_GIVEN(in, STAFF_ROLE)) {
        err = find_role(call, in->role_id, &role_code);
    }
    if (err == MPOS_OK && MPOS_GIVEN(in, STAFF_NUMBER)) {
        err = check_number(call, in->number, id);
    }
    if (err != MPOS_OK) {
        return err;
    }
    write_row(call, id, in, role_code);
    if (MPOS_GIVEN(in, STAFF_ACTIVE) && !in->active) {
        mpos_rights_withdrawn(call, id, NULL);
    } else if (MPOS_GIVEN(in, STAFF_ROLE)) {
        mpos_rights_changed(call, id, NULL);
    } else {
        return MPOS_OK;
    }
    return mpos_manager_left(call, now->scopes);
}

mpos_err
mpos_staff_update(mpos_call *call)
{
    staff_params params;
    staff_in in;
    mpos_role now;
    mpos_err err = mpos_input_body(call, &update_shape, &in);

    if (err == MPOS_OK) {
        err = take(call, &params, &now);
    }
    if (err == MPOS_OK) {
        err = change(call, params.staff_id, &in, &now);
    }
    if (err == MPOS_OK) {
        answer(call, params.staff_id, 200);
    }
    return err;
}

mpos_err
mpos_staff_deactivate(mpos_call *call)
{
    static const staff_in inactive = {.given = 1u << STAFF_ACTIVE, .active = false};
    staff_params params;
    mpos_role now;
    mpos_err err = mpos_input_empty(call);

    if (err == MPOS_OK) {
        err = take(call, &params, &now);
    }
    if (err == MPOS_OK) {
        err = change(call, params.staff_id, &inactive, &now);
    }
    if (err == MPOS_OK) {
        answer(call, params.staff_id, 200);
    }
    return err;
}

/* A new PIN ends what was signed in by the old one; whoever changes their own stays. */
mpos_err
mpos_staff_pin(mpos_call *call)
{
    staff_params params;
    pin_in in;
    mpos_role now;
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &pin_shape, &in);
    bool own;

    mpos_record_no_body(call);
    if (err == MPOS_OK) {
        err = take(call, &params, &now);
    }
    if (err != MPOS_OK) {
        return err;
    }
    own = memcmp(params.staff_id, call->context.actor, sizeof params.staff_id) == 0;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.staff_id);
    mpos_arg_text(&args, in.verifier);
    (void)mpos_statement_run(&pin_statement, &args);
    mpos_rights_withdrawn(call, params.staff_id, own ? call->context.session : NULL);
    answer(call, params.staff_id, 200);
    return MPOS_OK;
}
