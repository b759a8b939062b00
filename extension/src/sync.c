/*
 * sync.c - the log of a device as the server knows it, and pushing to it. One push is one transaction: the device's row is
 * locked, numbers must follow without gap, each operation chains to the one before, results are kept for repetitions.
 */
#include "postgres.h"

#include "storage/proc.h"

#include "cursor.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "op.h"
#include "pii_store.h"
#include "shift.h"
#include "sqlstate.h"
#include "sync.h"

#define PUSH_OPS_MAX 50
#define SEQ_MAX INT64CONST(9007199254740991)
#define PUSH_LOCK_WAIT_MS 2000
#define CODE_MAX 32
/* Under this code waits what a device did before it learnt that it was revoked: a stolen till may hold real sales. */
#define DEVICE_REVOKED "device_revoked"

typedef struct op_in {
    uint32 given;
    const char *s;
    const char *sig;
    uint8 mark[32];
    mpos_list pii;
} op_in;

static const mpos_field op_fields[] = {
    {"s", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_DIGITS, offsetof(op_in, s), 0, MPOS_OP_SIZE_MAX},
    {"sig", MPOS_IN_TEXT, MPOS_IN_DIGITS, offsetof(op_in, sig), 0, 128},
    {"mark", MPOS_IN_HASH, 0, offsetof(op_in, mark)},
    {"pii", MPOS_IN_OBJECTS, 0, offsetof(op_in, pii), 0, MPOS_PII_VALUES_MAX, NULL, &mpos_pii_shape},
};
MPOS_SHAPE(op, op_in);

enum { OP_MARK = 2 };

typedef struct push_in {
    uint32 given;
    uint8 dev[16];
    int64 gen;
    int64 first;
    int64 count;
    mpos_list ops;
} push_in;

static const mpos_field push_fields[] = {
    {"dev", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(push_in, dev)},
    {"gen", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(push_in, gen), 1, PG_INT32_MAX},
    {"first", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(push_in, first), 1, SEQ_MAX},
    {"count", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(push_in, count), 1, PUSH_OPS_MAX},
    {"ops", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(push_in, ops), 1, PUSH_OPS_MAX, NULL, &op_shape},
};
MPOS_SHAPE(push, push_in);

/* Of the server, not of the client: how a push that failed is repeated. */
typedef struct push_params {
    uint32 given;
    const char *single;  /* apply only the first new operation */
    const char *suspend; /* put it to suspense under this code without running it */
} push_params;

static const mpos_field params_fields[] = {
    {"single", MPOS_IN_TEXT, 0, offsetof(push_params, single), 0, CODE_MAX},
    {"suspend", MPOS_IN_TEXT, 0, offsetof(push_params, suspend), 1, CODE_MAX},
};
MPOS_SHAPE(params, push_params);

static mpos_err
check_push(mpos_call *call, const push_in *in)
{
    if (in->count != in->ops.count) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/count", "The count is the number of operations.");
    }
    if (memcmp(in->dev, call->context.device, sizeof in->dev) != 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "/dev", "%s", "");
    }
    return MPOS_OK;
}

/* Reads every operation before any is applied: numbers follow, device and generation are the push's. */
static mpos_err
read_ops(mpos_call *call, const push_in *in, mpos_push_op *ops)
{
    const op_in *texts = in->ops.items;

    for (int i = 0; i < in->ops.count; i++) {
        mpos_err err = mpos_push_op_read(call, texts[i].s, i, &ops[i]);

        if (err != MPOS_OK) {
            return err;
        }
        ops[i].pii = &texts[i].pii;
        ops[i].mark = MPOS_GIVEN(&texts[i], OP_MARK) ? texts[i].mark : NULL;
        if (ops[i].seq != in->first + i || ops[i].gen != in->gen ||
            memcmp(ops[i].device, in->dev, sizeof in->dev) != 0 ||
            (i > 0 && memcmp(ops[i].prev, ops[i - 1].hash, sizeof ops[i].prev) != 0)) {
            return mpos_refuse(call, MPOS_E_BAD_CHAIN, psprintf("/ops/%d/s", i), "%s", "");
        }
    }
    return MPOS_OK;
}

