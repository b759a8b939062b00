/*
 * api_key.c - keys of integrators: made, listed, revoked, and looked up when one comes. Words: key (its text), session.
 *
 * The text is `mpos_<business>_<secret>`, both in base64url: the business so that the key is looked for under its row security, 32
 * random bytes as secret. It is told once. The key's session is made at its first use and again when it has run out or a suspended
 * business has come back; revoking ends it, and every call compares it.
 */
#include "postgres.h"

#include <sodium.h>

#include "canon.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "role.h"
#include "session.h"
#include "sha256.h"
#include "statement.h"
#include "uuid.h"

#define SECRET_SIZE 32
#define KEY_TEXT_MAX 80
#define DAYS_MAX 3650
#define DAYS 365
#define DAY_US INT64CONST(86400000000)
/*
 * A key cannot make keys, people who may do as much, or the provider that says who people are: revoking it would leave
 * what it made.
 */
#define NEVER                                                                                                \
    ((uint64)(MPOS_SCOPE_AUTH | MPOS_SCOPE_KEY_WRITE | MPOS_SCOPE_STAFF_WRITE | MPOS_SCOPE_SETTINGS_WRITE))

static mpos_statement insert_statement = {
    "INSERT INTO pos.api_key (tenant_id, key_id, name, key_hash, outlet_id, scopes, discount_limit, "
    "refund_limit, created_by, "
    "created_at, expires_at) SELECT $1, $2, $3, $4, o.outlet_id, $6, $7, $8, $9, $10, $11 FROM pos.outlet o "
    "WHERE o.tenant_id = $1 AND o.outlet_id = $5 ON CONFLICT (tenant_id, key_id) DO NOTHING"};

static mpos_statement taken_statement = {"SELECT 1 FROM pos.api_key WHERE tenant_id = $1 AND key_id = $2"};

#define KEY_COLUMNS                                                                                          \
    "SELECT key_id, name, outlet_id, scopes, created_by, created_at, expires_at, revoked_at FROM "           \
    "pos.api_key "

static mpos_statement list_statement = {KEY_COLUMNS "WHERE tenant_id = $1 ORDER BY key_id LIMIT 1000"};
static mpos_statement get_statement = {KEY_COLUMNS "WHERE tenant_id = $1 AND key_id = $2"};

static mpos_statement revoke_statement = {
    "UPDATE pos.api_key SET revoked_at = coalesce(revoked_at, $3) WHERE tenant_id = $1 AND key_id = $2"};
static mpos_statement end_statement = {
    "UPDATE pos.session s SET ended_at = $3 FROM pos.api_key k WHERE k.tenant_id = $1 AND k.key_id = $2 "
    "AND s.tenant_id = $1 AND s.session_id = k.session_id AND s.ended_at IS NULL"};

/* A key with a session that lives. */
static mpos_statement lookup_statement = {
    "SELECT k.key_id, k.outlet_id, k.session_id, s.scopes, s.rights_version, s.expires_at, s.device_id "
    "FROM pos.api_key k JOIN pos.session s ON s.tenant_id = k.tenant_id AND s.session_id = k.session_id "
    "WHERE k.tenant_id = $1 AND k.key_hash = $2 AND k.revoked_at IS NULL AND k.expires_at > $3 "
    "AND s.ended_at IS NULL AND s.expires_at > $3"};

/* Two first uses at once take turns; the second finds the session of the first. */
static mpos_statement lock_statement = {
    "SELECT k.key_id, k.outlet_id, k.scopes, k.discount_limit, k.refund_limit, k.expires_at, d.device_id "
    "FROM pos.api_key k JOIN pos.device d ON d.tenant_id = k.tenant_id AND d.outlet_id = k.outlet_id AND "
    "d.kind = 'channel' "
    "WHERE k.tenant_id = $1 AND k.key_hash = $2 AND k.revoked_at IS NULL AND k.expires_at > $3 FOR UPDATE OF "
    "k"};

static mpos_statement keep_statement = {
    "UPDATE pos.api_key SET session_id = $3 WHERE tenant_id = $1 AND key_id = $2"};

/* Names in the order of their bits, for MPOS_IN_WORDS. */
static const char *const scope_words[] = {
#define MPOS_SCOPE(name, bit, text) [bit] = text,
#include "scopes.def"
#undef MPOS_SCOPE
    NULL};

typedef struct create_in {
    uint32 given;
    uint8 id[16];
    const char *name;
    mpos_list scopes; /* int */
    uint8 outlet[16];
    int64 days;
} create_in;

enum { CREATE_ID, CREATE_NAME, CREATE_SCOPES, CREATE_OUTLET, CREATE_DAYS };

