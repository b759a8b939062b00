/*
 * session.c - the rows of pos.session and pos.refresh, and what a sign-in answers. Words: session, refresh token.
 */
#include "postgres.h"

#include <sodium.h>

#include "json.h"
#include "licence.h"
#include "operations.h"
#include "quantity.h"
#include "role.h"
#include "session.h"
#include "sha256.h"
#include "sqlstate.h"
#include "statement.h"
#include "uuid.h"

static mpos_statement insert_statement = {"INSERT INTO pos.session (tenant_id, session_id, staff_id, "
                                          "device_id, outlet_id, scopes, rights_version, created_at, "
                                          "expires_at, kind, method, discount_limit, refund_limit) "
                                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};

/* Locked, so that a suspension ends the sessions of all who came in before it. */
static mpos_statement state_statement = {
    "SELECT state = 'active' FROM pos.tenant WHERE tenant_id = $1 FOR SHARE"};

/* The server repeats a sign-in whose outcome it did not hear of, with the token that it has made. */
static mpos_statement refresh_statement = {
    "INSERT INTO pos.refresh (tenant_id, hash, session_id, lasts_s, created_at, expires_at) VALUES ($1, $2, "
    "$3, $4, $5, $6) "
    "ON CONFLICT (tenant_id, hash) DO UPDATE SET session_id = excluded.session_id"};

static mpos_statement log_key_statement = {
    "INSERT INTO pos.log_key (tenant_id, session_id, key) VALUES ($1, $2, $3)"};

static mpos_statement answer_statement = {
    "SELECT s.rights_version, s.scopes, s.expires_at, s.discount_limit, s.refund_limit, t.slug, t.name, "
    "t.currency, "
    "t.exponent, o.outlet_id, o.code, o.name, o.timezone, array_to_json(o.stations)::text, o.journal_id, "
    "d.device_id, "
    "d.code, d.kind, d.series, p.staff_id, p.number, p.name, p.role, s.kind, s.method, l.key "
    "FROM pos.session s JOIN pos.tenant t ON t.tenant_id = s.tenant_id "
    "JOIN pos.outlet o ON o.tenant_id = s.tenant_id AND o.outlet_id = s.outlet_id "
    "JOIN pos.device d ON d.tenant_id = s.tenant_id AND d.device_id = s.device_id "
    "LEFT JOIN pos.staff p ON p.tenant_id = s.tenant_id AND p.staff_id = s.staff_id "
    "LEFT JOIN pos.log_key l ON l.tenant_id = s.tenant_id AND l.session_id = s.session_id "
    "WHERE s.tenant_id = $1 AND s.session_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3 "
    "AND (d.state = 'active' OR s.method = 'device') AND (s.staff_id IS NULL OR p.active)"};

enum {
    CELL_RIGHTS = 1,
    CELL_SCOPES,
    CELL_EXPIRES,
    CELL_DISCOUNT,
    CELL_REFUND,
    CELL_SLUG,
    CELL_TENANT,
    CELL_CURRENCY,
    CELL_EXPONENT,
    CELL_OUTLET_ID,
    CELL_OUTLET_CODE,
    CELL_OUTLET_NAME,
    CELL_TIMEZONE,
    CELL_STATIONS,
    CELL_JOURNAL,
    CELL_DEVICE_ID,
    CELL_DEVICE_CODE,
    CELL_DEVICE_KIND,
    CELL_SERIES,
    CELL_STAFF_ID,
    CELL_NUMBER,
    CELL_STAFF_NAME,
    CELL_ROLE,
    CELL_KIND,
    CELL_METHOD,
    CELL_LOG_KEY
};

static mpos_statement end_statement = {
    "UPDATE pos.session SET ended_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND ended_at IS NULL"};

static void
insert_refresh(mpos_call *call, const mpos_session *session, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_bytes(&args, session->refresh_hash, MPOS_SHA256_LEN);
    mpos_arg_uuid(&args, id);
    mpos_arg_int(&args, session->refresh_lasts_s);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args, call->now_us + INT64CONST(1000000) * session->refresh_lasts_s);
    (void)mpos_statement_run(&refresh_statement, &args);
}

/* Others who share the device cannot act as this person, and nobody can who reads its log. */
static void
insert_log_key(mpos_call *call, const uint8 id[16])
{
    uint8 key[MPOS_LOG_KEY_SIZE];
    mpos_args args = {0};

    randombytes_buf(key, sizeof key);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_bytes(&args, key, sizeof key);
    (void)mpos_statement_run(&log_key_statement, &args);
    sodium_memzero(key, sizeof key);
}

static void
check_tenant(const mpos_call *call)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    if (mpos_statement_run(&state_statement, &args) == 0 || !mpos_cell_bool(0, 1)) {
        mpos_raise(MPOS_E_TENANT_SUSPENDED, NULL, NULL);
    }
}

