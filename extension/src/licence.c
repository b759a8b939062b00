/*
 * licence.c - checking, showing and installing licences, and the reminders before one ends. The rules are SQL (sql/16-licence.sql).
 *
 * The vendor's public keys lie in a file of the machine that only a superuser names: one key a line, 32 bytes in base64, of which
 * any may have signed. It is read whenever a licence is looked at, which is rare.
 */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include <sodium.h>

#include "fmgr.h"
#include "utils/guc.h"

#include "base64.h"
#include "canon.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "licence.h"
#include "operations.h"
#include "statement.h"

#define DOMAIN "mpos-licence-v1\n"
#define FILE_MAX 4096
#define PAYLOAD_MAX 4096
#define KEY_TEXT_SIZE MPOS_BASE64_SIZE(crypto_sign_PUBLICKEYBYTES)

/* Whose licences count. Changed when the vendor gets another key: add it, and remove the old one when its licences are over. */
static char *key_file;

static mpos_statement admits_statement = {"SELECT pos.licence_admits($1, $2, $3)"};
static mpos_statement install_statement = {"SELECT pos.licence_install($1, $2, $3)"};
static mpos_statement now_statement = {
    "SELECT l.licence_id, l.doc::text, l.state, l.days, u.devices, u.outlets FROM pos.licence_used($1) u "
    "LEFT JOIN pos.licence_now($1) l ON true"};

/* The stage that has been reached and not yet told. Whoever changes the row first tells. */
static mpos_statement remind_statement = {
    "UPDATE pos.licence l SET reminded = n.stage FROM (SELECT licence_id, doc, days, CASE WHEN days < 0 THEN "
    "4 WHEN days <= 1 THEN 3 "
    "WHEN days <= 7 THEN 2 WHEN days <= 30 THEN 1 ELSE 0 END AS stage FROM pos.licence_now($1)) n "
    "WHERE l.tenant_id = $1 AND l.licence_id = n.licence_id AND l.reminded < n.stage "
    "RETURNING l.licence_id, n.days, n.doc ->> 'valid_until'"};

PG_FUNCTION_INFO_V1(mpos_licence_genuine_sql);

void
mpos_licence_init(void)
{
    DefineCustomStringVariable("mpos.licence_key_file", "File with the public keys whose licences count.",
                               "One key a line, 32 bytes in base64; empty: no licence can be installed.",
                               &key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY | GUC_NOT_IN_SAMPLE, NULL, NULL,
                               NULL);
}

/* The file's text, empty when there is none. */
static void
read_keys(char out[FILE_MAX])
{
    int fd = key_file == NULL || key_file[0] == '\0' ? -1 : open(key_file, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, out, FILE_MAX - 1) : 0;

    out[size > 0 ? size : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

static bool
signed_by(const char *line, size_t len, const StringInfoData *message, const uint8 *signature)
{
    uint8 key[crypto_sign_PUBLICKEYBYTES];
    size_t size;

    return len == KEY_TEXT_SIZE && mpos_base64_decode(line, len, key, sizeof key, &size) == MPOS_OK &&
           size == sizeof key &&
           crypto_sign_verify_detached(signature, (const uint8 *)message->data, (unsigned)message->len,
                                       key) == 0;
}

/* licence_genuine(payload bytea, signature bytea) returns boolean */
Datum
mpos_licence_genuine_sql(PG_FUNCTION_ARGS)
{
    bytea *payload = PG_GETARG_BYTEA_PP(0);
    bytea *signature = PG_GETARG_BYTEA_PP(1);
    char keys[FILE_MAX];
    StringInfoData message;
    bool genuine = false;

    if (VARSIZE_ANY_EXHDR(signature) != crypto_sign_BYTES) {
        PG_RETURN_BOOL(false);
    }
    initStringInfo(&message);
    appendStringInfoString(&message, DOMAIN);
    appendBinaryStringInfo(&message, VARDATA_ANY(payload), (int)VARSIZE_ANY_EXHDR(payload));
    read_keys(keys);
    for (const char *line = keys; *line != '\0' && !genuine;) {
        size_t len = strcspn(line, "\r\n");

        genuine = signed_by(line, len, &message, (const uint8 *)VARDATA_ANY(signature));
        line += len + strspn(line + len, "\r\n");
    }
    PG_RETURN_BOOL(genuine);
}

mpos_err
mpos_licence_admit(mpos_call *call, const char *what, int more)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, what);
    mpos_arg_int(&args, more);
    (void)mpos_statement_run(&admits_statement, &args);
    return mpos_cell_bool(0, 1) ? MPOS_OK : mpos_refuse(call, MPOS_E_LICENCE_LIMIT, NULL, "%s", "");
}

