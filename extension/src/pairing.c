/*
 * pairing.c - giving a device a key of its own. A manager asks for a code, somebody types it in at the device, the device
 * sends it with the public half of the key that it has made. Words: code, pairing.
 *
 * Eight characters of an alphabet without look-alikes are 40 bits for ten minutes. Wrong ones are counted for each business
 * and address that they come from: a handful, then a minute that doubles. Nobody elsewhere can lock the right code out, and a
 * million addresses with nine attempts each while a code lasts meet it once in 120,000 codes.
 */
#include "postgres.h"

#include <sodium.h>

#include "utils/builtins.h"

#include "canon.h"
#include "device_key.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "licence.h"
#include "operations.h"
#include "sign_in_guard.h"
#include "statement.h"

#define CODE_LENGTH 8
#define CODE_LIFE_US INT64CONST(600000000)
/* Crockford's base 32: no I, L, O, U. */
#define CODE_ALPHABET "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

static mpos_statement device_statement = {
    "SELECT state, key_alg FROM pos.device WHERE tenant_id = $1 AND device_id = $2 AND kind <> 'channel' "
    "FOR NO KEY UPDATE"};

/* The old code of the device goes with the new one. */
static mpos_statement store_statement = {"INSERT INTO pos.pairing (tenant_id, device_id, code_hash, "
                                         "created_at, expires_at) VALUES ($1, $2, $3, $4, $5) "
                                         "ON CONFLICT (tenant_id, device_id) DO UPDATE SET code_hash = "
                                         "excluded.code_hash, created_at = excluded.created_at, "
                                         "expires_at = excluded.expires_at"};

static mpos_statement tenant_statement = {"SELECT tenant_id FROM pos.directory WHERE slug = $1"};

/* Who comes second with the same code waits here and then finds nothing. */
static mpos_statement redeem_statement = {
    "DELETE FROM pos.pairing WHERE tenant_id = $1 AND code_hash = $2 RETURNING device_id, expires_at"};

static mpos_statement key_statement = {
    "UPDATE pos.device SET public_key = $3, key_alg = $4, paired_at = $5, version = version + 1 "
    "WHERE tenant_id = $1 AND device_id = $2 AND state = 'active' AND public_key IS NULL"};

static mpos_statement answer_statement = {
    "SELECT t.slug, t.name, o.outlet_id, o.code, o.name, d.code, coalesce(d.name, d.code), d.kind, d.series "
    "FROM pos.device d JOIN pos.outlet o ON o.tenant_id = d.tenant_id AND o.outlet_id = d.outlet_id "
    "JOIN pos.tenant t ON t.tenant_id = d.tenant_id WHERE d.tenant_id = $1 AND d.device_id = $2"};

typedef struct device_params {
    uint32 given;
    uint8 device[16];
} device_params;