static const mpos_field create_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(create_in, id)},
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(create_in, name), 1, 64},
    {"scopes", MPOS_IN_WORDS, MPOS_IN_REQUIRED, offsetof(create_in, scopes), 1, 64, scope_words},
    {"outlet_id", MPOS_IN_UUID, 0, offsetof(create_in, outlet)},
    {"days", MPOS_IN_INT, 0, offsetof(create_in, days), 1, DAYS_MAX},
};
MPOS_SHAPE(create, create_in);

typedef struct key_params {
    uint32 given;
    uint8 key[16];
} key_params;

static const mpos_field key_fields[] = {
    {"key_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(key_params, key)},
};
MPOS_SHAPE(key, key_params);

typedef struct lookup_params {
    uint32 given;
    uint8 tenant[16];
    uint8 hash[MPOS_SHA256_LEN];
} lookup_params;

static const mpos_field lookup_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(lookup_params, tenant)},
    {"hash", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(lookup_params, hash)},
};
MPOS_SHAPE(lookup, lookup_params);

/* A key may do no more than who makes it. */
static mpos_err
read_scopes(mpos_call *call, const create_in *in, uint64 *out)
{
    const int *bits = in->scopes.items;

    *out = 0;
    for (int i = 0; i < in->scopes.count; i++) {
        uint64 bit = UINT64CONST(1) << bits[i];

        if ((bit & NEVER) != 0) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/scopes/%d", i),
                               "No key can have that right.");
        }
        if ((bit & call->scopes) == 0) {
            return mpos_refuse(call, MPOS_E_FORBIDDEN, psprintf("/scopes/%d", i),
                               "Nobody gives what they do not have.");
        }
        *out |= bit;
    }
    return MPOS_OK;
}

static void
make_text(const uint8 tenant[16], char out[KEY_TEXT_MAX], uint8 hash[MPOS_SHA256_LEN])
{
    uint8 secret[SECRET_SIZE];
    char business[MPOS_UUID_SHORT_LEN + 1];
    size_t len;

    randombytes_buf(secret, sizeof secret);
    mpos_uuid_short(tenant, business);
    len = (size_t)snprintf(out, KEY_TEXT_MAX, "mpos_%s_", business);
    len += mpos_base64url(secret, sizeof secret, out + len);
    out[len] = '\0';
    mpos_sha256(out, len, NULL, 0, hash);
    sodium_memzero(secret, sizeof secret);
}

static void
key_json(StringInfo out, const char *key, uint64 row)
{
    uint8 id[16];
    int64 revoked_us = mpos_cell_time(row, 8);

    mpos_json_open(out, key, '{');
    (void)mpos_cell_uuid(row, 1, id);
    mpos_json_uuid(out, "id", id);
    mpos_json_text(out, "name", mpos_cell_text(row, 2));
    (void)mpos_cell_uuid(row, 3, id);
    mpos_json_uuid(out, "outlet_id", id);
    mpos_scopes_json(out, "scopes", (uint64)mpos_cell_big(row, 4));
    (void)mpos_cell_uuid(row, 5, id);
    mpos_json_uuid(out, "created_by", id);
    mpos_json_time(out, "created_at", mpos_cell_time(row, 6));
    mpos_json_time(out, "expires_at", mpos_cell_time(row, 7));
    if (revoked_us == 0) {
        mpos_json_null(out, "revoked_at");
    } else {
        mpos_json_time(out, "revoked_at", revoked_us);
    }
    mpos_json_close(out, '}');
}

static uint64
run_for_key(mpos_call *call, mpos_statement *statement, const uint8 key[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, key);
    return mpos_statement_run(statement, &args);
}

static uint64
insert_key(mpos_call *call, const create_in *in, uint64 scopes, const uint8 hash[MPOS_SHA256_LEN])
{
    mpos_args args = {0};
    int64 days = MPOS_GIVEN(in, CREATE_DAYS) ? in->days : DAYS;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in->id);
    mpos_arg_text(&args, in->name);
    mpos_arg_bytes(&args, hash, MPOS_SHA256_LEN);
    mpos_arg_uuid(&args, MPOS_GIVEN(in, CREATE_OUTLET) ? in->outlet : call->context.outlet);
    mpos_arg_big(&args, (int64)scopes);
    mpos_arg_limit(&args, call->discount_limit);
    mpos_arg_limit(&args, call->refund_limit);
    mpos_arg_uuid(&args, call->context.actor);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args, call->now_us + days * DAY_US);
    return mpos_statement_run(&insert_statement, &args);
}

