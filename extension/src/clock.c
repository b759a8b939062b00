/* clock.c - the time clock: coming, breaks and going of the person who is signed in, and the list of all. */
#include "postgres.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "page.h"
#include "statement.h"
#include "uuid.h"

#define LIST_LIMIT 100
#define LIST_LIMIT_MAX 500

/* One stamp of a person at a time. */
static mpos_statement lock_statement = {
    "SELECT 1 FROM pos.staff WHERE tenant_id = $1 AND staff_id = $2 FOR NO KEY UPDATE"};

static mpos_statement open_statement = {
    "SELECT c.clock_id, b.break_id FROM pos.clock c LEFT JOIN pos.clock_break b ON b.tenant_id = c.tenant_id "
    "AND b.clock_id = c.clock_id AND b.ended_at IS NULL "
    "WHERE c.tenant_id = $1 AND c.staff_id = $2 AND c.ended_at IS NULL"};

static mpos_statement in_statement = {
    "INSERT INTO pos.clock (tenant_id, clock_id, staff_id, outlet_id, started_at, version) "
    "VALUES ($1, $2, $3, $4, $5, 1)"};

static mpos_statement out_statement = {"UPDATE pos.clock SET ended_at = greatest($3, started_at), "
                                       "version = version + 1 WHERE tenant_id = $1 AND clock_id = $2"};

static mpos_statement pause_statement = {
    "INSERT INTO pos.clock_break (tenant_id, clock_id, break_id, started_at) VALUES ($1, $2, $3, $4)"};

static mpos_statement resume_statement = {"UPDATE pos.clock_break SET ended_at = greatest($3, started_at) "
                                          "WHERE tenant_id = $1 AND clock_id = $2 AND ended_at IS NULL"};

#define CLOCK_SELECT                                                                                         \
    "SELECT c.clock_id, c.staff_id, p.number, p.name, c.outlet_id, c.started_at, c.ended_at, "               \
    "(SELECT coalesce(sum(extract(epoch FROM coalesce(b.ended_at, $2) - b.started_at)), 0)::int8 "           \
    "FROM pos.clock_break b WHERE b.tenant_id = c.tenant_id AND b.clock_id = c.clock_id), "                  \
    "EXISTS (SELECT FROM pos.clock_break b WHERE b.tenant_id = c.tenant_id AND b.clock_id = c.clock_id "     \
    "AND b.ended_at IS NULL) FROM pos.clock c "                                                              \
    "JOIN pos.staff p ON p.tenant_id = c.tenant_id AND p.staff_id = c.staff_id WHERE c.tenant_id = $1 "

static mpos_statement get_statement = {CLOCK_SELECT "AND c.clock_id = $3"};

/* Newest first; a page goes on behind the row of the one before. */
static mpos_statement list_statement = {
    CLOCK_SELECT
    "AND ($3::uuid IS NULL OR c.staff_id = $3) AND ($4::uuid IS NULL OR (c.started_at, c.clock_id) < "
    "(SELECT a.started_at, a.clock_id FROM pos.clock a WHERE a.tenant_id = $1 AND a.clock_id = $4)) "
    "ORDER BY c.started_at DESC, c.clock_id DESC LIMIT $5"};

typedef struct list_params {
    uint32 given;
    int64 limit;
    uint8 staff[16];
    uint8 after[16];
} list_params;

enum { LIST_LIMIT_GIVEN, LIST_STAFF, LIST_AFTER };

static const mpos_field list_fields[] = {
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIST_LIMIT_MAX},
    {"staff_id", MPOS_IN_UUID, 0, offsetof(list_params, staff)},
    {"after", MPOS_IN_UUID, 0, offsetof(list_params, after)},
};
MPOS_SHAPE(list, list_params);

/* What the person is doing, and the stamps that are open. */
typedef struct stamps {
    bool working;
    bool paused;
    uint8 clock[16];
} stamps;

