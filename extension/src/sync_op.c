/*
 * sync_op.c - one operation of a push: reading its bytes, running the handler that HTTP uses too, and saying what became
 * of it. What cannot be applied consumes its number all the same: a refusal is told (`rej`), what needs a person goes to
 * suspense (`susp`), and what hangs on something in suspense waits with it (`held`).
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "card.h"
#include "journal.h"
#include "json.h"
#include "op.h"
#include "op_envelope.h"
#include "pii_store.h"
#include "sha256.h"
#include "statement.h"
#include "sync.h"

static mpos_statement suspend_statement = {
    "INSERT INTO pos.suspense (tenant_id, device_id, seq, outlet_id, root, type, code, operation, "
    "created_at, state) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"};

static mpos_statement held_statement = {
    "SELECT 1 FROM pos.suspense WHERE tenant_id = $1 AND root = $2 AND state = 'open' LIMIT 1"};

/*
 * What an operation type means: its handler, whether money moved, the scopes that the same costs over HTTP, and which ids
 * of its body are parameters of the handler.
 */
typedef struct op_kind {
    mpos_err (*run)(mpos_call *call, mpos_device_op *op);
    bool happened;
    uint64 scopes;
    const char *params[2];
} op_kind;

static const op_kind kinds[MPOS_OPTYPES] = {
    [MPOS_OPTYPE_SALE_COMMIT] = {mpos_order_place,
                                 true,
                                 MPOS_SCOPE_ORDER_WRITE | MPOS_SCOPE_PAYMENT_WRITE,
                                 {NULL}},
    [MPOS_OPTYPE_ORDER_PLACE] = {mpos_order_place, false, MPOS_SCOPE_ORDER_WRITE, {NULL}},
    [MPOS_OPTYPE_ORDER_LINE_ADD] = {mpos_order_line_add, false, MPOS_SCOPE_ORDER_WRITE, {"order_id"}},
    [MPOS_OPTYPE_ORDER_LINE_VOID] = {mpos_order_line_void,
                                     false,
                                     MPOS_SCOPE_ORDER_WRITE,
                                     {"order_id", "line_id"}},
    [MPOS_OPTYPE_ORDER_SEND] = {mpos_order_send, false, MPOS_SCOPE_ORDER_WRITE, {"order_id"}},
    [MPOS_OPTYPE_ORDER_PAY] = {mpos_payment_cash, true, MPOS_SCOPE_PAYMENT_WRITE, {NULL}},
    [MPOS_OPTYPE_KDS_BUMP] = {mpos_kds_bump, false, MPOS_SCOPE_KITCHEN_WRITE, {"ticket_id"}},
    [MPOS_OPTYPE_KDS_RECALL] = {mpos_kds_recall, false, MPOS_SCOPE_KITCHEN_WRITE, {"ticket_id"}},
    [MPOS_OPTYPE_SHIFT_OPEN] = {mpos_shift_open, false, MPOS_SCOPE_SHIFT_WRITE, {NULL}},
    [MPOS_OPTYPE_SHIFT_CLOSE] = {mpos_shift_close, false, MPOS_SCOPE_SHIFT_WRITE, {"shift_id"}},
    [MPOS_OPTYPE_ORDER_REFUND] = {mpos_order_refund, true, MPOS_SCOPE_REFUND_WRITE, {"order_id"}},
};

/* The texts that are kept beside the operation; its body is looked at where it is read. */
static bool
has_card_number(const mpos_op_envelope *in)
{
    const mpos_op_text texts[] = {in->type, in->time, in->core};
    size_t begin;
    size_t end;

    for (int i = 0; i < (int)lengthof(texts); i++) {
        if (mpos_card_find(texts[i].at, texts[i].size, &begin, &end)) {
            return true;
        }
    }
    return false;
}

static const JsonbContainer *
body_of(const mpos_op_envelope *in)
{
    char *text = pnstrdup(in->body.at, in->body.size);

    return &DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)))->root;
}

