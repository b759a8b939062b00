/* pii_store.c - rows of personal data. Nothing here is captured: the journal has the commitments. */
#include "postgres.h"

#include <sodium.h>

#include "key_file.h"
#include "pii_store.h"
#include "statement.h"

#define KEY_TRIES 8

/* Shared, so that an erasure waits for those who are adding, and they find the key gone when it was first. */
static mpos_statement key_statement = {
    "SELECT wrapped FROM pos.pii_subject WHERE tenant_id = $1 AND subject_id = $2 FOR SHARE"};

static mpos_statement add_key_statement = {
    "INSERT INTO pos.pii_subject (tenant_id, subject_id, wrapped, created_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT DO NOTHING"};

static mpos_statement add_statement = {
    "INSERT INTO pos.pii (tenant_id, record_id, path, subject_id, sealed, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"};

static mpos_statement value_statement = {
    "SELECT v.subject_id, v.sealed, s.wrapped FROM pos.pii v JOIN pos.pii_subject s ON s.tenant_id = "
    "v.tenant_id "
    "AND s.subject_id = v.subject_id WHERE v.tenant_id = $1 AND v.record_id = $2 AND v.path = $3"};

static void
arg_bytea(mpos_args *args, const bytea *bytes)
{
    mpos_arg_bytes(args, (const uint8 *)VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

static bool
find_key(const mpos_pii_bound *bound, uint8 key[MPOS_KEY_SIZE])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, bound->tenant);
    mpos_arg_uuid(&args, bound->subject);
    if (mpos_statement_run(&key_statement, &args) == 0) {
        return false;
    }
    mpos_pii_key_open(bound, mpos_cell_bytes(0, 1), key);
    return true;
}

/* False when another transaction has made one meanwhile. */
static bool
make_key(mpos_call *call, const mpos_pii_bound *bound, uint8 key[MPOS_KEY_SIZE])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, bound->tenant);
    mpos_arg_uuid(&args, bound->subject);
    arg_bytea(&args, mpos_pii_key_make(bound, key));
    mpos_arg_time(&args, call->now_us);
    return mpos_statement_run(&add_key_statement, &args) == 1;
}

static void
need_key(mpos_call *call, const mpos_pii_bound *bound, uint8 key[MPOS_KEY_SIZE])
{
    for (int tries = 0; tries < KEY_TRIES; tries++) {
        if (find_key(bound, key) || make_key(call, bound, key)) {
            return;
        }
    }
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("the subject is being erased")));
}

/* What is sealed: the salt, then the value. */
static bytea *
seal_value(const uint8 key[MPOS_KEY_SIZE], const mpos_pii_bound *bound, const mpos_pii_value *value)
{
    size_t len = strlen(value->value);
    uint8 *plain = palloc(MPOS_PII_SALT_SIZE + len);
    bytea *sealed;

    memcpy(plain, value->salt, MPOS_PII_SALT_SIZE);
    memcpy(plain + MPOS_PII_SALT_SIZE, value->value, len);
    sealed = mpos_pii_seal(key, bound, plain, MPOS_PII_SALT_SIZE + len);
    sodium_memzero(plain, MPOS_PII_SALT_SIZE + len);
    return sealed;
}

static void
add_value(mpos_call *call, const uint8 key[MPOS_KEY_SIZE], mpos_pii_bound *bound, const mpos_pii_value *value)
{
    mpos_args args = {0};

    bound->path = (uint8)value->path;
    mpos_arg_uuid(&args, bound->tenant);
    mpos_arg_uuid(&args, bound->record);
    mpos_arg_text(&args, mpos_pii_path_text(value->path));
    mpos_arg_uuid(&args, bound->subject);
    arg_bytea(&args, seal_value(key, bound, value));
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&add_statement, &args);
}

/* body.customer.id; a body with commitments has been read by its shape, or is kept for a person to look at. */
static bool
customer_id(const JsonbContainer *body, uint8 out[16])
{
    JsonbValue value;

    if (getKeyJsonValueFromContainer((JsonbContainer *)body, "customer", 8, &value) == NULL ||
        value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data) ||
        getKeyJsonValueFromContainer(value.val.binary.data, "id", 2, &value) == NULL ||
        value.type != jbvString) {
        return false;
    }
    return mpos_uuid_parse(value.val.string.val, (size_t)value.val.string.len, out);
}

void
mpos_pii_store(mpos_call *call, const mpos_pii *personal, const uint8 record[16])
{
    mpos_pii_bound bound = {.path = MPOS_PII_PATHS};
    uint8 key[MPOS_KEY_SIZE];
    const mpos_pii_value *items;

    if (personal->values == NULL || personal->values->count == 0) {
        return;
    }
    items = personal->values->items;
    memcpy(bound.tenant, call->context.tenant, sizeof bound.tenant);
    if (!customer_id(personal->body, bound.subject)) {
        memcpy(bound.subject, record, sizeof bound.subject);
    }
    need_key(call, &bound, key);
    memcpy(bound.record, record, sizeof bound.record);
    for (int i = 0; i < personal->values->count; i++) {
        add_value(call, key, &bound, &items[i]);
    }
    sodium_memzero(key, sizeof key);
}

char *
mpos_pii_value_of(mpos_call *call, const uint8 record[16], mpos_pii_path path)
{
    mpos_pii_bound bound = {.path = MPOS_PII_PATHS};
    mpos_args args = {0};
    uint8 key[MPOS_KEY_SIZE];
    size_t size;
    uint8 *plain;

    memcpy(bound.tenant, call->context.tenant, sizeof bound.tenant);
    mpos_arg_uuid(&args, bound.tenant);
    mpos_arg_uuid(&args, record);
    mpos_arg_text(&args, mpos_pii_path_text(path));
    if (mpos_statement_run(&value_statement, &args) == 0) {
        return NULL;
    }
    (void)mpos_cell_uuid(0, 1, bound.subject);
    mpos_pii_key_open(&bound, mpos_cell_bytes(0, 3), key);
    memcpy(bound.record, record, sizeof bound.record);
    bound.path = (uint8)path;
    plain = mpos_pii_open(key, &bound, mpos_cell_bytes(0, 2), &size);
    sodium_memzero(key, sizeof key);
    return size > MPOS_PII_SALT_SIZE ? (char *)plain + MPOS_PII_SALT_SIZE : NULL;
}