/* Waits longer than a lane's lock_timeout allows: the push before is doing this device's own work. */
static bool
lock_device(mpos_call *call, mpos_device *device)
{
    int before = LockTimeout;
    bool found = false;
    MemoryContext memory = CurrentMemoryContext;

    LockTimeout = PUSH_LOCK_WAIT_MS;
    PG_TRY();
    {
        found = mpos_device_lock(call->context.tenant, call->context.device, device);
    }
    PG_CATCH();
    {
        LockTimeout = before;
        MemoryContextSwitchTo(memory);
        if (geterrcode() == ERRCODE_LOCK_NOT_AVAILABLE) {
            FlushErrorState();
            mpos_raise(MPOS_E_PUSH_IN_PROGRESS, NULL, NULL);
        }
        PG_RE_THROW();
    }
    PG_END_TRY();
    LockTimeout = before;
    return found;
}

/* The number of the first operation that contradicts what the server has under its number, -1 for none. */
static int
find_fork(mpos_call *call, const mpos_device *device, const push_in *in, const mpos_push_op *ops)
{
    for (int i = 0; i < in->ops.count && ops[i].seq <= device->last_seq; i++) {
        char *result;

        if (mpos_ring_get(call->context.tenant, device->id, ops[i].seq, ops[i].hash, &result) &&
            result == NULL) {
            return i;
        }
    }
    return -1;
}

/*
 * Two stories under one number: a cloned tablet or tampering. The device is locked and the other story kept, so this
 * refusal must commit: it is an answer with the refusal's status, not an error.
 */
static mpos_err
lock_forked(mpos_call *call, mpos_device *device, mpos_push_op *op, int index)
{
    mpos_push_op_keep(call, device, op, mpos_err_code(MPOS_E_DEVICE_FORKED), false);
    device->gen = -device->gen;
    mpos_device_save(device);
    call->status = mpos_err_status(MPOS_E_DEVICE_FORKED);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_text(&call->body, "code", mpos_err_code(MPOS_E_DEVICE_FORKED));
    mpos_json_text(&call->body, "field", psprintf("/ops/%d/s", index));
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

/* New operations must go on where the server's part of the log ends. */
static mpos_err
check_log(mpos_call *call, const mpos_device *device, const push_in *in, const mpos_push_op *ops)
{
    int64 next = device->last_seq + 1;

    if (device->gen != in->gen) {
        return mpos_refuse(call, MPOS_E_DEVICE_FORKED, "/gen", "%s", "");
    }
    if (in->first > next) {
        return mpos_refuse(call, MPOS_E_GAP, "/first", "Operation " INT64_FORMAT " is expected next.", next);
    }
    for (int i = 0; i < in->ops.count; i++) {
        if (ops[i].seq == next && memcmp(ops[i].prev, device->last_hash, sizeof ops[i].prev) != 0) {
            return mpos_refuse(call, MPOS_E_BAD_CHAIN, psprintf("/ops/%d/s", i), "%s", "");
        }
    }
    return MPOS_OK;
}

static void
result_json(StringInfo out, int64 seq, const char *members, bool dup)
{
    mpos_json_open(out, NULL, '{');
    mpos_json_int(out, "seq", seq);
    appendStringInfoChar(out, ',');
    appendStringInfoString(out, members);
    if (dup) {
        mpos_json_bool(out, "dup", true);
    }
    mpos_json_close(out, '}');
}

/* An operation older than the ring was applied: its number says so, and its chain up to here does. */
static void
repeat(mpos_call *call, const mpos_device *device, const mpos_push_op *op)
{
    char *members;

    if (!mpos_ring_get(call->context.tenant, device->id, op->seq, op->hash, &members)) {
        members = pstrdup("\"st\":\"ok\"");
    }
    result_json(&call->body, op->seq, members, true);
}

static void
apply(mpos_call *call, mpos_device *device, mpos_push_op *op, const char *forced)
{
    StringInfoData members;

    initStringInfo(&members);
    mpos_push_op_run(call, device, op, forced, &members);
    device->last_seq = op->seq;
    memcpy(device->last_hash, op->hash, sizeof device->last_hash);
    mpos_ring_put(call->context.tenant, device->id, op->seq, op->hash, members.data);
    mpos_audit_input(call, op->kept, strlen(op->kept));
    mpos_audit_aux(call, op->hash);
    result_json(&call->body, op->seq, members.data, false);
}

static void
run_push(mpos_call *call, mpos_device *device, const push_params *params, mpos_push_op *ops, int count)
{
    const char *forced = device->revoked ? DEVICE_REVOKED : params->suspend;
    bool single = params->single != NULL || params->suspend != NULL;
    bool applied = false;

    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "results", '[');
    for (int i = 0; i < count; i++) {
        if (ops[i].seq <= device->last_seq) {
            repeat(call, device, &ops[i]);
        } else if (!applied || !single) {
            apply(call, device, &ops[i], forced);
            applied = true;
        }
    }
    mpos_json_close(&call->body, ']');
    mpos_json_int(&call->body, "last_seq", device->last_seq);
    mpos_json_hex(&call->body, "last_hash", device->last_hash, sizeof device->last_hash);
    mpos_json_close(&call->body, '}');
    if (applied) {
        mpos_device_save(device);
    }
}

