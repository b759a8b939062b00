/* pii_ops.c - reading and erasing personal data; both leave an entry in the business's own journal. */
#include "postgres.h"

#include <sodium.h>

#include "journal.h"
#include "journal_header.h"
#include "json.h"
#include "key_file.h"
#include "pii_store.h"
#include "statement.h"

/* Erasing waits for whoever is adding to the subject, and the other way round. */
static mpos_statement lock_statement = {
    "SELECT wrapped FROM pos.pii_subject WHERE tenant_id = $1 AND subject_id = $2 FOR UPDATE"};

static mpos_statement subject_statement = {
    "SELECT subject_id FROM pos.pii WHERE tenant_id = $1 AND record_id = $2 LIMIT 1"};

static mpos_statement values_statement = {
    "SELECT v.record_id, v.path, v.sealed, v.created_at, s.wrapped FROM pos.pii_subject s "
    "JOIN pos.pii v ON v.tenant_id = s.tenant_id AND v.subject_id = s.subject_id "
    "WHERE s.tenant_id = $1 AND s.subject_id = $2 AND ($3::uuid IS NULL OR v.record_id = $3) "
    "ORDER BY v.created_at DESC, v.record_id, v.path LIMIT 1000"};

static mpos_statement erase_values_statement = {
    "DELETE FROM pos.pii WHERE tenant_id = $1 AND subject_id = $2"};

static mpos_statement erase_key_statement = {
    "DELETE FROM pos.pii_subject WHERE tenant_id = $1 AND subject_id = $2"};

typedef struct whose_in {
    uint32 given;
    uint8 subject[16];
    uint8 order[16];
} whose_in;

enum { WHOSE_SUBJECT, WHOSE_ORDER };

static const mpos_field whose_fields[] = {
    {"subject_id", MPOS_IN_UUID, 0, offsetof(whose_in, subject)},
    {"order_id", MPOS_IN_UUID, 0, offsetof(whose_in, order)},
};
MPOS_SHAPE(whose, whose_in);

/* Exactly one of both is named; an order leads to its subject. */
static mpos_err
read_whose(mpos_call *call, whose_in *in)
{
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &whose_shape, in);

    if (err != MPOS_OK) {
        return err;
    }
    if (MPOS_GIVEN(in, WHOSE_SUBJECT) == MPOS_GIVEN(in, WHOSE_ORDER)) {
        return mpos_refuse(call, MPOS_GIVEN(in, WHOSE_ORDER) ? MPOS_E_INVALID_VALUE : MPOS_E_MISSING_FIELD,
                           "/subject_id", "Name either a subject or an order.");
    }
    if (MPOS_GIVEN(in, WHOSE_SUBJECT)) {
        return MPOS_OK;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in->order);
    if (mpos_statement_run(&subject_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    (void)mpos_cell_uuid(0, 1, in->subject);
    return MPOS_OK;
}

static int
path_of(const char *text)
{
    for (int i = 0; i < MPOS_PII_PATHS; i++) {
        if (strcmp(mpos_pii_path_text((mpos_pii_path)i), text) == 0) {
            return i;
        }
    }
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("personal data at an unknown path")));
}

static void
value_json(StringInfo out, const uint8 key[MPOS_KEY_SIZE], mpos_pii_bound *bound, uint64 row)
{
    const char *path = mpos_cell_text(row, 2);
    size_t size;
    uint8 *plain;

    (void)mpos_cell_uuid(row, 1, bound->record);
    bound->path = (uint8)path_of(path);
    plain = mpos_pii_open(key, bound, mpos_cell_bytes(row, 3), &size);
    if (size < MPOS_PII_SALT_SIZE) {
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("personal data is cut short")));
    }
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "order_id", bound->record);
    mpos_json_text(out, "path", path);
    mpos_json_hex(out, "salt", plain, MPOS_PII_SALT_SIZE);
    mpos_json_text(out, "value", (const char *)plain + MPOS_PII_SALT_SIZE);
    mpos_json_time(out, "created_at", mpos_cell_time(row, 4));
    mpos_json_close(out, '}');
    sodium_memzero(plain, size);
}

static void
values_json(mpos_call *call, const whose_in *in, uint64 rows)
{
    mpos_pii_bound bound = {.path = MPOS_PII_PATHS};
    uint8 key[MPOS_KEY_SIZE];

    memcpy(bound.tenant, call->context.tenant, sizeof bound.tenant);
    memcpy(bound.subject, in->subject, sizeof bound.subject);
    mpos_pii_key_open(&bound, mpos_cell_bytes(0, 5), key);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "subject_id", in->subject);
    mpos_json_open(&call->body, "values", '[');
    for (uint64 row = 0; row < rows; row++) {
        value_json(&call->body, key, &bound, row);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_close(&call->body, '}');
    sodium_memzero(key, sizeof key);
}

/* Says who was looked at or forgotten, in the journal of the business itself: a subject belongs to no outlet. */
static void
record_event(mpos_call *call, const char *type, const whose_in *in, uint64 values)
{
    static const uint8 no_outlet[16] = {0};

    mpos_event_emit_at(call, no_outlet, type, in->subject,
                       psprintf("{\"values\":" UINT64_FORMAT "}", values));
}

mpos_err
mpos_pii_read(mpos_call *call)
{
    whose_in in;
    mpos_args args = {0};
    uint64 rows;
    mpos_err err = read_whose(call, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in.subject);
    mpos_arg_uuid(&args, MPOS_GIVEN(&in, WHOSE_ORDER) ? in.order : NULL);
    rows = mpos_statement_run(&values_statement, &args);
    if (rows == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    values_json(call, &in, rows);
    record_event(call, "PII_READ", &in, rows);
    return MPOS_OK;
}

static uint64
run_for_subject(mpos_call *call, mpos_statement *statement, const whose_in *in)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in->subject);
    return mpos_statement_run(statement, &args);
}

mpos_err
mpos_pii_erase(mpos_call *call)
{
    whose_in in;
    uint64 values;
    mpos_err err = read_whose(call, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (run_for_subject(call, &lock_statement, &in) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    values = run_for_subject(call, &erase_values_statement, &in);
    (void)run_for_subject(call, &erase_key_statement, &in);
    record_event(call, "PII_ERASED", &in, values);
    mpos_audit_kind(call, MPOS_ENTRY_ERASURE);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "subject_id", in.subject);
    mpos_json_int(&call->body, "erased", (int64)values);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
