/*
 * outlet.c - the outlets of a business: their names, clocks and stations, and new ones. What an outlet has counts at once; how it
 * rounds is in the settings of the calculation. Words: outlet, station.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "input.h"
#include "journal.h"
#include "json.h"
#include "licence.h"
#include "operations.h"
#include "row_edit.h"
#include "statement.h"
#include "uuid.h"

#define STATIONS_MAX 32
#define ZONE_MAX 64
#define VERSION_MAX 2147483646
#define CODE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* What is edited of it is an object of its own: edits are noted by it. */
static mpos_statement read_statement = {
    "SELECT o.outlet_id, o.code, o.version, jsonb_build_object('name', o.name, 'timezone', o.timezone, "
    "'stations', to_jsonb(o.stations))::text, o.name, o.timezone, to_jsonb(o.stations)::text, "
    "(SELECT count(*) FROM pos.device d WHERE d.tenant_id = o.tenant_id AND d.outlet_id = o.outlet_id AND "
    "d.state = 'active' AND d.kind <> 'channel'), o.journal_id "
    "FROM pos.outlet o WHERE o.tenant_id = $1 AND ($2::uuid IS NULL OR o.outlet_id = $2) ORDER BY o.code "
    "LIMIT 1000"};

enum {
    CELL_ID = 1,
    CELL_CODE,
    CELL_VERSION,
    CELL_EDITED,
    CELL_NAME,
    CELL_ZONE,
    CELL_STATIONS,
    CELL_DEVICES,
    CELL_JOURNAL
};

/* Two makers of outlets take turns: codes and what the licence allows are counted. */
static mpos_statement turn_statement = {"SELECT 1 FROM pos.tenant WHERE tenant_id = $1 FOR NO KEY UPDATE"};
static mpos_statement code_statement = {"SELECT 1 FROM pos.outlet WHERE tenant_id = $1 AND code = $2"};
static mpos_statement zone_statement = {"SELECT 1 FROM pg_timezone_names WHERE name = $1"};
static mpos_statement create_statement = {"SELECT pos.outlet_create($1, $2, $3, $4, $5, $6)"};
static mpos_statement lock_statement = {
    "SELECT version FROM pos.outlet WHERE tenant_id = $1 AND outlet_id = $2 FOR NO KEY UPDATE"};
static mpos_statement write_statement = {
    "UPDATE pos.outlet SET name = $3, timezone = $4, stations = $5, version = version + 1 "
    "WHERE tenant_id = $1 AND outlet_id = $2"};

typedef struct outlet_params {
    uint32 given;
    uint8 outlet[16];
} outlet_params;

static const mpos_field outlet_fields[] = {
    {"outlet_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(outlet_params, outlet)},
};
MPOS_SHAPE(outlet, outlet_params);

typedef struct outlet_in {
    uint32 given;
    const char *name;
    const char *timezone;
    mpos_list stations; /* const char * */
    uint8 id[16];
    const char *code;
    int64 version;
} outlet_in;

#define FACTS                                                                                                \
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(outlet_in, name), 1, 200},                             \
        {"timezone", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(outlet_in, timezone), 1, ZONE_MAX},            \
    {                                                                                                        \
        "stations", MPOS_IN_TEXTS, MPOS_IN_REQUIRED, offsetof(outlet_in, stations), 0, STATIONS_MAX          \
    }

enum { FACTS_COUNT = 3, CREATE_ID = FACTS_COUNT };

static const mpos_field create_fields[] = {
    FACTS,
    {"id", MPOS_IN_UUID, 0, offsetof(outlet_in, id)},
    {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(outlet_in, code), 1, 32},
};
MPOS_SHAPE(create, outlet_in);

static const mpos_field write_fields[] = {
    FACTS,
    {"version", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(outlet_in, version), 1, VERSION_MAX},
};
MPOS_SHAPE(write, outlet_in);

static uint64
read_outlets(mpos_call *call, const uint8 *id)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    return mpos_statement_run(&read_statement, &args);
}

static void
outlet_json(StringInfo out, const char *key, uint64 row)
{
    uint8 id[16];

    mpos_json_open(out, key, '{');
    (void)mpos_cell_uuid(row, CELL_ID, id);
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "code", mpos_cell_text(row, CELL_CODE));
    mpos_json_text(out, "name", mpos_cell_text(row, CELL_NAME));
    mpos_json_text(out, "timezone", mpos_cell_text(row, CELL_ZONE));
    mpos_json_raw(out, "stations", mpos_cell_text(row, CELL_STATIONS));
    mpos_json_int(out, "devices", mpos_cell_big(row, CELL_DEVICES));
    (void)mpos_cell_uuid(row, CELL_JOURNAL, id);
    mpos_json_uuid(out, "journal_id", id);
    mpos_json_int(out, "version", mpos_cell_int(row, CELL_VERSION));
    mpos_json_close(out, '}');
}