mpos_err
mpos_sync_push(mpos_call *call)
{
    push_params params;
    push_in in;
    mpos_push_op *ops;
    mpos_device device;
    int fork;
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &push_shape, &in);
    }
    if (err == MPOS_OK) {
        err = check_push(call, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    ops = palloc0(sizeof *ops * (size_t)in.ops.count);
    err = read_ops(call, &in, ops);
    if (err != MPOS_OK) {
        return err;
    }
    if (!lock_device(call, &device)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "/dev", "%s", "");
    }
    err = check_log(call, &device, &in, ops);
    fork = err == MPOS_OK ? find_fork(call, &device, &in, ops) : -1;
    if (fork >= 0) {
        return lock_forked(call, &device, &ops[fork], fork);
    }
    if (err == MPOS_OK) {
        run_push(call, &device, &params, ops, in.ops.count);
    }
    return err;
}

mpos_err
mpos_sync_state(mpos_call *call)
{
    static const mpos_shape none_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;
    mpos_device device;
    static const uint8 no_outlet[16] = {0};
    mpos_journal_row journal, shared;
    mpos_err err = mpos_input_params(call, &none_shape, &given);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_device_get(call->context.tenant, call->context.device, &device) ||
        !mpos_journal_of(call->context.tenant, call->context.outlet, &journal) ||
        !mpos_journal_of(call->context.tenant, no_outlet, &shared)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "device_id", device.id);
    mpos_json_int(&call->body, "gen", Abs(device.gen));
    mpos_json_int(&call->body, "last_seq", device.last_seq);
    mpos_json_hex(&call->body, "last_hash", device.last_hash, sizeof device.last_hash);
    mpos_json_int(&call->body, "receipt_n", device.receipt_n);
    if (!device.has_shift || !mpos_shift_json(call, &call->body, "shift", device.shift)) {
        mpos_json_null(&call->body, "shift");
    }
    mpos_json_open(&call->body, "journal", '{');
    mpos_json_uuid(&call->body, "id", journal.journal.data);
    mpos_json_text(&call->body, "origin", journal.origin);
    mpos_cursor_json(&call->body, "cursor", &journal);
    mpos_json_close(&call->body, '}');
    mpos_json_open(&call->body, "shared_journal", '{');
    mpos_json_uuid(&call->body, "id", shared.journal.data);
    mpos_cursor_json(&call->body, "cursor", &shared);
    mpos_json_close(&call->body, '}');
    mpos_json_time(&call->body, "server_time", call->now_us);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