mpos_err
mpos_push_op_read(mpos_call *call, const char *bytes, int index, mpos_push_op *out)
{
    mpos_op_envelope in;
    const char *member;
    size_t size = strlen(bytes);
    mpos_err err = mpos_op_envelope_read(bytes, size, &in, &member);

    if (err == MPOS_OK && has_card_number(&in)) {
        err = MPOS_E_CARD_NUMBER;
    }
    if (err != MPOS_OK) {
        return mpos_refuse(call, err, psprintf("/ops/%d/s", index), "The operation cannot be read at \"%s\".",
                           member);
    }
    *out = (mpos_push_op){.bytes = bytes,
                          .size = size,
                          .gen = in.gen,
                          .seq = in.seq,
                          .type = pnstrdup(in.type.at, in.type.size),
                          .ts = pnstrdup(in.time.at, in.time.size),
                          .version = in.version,
                          .has_by = in.has_by,
                          .body = body_of(&in)};
    memcpy(out->id, in.id, sizeof out->id);
    memcpy(out->device, in.device, sizeof out->device);
    memcpy(out->prev, in.prev, sizeof out->prev);
    memcpy(out->root, in.root, sizeof out->root);
    memcpy(out->by, in.by, sizeof out->by);
    mpos_op_hash(&mpos_host_digest, out->prev, bytes, out->size, out->hash);
    return MPOS_OK;
}

static bool
is_param(const op_kind *kind, const JsonbValue *key)
{
    for (int i = 0; i < (int)lengthof(kind->params) && kind->params[i] != NULL; i++) {
        if (strlen(kind->params[i]) == (size_t)key->val.string.len &&
            memcmp(kind->params[i], key->val.string.val, (size_t)key->val.string.len) == 0) {
            return true;
        }
    }
    return false;
}

/* The members of the body that are parameters of the handler, or the others. */
static void
push_members(JsonbParseState **state, const op_kind *kind, const JsonbContainer *body, bool params)
{
    JsonbIterator *it = JsonbIteratorInit((JsonbContainer *)body);
    JsonbValue key;
    JsonbValue value;
    JsonbIteratorToken token = JsonbIteratorNext(&it, &key, true);

    (void)pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
    while ((token = JsonbIteratorNext(&it, &key, true)) == WJB_KEY) {
        (void)JsonbIteratorNext(&it, &value, true);
        if (is_param(kind, &key) == params) {
            (void)pushJsonbValue(state, WJB_KEY, &key);
            (void)pushJsonbValue(state, WJB_VALUE, &value);
        }
    }
}

/* {"params":{...},"body":{...}} as the server would have built it. */
static Jsonb *
handler_input(const op_kind *kind, const JsonbContainer *body)
{
    JsonbParseState *state = NULL;
    JsonbValue key = {.type = jbvString};
    JsonbValue *done;

    (void)pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
    for (int part = 0; part < 2; part++) {
        key.val.string.val = part == 0 ? "params" : "body";
        key.val.string.len = (int)strlen(key.val.string.val);
        (void)pushJsonbValue(&state, WJB_KEY, &key);
        push_members(&state, kind, body, part == 0);
        (void)pushJsonbValue(&state, WJB_END_OBJECT, NULL);
    }
    done = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
    return JsonbValueToJsonb(done);
}

/* What waits for a person still waits for its personal values, under the order that it is about; only true ones. */
static void
keep_personal(mpos_call *call, const mpos_push_op *op)
{
    mpos_pii personal = {op->body, op->pii};

    if (mpos_pii_ready() && mpos_pii_check(call, &personal) == MPOS_OK) {
        mpos_pii_store(call, &personal, op->root);
    }
}

/* Spelled with escapes, a number is not found in the bytes: then nothing of them is kept. */
static const char *
without_read_cards(const mpos_call *call, const mpos_push_op *op)
{
    char *text = pnstrdup(op->bytes, op->size);

    return mpos_card_mask(text, op->size) < (size_t)call->cards ? "{\"withheld\":\"card_number\"}" : text;
}

static const char *
without_unread_cards(const mpos_push_op *op)
{
    char *text = pnstrdup(op->bytes, op->size);

    (void)mpos_card_mask_unread(text, op->size);
    return text;
}

void
mpos_push_op_keep(mpos_call *call, mpos_device *device, mpos_push_op *op, const char *code, bool refused)
{
    mpos_args args = {0};

    if (op->kept == NULL) {
        op->kept = without_unread_cards(op);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, device->id);
    mpos_arg_big(&args, op->seq);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, op->root);
    mpos_arg_text(&args, op->type);
    mpos_arg_text(&args, code);
    mpos_arg_text(&args, op->kept);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_text(&args, refused ? "refused" : "open");
    (void)mpos_statement_run(&suspend_statement, &args);
    device->suspended += refused ? 0 : 1;
    if (!refused) {
        keep_personal(call, op);
    }
}

/* Only a device that has something in suspense needs to look. */
static bool
is_held(mpos_call *call, const mpos_device *device, const mpos_push_op *op)
{
    mpos_args args = {0};

    if (device->suspended == 0) {
        return false;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, op->root);
    return mpos_statement_run(&held_statement, &args) > 0;
}