mpos_err
mpos_api_key_create(mpos_call *call)
{
    create_in in;
    uint64 scopes;
    char text[KEY_TEXT_MAX];
    uint8 hash[MPOS_SHA256_LEN];
    pg_uuid_t made;
    mpos_err err = mpos_input_body(call, &create_shape, &in);

    if (err == MPOS_OK) {
        err = read_scopes(call, &in, &scopes);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!MPOS_GIVEN(&in, CREATE_ID)) {
        mpos_uuid_v7(&made);
        memcpy(in.id, made.data, sizeof in.id);
    }
    make_text(call->context.tenant, text, hash);
    if (insert_key(call, &in, scopes, hash) == 0) {
        bool taken = run_for_key(call, &taken_statement, in.id) > 0;

        return mpos_refuse(call, taken ? MPOS_E_ID_TAKEN : MPOS_E_NOT_FOUND, taken ? "/id" : "/outlet_id",
                           "%s", "");
    }
    (void)run_for_key(call, &get_statement, in.id);
    call->status = 201;
    mpos_json_open(&call->body, NULL, '{');
    key_json(&call->body, "api_key", 0);
    mpos_json_text(&call->body, "key", text);
    mpos_json_close(&call->body, '}');
    sodium_memzero(text, sizeof text);
    return MPOS_OK;
}

mpos_err
mpos_api_key_list(mpos_call *call)
{
    static const mpos_shape none_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;
    mpos_args args = {0};
    uint64 rows;
    mpos_err err = mpos_input_params(call, &none_shape, &given);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    rows = mpos_statement_run(&list_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "api_keys", '[');
    for (uint64 row = 0; row < rows; row++) {
        key_json(&call->body, NULL, row);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_api_key_revoke(mpos_call *call)
{
    key_params params;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &key_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_empty(call);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.key);
    mpos_arg_time(&args, call->now_us);
    if (mpos_statement_run(&revoke_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    (void)mpos_statement_run(&end_statement, &args);
    (void)run_for_key(call, &get_statement, params.key);
    mpos_json_open(&call->body, NULL, '{');
    key_json(&call->body, "api_key", 0);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static bool
find_key(mpos_call *call, mpos_statement *statement, const uint8 hash[MPOS_SHA256_LEN])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_bytes(&args, hash, MPOS_SHA256_LEN);
    mpos_arg_time(&args, call->now_us);
    return mpos_statement_run(statement, &args) > 0;
}

/* From the row of lock_statement, which is locked. */
static void
open_session(mpos_call *call)
{
    uint8 key[16];
    uint8 outlet[16];
    uint8 device[16];
    uint8 session_id[16];
    mpos_args args = {0};
    int64 expires_us = mpos_cell_time(0, 6);
    mpos_session session = {
        .kind = "api_key",
        .method = "api_key",
        .device = device,
        .outlet = outlet,
        .scopes = (uint64)mpos_cell_big(0, 3),
        .rights_version = 1,
        .discount_limit = mpos_cell_limit(0, 4),
        .refund_limit = mpos_cell_limit(0, 5),
        .expires_us = Min(expires_us, call->now_us + MPOS_SESSION_LIFE_US),
    };

    (void)mpos_cell_uuid(0, 1, key);
    (void)mpos_cell_uuid(0, 2, outlet);
    (void)mpos_cell_uuid(0, 7, device);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, key);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&end_statement, &args);
    mpos_session_insert(call, &session, session_id);
    args = (mpos_args){0};
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, key);
    mpos_arg_uuid(&args, session_id);
    (void)mpos_statement_run(&keep_statement, &args);
}

static bool
renew(mpos_call *call, const uint8 hash[MPOS_SHA256_LEN])
{
    if (!find_key(call, &lock_statement, hash)) {
        return false;
    }
    open_session(call);
    return find_key(call, &lookup_statement, hash);
}

/* Whose key that is and which session it has; {"found":false} for whatever is no living key. */
mpos_err
mpos_auth_api_key(mpos_call *call)
{
    lookup_params in;
    uint8 id[16];
    bool found;
    mpos_err err = mpos_input_params(call, &lookup_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant);
    found = find_key(call, &lookup_statement, in.hash);
    if (!found && find_key(call, &lock_statement, in.hash)) {
        found = find_key(call, &lookup_statement, in.hash) || renew(call, in.hash);
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "found", found);
    if (found) {
        static const char *const names[] = {"key_id", "outlet_id", "session_id"};

        for (int i = 0; i < (int)lengthof(names); i++) {
            (void)mpos_cell_uuid(0, i + 1, id);
            mpos_json_uuid(&call->body, names[i], id);
        }
        (void)mpos_cell_uuid(0, 7, id);
        mpos_json_uuid(&call->body, "device_id", id);
        mpos_scopes_json(&call->body, "scopes", (uint64)mpos_cell_big(0, 4));
        mpos_json_int(&call->body, "rights_version", mpos_cell_int(0, 5));
        mpos_json_int(&call->body, "expires_s", mpos_cell_time(0, 6) / 1000000);
    }
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
