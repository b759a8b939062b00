/*
 * password.c - signing in to the back office by e-mail and password, and what people do with their own credential. Verifiers
 * are made and checked in the server. Words: credential, verifier, second factor, step, recovery code.
 */
#include "postgres.h"

#include "utils/formatting.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "rights.h"
#include "sign_in.h"
#include "sign_in_guard.h"
#include "statement.h"
#include "uuid.h"

#define VERIFIER_MAX 128
#define SEALED_HEX_MAX 512
#define RECOVERY_CODES 10
#define HASH_HEX (2 * MPOS_SHA256_LEN)

/* Without an outlet: the first one by code. */
static mpos_statement lookup_statement = {
    "SELECT o.outlet_id, s.staff_id, c.password_verifier, encode(c.totp_sealed, 'hex'), c.totp_confirmed "
    "FROM pos.credential c JOIN pos.staff s ON s.tenant_id = c.tenant_id AND s.staff_id = c.staff_id "
    "JOIN pos.outlet o ON o.tenant_id = c.tenant_id AND ($3::text IS NULL OR o.code = $3) "
    "WHERE c.tenant_id = $1 AND c.email = $2 AND c.password_verifier IS NOT NULL AND s.active "
    "ORDER BY o.code LIMIT 1"};

static mpos_statement own_statement = {
    "SELECT c.password_verifier, encode(c.totp_sealed, 'hex'), c.totp_confirmed, c.email, t.slug "
    "FROM pos.credential c JOIN pos.tenant t ON t.tenant_id = c.tenant_id "
    "WHERE c.tenant_id = $1 AND c.staff_id = $2 AND c.password_verifier IS NOT NULL"};

static mpos_statement factor_statement = {
    "SELECT totp_confirmed, totp_step FROM pos.credential WHERE tenant_id = $1 AND staff_id = $2 FOR UPDATE"};

static mpos_statement step_statement = {
    "UPDATE pos.credential SET totp_step = $3 WHERE tenant_id = $1 AND staff_id = $2"};

static mpos_statement recover_statement = {
    "UPDATE pos.recovery_code SET used_at = $4 WHERE tenant_id = $1 AND staff_id = $2 AND hash = $3 "
    "AND used_at IS NULL"};

static mpos_statement verifier_statement = {
    "UPDATE pos.credential SET password_verifier = $3 WHERE tenant_id = $1 AND staff_id = $2"};

static mpos_statement enrol_statement = {
    "UPDATE pos.credential SET totp_sealed = decode($3, 'hex'), totp_step = 0 "
    "WHERE tenant_id = $1 AND staff_id = $2 AND NOT totp_confirmed"};

static mpos_statement confirm_statement = {
    "UPDATE pos.credential SET totp_confirmed = true, totp_step = $3 "
    "WHERE tenant_id = $1 AND staff_id = $2 AND NOT totp_confirmed AND totp_sealed IS NOT NULL"};

static mpos_statement disable_statement = {"UPDATE pos.credential SET totp_confirmed = false, totp_sealed = "
                                           "NULL WHERE tenant_id = $1 AND staff_id = $2"};

static mpos_statement forget_codes_statement = {
    "DELETE FROM pos.recovery_code WHERE tenant_id = $1 AND staff_id = $2"};

static mpos_statement codes_statement = {"INSERT INTO pos.recovery_code (tenant_id, staff_id, hash) "
                                         "SELECT $1, $2, decode(substr($3, 64 * n + 1, 64), 'hex') FROM "
                                         "generate_series(0, length($3) / 64 - 1) n"};

static mpos_statement set_statement = {
    "INSERT INTO pos.credential AS c (tenant_id, staff_id, email, password_verifier) "
    "SELECT s.tenant_id, s.staff_id, lower($3), $4 FROM pos.staff s WHERE s.tenant_id = $1 AND s.staff_id = "
    "$2 "
    "ON CONFLICT (tenant_id, staff_id) DO UPDATE SET email = excluded.email, "
    "password_verifier = excluded.password_verifier, totp_sealed = NULL, totp_confirmed = false"};