static void
clock_json(StringInfo out, const char *key, uint64 row)
{
    bool open;
    uint8 id[16];

    (void)mpos_cell(row, 7, &open);
    (void)mpos_cell_uuid(row, 1, id);
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", id);
    (void)mpos_cell_uuid(row, 2, id);
    mpos_json_uuid(out, "staff_id", id);
    mpos_json_text(out, "number", mpos_cell_text(row, 3));
    mpos_json_text(out, "name", mpos_cell_text(row, 4));
    (void)mpos_cell_uuid(row, 5, id);
    mpos_json_uuid(out, "outlet_id", id);
    mpos_json_text(out, "state", !open ? "out" : mpos_cell_bool(row, 9) ? "break" : "in");
    mpos_json_time(out, "started_at", mpos_cell_time(row, 6));
    if (open) {
        mpos_json_null(out, "ended_at");
    } else {
        mpos_json_time(out, "ended_at", mpos_cell_time(row, 7));
    }
    mpos_json_int(out, "break_s", mpos_cell_big(row, 8));
    mpos_json_close(out, '}');
}

static bool
find(mpos_call *call, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(&get_statement, &args) > 0;
}

/* Only people have a clock: a device or key that is signed in by itself does not. */
static mpos_err
look(mpos_call *call, stamps *out)
{
    mpos_args args = {0};
    uint8 pause[16];
    mpos_err err = mpos_input_empty(call);

    *out = (stamps){0};
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.actor);
    if (mpos_statement_run(&lock_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_FORBIDDEN, NULL, "Only people have a time clock.");
    }
    out->working = mpos_statement_run(&open_statement, &args) > 0;
    if (out->working) {
        (void)mpos_cell_uuid(0, 1, out->clock);
        out->paused = mpos_cell_uuid(0, 2, pause);
    }
    return MPOS_OK;
}

static mpos_err
check(mpos_call *call, bool right)
{
    return right ? MPOS_OK : mpos_refuse(call, MPOS_E_CLOCK_STATE, NULL, "%s", "");
}

static mpos_err
stamp(mpos_call *call, mpos_statement *statement, const uint8 clock[16], const uint8 *pause)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, clock);
    if (pause != NULL) {
        mpos_arg_uuid(&args, pause);
    }
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(statement, &args);
    (void)find(call, clock);
    mpos_json_open(&call->body, NULL, '{');
    clock_json(&call->body, "clock", 0);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_clock_in(mpos_call *call)
{
    stamps now;
    mpos_args args = {0};
    pg_uuid_t id;
    mpos_err err = look(call, &now);

    if (err == MPOS_OK) {
        err = check(call, !now.working);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_uuid_v7(&id);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id.data);
    mpos_arg_uuid(&args, call->context.actor);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&in_statement, &args);
    (void)find(call, id.data);
    call->status = 201;
    mpos_json_open(&call->body, NULL, '{');
    clock_json(&call->body, "clock", 0);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_clock_out(mpos_call *call)
{
    stamps now;
    mpos_err err = look(call, &now);

    if (err == MPOS_OK) {
        err = check(call, now.working && !now.paused);
    }
    return err == MPOS_OK ? stamp(call, &out_statement, now.clock, NULL) : err;
}

mpos_err
mpos_clock_pause(mpos_call *call)
{
    stamps now;
    pg_uuid_t id;
    mpos_err err = look(call, &now);

    if (err == MPOS_OK) {
        err = check(call, now.working && !now.paused);
    }
    mpos_uuid_v7(&id);
    return err == MPOS_OK ? stamp(call, &pause_statement, now.clock, id.data) : err;
}

mpos_err
mpos_clock_resume(mpos_call *call)
{
    stamps now;
    mpos_err err = look(call, &now);

    if (err == MPOS_OK) {
        err = check(call, now.paused);
    }
    return err == MPOS_OK ? stamp(call, &resume_statement, now.clock, NULL) : err;
}

mpos_err
mpos_clock_list(mpos_call *call)
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
    mpos_arg_time(&args, call->now_us);
    mpos_arg_uuid(&args, MPOS_GIVEN(&in, LIST_STAFF) ? in.staff : NULL);
    mpos_arg_uuid(&args, MPOS_GIVEN(&in, LIST_AFTER) ? in.after : NULL);
    mpos_arg_big(&args, limit + 1);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_page_answer(call, "clock", rows, limit, clock_json);
    return MPOS_OK;
}
