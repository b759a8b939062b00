/* pii_value.c - mpos.pii_value(): personal data in the clear, for the owner of the database only (sql/36-pii.sql). */
#include "postgres.h"

#include <sodium.h>

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "key_file.h"
#include "pii_store.h"
#include "statement.h"

PG_FUNCTION_INFO_V1(mpos_pii_value_sql);

static mpos_statement key_statement = {
    "SELECT wrapped FROM pos.pii_subject WHERE tenant_id = $1 AND subject_id = $2"};

/* NULL when the subject's key is gone. */
static char *
open_value(mpos_pii_bound *bound, const bytea *sealed)
{
    mpos_pii_bound of_key = {.path = MPOS_PII_PATHS};
    uint8 key[MPOS_KEY_SIZE];
    mpos_args args = {0};
    uint8 *plain;
    size_t size;

    memcpy(of_key.tenant, bound->tenant, sizeof of_key.tenant);
    memcpy(of_key.subject, bound->subject, sizeof of_key.subject);
    mpos_arg_uuid(&args, bound->tenant);
    mpos_arg_uuid(&args, bound->subject);
    if (mpos_statement_run(&key_statement, &args) == 0) {
        return NULL;
    }
    mpos_pii_key_open(&of_key, mpos_cell_bytes(0, 1), key);
    plain = mpos_pii_open(key, bound, sealed, &size);
    sodium_memzero(key, sizeof key);
    if (size < MPOS_PII_SALT_SIZE) {
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("personal data is cut short")));
    }
    return (char *)plain + MPOS_PII_SALT_SIZE;
}

/* pii_value(tenant uuid, subject uuid, record uuid, path text, sealed bytea) returns text */
Datum
mpos_pii_value_sql(PG_FUNCTION_ARGS)
{
    mpos_pii_bound bound = {.path = MPOS_PII_PATHS};
    char *path = text_to_cstring(PG_GETARG_TEXT_PP(3));
    MemoryContext outside = CurrentMemoryContext;
    char *value;

    memcpy(bound.tenant, PG_GETARG_UUID_P(0)->data, UUID_LEN);
    memcpy(bound.subject, PG_GETARG_UUID_P(1)->data, UUID_LEN);
    memcpy(bound.record, PG_GETARG_UUID_P(2)->data, UUID_LEN);
    for (int i = 0; i < MPOS_PII_PATHS; i++) {
        if (strcmp(mpos_pii_path_text((mpos_pii_path)i), path) == 0) {
            bound.path = (uint8)i;
        }
    }
    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
    value = open_value(&bound, PG_GETARG_BYTEA_P(4));
    if (value != NULL) {
        value = MemoryContextStrdup(outside, value);
    }
    SPI_finish();
    if (value == NULL) {
        PG_RETURN_NULL();
    }
    PG_RETURN_TEXT_P(cstring_to_text(value));
}
