/*
 * identity.c - signing in through an identity provider. The server talks to it and checks what it says; here it is decided who
 * that is, and with which role. Words: provider, issuer, subject, link, claim.
 */
#include "postgres.h"

#include "utils/formatting.h"

#include "input.h"
#include "json.h"
#include "operations.h"
#include "rights.h"
#include "session.h"
#include "sha256.h"
#include "sign_in.h"
#include "statement.h"

#define CODE_LIFE_US INT64CONST(60000000)
#define CLAIM_MAX 255
#define SEALED_HEX_MAX 1200

static mpos_statement provider_statement = {
    "SELECT issuer, client_id, encode(secret_sealed, 'hex'), role_claim FROM pos.identity_provider "
    "WHERE tenant_id = $1 AND enabled"};

static mpos_statement linked_statement = {
    "SELECT s.staff_id FROM pos.identity i JOIN pos.staff s ON s.tenant_id = i.tenant_id AND s.staff_id = "
    "i.staff_id "
    "WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.subject = $3 AND s.active"};

/* Only somebody who is not linked at this provider yet: an address may get another owner there. */
static mpos_statement email_statement = {
    "SELECT s.staff_id FROM pos.credential c JOIN pos.staff s ON s.tenant_id = c.tenant_id AND s.staff_id = "
    "c.staff_id "
    "JOIN pos.identity_provider p ON p.tenant_id = c.tenant_id AND p.link_email "
    "WHERE c.tenant_id = $1 AND c.email = $3 AND s.active AND NOT EXISTS (SELECT 1 FROM pos.identity "
    "i "
    "WHERE i.tenant_id = c.tenant_id AND i.issuer = $2 AND i.staff_id = c.staff_id) "
    "AND NOT EXISTS (SELECT 1 FROM pos.identity i WHERE i.tenant_id = c.tenant_id AND i.issuer = $2 AND "
    "i.subject = $4)"};

static mpos_statement link_statement = {
    "INSERT INTO pos.identity (tenant_id, issuer, subject, staff_id) VALUES ($1, $2, $3, $4)"};

/* The first role, in the order of what the provider says, that the business has mapped; no row when it maps none. */
static mpos_statement role_statement = {
    "SELECT r.role_id, r.code FROM pos.identity_provider p "
    "CROSS JOIN LATERAL jsonb_array_elements_text($2::jsonb) WITH ORDINALITY v (value, n) "
    "JOIN pos.role r ON r.tenant_id = p.tenant_id AND r.code = p.role_map ->> v.value "
    "WHERE p.tenant_id = $1 ORDER BY v.n LIMIT 1"};

static mpos_statement staff_role_statement = {"SELECT s.role_id, r.scopes FROM pos.staff s JOIN pos.role r "
                                              "ON r.tenant_id = s.tenant_id AND r.role_id = s.role_id "
                                              "WHERE s.tenant_id = $1 AND s.staff_id = $2 FOR UPDATE OF s"};

static mpos_statement set_role_statement = {"UPDATE pos.staff SET role_id = $3, role = $4, version = version "
                                            "+ 1 WHERE tenant_id = $1 AND staff_id = $2"};

static mpos_statement code_statement = {
    "INSERT INTO pos.sign_in_code (tenant_id, hash, staff_id, expires_at) VALUES ($1, $2, $3, $4)"};

static mpos_statement sweep_statement = {
    "DELETE FROM pos.sign_in_code WHERE tenant_id = $1 AND expires_at < $2"};

static mpos_statement use_statement = {
    "DELETE FROM pos.sign_in_code WHERE tenant_id = $1 AND hash = $2 AND expires_at > $3 RETURNING staff_id"};

static mpos_statement who_statement = {
    "SELECT s.rights_version, d.device_id, o.outlet_id, " MPOS_ROLE_COLUMNS " FROM pos.staff s "
    "JOIN pos.role r ON r.tenant_id = s.tenant_id AND r.role_id = s.role_id "
    "JOIN pos.outlet o ON o.tenant_id = s.tenant_id "
    "JOIN pos.device d ON d.tenant_id = o.tenant_id AND d.outlet_id = o.outlet_id AND d.kind = 'channel' "
    "AND d.state = 'active' WHERE s.tenant_id = $1 AND s.staff_id = $2 AND s.active ORDER BY o.code LIMIT 1"};

static mpos_statement get_statement = {"SELECT issuer, client_id, secret_sealed IS NOT NULL, role_claim, "
                                       "role_map::text, link_email, enabled, version "
                                       "FROM pos.identity_provider WHERE tenant_id = $1"};

