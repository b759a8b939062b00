/*
 * credential.c - what signed-in people do with their own credential: another password, a second factor on and off. Each begins
 * with the credential itself, proves the password, the second factor, or both, and ends with one operation.
 * Words: credential, second factor, proof.
 */
#include "api/fields.h"
#include "api/call.h"

#include <sodium.h>
#include <string.h>

#include "auth/factor.h"
#include "auth/password.h"
#include "auth/weak.h"
#include "base/clock.h"
#include "context.h"

#define EMAIL_MAX 254
#define RECOVERY_TEXT (FACTOR_RECOVERY_CODES * (FACTOR_RECOVERY_TEXT + 2))

typedef struct task task;

typedef struct task_kind {
    const char *operation;
    const field_rule *rules;
    size_t rule_count;
    const char *password; /* the field that proves it, NULL for none */
    bool pending_factor;  /* the code proves a second factor that is not yet in force */
    void (*act)(task *task);
} task_kind;

struct task {
    password_check check; /* first */
    api_exchange *exchange;
    const task_kind *kind;
    json_t *credential;
    char code[FACTOR_CODE_MAX + 1];
    char password[PASSWORD_PIN_MAX + 1]; /* the new one */
    factor factor;
    char answer[1024]; /* JSON of the answer when the operation has succeeded; holds secrets */
};

static const char *
text_of(const task *task, const char *name)
{
    const char *text = json_string_value(json_object_get(task->credential, name));

    return text != NULL ? text : "";
}

static void
finish(task *task)
{
    json_decref(task->credential);
    task->credential = NULL;
    sodium_memzero(task->code, sizeof task->code);
    sodium_memzero(task->password, sizeof task->password);
    sodium_memzero(task->answer, sizeof task->answer);
}

static void
refuse(task *task, mpos_err err, const char *field)
{
    http_problem(&task->exchange->http, err, field, NULL);
    finish(task);
}

static void
on_acted(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    task *task = exchange->own;

    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
    } else {
        PQclear(reply->result);
        http_header(&exchange->http, "cache-control", H2O_STRLIT("no-store"));
        http_text(&exchange->http, 200, "application/json", task->answer, strlen(task->answer));
    }
    finish(task);
}

/* The operation, with the secret in the member of its body that no record keeps. */
static void
act(task *task, const char *member, const char *secret)
{
    text_buf params = {0};
    text_buf body = {0};
    api_request request = {.operation = task->kind->operation, .scope = MPOS_SCOPE_SESSION, .lane = DB_FAST};

    text_addf(&params, "{\"person\":\"%s\"", text_of(task, "person"));
    factor_params(&params, &task->factor);
    text_add_z(&params, "}");
    text_add_z(&body, "{");
    if (secret != NULL) {
        text_addf(&body, "\"%s\":", member);
        text_add_json(&body, secret, strlen(secret));
    }
    text_add_z(&body, "}");
    request.params = params.data;
    request.params_len = params.len;
    request.body = body.data;
    request.body_len = body.len;
    api_call(task->exchange, &request, on_acted);
    sodium_memzero(body.data, body.len);
    text_free(&params);
    text_free(&body);
}

static void
submit(task *task, void (*done)(password_check *))
{
    task->check.done = done;
    http_hold(&task->exchange->http);
    if (!password_submit(task->exchange->http.worker->passwords, &task->check)) {
        refuse(task, MPOS_E_OVERLOADED, NULL);
        http_release(&task->exchange->http);
    }
}

static void
on_made(password_check *check)
{
    task *it = (task *)check;
    http_exchange *http = &it->exchange->http;

    strcpy(it->answer, "{\"done\":true}");
    if (check->matches) {
        act(it, "verifier", check->verifier);
    } else {
        refuse(it, MPOS_E_OVERLOADED, NULL);
    }
    http_release(http);
}

static void
change_password(task *task)
{
    if (password_is_weak(task->password, text_of(task, "email"), text_of(task, "slug"))) {
        refuse(task, MPOS_E_PASSWORD_WEAK, "/new_password");
        return;
    }
    task->check.makes = true;
    task->check.pin_len = strlen(task->password);
    memcpy(task->check.pin, task->password, task->check.pin_len);
    submit(task, on_made);
}

static void
purpose_of(const task *task, char out[FACTOR_PURPOSE_SIZE])
{
    char tenant[UUID_TEXT_SIZE];
    char staff[UUID_TEXT_SIZE];

    text_uuid(task->exchange->claims.tenant, tenant);
    text_uuid(task->exchange->claims.actor, staff);
    factor_purpose(tenant, staff, out);
}

/* otpauth://totp/M_POS:NAME, what authenticators read from a QR code; the name has no character that needs escaping. */
static void
enrol(task *task)
{
    char purpose[FACTOR_PURPOSE_SIZE];
    text_buf base32 = {0};
    text_buf sealed = {0};

    purpose_of(task, purpose);
    factor_make(purpose, &base32, &sealed);
    snprintf(task->answer, sizeof task->answer,
             "{\"secret\":\"%s\",\"uri\":\"otpauth://totp/M_POS:%s?secret=%s&issuer=M_POS\"}", base32.data,
             text_of(task, "slug"), base32.data);
    act(task, "secret", sealed.data);
    sodium_memzero(base32.data, base32.len);
    text_free(&base32);
    text_free(&sealed);
}