static mpos_statement email_statement = {
    "SELECT 1 FROM pos.credential WHERE tenant_id = $1 AND email = lower($2) AND staff_id <> $3"};

static mpos_statement role_statement = {
    "SELECT " MPOS_ROLE_COLUMNS
    " FROM pos.staff s JOIN pos.role r ON r.tenant_id = s.tenant_id AND r.role_id = s.role_id "
    "WHERE s.tenant_id = $1 AND s.staff_id = $2"};

/* The row says who has changed what; the journal does not know the credential itself. */
static mpos_statement touch_statement = {
    "UPDATE pos.staff SET version = version + 1 WHERE tenant_id = $1 AND staff_id = $2"};

typedef struct lookup_params {
    uint32 given;
    const char *tenant;
    const char *email;
    const char *outlet;
} lookup_params;

static const mpos_field lookup_fields[] = {
    {"tenant", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, tenant), 1, 63},
    {"email", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(lookup_params, email), 3, 254},
    {"outlet", MPOS_IN_TEXT, 0, offsetof(lookup_params, outlet), 1, 32},
};
MPOS_SHAPE(lookup, lookup_params);

typedef struct step_params {
    uint32 given;
    int64 step;
    uint8 person[MPOS_SHA256_LEN];
    uint8 recovery[MPOS_SHA256_LEN];
} step_params;

static const mpos_field step_fields[] = {
    {"step", MPOS_IN_INT, 0, offsetof(step_params, step), 1, INT64CONST(100000000000)},
    {"person", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(step_params, person)},
    {"recovery", MPOS_IN_HASH, 0, offsetof(step_params, recovery)},
};
MPOS_SHAPE(step, step_params);

/* Always in members that no record of the call keeps (pii_input.c). */
typedef struct secret_in {
    uint32 given;
    const char *email;
    const char *verifier;
    const char *secret;
} secret_in;

enum { GIVEN_EMAIL, GIVEN_VERIFIER, GIVEN_SECRET };

static const mpos_field secret_fields[] = {
    {"email", MPOS_IN_TEXT, 0, offsetof(secret_in, email), 3, 254},
    {"verifier", MPOS_IN_TEXT, 0, offsetof(secret_in, verifier), 1, VERIFIER_MAX},
    {"secret", MPOS_IN_TEXT, 0, offsetof(secret_in, secret), 1, RECOVERY_CODES *HASH_HEX},
};
MPOS_SHAPE(secret, secret_in);

typedef struct staff_params {
    uint32 given;
    uint8 staff_id[16];
} staff_params;

