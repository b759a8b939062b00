/* role.c - the operations on roles. The body of a change is the whole role but its code, which stays. */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "quantity.h"
#include "rights.h"
#include "statement.h"
#include "uuid.h"

#define REFUND_LIMIT_MAX INT64CONST(999999999999)
#define REFRESH_HOURS 12
#define REFRESH_HOURS_MAX 8760
#define ROLES_MAX 100

#define ROLE_SELECT "SELECT " MPOS_ROLE_COLUMNS ", r.code, r.name, r.version FROM pos.role r "

static mpos_statement list_statement = {ROLE_SELECT "WHERE r.tenant_id = $1 ORDER BY r.code"};

static mpos_statement get_statement = {ROLE_SELECT "WHERE r.tenant_id = $1 AND r.role_id = $2"};

/* Whoever gives the role to a person meanwhile waits, or is waited for. */
static mpos_statement lock_statement = {ROLE_SELECT "WHERE r.tenant_id = $1 AND r.role_id = $2 FOR UPDATE"};

static mpos_statement taken_statement = {"SELECT 1 FROM pos.role WHERE tenant_id = $1 AND code = $2"};

static mpos_statement count_statement = {"SELECT count(*) FROM pos.role WHERE tenant_id = $1"};

static mpos_statement insert_statement = {"INSERT INTO pos.role (tenant_id, role_id, name, scopes, "
                                          "discount_limit, refund_limit, refresh_hours, code) "
                                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

static mpos_statement update_statement = {
    "UPDATE pos.role SET name = $3, scopes = $4, discount_limit = $5, refund_limit = $6, refresh_hours = $7, "
    "version = version + 1 WHERE tenant_id = $1 AND role_id = $2"};

static mpos_statement used_statement = {
    "SELECT 1 FROM pos.staff WHERE tenant_id = $1 AND role_id = $2 LIMIT 1"};

static mpos_statement delete_statement = {"DELETE FROM pos.role WHERE tenant_id = $1 AND role_id = $2"};

/* Where the words of the contract stand is the number of the bit. */
static const char *const scope_words[] = {
#define MPOS_SCOPE(name, bit, text) [bit] = text,
#include "scopes.def"
#undef MPOS_SCOPE
    NULL};

typedef struct role_in {
    uint32 given;
    const char *name;
    mpos_list scopes; /* int */
    int64 discount_limit;
    int64 refund_limit;
    int64 refresh_hours;
    const char *code;
} role_in;

enum { ROLE_NAME, ROLE_SCOPES, ROLE_DISCOUNT, ROLE_REFUND, ROLE_HOURS, ROLE_CODE };

#define ROLE_FIELDS                                                                                            \
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(role_in, name), 1, 64},                                  \
        {"scopes", MPOS_IN_WORDS,         MPOS_IN_REQUIRED, offsetof(role_in, scopes),                         \
         0,        lengthof(scope_words), scope_words},                                                        \
        {"discount_limit", MPOS_IN_RATE, MPOS_IN_NULLABLE, offsetof(role_in, discount_limit), 0,               \
         MPOS_RATE_ONE},                                                                                       \
        {"refund_limit", MPOS_IN_INT, MPOS_IN_NULLABLE, offsetof(role_in, refund_limit), 0, REFUND_LIMIT_MAX}, \
    {                                                                                                          \
        "refresh_hours", MPOS_IN_INT, 0, offsetof(role_in, refresh_hours), 1, REFRESH_HOURS_MAX                \
    }

static const mpos_field update_fields[] = {ROLE_FIELDS};
MPOS_SHAPE(update, role_in);

static const mpos_field create_fields[] = {
    ROLE_FIELDS, {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(role_in, code), 1, 32}};
MPOS_SHAPE(create, role_in);

typedef struct role_params {
    uint32 given;
    uint8 role_id[16];
} role_params;