static void
refusal_json(StringInfo out, const char *state, const char *code, const char *field)
{
    mpos_json_text(out, "st", state);
    if (code != NULL) {
        mpos_json_text(out, "code", code);
    }
    if (field != NULL && field[0] != '\0') {
        mpos_json_text(out, "field", field);
    }
}

static void
outcome_json(StringInfo out, const mpos_device_op *op)
{
    mpos_json_text(out, "st", op->noop ? "noop" : op->flag_count > 0 ? "flag" : "ok");
    if (op->flag_count > 0) {
        mpos_json_open(out, "flags", '[');
        for (int i = 0; i < op->flag_count; i++) {
            mpos_json_text(out, NULL, op->flags[i]);
        }
        mpos_json_close(out, ']');
    }
    if (op->has_order) {
        mpos_json_open(out, "ref", '{');
        if (op->receipt != NULL) {
            mpos_json_text(out, "receipt", op->receipt);
        }
        mpos_json_text(out, "call_number", op->call_number);
        mpos_json_int(out, "total", op->total);
        mpos_json_hex(out, "priced_hash", op->priced_hash, sizeof op->priced_hash);
        mpos_json_int(out, "change", op->change);
        mpos_json_close(out, '}');
    }
}

static mpos_err
run_handler(mpos_call *call, const op_kind *kind, mpos_push_op *op, mpos_device_op *outcome)
{
    Jsonb *input = call->input;
    mpos_err err;

    call->field[0] = '\0';
    call->input = handler_input(kind, op->body);
    call->from_device = true;
    call->cards = 0;
    err = kind->run(call, outcome);
    call->from_device = false;
    call->input = input;
    /* What was refused has perhaps not been read to its end. */
    op->kept = err == MPOS_OK ? op->bytes : without_unread_cards(op);
    if (call->cards > 0) {
        op->kept = without_read_cards(call, op);
        mpos_op_flag(outcome, "card_number");
    }
    return err;
}

/* What a device may push without a person, beyond the scopes of its session: a till its whole log, a seller its sales. */
static uint64
scopes_alone(const char *kind)
{
    if (strcmp(kind, "register") == 0) {
        return ~UINT64CONST(0);
    }
    if (strcmp(kind, "kiosk") == 0 || strcmp(kind, "fridge") == 0) {
        return MPOS_SCOPE_ORDER_WRITE | MPOS_SCOPE_PAYMENT_WRITE;
    }
    return 0;
}

static bool
may_push(const mpos_call *call, const mpos_device *device, const op_kind *kind)
{
    uint64 scopes = call->scopes | (call->by_device ? scopes_alone(device->kind) : 0);

    return (kind->scopes & ~scopes) == 0;
}

/* Money that has moved waits for a person; anything else is told. */
static void
turn_down(mpos_call *call, mpos_device *device, mpos_push_op *op, mpos_err err, bool happened, StringInfo out)
{
    mpos_push_op_keep(call, device, op, mpos_err_code(err), !happened);
    refusal_json(out, happened ? "susp" : "rej", mpos_err_code(err), call->field);
}

static mpos_err
run_as(mpos_call *call, const mpos_device *device, const op_kind *kind, mpos_push_op *op,
       mpos_device_op *outcome)
{
    mpos_actor before;
    mpos_err err;

    call->field[0] = '\0';
    if (!mpos_actor_enter(call, op, &before)) {
        return mpos_refuse(call, MPOS_E_FORBIDDEN, "/by", "%s", "");
    }
    err = may_push(call, device, kind) ? run_handler(call, kind, op, outcome) : MPOS_E_FORBIDDEN;
    mpos_actor_leave(call, &before);
    return err;
}

void
mpos_push_op_run(mpos_call *call, mpos_device *device, mpos_push_op *op, const char *forced, StringInfo out)
{
    mpos_device_op outcome = {.device = device, .ts = op->ts, .pii = op->pii};
    mpos_device before = *device;
    mpos_op_type type;
    mpos_err err;

    if (forced == NULL && (op->version != MPOS_OP_VERSION ||
                           mpos_op_type_from_text(op->type, strlen(op->type), &type) != MPOS_OK)) {
        forced = "unknown_type";
    }
    if (forced != NULL || is_held(call, device, op)) {
        mpos_push_op_keep(call, device, op, forced != NULL ? forced : "held", false);
        refusal_json(out, forced != NULL ? "susp" : "held", forced, NULL);
        return;
    }
    outcome.happened = kinds[type].happened;
    err = run_as(call, device, &kinds[type], op, &outcome);
    if (err == MPOS_OK) {
        outcome_json(out, &outcome);
        return;
    }
    *device = before;
    turn_down(call, device, op, err, kinds[type].happened, out);
}
