/* session_watch.c - which sessions of open sockets still live. The head is read first: whatever it counts is in the answer. */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/uuid.h"

#include "input.h"
#include "journal.h"
#include "json.h"
#include "operations.h"
#include "statement.h"

#define SESSIONS_MAX 256

static mpos_statement ended_statement = {
    "SELECT x.id FROM unnest($2::uuid[], $3::int4[]) x(id, rights) WHERE NOT EXISTS (SELECT FROM pos.session "
    "s "
    "WHERE s.tenant_id = $1 AND s.session_id = x.id AND s.rights_version = x.rights AND s.ended_at IS NULL "
    "AND s.expires_at > $4)"};

typedef struct one_session {
    uint32 given;
    pg_uuid_t id;
    int64 rights_version;
} one_session;

static const mpos_field one_fields[] = {
    {"id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(one_session, id)},
    {"rights_version", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(one_session, rights_version), 0, PG_INT32_MAX},
};
MPOS_SHAPE(one, one_session);

typedef struct watch_in {
    uint32 given;
    uint8 tenant[16];
    mpos_list sessions;
} watch_in;

static const mpos_field watch_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(watch_in, tenant)},
    {"sessions", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(watch_in, sessions), 0, SESSIONS_MAX, NULL,
     &one_shape},
};
MPOS_SHAPE(watch, watch_in);

static uint64
find_ended(mpos_call *call, const mpos_list *sessions)
{
    one_session *all = sessions->items;
    Datum ids[SESSIONS_MAX];
    Datum rights[SESSIONS_MAX];
    mpos_args args = {0};

    for (int i = 0; i < sessions->count; i++) {
        ids[i] = UUIDPGetDatum(&all[i].id);
        rights[i] = Int32GetDatum((int32)all[i].rights_version);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, ids, NULL, sessions->count);
    mpos_arg_array(&args, INT4OID, rights, NULL, sessions->count);
    mpos_arg_time(&args, call->now_us);
    return mpos_statement_run(&ended_statement, &args);
}

mpos_err
mpos_session_watch(mpos_call *call)
{
    static const uint8 no_outlet[16] = {0};
    watch_in in;
    mpos_journal_row journal;
    uint64 ended;
    mpos_err err = mpos_input_body(call, &watch_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant);
    if (!mpos_journal_of(in.tenant, no_outlet, &journal)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    ended = find_ended(call, &in.sessions);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "journal_id", journal.journal.data);
    mpos_json_int(&call->body, "epoch", journal.epoch);
    mpos_json_int(&call->body, "head", journal.next_seq - 1);
    mpos_json_open(&call->body, "ended", '[');
    for (uint64 row = 0; row < ended; row++) {
        uint8 id[16];

        (void)mpos_cell_uuid(row, 1, id);
        mpos_json_uuid(&call->body, NULL, id);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