static const mpos_field params_fields[] = {
    {"role_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(role_params, role_id)}};
MPOS_SHAPE(params, role_params);

static void
role_json(StringInfo out, const char *key, uint64 row)
{
    mpos_role role;

    mpos_role_read(row, 1, &role);
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", role.id);
    mpos_json_text(out, "code", mpos_cell_text(row, 6));
    mpos_json_text(out, "name", mpos_cell_text(row, 7));
    mpos_scopes_json(out, "scopes", role.scopes);
    if (role.discount_limit == MPOS_NO_LIMIT) {
        mpos_json_null(out, "discount_limit");
    } else {
        mpos_json_decimal(out, "discount_limit", role.discount_limit, MPOS_RATE_SCALE);
    }
    if (role.refund_limit == MPOS_NO_LIMIT) {
        mpos_json_null(out, "refund_limit");
    } else {
        mpos_json_int(out, "refund_limit", role.refund_limit);
    }
    mpos_json_int(out, "refresh_hours", role.refresh_hours);
    mpos_json_int(out, "version", mpos_cell_int(row, 8));
    mpos_json_close(out, '}');
}

static bool
find(mpos_call *call, mpos_statement *statement, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(statement, &args) > 0;
}

static void
answer(mpos_call *call, const uint8 id[16], int status)
{
    (void)find(call, &get_statement, id);
    call->status = status;
    mpos_json_open(&call->body, NULL, '{');
    role_json(&call->body, "role", 0);
    mpos_json_close(&call->body, '}');
}

mpos_err
mpos_role_list(mpos_call *call)
{
    mpos_args args = {0};
    uint64 rows;

    mpos_arg_uuid(&args, call->context.tenant);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "roles", '[');
    for (uint64 i = 0; i < rows; i++) {
        role_json(&call->body, NULL, i);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static mpos_err
read_role(mpos_call *call, const role_in *in, mpos_role *out)
{
    const int *bits = in->scopes.items;

    *out = (mpos_role){
        .discount_limit = MPOS_GIVEN(in, ROLE_DISCOUNT) ? in->discount_limit : MPOS_NO_LIMIT,
        .refund_limit = MPOS_GIVEN(in, ROLE_REFUND) ? in->refund_limit : MPOS_NO_LIMIT,
        .refresh_hours = MPOS_GIVEN(in, ROLE_HOURS) ? (int)in->refresh_hours : REFRESH_HOURS,
    };
    for (int i = 0; i < in->scopes.count; i++) {
        if (((UINT64CONST(1) << bits[i]) & MPOS_SCOPE_AUTH) != 0) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/scopes/%d", i),
                               "No role has this scope.");
        }
        out->scopes |= UINT64CONST(1) << bits[i];
    }
    return mpos_rights_cover(call, out);
}

static void
write_row(mpos_call *call, mpos_statement *statement, const uint8 id[16], const role_in *in,
          const mpos_role *role)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_text(&args, in->name);
    mpos_arg_big(&args, (int64)role->scopes);
    mpos_arg_limit(&args, role->discount_limit);
    mpos_arg_limit(&args, role->refund_limit);
    mpos_arg_int(&args, role->refresh_hours);
    if (in->code != NULL) {
        mpos_arg_text(&args, in->code);
    }
    (void)mpos_statement_run(statement, &args);
}

static bool
is_code(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text) && text[0] != '_' &&
           text[0] != '-';
}

static mpos_err
check_new(mpos_call *call, const role_in *in)
{
    mpos_args args = {0};

    if (!is_code(in->code)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/code",
                           "A code has small letters, digits, - and _ and begins with one of the former.");
    }
    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&count_statement, &args);
    if (mpos_cell_big(0, 1) >= ROLES_MAX) {
        return mpos_refuse(call, MPOS_E_TOO_MANY, NULL, "A business has at most %d roles.", ROLES_MAX);
    }
    mpos_arg_text(&args, in->code);
    return mpos_statement_run(&taken_statement, &args) > 0
               ? mpos_refuse(call, MPOS_E_NAME_TAKEN, "/code", "%s", "")
               : MPOS_OK;
}

mpos_err
mpos_role_create(mpos_call *call)
{
    role_in in;
    mpos_role role;
    pg_uuid_t id;
    mpos_err err = mpos_input_body(call, &create_shape, &in);

    if (err == MPOS_OK) {
        mpos_people_lock(call);
        err = read_role(call, &in, &role);
    }
    if (err == MPOS_OK) {
        err = check_new(call, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_uuid_v7(&id);
    write_row(call, &insert_statement, id.data, &in, &role);
    answer(call, id.data, 201);
    return MPOS_OK;
}

/* The role as it is, locked; only who holds all that it allows may touch it. */
static mpos_err
take(mpos_call *call, role_params *params, mpos_role *now)
{
    mpos_err err = mpos_input_params(call, &params_shape, params);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_people_lock(call);
    if (!find(call, &lock_statement, params->role_id)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_role_read(0, 1, now);
    return mpos_rights_cover(call, now);
}

mpos_err
mpos_role_update(mpos_call *call)
{
    role_params params;
    role_in in;
    mpos_role now;
    mpos_role role;
    mpos_err err = mpos_input_body(call, &update_shape, &in);

    if (err == MPOS_OK) {
        err = take(call, &params, &now);
    }
    if (err == MPOS_OK) {
        err = read_role(call, &in, &role);
    }
    if (err != MPOS_OK) {
        return err;
    }
    write_row(call, &update_statement, params.role_id, &in, &role);
    mpos_rights_changed(call, NULL, params.role_id);
    err = mpos_manager_left(call, now.scopes);
    if (err == MPOS_OK) {
        answer(call, params.role_id, 200);
    }
    return err;
}

mpos_err
mpos_role_delete(mpos_call *call)
{
    role_params params;
    mpos_role now;
    mpos_err err = mpos_input_empty(call);

    if (err == MPOS_OK) {
        err = take(call, &params, &now);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (find(call, &used_statement, params.role_id)) {
        return mpos_refuse(call, MPOS_E_ROLE_IN_USE, NULL, "%s", "");
    }
    (void)find(call, &delete_statement, params.role_id);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "done", true);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
