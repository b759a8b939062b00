/* device_proof.c - reading and checking proofs of devices. */
#include "postgres.h"

#include "canon.h"
#include "device_key.h"
#include "device_proof.h"
#include "input.h"
#include "statement.h"

#define DOMAIN "mpos-device-v1"
#define NONCE_MIN 16

static mpos_statement forget_statement = {
    "DELETE FROM pos.device_nonce WHERE tenant_id = $1 AND device_id = $2 AND used_at < $3"};

static mpos_statement nonce_statement = {
    "INSERT INTO pos.device_nonce (tenant_id, device_id, nonce, used_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT DO NOTHING"};

/* The lock keeps a revocation out until the session that follows is there for it to end. */
static mpos_statement device_statement = {
    "SELECT d.kind, d.key_alg, d.public_key, t.pairing FROM pos.device d JOIN pos.tenant t ON t.tenant_id = "
    "d.tenant_id "
    "WHERE d.tenant_id = $1 AND d.device_id = $2 AND d.state = 'active' FOR SHARE OF d"};

static mpos_statement key_statement = {"SELECT key_alg, public_key FROM pos.device WHERE tenant_id = $1 AND "
                                       "device_id = $2 AND public_key IS NOT NULL"};

/* The part up to the next point; false when it is empty, too long or, unless it is the last, has no point after it. */
static bool
next_part(const char **at, bool last, char *out, size_t size)
{
    size_t len = strcspn(*at, ".");

    if (len == 0 || len >= size || ((*at)[len] == '.') == last) {
        return false;
    }
    memcpy(out, *at, len);
    out[len] = '\0';
    *at += len + (last ? 0 : 1);
    return true;
}

static bool
read_time(const char *text, int64 *out)
{
    int64 value = 0;

    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 17 || text[0] == '0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        value = value * 10 + (*text - '0');
    }
    *out = value;
    return true;
}

static bool
read_bytes(const char *text, uint8 *out, size_t min, size_t max, size_t *size)
{
    return mpos_base64url_decode(text, strlen(text), out, max, size) == MPOS_OK && *size >= min;
}

static bool
parse(const char *text, mpos_device_proof *out)
{
    char device[37];
    char signature[88];
    size_t size;

    return next_part(&text, false, device, sizeof device) &&
           next_part(&text, false, out->at_text, sizeof out->at_text) &&
           next_part(&text, false, out->nonce_text, sizeof out->nonce_text) &&
           next_part(&text, true, signature, sizeof signature) &&
           mpos_uuid_parse(device, strlen(device), out->device) && read_time(out->at_text, &out->at_us) &&
           read_bytes(out->nonce_text, out->nonce, NONCE_MIN, sizeof out->nonce, &out->nonce_size) &&
           read_bytes(signature, out->signature, sizeof out->signature, sizeof out->signature, &size);
}

static bool
is_timely(const mpos_call *call, const mpos_device_proof *proof)
{
    return proof->at_us >= call->now_us - MPOS_PROOF_WINDOW_US &&
           proof->at_us <= call->now_us + MPOS_PROOF_WINDOW_US;
}

mpos_err
mpos_device_proof_read(mpos_call *call, const char *text, mpos_device_proof *out)
{
    memset(out, 0, sizeof *out);
    if (text == NULL || !parse(text, out)) {
        return mpos_refuse(call, MPOS_E_DEVICE_KEY, NULL, "%s", "");
    }
    if (!is_timely(call, out)) {
        return mpos_refuse(call, MPOS_E_CLOCK_SKEW, NULL, "%s", "");
    }
    return MPOS_OK;
}

bool
mpos_device_proof_signed(const mpos_device_proof *proof, const char *request, const char *alg,
                         const bytea *key)
{
    char *message = psprintf(DOMAIN "\n%s\n%s\n%s", request, proof->at_text, proof->nonce_text);

    for (int i = 0; i < MPOS_KEY_ALGS; i++) {
        if (strcmp(mpos_key_alg_words[i], alg) == 0) {
            return mpos_device_key_verify((mpos_key_alg)i, (const uint8 *)VARDATA_ANY(key),
                                          VARSIZE_ANY_EXHDR(key), message, strlen(message), proof->signature);
        }
    }
    return false;
}

bool
mpos_device_proof_holds(const mpos_call *call, const uint8 device[16], const char *alg, const bytea *key,
                        const char *text, const char *request)
{
    mpos_device_proof proof = {0};

    return text != NULL && request != NULL && parse(text, &proof) && is_timely(call, &proof) &&
           memcmp(proof.device, device, sizeof proof.device) == 0 &&
           mpos_device_proof_signed(&proof, request, alg, key);
}

mpos_err
mpos_device_proof_use(mpos_call *call, const mpos_device_proof *proof)
{
    mpos_args old = {0};
    mpos_args fresh = {0};

    mpos_arg_uuid(&old, call->context.tenant);
    mpos_arg_uuid(&old, proof->device);
    mpos_arg_time(&old, call->now_us - 2 * MPOS_PROOF_WINDOW_US);
    (void)mpos_statement_run(&forget_statement, &old);
    mpos_arg_uuid(&fresh, call->context.tenant);
    mpos_arg_uuid(&fresh, proof->device);
    mpos_arg_bytes(&fresh, proof->nonce, proof->nonce_size);
    mpos_arg_time(&fresh, call->now_us);
    if (mpos_statement_run(&nonce_statement, &fresh) == 0) {
        return mpos_refuse(call, MPOS_E_DEVICE_KEY, NULL, "%s", "");
    }
    return MPOS_OK;
}

static mpos_err
admit_signed(mpos_call *call, const uint8 device[16], const char *alg, const bytea *key, const char *text,
             const char *request)
{
    mpos_device_proof proof;
    mpos_err err = mpos_device_proof_read(call, text, &proof);

    if (err != MPOS_OK) {
        return err;
    }
    if (request == NULL || memcmp(proof.device, device, sizeof proof.device) != 0 ||
        !mpos_device_proof_signed(&proof, request, alg, key)) {
        return mpos_refuse(call, MPOS_E_DEVICE_KEY, NULL, "%s", "");
    }
    return mpos_device_proof_use(call, &proof);
}

mpos_err
mpos_device_admit(mpos_call *call, const uint8 device[16], const char *proof, const char *request)
{
    mpos_args args = {0};
    const char *kind;
    const char *alg;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, device);
    if (mpos_statement_run(&device_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    kind = mpos_cell_text(0, 1);
    alg = mpos_cell_text(0, 2);
    if (alg != NULL) {
        return admit_signed(call, device, alg, mpos_cell_bytes(0, 3), proof, request);
    }
    if (strcmp(kind, "channel") != 0 && strcmp(mpos_cell_text(0, 4), "open") != 0) {
        return mpos_refuse(call, MPOS_E_PAIRING_REQUIRED, NULL, "%s", "");
    }
    return MPOS_OK;
}

mpos_err
mpos_device_prove(mpos_call *call, const uint8 device[16], const char *proof, const char *request)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, device);
    if (mpos_statement_run(&key_statement, &args) == 0) {
        return MPOS_OK;
    }
    return admit_signed(call, device, mpos_cell_text(0, 1), mpos_cell_bytes(0, 2), proof, request);
}