void
mpos_licence_remind(mpos_call *call)
{
    static const uint8 no_outlet[16] = {0};
    mpos_args args = {0};
    uint8 licence[16];
    int days;

    mpos_arg_uuid(&args, call->context.tenant);
    if (mpos_statement_run(&remind_statement, &args) == 0) {
        return;
    }
    (void)mpos_cell_uuid(0, 1, licence);
    days = mpos_cell_int(0, 2);
    mpos_event_emit_at(call, no_outlet, days < 0 ? "LICENCE_EXPIRED" : "LICENCE_EXPIRING", licence,
                       psprintf("{\"days\":%d,\"valid_until\":\"%s\"}", days, mpos_cell_text(0, 3)));
}

typedef struct install_in {
    uint32 given;
    int64 v;
    const char *payload;
    const char *signature;
} install_in;

static const mpos_field install_fields[] = {
    {"v", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(install_in, v), 1, 1},
    {"payload", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(install_in, payload), 1, 6000},
    {"signature", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(install_in, signature), 1, 100},
};
MPOS_SHAPE(install, install_in);

static mpos_err
answer(mpos_call *call)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    (void)mpos_statement_run(&now_statement, &args);
    mpos_json_open(&call->body, NULL, '{');
    if (mpos_cell_text(0, 2) == NULL) {
        mpos_json_null(&call->body, "licence");
    } else {
        mpos_json_raw(&call->body, "licence", mpos_cell_text(0, 2));
        mpos_json_text(&call->body, "state", mpos_cell_text(0, 3));
        mpos_json_int(&call->body, "days", mpos_cell_int(0, 4));
    }
    mpos_json_open(&call->body, "used", '{');
    mpos_json_int(&call->body, "devices", mpos_cell_int(0, 5));
    mpos_json_int(&call->body, "outlets", mpos_cell_int(0, 6));
    mpos_json_close(&call->body, '}');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_licence_get(mpos_call *call)
{
    static const mpos_shape none_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;
    mpos_err err = mpos_input_params(call, &none_shape, &given);

    return err == MPOS_OK ? answer(call) : err;
}

mpos_err
mpos_licence_install(mpos_call *call)
{
    install_in in;
    uint8 payload[PAYLOAD_MAX];
    uint8 signature[crypto_sign_BYTES];
    size_t payload_size;
    size_t signature_size;
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &install_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (mpos_base64url_decode(in.payload, strlen(in.payload), payload, sizeof payload, &payload_size) !=
        MPOS_OK) {
        return mpos_refuse(call, MPOS_E_LICENCE_INVALID, "/payload", "%s", "");
    }
    if (mpos_base64url_decode(in.signature, strlen(in.signature), signature, sizeof signature,
                              &signature_size) != MPOS_OK ||
        signature_size != sizeof signature) {
        return mpos_refuse(call, MPOS_E_LICENCE_INVALID, "/signature", "%s", "");
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_bytes(&args, payload, payload_size);
    mpos_arg_bytes(&args, signature, signature_size);
    (void)mpos_statement_run(&install_statement, &args);
    return answer(call);
}