/* A secret that is left out stays as it is, as long as it is for the same client: nobody else may be sent it. */
static mpos_statement put_statement = {
    "INSERT INTO pos.identity_provider AS p (tenant_id, issuer, client_id, secret_sealed, role_claim, "
    "role_map, link_email, "
    "enabled) VALUES ($1, $2, $3, decode($4, 'hex'), $5, $6::jsonb, $7, $8) ON CONFLICT (tenant_id) DO "
    "UPDATE SET "
    "issuer = excluded.issuer, client_id = excluded.client_id, "
    "secret_sealed = CASE WHEN p.issuer = excluded.issuer AND p.client_id = excluded.client_id "
    "THEN coalesce(excluded.secret_sealed, p.secret_sealed) ELSE excluded.secret_sealed END, "
    "role_claim = excluded.role_claim, "
    "role_map = excluded.role_map, link_email = excluded.link_email, enabled = excluded.enabled, version = "
    "p.version + 1"};

static mpos_statement unknown_role_statement = {"SELECT 1 FROM jsonb_each_text($2::jsonb) m WHERE NOT EXISTS "
                                                "(SELECT 1 FROM pos.role r WHERE r.tenant_id = $1 "
                                                "AND r.code = m.value)"};

/* Every role whose rights a provider can give: what the mapping names, and what the people have for whom it speaks. */
static mpos_statement mapped_roles_statement = {
    "SELECT " MPOS_ROLE_COLUMNS " FROM pos.role r WHERE r.tenant_id = $1 AND (r.code IN (SELECT m.value FROM "
    "jsonb_each_text($2::jsonb) m) OR $3 AND EXISTS (SELECT 1 FROM pos.staff s WHERE s.tenant_id = "
    "r.tenant_id AND s.role_id = r.role_id AND s.active))"};

typedef struct tenant_params {
    uint32 given;
    const char *tenant;
} tenant_params;

static const mpos_field tenant_fields[] = {
    {"tenant", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(tenant_params, tenant), 1, 63}};
MPOS_SHAPE(tenant, tenant_params);

typedef struct accept_params {
    uint32 given;
    uint8 tenant_id[16];
    uint8 code[MPOS_SHA256_LEN];
    const char *issuer;
    const char *subject;
    const char *email; /* verified by the provider; NULL for none */
    const char *roles; /* JSON array of texts; NULL when roles stay as they are */
} accept_params;

static const mpos_field accept_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(accept_params, tenant_id)},
    {"code", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(accept_params, code)},
    {"issuer", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(accept_params, issuer), 1, CLAIM_MAX},
    {"subject", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(accept_params, subject), 1, CLAIM_MAX},
    {"email", MPOS_IN_TEXT, 0, offsetof(accept_params, email), 3, 254},
    {"roles", MPOS_IN_TEXT, 0, offsetof(accept_params, roles), 2, 8192},
};
MPOS_SHAPE(accept, accept_params);

typedef struct finish_params {
    uint32 given;
    uint8 tenant_id[16];
    uint8 code[MPOS_SHA256_LEN];
    uint8 refresh[MPOS_SHA256_LEN];
} finish_params;