static const mpos_field staff_fields[] = {
    {"staff_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(staff_params, staff_id)}};
MPOS_SHAPE(staff, staff_params);

static void
person_args(mpos_args *args, const mpos_call *call, const uint8 *staff)
{
    mpos_arg_uuid(args, call->context.tenant);
    mpos_arg_uuid(args, staff);
}

static void
run_for(mpos_statement *statement, const mpos_call *call, const uint8 *staff)
{
    mpos_args args = {0};

    person_args(&args, call, staff);
    (void)mpos_statement_run(statement, &args);
}

static void
answer_done(mpos_call *call)
{
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "done", true);
    mpos_json_close(&call->body, '}');
}

static void
count_attempt(mpos_call *call, const uint8 person[MPOS_SHA256_LEN])
{
    mpos_json_int(&call->body, "locked_s", mpos_guard_count(call, MPOS_GUARD_PERSON, person));
    mpos_json_hex(&call->body, "person", person, MPOS_SHA256_LEN);
}

/* Verifier and second factor of a row of the last statement, from that column on. */
static void
credential_json(mpos_call *call, int column)
{
    mpos_json_text(&call->body, "verifier", mpos_cell_text(0, column));
    mpos_json_text(&call->body, "sealed", mpos_cell_text(0, column + 1));
    mpos_json_bool(&call->body, "confirmed", mpos_cell_bool(0, column + 2));
}

mpos_err
mpos_auth_password(mpos_call *call)
{
    lookup_params in;
    mpos_args args = {0};
    uint8 id[16];
    uint8 person[MPOS_SHA256_LEN];
    mpos_err err = mpos_input_params(call, &lookup_shape, &in);
    bool found;

    if (err != MPOS_OK) {
        return err;
    }
    mpos_json_open(&call->body, NULL, '{');
    /* Counted and looked up under one spelling: another one would have counters of its own. */
    in.email = asc_tolower(in.email, strlen(in.email));
    mpos_guard_subject("password", in.tenant, in.email, NULL, person);
    count_attempt(call, person);
    mpos_sign_in_enter(call, in.tenant);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, in.email);
    mpos_arg_text(&args, in.outlet);
    found = mpos_statement_run(&lookup_statement, &args) > 0;
    mpos_json_bool(&call->body, "found", found);
    if (found) {
        mpos_json_uuid(&call->body, "tenant_id", call->context.tenant);
        (void)mpos_cell_uuid(0, 1, id);
        mpos_json_uuid(&call->body, "outlet_id", id);
        (void)mpos_cell_uuid(0, 2, id);
        mpos_json_uuid(&call->body, "staff_id", id);
        credential_json(call, 3);
    }
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

/* For the server alone: no route leads here. */
mpos_err
mpos_credential_own(mpos_call *call)
{
    mpos_args args = {0};
    char session[37];
    uint8 person[MPOS_SHA256_LEN];

    mpos_uuid_text(call->context.actor, session);
    mpos_guard_subject("own", session, NULL, NULL, person);
    mpos_json_open(&call->body, NULL, '{');
    count_attempt(call, person);
    person_args(&args, call, call->context.actor);
    if (mpos_statement_run(&own_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    credential_json(call, 1);
    mpos_json_text(&call->body, "email", mpos_cell_text(0, 4));
    mpos_json_text(&call->body, "slug", mpos_cell_text(0, 5));
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static bool
use_recovery(mpos_call *call, const uint8 *staff, const uint8 *hash)
{
    mpos_args args = {0};

    person_args(&args, call, staff);
    mpos_arg_bytes(&args, hash, MPOS_SHA256_LEN);
    mpos_arg_time(&args, call->now_us);
    return mpos_statement_run(&recover_statement, &args) == 1;
}

bool
mpos_second_factor(mpos_call *call, const uint8 staff[16], int64 step, const uint8 *recovery)
{
    mpos_args args = {0};
    mpos_args use = {0};

    person_args(&args, call, staff);
    if (mpos_statement_run(&factor_statement, &args) == 0) {
        return false;
    }
    if (!mpos_cell_bool(0, 1)) {
        return true;
    }
    if (recovery != NULL) {
        return use_recovery(call, staff, recovery);
    }
    if (step <= mpos_cell_big(0, 2)) {
        return false;
    }
    person_args(&use, call, staff);
    mpos_arg_big(&use, step);
    (void)mpos_statement_run(&step_statement, &use);
    return true;
}

/* What every change of one's own credential begins with: the second factor is used up, the attempt forgiven. */
static mpos_err
begin_own(mpos_call *call, secret_in *in)
{
    step_params step;
    mpos_err err = mpos_input_params(call, &step_shape, &step);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &secret_shape, in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_second_factor(call, call->context.actor, step.step,
                            MPOS_GIVEN(&step, 2) ? step.recovery : NULL)) {
        return mpos_refuse(call, MPOS_E_SECOND_FACTOR, NULL, "%s", "");
    }
    mpos_guard_forgive(MPOS_GUARD_PERSON, step.person);
    run_for(&touch_statement, call, call->context.actor);
    return MPOS_OK;
}

mpos_err
mpos_credential_password(mpos_call *call)
{
    secret_in in;
    mpos_args args = {0};
    mpos_err err = begin_own(call, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (in.verifier == NULL) {
        return mpos_refuse(call, MPOS_E_MISSING_FIELD, "/verifier", "%s", "");
    }
    person_args(&args, call, call->context.actor);
    mpos_arg_text(&args, in.verifier);
    (void)mpos_statement_run(&verifier_statement, &args);
    mpos_rights_withdrawn(call, call->context.actor, call->context.session);
    answer_done(call);
    return MPOS_OK;
}

mpos_err
mpos_totp_enrol(mpos_call *call)
{
    secret_in in;
    mpos_args args = {0};
    mpos_err err = begin_own(call, &in);

    if (err != MPOS_OK) {
        return err;
    }
    person_args(&args, call, call->context.actor);
    mpos_arg_text(&args, in.secret);
    if (in.secret == NULL || strlen(in.secret) > SEALED_HEX_MAX ||
        mpos_statement_run(&enrol_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NAME_TAKEN, NULL, "There is a second factor already.");
    }
    answer_done(call);
    return MPOS_OK;
}

static void
insert_codes(mpos_call *call, const char *hashes)
{
    mpos_args args = {0};

    run_for(&forget_codes_statement, call, call->context.actor);
    person_args(&args, call, call->context.actor);
    mpos_arg_text(&args, hashes);
    (void)mpos_statement_run(&codes_statement, &args);
}

mpos_err
mpos_totp_confirm(mpos_call *call)
{
    secret_in in;
    step_params step;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &step_shape, &step);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &secret_shape, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    person_args(&args, call, call->context.actor);
    mpos_arg_big(&args, step.step);
    if (in.secret == NULL || mpos_statement_run(&confirm_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "No second factor waits to be confirmed.");
    }
    mpos_guard_forgive(MPOS_GUARD_PERSON, step.person);
    run_for(&touch_statement, call, call->context.actor);
    insert_codes(call, in.secret);
    answer_done(call);
    return MPOS_OK;
}

mpos_err
mpos_totp_disable(mpos_call *call)
{
    secret_in in;
    mpos_err err = begin_own(call, &in);

    if (err != MPOS_OK) {
        return err;
    }
    run_for(&forget_codes_statement, call, call->context.actor);
    run_for(&disable_statement, call, call->context.actor);
    answer_done(call);
    return MPOS_OK;
}

/* Nobody gives a password to somebody who may do more than themselves. */
static mpos_err
check_staff(mpos_call *call, const uint8 staff[16], const secret_in *in)
{
    mpos_args args = {0};
    mpos_args taken = {0};
    mpos_role role;
    mpos_err err;

    if (in->email == NULL) {
        return mpos_refuse(call, MPOS_E_MISSING_FIELD, "/email", "%s", "");
    }
    person_args(&args, call, staff);
    if (mpos_statement_run(&role_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_role_read(0, 1, &role);
    err = mpos_rights_cover(call, &role);
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&taken, call->context.tenant);
    mpos_arg_text(&taken, in->email);
    mpos_arg_uuid(&taken, staff);
    return mpos_statement_run(&email_statement, &taken) == 0
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_NAME_TAKEN, "/email", "%s", "");
}

mpos_err
mpos_staff_password(mpos_call *call)
{
    staff_params params;
    secret_in in;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &staff_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &secret_shape, &in);
    }
    if (err == MPOS_OK) {
        mpos_people_lock(call);
        err = check_staff(call, params.staff_id, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    run_for(&forget_codes_statement, call, params.staff_id);
    person_args(&args, call, params.staff_id);
    mpos_arg_text(&args, in.email);
    mpos_arg_text(&args, in.verifier);
    (void)mpos_statement_run(&set_statement, &args);
    run_for(&touch_statement, call, params.staff_id);
    mpos_rights_withdrawn(call, params.staff_id, NULL);
    answer_done(call);
    return MPOS_OK;
}