void
mpos_session_insert(mpos_call *call, const mpos_session *session, uint8 id[16])
{
    mpos_args args = {0};
    pg_uuid_t fresh;

    check_tenant(call);
    mpos_licence_remind(call);
    mpos_uuid_v7(&fresh);
    memcpy(id, fresh.data, sizeof fresh.data);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, session->staff);
    mpos_arg_uuid(&args, session->device);
    mpos_arg_uuid(&args, session->outlet);
    mpos_arg_big(&args, (int64)session->scopes);
    mpos_arg_int(&args, session->rights_version);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args,
                  session->expires_us != 0 ? session->expires_us : call->now_us + MPOS_SESSION_LIFE_US);
    mpos_arg_text(&args, session->kind);
    mpos_arg_text(&args, session->method);
    mpos_arg_limit(&args, session->discount_limit);
    mpos_arg_limit(&args, session->refund_limit);
    (void)mpos_statement_run(&insert_statement, &args);
    if (session->staff != NULL) {
        insert_log_key(call, id);
    }
    if (session->refresh_hash != NULL) {
        insert_refresh(call, session, id);
    }
}

static void
id_json(StringInfo out, const char *key, int column)
{
    uint8 id[16];

    mpos_json_uuid(out, key, mpos_cell_uuid(0, column, id) ? id : NULL);
}

static void
tenant_json(StringInfo out, const mpos_call *call)
{
    mpos_json_open(out, "tenant", '{');
    mpos_json_uuid(out, "id", call->context.tenant);
    mpos_json_text(out, "slug", mpos_cell_text(0, CELL_SLUG));
    mpos_json_text(out, "name", mpos_cell_text(0, CELL_TENANT));
    mpos_json_close(out, '}');
    mpos_json_open(out, "outlet", '{');
    id_json(out, "id", CELL_OUTLET_ID);
    mpos_json_text(out, "code", mpos_cell_text(0, CELL_OUTLET_CODE));
    mpos_json_text(out, "name", mpos_cell_text(0, CELL_OUTLET_NAME));
    mpos_json_text(out, "currency", mpos_cell_text(0, CELL_CURRENCY));
    mpos_json_int(out, "exponent", mpos_cell_int(0, CELL_EXPONENT));
    mpos_json_text(out, "timezone", mpos_cell_text(0, CELL_TIMEZONE));
    mpos_json_raw(out, "stations", mpos_cell_text(0, CELL_STATIONS));
    mpos_json_close(out, '}');
    id_json(out, "journal_id", CELL_JOURNAL);
}

static void
people_json(StringInfo out)
{
    if (mpos_cell_text(0, CELL_NUMBER) != NULL) {
        mpos_json_open(out, "staff", '{');
        id_json(out, "id", CELL_STAFF_ID);
        mpos_json_text(out, "number", mpos_cell_text(0, CELL_NUMBER));
        mpos_json_text(out, "name", mpos_cell_text(0, CELL_STAFF_NAME));
        mpos_json_text(out, "role", mpos_cell_text(0, CELL_ROLE));
        mpos_json_close(out, '}');
    }
    mpos_json_open(out, "device", '{');
    id_json(out, "id", CELL_DEVICE_ID);
    mpos_json_text(out, "code", mpos_cell_text(0, CELL_DEVICE_CODE));
    mpos_json_text(out, "kind", mpos_cell_text(0, CELL_DEVICE_KIND));
    mpos_json_text(out, "series", mpos_cell_text(0, CELL_SERIES));
    mpos_json_close(out, '}');
}

static void
log_key_json(StringInfo out)
{
    bytea *key = mpos_cell_bytes(0, CELL_LOG_KEY);

    if (key != NULL) {
        mpos_json_hex(out, "log_key", (const uint8 *)VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
    }
}

static void
limits_json(StringInfo out)
{
    int64 discount = mpos_cell_limit(0, CELL_DISCOUNT);
    int64 refund = mpos_cell_limit(0, CELL_REFUND);

    mpos_json_open(out, "limits", '{');
    if (discount == MPOS_NO_LIMIT) {
        mpos_json_null(out, "discount");
    } else {
        mpos_json_decimal(out, "discount", discount, MPOS_RATE_SCALE);
    }
    if (refund == MPOS_NO_LIMIT) {
        mpos_json_null(out, "refund");
    } else {
        mpos_json_int(out, "refund", refund);
    }
    mpos_json_close(out, '}');
}

bool
mpos_session_answer(mpos_call *call, const uint8 id[16], int64 refresh_expires_us)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_time(&args, call->now_us);
    if (mpos_statement_run(&answer_statement, &args) == 0) {
        return false;
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "session_id", id);
    mpos_json_int(&call->body, "rights_version", mpos_cell_int(0, CELL_RIGHTS));
    mpos_json_time(&call->body, "session_expires_at", mpos_cell_time(0, CELL_EXPIRES));
    if (refresh_expires_us != 0) {
        mpos_json_time(&call->body, "refresh_expires_at", refresh_expires_us);
    }
    mpos_json_text(&call->body, "kind", mpos_cell_text(0, CELL_KIND));
    mpos_json_text(&call->body, "method", mpos_cell_text(0, CELL_METHOD));
    tenant_json(&call->body, call);
    people_json(&call->body);
    mpos_scopes_json(&call->body, "scopes", (uint64)mpos_cell_big(0, CELL_SCOPES));
    limits_json(&call->body);
    log_key_json(&call->body);
    mpos_json_close(&call->body, '}');
    return true;
}

void
mpos_session_end(mpos_call *call, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&end_statement, &args);
}

mpos_err
mpos_session_close(mpos_call *call)
{
    mpos_err err = mpos_input_empty(call);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_session_end(call, call->context.session);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "done", true);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