static const mpos_field finish_fields[] = {
    {"tenant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(finish_params, tenant_id)},
    {"code", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(finish_params, code)},
    {"refresh", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(finish_params, refresh)},
};
MPOS_SHAPE(finish, finish_params);

typedef struct put_in {
    uint32 given;
    const char *issuer;
    const char *client_id;
    const char *secret; /* sealed */
    const char *role_claim;
    const char *role_map; /* JSON object of texts */
    bool link_email;
    bool enabled;
} put_in;

static const mpos_field put_fields[] = {
    {"issuer", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(put_in, issuer), 1, CLAIM_MAX},
    {"client_id", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(put_in, client_id), 1, CLAIM_MAX},
    {"secret", MPOS_IN_TEXT, 0, offsetof(put_in, secret), 1, SEALED_HEX_MAX},
    {"role_claim", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(put_in, role_claim), 0, 64},
    {"role_map", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(put_in, role_map), 2, 8192},
    {"link_email", MPOS_IN_BOOL, MPOS_IN_REQUIRED, offsetof(put_in, link_email)},
    {"enabled", MPOS_IN_BOOL, MPOS_IN_REQUIRED, offsetof(put_in, enabled)},
};
MPOS_SHAPE(put, put_in);

/* For the server alone. */
mpos_err
mpos_identity_provider(mpos_call *call)
{
    tenant_params in;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &tenant_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_sign_in_enter(call, in.tenant);
    mpos_arg_uuid(&args, call->context.tenant);
    if (mpos_statement_run(&provider_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "tenant_id", call->context.tenant);
    mpos_json_text(&call->body, "issuer", mpos_cell_text(0, 1));
    mpos_json_text(&call->body, "client_id", mpos_cell_text(0, 2));
    mpos_json_text(&call->body, "sealed", mpos_cell_text(0, 3));
    mpos_json_text(&call->body, "role_claim", mpos_cell_text(0, 4));
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static bool
find_linked(const accept_params *in, uint8 staff[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, in->tenant_id);
    mpos_arg_text(&args, in->issuer);
    mpos_arg_text(&args, in->subject);
    return mpos_statement_run(&linked_statement, &args) > 0 && mpos_cell_uuid(0, 1, staff);
}

/* The first time: by an e-mail that the provider has verified. */
static bool
link_by_email(const accept_params *in, uint8 staff[16])
{
    mpos_args find = {0};
    mpos_args link = {0};

    if (in->email == NULL) {
        return false;
    }
    mpos_arg_uuid(&find, in->tenant_id);
    mpos_arg_text(&find, in->issuer);
    mpos_arg_text(&find, asc_tolower(in->email, strlen(in->email)));
    mpos_arg_text(&find, in->subject);
    if (mpos_statement_run(&email_statement, &find) != 1) {
        return false;
    }
    (void)mpos_cell_uuid(0, 1, staff);
    mpos_arg_uuid(&link, in->tenant_id);
    mpos_arg_text(&link, in->issuer);
    mpos_arg_text(&link, in->subject);
    mpos_arg_uuid(&link, staff);
    (void)mpos_statement_run(&link_statement, &link);
    return true;
}

/* Gives the person the role that the provider's claim stands for here. */
static mpos_err
apply_role(mpos_call *call, const accept_params *in, const uint8 staff[16])
{
    mpos_args find = {0};
    mpos_args now = {0};
    mpos_args set = {0};
    uint8 wanted[16];
    uint8 held[16];
    const char *code;
    uint64 scopes;

    mpos_people_lock(call);
    mpos_arg_uuid(&find, in->tenant_id);
    mpos_arg_text(&find, in->roles);
    if (mpos_statement_run(&role_statement, &find) == 0) {
        return mpos_refuse(call, MPOS_E_SSO_REFUSED, NULL,
                           "The provider names no role that this business knows.");
    }
    (void)mpos_cell_uuid(0, 1, wanted);
    code = mpos_cell_text(0, 2);
    mpos_arg_uuid(&now, in->tenant_id);
    mpos_arg_uuid(&now, staff);
    (void)mpos_statement_run(&staff_role_statement, &now);
    (void)mpos_cell_uuid(0, 1, held);
    scopes = (uint64)mpos_cell_big(0, 2);
    if (memcmp(wanted, held, sizeof held) == 0) {
        return MPOS_OK;
    }
    mpos_arg_uuid(&set, in->tenant_id);
    mpos_arg_uuid(&set, staff);
    mpos_arg_uuid(&set, wanted);
    mpos_arg_text(&set, code);
    (void)mpos_statement_run(&set_role_statement, &set);
    mpos_rights_changed(call, staff, NULL);
    return mpos_manager_left(call, scopes);
}

static void
store_code(mpos_call *call, const accept_params *in, const uint8 staff[16])
{
    mpos_args old = {0};
    mpos_args args = {0};

    mpos_arg_uuid(&old, in->tenant_id);
    mpos_arg_time(&old, call->now_us);
    (void)mpos_statement_run(&sweep_statement, &old);
    mpos_arg_uuid(&args, in->tenant_id);
    mpos_arg_bytes(&args, in->code, sizeof in->code);
    mpos_arg_uuid(&args, staff);
    mpos_arg_time(&args, call->now_us + CODE_LIFE_US);
    (void)mpos_statement_run(&code_statement, &args);
}

mpos_err
mpos_identity_accept(mpos_call *call)
{
    accept_params in;
    uint8 staff[16];
    mpos_err err = mpos_input_params(call, &accept_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant_id);
    if (!find_linked(&in, staff) && !link_by_email(&in, staff)) {
        return mpos_refuse(call, MPOS_E_SSO_REFUSED, NULL, "Nobody here is known by that identity.");
    }
    err = in.roles != NULL ? apply_role(call, &in, staff) : MPOS_OK;
    if (err != MPOS_OK) {
        return err;
    }
    store_code(call, &in, staff);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_bool(&call->body, "done", true);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

static bool
use_code(const mpos_call *call, const finish_params *in, uint8 staff[16])
{
    mpos_args use = {0};
    mpos_args who = {0};

    mpos_arg_uuid(&use, in->tenant_id);
    mpos_arg_bytes(&use, in->code, sizeof in->code);
    mpos_arg_time(&use, call->now_us);
    if (mpos_statement_run(&use_statement, &use) != 1 || !mpos_cell_uuid(0, 1, staff)) {
        return false;
    }
    mpos_arg_uuid(&who, in->tenant_id);
    mpos_arg_uuid(&who, staff);
    return mpos_statement_run(&who_statement, &who) > 0;
}

mpos_err
mpos_identity_finish(mpos_call *call)
{
    finish_params in;
    uint8 staff[16];
    uint8 device[16];
    uint8 outlet[16];
    uint8 id[16];
    mpos_role role;
    mpos_session session;
    mpos_err err = mpos_input_params(call, &finish_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_call_enter(call, in.tenant_id);
    if (!use_code(call, &in, staff)) {
        return mpos_refuse(call, MPOS_E_SSO_REFUSED, NULL, "%s", "");
    }
    (void)mpos_cell_uuid(0, 2, device);
    (void)mpos_cell_uuid(0, 3, outlet);
    mpos_role_read(0, 4, &role);
    session = (mpos_session){.kind = "staff",
                             .method = "sso",
                             .staff = staff,
                             .device = device,
                             .outlet = outlet,
                             .scopes = role.scopes,
                             .rights_version = mpos_cell_int(0, 1),
                             .discount_limit = role.discount_limit,
                             .refund_limit = role.refund_limit,
                             .refresh_hash = in.refresh,
                             .refresh_lasts_s = role.refresh_hours * 3600};
    mpos_session_insert(call, &session, id);
    return mpos_session_answer(call, id, call->now_us + INT64CONST(1000000) * session.refresh_lasts_s)
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_SSO_REFUSED, NULL, "%s", "");
}

/* Who sets a provider gives the rights of these roles to whoever the provider says. */
static mpos_err
check_map(mpos_call *call, const put_in *in)
{
    mpos_args args = {0};
    uint64 count;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, in->role_map);
    if (mpos_statement_run(&unknown_role_statement, &args) > 0) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/role_map",
                           "The mapping names a role that is not there.");
    }
    mpos_arg_bool(&args, in->enabled);
    count = mpos_statement_run(&mapped_roles_statement, &args);
    for (uint64 i = 0; i < count; i++) {
        mpos_role role;
        mpos_err err;

        (void)mpos_statement_run(&mapped_roles_statement, &args);
        mpos_role_read(i, 1, &role);
        err = mpos_rights_cover(call, &role);
        if (err != MPOS_OK) {
            return err;
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_identity_get(mpos_call *call)
{
    mpos_args args = {0};
    StringInfo out = &call->body;

    mpos_arg_uuid(&args, call->context.tenant);
    if (mpos_statement_run(&get_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "issuer", mpos_cell_text(0, 1));
    mpos_json_text(out, "client_id", mpos_cell_text(0, 2));
    mpos_json_bool(out, "has_secret", mpos_cell_bool(0, 3));
    mpos_json_text(out, "role_claim", mpos_cell_text(0, 4));
    mpos_json_raw(out, "role_map", mpos_cell_text(0, 5));
    mpos_json_bool(out, "link_email", mpos_cell_bool(0, 6));
    mpos_json_bool(out, "enabled", mpos_cell_bool(0, 7));
    mpos_json_int(out, "version", mpos_cell_int(0, 8));
    mpos_json_close(out, '}');
    return MPOS_OK;
}

mpos_err
mpos_identity_put(mpos_call *call)
{
    put_in in;
    mpos_args args = {0};
    mpos_err err = mpos_input_body(call, &put_shape, &in);

    if (err == MPOS_OK) {
        err = check_map(call, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_text(&args, in.issuer);
    mpos_arg_text(&args, in.client_id);
    mpos_arg_text(&args, in.secret);
    mpos_arg_text(&args, in.role_claim);
    mpos_arg_text(&args, in.role_map);
    mpos_arg_bool(&args, in.link_email);
    mpos_arg_bool(&args, in.enabled);
    (void)mpos_statement_run(&put_statement, &args);
    return mpos_identity_get(call);
}