mpos_err
mpos_outlet_list(mpos_call *call)
{
    static const mpos_shape none_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;
    uint64 rows;
    mpos_err err = mpos_input_params(call, &none_shape, &given);

    if (err != MPOS_OK) {
        return err;
    }
    rows = read_outlets(call, NULL);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "outlets", '[');
    for (uint64 row = 0; row < rows; row++) {
        outlet_json(&call->body, NULL, row);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static mpos_err
answer(mpos_call *call, const uint8 id[16])
{
    if (read_outlets(call, id) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    outlet_json(&call->body, "outlet", 0);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_outlet_get(mpos_call *call)
{
    outlet_params params;
    mpos_err err = mpos_input_params(call, &outlet_shape, &params);

    return err == MPOS_OK ? answer(call, params.outlet) : err;
}

/* A known time zone, and no station twice. */
static mpos_err
check_facts(mpos_call *call, const outlet_in *in)
{
    const char *const *stations = in->stations.items;
    mpos_args args = {0};

    for (int i = 0; i < in->stations.count; i++) {
        for (int k = 0; k < i; k++) {
            if (strcmp(stations[i], stations[k]) == 0) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/stations/%d", i),
                                   "This station is there twice.");
            }
        }
    }
    mpos_arg_text(&args, in->timezone);
    return mpos_statement_run(&zone_statement, &args) > 0
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_INVALID_VALUE, "/timezone", "There is no such time zone.");
}

/* Holds the turn afterwards. */
static mpos_err
check_create(mpos_call *call, const outlet_in *in)
{
    mpos_args args = {0};
    mpos_err err;

    if (strspn(in->code, CODE_CHARACTERS) != strlen(in->code)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/code",
                           "A code has letters, digits and underscores.");
    }
    err = check_facts(call, in);
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&turn_statement, &args);
    mpos_call_session_again(call);
    mpos_arg_text(&args, in->code);
    return mpos_statement_run(&code_statement, &args) > 0
               ? mpos_refuse(call, MPOS_E_NAME_TAKEN, "/code", "%s", "")
               : mpos_licence_admit(call, "outlets", 1);
}

static void
arg_stations(mpos_args *args, const mpos_list *stations)
{
    Datum *values = palloc(sizeof *values * (size_t)Max(stations->count, 1));

    for (int i = 0; i < stations->count; i++) {
        values[i] = CStringGetTextDatum(((const char *const *)stations->items)[i]);
    }
    mpos_arg_array(args, TEXTOID, values, NULL, stations->count);
}

/* What is edited of the outlet, as JSON. */
static char *
edited(mpos_call *call, const uint8 id[16])
{
    (void)read_outlets(call, id);
    return mpos_cell_text(0, CELL_EDITED);
}

mpos_err
mpos_outlet_create(mpos_call *call)
{
    outlet_in in;
    pg_uuid_t made;
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &create_shape, &in);

    if (err == MPOS_OK) {
        err = check_create(call, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!MPOS_GIVEN(&in, CREATE_ID)) {
        mpos_uuid_v7(&made);
        memcpy(in.id, made.data, sizeof in.id);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in.id);
    mpos_arg_text(&args, in.code);
    mpos_arg_text(&args, in.name);
    mpos_arg_text(&args, in.timezone);
    arg_stations(&args, &in.stations);
    (void)mpos_statement_run(&create_statement, &args);
    if (!mpos_cell_bool(0, 1)) {
        return mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "");
    }
    mpos_row_edit_note(call, "outlet", in.id, NULL, edited(call, in.id));
    call->status = 201;
    return answer(call, in.id);
}

/* The outlet of that version, locked. */
static mpos_err
lock_outlet(mpos_call *call, const uint8 id[16], int64 version)
{
    mpos_args args = {0};
    int32 now;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    if (mpos_statement_run(&lock_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    now = mpos_cell_int(0, 1);
    mpos_call_session_again(call);
    return now == version
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_VERSION_CONFLICT, "/version", "The version is %d by now.", now);
}

mpos_err
mpos_outlet_write(mpos_call *call)
{
    outlet_params params;
    outlet_in in;
    mpos_args args = {0};
    const char *before;
    mpos_err err = mpos_input_params(call, &outlet_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &write_shape, &in);
    }
    if (err == MPOS_OK) {
        err = check_facts(call, &in);
    }
    if (err == MPOS_OK) {
        err = lock_outlet(call, params.outlet, in.version);
    }
    if (err != MPOS_OK) {
        return err;
    }
    before = edited(call, params.outlet);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.outlet);
    mpos_arg_text(&args, in.name);
    mpos_arg_text(&args, in.timezone);
    arg_stations(&args, &in.stations);
    (void)mpos_statement_run(&write_statement, &args);
    mpos_row_edit_note(call, "outlet", params.outlet, before, edited(call, params.outlet));
    return answer(call, params.outlet);
}