static void
confirm(task *task)
{
    char code[FACTOR_RECOVERY_TEXT];
    text_buf hashes = {0};
    size_t at = (size_t)snprintf(task->answer, sizeof task->answer, "{\"recovery_codes\":[");

    _Static_assert(RECOVERY_TEXT + 32 < sizeof task->answer, "all codes fit");
    for (int i = 0; i < FACTOR_RECOVERY_CODES; i++) {
        factor_make_recovery(code, &hashes);
        at +=
            (size_t)snprintf(task->answer + at, sizeof task->answer - at, "%s\"%s\"", i > 0 ? "," : "", code);
    }
    snprintf(task->answer + at, sizeof task->answer - at, "]}");
    act(task, "secret", hashes.data);
    sodium_memzero(code, sizeof code);
    text_free(&hashes);
}

static void
disable(task *task)
{
    strcpy(task->answer, "{\"done\":true}");
    act(task, NULL, NULL);
}

/* The code, when the person has a second factor or is about to have one. */
static bool
factor_fits(task *task)
{
    char purpose[FACTOR_PURPOSE_SIZE];
    bool confirmed = json_is_true(json_object_get(task->credential, "confirmed"));

    if (!confirmed && !task->kind->pending_factor) {
        return true;
    }
    purpose_of(task, purpose);
    return factor_check(task->code, text_of(task, "sealed"), purpose, clock_now_us() / 1000000,
                        &task->factor) &&
           (!task->kind->pending_factor || task->factor.step > 0);
}

static void
prove_factor(task *task)
{
    if (factor_fits(task)) {
        task->kind->act(task);
    } else {
        refuse(task, MPOS_E_SECOND_FACTOR, NULL);
    }
}

static void
on_checked(password_check *check)
{
    task *it = (task *)check;
    http_exchange *http = &it->exchange->http;

    if (check->matches) {
        prove_factor(it);
    } else {
        refuse(it, MPOS_E_BAD_CREDENTIALS, NULL);
    }
    http_release(http);
}

static void
on_credential(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field,
              const char *detail, const char *sqlstate)
{
    task *task = exchange->own;
    json_int_t locked_s;

    (void)sqlstate;
    if (err != MPOS_OK) {
        http_problem(&exchange->http, err, field, detail);
        finish(task);
        return;
    }
    task->credential = json_loadb(reply->body.base, reply->body.len, 0, NULL);
    PQclear(reply->result);
    locked_s = json_integer_value(json_object_get(task->credential, "locked_s"));
    if (locked_s > 0) {
        exchange->http.retry_after_s = (unsigned)locked_s;
        refuse(task, MPOS_E_LOCKED_OUT, NULL);
    } else if (task->kind->password == NULL) {
        prove_factor(task);
    } else {
        (void)fields_copy(task->credential, "verifier", task->check.verifier, sizeof task->check.verifier);
        submit(task, on_checked);
    }
}

static void
start(api_exchange *exchange, const task_kind *kind)
{
    http_refusal refusal = {0};
    mpos_err err;
    json_t *body = fields_read(exchange->http.req->entity, kind->rules, kind->rule_count, &err, &refusal);
    task *task = api_own(exchange, sizeof *task);
    api_request request = {.operation = "credential.own",
                           .scope = MPOS_SCOPE_SESSION,
                           .lane = DB_FAST,
                           .repeatable = true,
                           .params = "{}",
                           .params_len = 2};

    task->exchange = exchange;
    task->kind = kind;
    if (body == NULL) {
        http_problem(&exchange->http, err, refusal.field, NULL);
        return;
    }
    if (kind->password != NULL) {
        task->check.pin_len = json_string_length(json_object_get(body, kind->password));
        memcpy(task->check.pin, json_string_value(json_object_get(body, kind->password)),
               task->check.pin_len);
    }
    (void)fields_copy(body, "code", task->code, sizeof task->code);
    (void)fields_copy(body, "new_password", task->password, sizeof task->password);
    fields_free(body, kind->rules, kind->rule_count);
    api_call(exchange, &request, on_credential);
}

#define RULE_PASSWORD(name)                                                                                  \
    {                                                                                                        \
        name, 1, PASSWORD_PIN_MAX, true, true                                                                \
    }
#define RULE_CODE(required)                                                                                  \
    {                                                                                                        \
        "code", 6, FACTOR_CODE_MAX, required, true                                                           \
    }

void
api_password_change(api_exchange *exchange)
{
    static const field_rule rules[] = {RULE_PASSWORD("current_password"), RULE_PASSWORD("new_password"),
                                       RULE_CODE(false)};
    static const task_kind kind = {"credential.password", rules, 3,
                                   "current_password",    false, change_password};

    start(exchange, &kind);
}

void
api_totp_enrol(api_exchange *exchange)
{
    static const field_rule rules[] = {RULE_PASSWORD("password")};
    static const task_kind kind = {"totp.enrol", rules, 1, "password", false, enrol};

    start(exchange, &kind);
}

void
api_totp_confirm(api_exchange *exchange)
{
    static const field_rule rules[] = {RULE_CODE(true)};
    static const task_kind kind = {"totp.confirm", rules, 1, NULL, true, confirm};

    start(exchange, &kind);
}

void
api_totp_disable(api_exchange *exchange)
{
    static const field_rule rules[] = {RULE_PASSWORD("password"), RULE_CODE(true)};
    static const task_kind kind = {"totp.disable", rules, 2, "password", false, disable};

    start(exchange, &kind);
}