static const mpos_field device_fields[] = {
    {"device_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(device_params, device)},
};
MPOS_SHAPE(device, device_params);

typedef struct pair_params {
    uint32 given;
    uint8 from[MPOS_SHA256_LEN]; /* the address, as a hash */
} pair_params;

static const mpos_field pair_param_fields[] = {
    {"from", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(pair_params, from)},
};
MPOS_SHAPE(pair_param, pair_params);

typedef struct pair_in {
    uint32 given;
    const char *tenant;
    const char *code;
    const char *key;
    int alg;
} pair_in;

static const mpos_field pair_fields[] = {
    {"tenant", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(pair_in, tenant), 1, 63},
    {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(pair_in, code), 1, 16},
    {"public_key", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(pair_in, key), 1, 256},
    {"alg", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(pair_in, alg), 0, 0, mpos_key_alg_words},
};
MPOS_SHAPE(pair, pair_in);

/* Each device hashes differently: two businesses with the same code tell nobody. */
static void
hash_code(const uint8 tenant[16], const char *code, uint8 out[MPOS_SHA256_LEN])
{
    mpos_sha256(tenant, 16, code, strlen(code), out);
}

static void
make_code(char out[CODE_LENGTH + 1])
{
    for (int i = 0; i < CODE_LENGTH; i++) {
        out[i] = CODE_ALPHABET[randombytes_uniform(sizeof CODE_ALPHABET - 1)];
    }
    out[CODE_LENGTH] = '\0';
}

/* What people type: lower case, look-alikes, blanks and hyphens between. False when it cannot be a code. */
static bool
normalise(const char *text, char out[CODE_LENGTH + 1])
{
    int len = 0;

    for (; *text != '\0'; text++) {
        char c = (char)pg_toupper((unsigned char)*text);

        if (c == '-' || c == ' ') {
            continue;
        }
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (len == CODE_LENGTH || strchr(CODE_ALPHABET, c) == NULL) {
            return false;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    return len == CODE_LENGTH;
}

static mpos_err
check_device(mpos_call *call, const uint8 device[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, device);
    if (mpos_statement_run(&device_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (strcmp(mpos_cell_text(0, 1), "active") != 0) {
        return mpos_refuse(call, MPOS_E_DEVICE_STATE, NULL,
                           "The device is revoked; make another with its code.");
    }
    if (mpos_cell_text(0, 2) != NULL) {
        return mpos_refuse(call, MPOS_E_DEVICE_STATE, NULL,
                           "The device is paired; revoke it before another takes its place.");
    }
    return mpos_licence_admit(call, "devices", 0);
}

mpos_err
mpos_device_pairing(mpos_call *call)
{
    device_params params;
    char code[CODE_LENGTH + 1];
    uint8 hash[MPOS_SHA256_LEN];
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &device_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_empty(call);
    }
    if (err == MPOS_OK) {
        err = check_device(call, params.device);
    }
    if (err != MPOS_OK) {
        return err;
    }
    make_code(code);
    hash_code(call->context.tenant, code, hash);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.device);
    mpos_arg_bytes(&args, hash, sizeof hash);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args, call->now_us + CODE_LIFE_US);
    (void)mpos_statement_run(&store_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "device_id", params.device);
    mpos_json_text(&call->body, "code", code);
    mpos_json_time(&call->body, "expires_at", call->now_us + CODE_LIFE_US);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

/* A refusal whose count must stay is an answer, not an error. */
static mpos_err
refuse_counted(mpos_call *call, mpos_err err, int seconds)
{
    call->status = mpos_err_status(err);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_text(&call->body, "code", mpos_err_code(err));
    if (seconds > 0) {
        mpos_json_int(&call->body, "retry_after_s", seconds);
    }
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static mpos_err
read_key(mpos_call *call, const pair_in *in, uint8 key[MPOS_DEVICE_KEY_MAX], size_t *size)
{
    if (mpos_base64url_decode(in->key, strlen(in->key), key, MPOS_DEVICE_KEY_MAX, size) != MPOS_OK ||
        !mpos_device_key_valid((mpos_key_alg)in->alg, key, *size)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/public_key",
                           "The key does not have the form of its algorithm.");
    }
    return MPOS_OK;
}

/* False when the code is none, is over, or its device has got a key or been revoked meanwhile. */
static bool
redeem(mpos_call *call, const pair_in *in, const uint8 *key, size_t size, uint8 device[16])
{
    char code[CODE_LENGTH + 1];
    uint8 hash[MPOS_SHA256_LEN];
    mpos_args args = {0};
    mpos_args update = {0};

    if (!normalise(in->code, code)) {
        return false;
    }
    hash_code(call->context.tenant, code, hash);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_bytes(&args, hash, sizeof hash);
    if (mpos_statement_run(&redeem_statement, &args) == 0 || mpos_cell_time(0, 2) <= call->now_us) {
        return false;
    }
    (void)mpos_cell_uuid(0, 1, device);
    mpos_arg_uuid(&update, call->context.tenant);
    mpos_arg_uuid(&update, device);
    mpos_arg_bytes(&update, key, size);
    mpos_arg_text(&update, mpos_key_alg_words[in->alg]);
    mpos_arg_time(&update, call->now_us);
    return mpos_statement_run(&key_statement, &update) > 0;
}

static void
answer(mpos_call *call, const uint8 device[16])
{
    mpos_args args = {0};
    uint8 outlet[16];

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, device);
    (void)mpos_statement_run(&answer_statement, &args);
    (void)mpos_cell_uuid(0, 3, outlet);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "device_id", device);
    mpos_json_text(&call->body, "code", mpos_cell_text(0, 6));
    mpos_json_text(&call->body, "name", mpos_cell_text(0, 7));
    mpos_json_text(&call->body, "kind", mpos_cell_text(0, 8));
    mpos_json_text(&call->body, "series", mpos_cell_text(0, 9));
    mpos_json_open(&call->body, "tenant", '{');
    mpos_json_text(&call->body, "slug", mpos_cell_text(0, 1));
    mpos_json_text(&call->body, "name", mpos_cell_text(0, 2));
    mpos_json_close(&call->body, '}');
    mpos_json_open(&call->body, "outlet", '{');
    mpos_json_uuid(&call->body, "id", outlet);
    mpos_json_text(&call->body, "code", mpos_cell_text(0, 4));
    mpos_json_text(&call->body, "name", mpos_cell_text(0, 5));
    mpos_json_close(&call->body, '}');
    mpos_json_time(&call->body, "server_time", call->now_us);
    mpos_json_close(&call->body, '}');
}

/* A business that does not exist is one whose codes are all wrong. */
static void
enter_business(mpos_call *call, const char *slug)
{
    mpos_args args = {0};
    uint8 tenant[16] = {0};

    mpos_arg_text(&args, slug);
    if (mpos_statement_run(&tenant_statement, &args) > 0) {
        (void)mpos_cell_uuid(0, 1, tenant);
    }
    mpos_call_enter(call, tenant);
}

/* The books know who was paired with which key, not the code. */
static void
record(mpos_call *call, const pair_in *in)
{
    char *text = psprintf("{\"alg\":\"%s\",\"public_key\":\"%s\"}", mpos_key_alg_words[in->alg], in->key);

    mpos_audit_input(call, text, strlen(text));
}

/* Whose attempts these are: of that address at that business. */
static mpos_err
read_subject(mpos_call *call, const pair_in *in, uint8 out[MPOS_SHA256_LEN])
{
    pair_params params;
    char from[2 * MPOS_SHA256_LEN + 1];
    mpos_err err = mpos_input_params(call, &pair_param_shape, &params);

    if (err == MPOS_OK) {
        from[hex_encode((const char *)params.from, sizeof params.from, from)] = '\0';
        mpos_guard_subject("pair", in->tenant, from, NULL, out);
    }
    return err;
}

mpos_err
mpos_auth_pair(mpos_call *call)
{
    pair_in in;
    uint8 key[MPOS_DEVICE_KEY_MAX];
    uint8 device[16];
    uint8 subject[MPOS_SHA256_LEN];
    size_t size;
    int locked_s;
    mpos_err err = mpos_input_body(call, &pair_shape, &in);

    if (err == MPOS_OK) {
        err = read_key(call, &in, key, &size);
    }
    if (err == MPOS_OK) {
        err = read_subject(call, &in, subject);
    }
    if (err != MPOS_OK) {
        return err;
    }
    locked_s = mpos_guard_count(call, MPOS_GUARD_PERSON, subject);
    if (locked_s > 0) {
        return refuse_counted(call, MPOS_E_LOCKED_OUT, locked_s);
    }
    enter_business(call, in.tenant);
    if (!redeem(call, &in, key, size, device)) {
        return refuse_counted(call, MPOS_E_PAIRING_INVALID, 0);
    }
    mpos_guard_forgive(MPOS_GUARD_PERSON, subject);
    record(call, &in);
    answer(call, device);
    return MPOS_OK;
}
