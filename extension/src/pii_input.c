/* pii_input.c - the member "pii" of an input: its shape, its check against the commitments, and the input without it and without secrets. */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "card.h"
#include "pii_store.h"
#include "sha256.h"

/* Members beside an operation that neither journal nor stored answers may know: personal data, and what proves who one is. */
static const struct {
    const char *name;
    size_t size;
} hidden_members[] = {{"pii", 3}, {"verifier", 8}, {"secret", 6}};

static const char *const path_words[] = {
#define MPOS_PII_PATH(name, text, characters_max) text,
#include "pii_paths.def"
#undef MPOS_PII_PATH
    NULL};

static const mpos_field pii_fields[] = {
    {"path", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(mpos_pii_value, path), 0, 0, path_words},
    {"salt", MPOS_IN_HASH, MPOS_IN_REQUIRED, offsetof(mpos_pii_value, salt)},
    {"value", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_DIGITS, offsetof(mpos_pii_value, value), 1,
     MPOS_PII_VALUE_MAX},
};
const mpos_shape mpos_pii_shape = {pii_fields, lengthof(pii_fields), sizeof(mpos_pii_value)};

static const mpos_field customer_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_customer, id)},
    {"name", MPOS_IN_HASH, 0, offsetof(mpos_customer, name)},
    {"phone", MPOS_IN_HASH, 0, offsetof(mpos_customer, phone)},
    {"email", MPOS_IN_HASH, 0, offsetof(mpos_customer, email)},
};
const mpos_shape mpos_customer_shape = {customer_fields, lengthof(customer_fields), sizeof(mpos_customer)};

static bool
is_hidden(const JsonbValue *key)
{
    for (int i = 0; i < (int)lengthof(hidden_members); i++) {
        if (key->val.string.len == (int)hidden_members[i].size &&
            memcmp(key->val.string.val, hidden_members[i].name, hidden_members[i].size) == 0) {
            return true;
        }
    }
    return false;
}

/* Keys are kept as they are written: an input without these letters has no such member. */
static bool
may_hide(const Jsonb *input)
{
    for (int i = 0; i < (int)lengthof(hidden_members); i++) {
        if (memmem(VARDATA(input), VARSIZE(input) - VARHDRSZ, hidden_members[i].name,
                   hidden_members[i].size) != NULL) {
            return true;
        }
    }
    return false;
}

/* body.pii stands in the second object from the outside, body.ops[i].pii in the third, below a list. */
static bool
beside_operation(int depth)
{
    return depth == 2 || depth == 4;
}

Jsonb *
mpos_pii_strip(Jsonb *input)
{
    JsonbIterator *it;
    JsonbParseState *state = NULL;
    JsonbValue value;
    JsonbValue *done = NULL;
    JsonbIteratorToken token;
    int depth = 0;

    if (!may_hide(input)) {
        return input;
    }
    it = JsonbIteratorInit(&input->root);
    while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE) {
        if (token == WJB_KEY && beside_operation(depth) && is_hidden(&value)) {
            (void)JsonbIteratorNext(&it, &value, true);
            continue;
        }
        depth += token == WJB_BEGIN_OBJECT || token == WJB_BEGIN_ARRAY;
        depth -= token == WJB_END_OBJECT || token == WJB_END_ARRAY;
        done = pushJsonbValue(&state, token, token < WJB_BEGIN_ARRAY ? &value : NULL);
    }
    return JsonbValueToJsonb(done);
}

/* The commitment at a path such as "/customer/name". */
static bool
find_commitment(const JsonbContainer *body, const char *path, uint8 out[MPOS_DIGEST_SIZE])
{
    JsonbValue value = {.type = jbvBinary};
    char hex[2 * MPOS_DIGEST_SIZE];

    value.val.binary.data = (JsonbContainer *)body;
    while (*path == '/') {
        size_t len = strcspn(++path, "/");

        if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data) ||
            getKeyJsonValueFromContainer(value.val.binary.data, path, (int)len, &value) == NULL) {
            return false;
        }
        path += len;
    }
    if (value.type != jbvString || value.val.string.len != (int)sizeof hex ||
        strspn(pnstrdup(value.val.string.val, sizeof hex), "0123456789abcdef") != sizeof hex) {
        return false;
    }
    (void)hex_decode(value.val.string.val, sizeof hex, (char *)out);
    return true;
}

/* A number of a telephone in its international form is as long as that of a card and begins with the same digits. */
static bool
has_card(const mpos_pii_value *value)
{
    bool telephone = value->path == MPOS_PII_CUSTOMER_PHONE && value->value[0] == '+';
    size_t begin;
    size_t end;

    return !telephone && mpos_card_find(value->value, strlen(value->value), &begin, &end);
}

static mpos_err
check_value(mpos_call *call, const JsonbContainer *body, const mpos_pii_value *value, int index)
{
    uint8 promised[MPOS_DIGEST_SIZE];
    uint8 made[MPOS_DIGEST_SIZE];
    const char *path = mpos_pii_path_text(value->path);
    int characters_max = (int)mpos_pii_path_characters_max(value->path);

    if (pg_mbstrlen(value->value) > characters_max) {
        return mpos_refuse(call, MPOS_E_OUT_OF_RANGE, psprintf("/pii/%d/value", index),
                           "The text must have 1 to %d characters.", characters_max);
    }
    if (has_card(value)) {
        return mpos_refuse(call, MPOS_E_CARD_NUMBER, psprintf("/pii/%d/value", index),
                           "Card numbers are read by the payment terminal only.");
    }
    if (!find_commitment(body, path, promised)) {
        return mpos_refuse(call, MPOS_E_PII_MISMATCH, psprintf("/pii/%d/path", index),
                           "The operation commits to nothing at this path.");
    }
    mpos_pii_commit(&mpos_host_digest, value->salt, value->path, value->value, strlen(value->value), made);
    if (memcmp(made, promised, sizeof made) != 0) {
        return mpos_refuse(call, MPOS_E_PII_MISMATCH, psprintf("/pii/%d/value", index), "%s", "");
    }
    return MPOS_OK;
}

mpos_err
mpos_pii_check(mpos_call *call, const mpos_pii *personal)
{
    int count = personal->values != NULL ? personal->values->count : 0;
    const mpos_pii_value *items = count > 0 ? personal->values->items : NULL;

    for (int i = 0; i < count; i++) {
        mpos_err err;

        for (int j = 0; j < i; j++) {
            if (items[j].path == items[i].path) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/pii/%d/path", i),
                                   "The path is named twice.");
            }
        }
        err = check_value(call, personal->body, &items[i], i);
        if (err != MPOS_OK) {
            return err;
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_pii_accept(mpos_call *call, mpos_device_op *op, const mpos_list *in, mpos_pii *out)
{
    JsonbValue body;
    mpos_err err;

    *out = (mpos_pii){.values = op != NULL ? op->pii : in};
    if (op != NULL && in->count > 0) {
        return mpos_refuse(call, MPOS_E_UNKNOWN_FIELD, "/pii",
                           "Personal values travel beside a device's operation, not in it.");
    }
    if (out->values == NULL || out->values->count == 0) {
        return MPOS_OK;
    }
    (void)getKeyJsonValueFromContainer(&call->input->root, "body", 4, &body);
    out->body = body.val.binary.data;
    err = mpos_pii_check(call, out);
    if (err == MPOS_OK && !mpos_pii_ready()) {
        err = mpos_refuse(call, MPOS_E_PII_KEY_MISSING, NULL, "%s", "");
    }
    if (err != MPOS_OK && op != NULL && op->happened) {
        mpos_op_flag(op, err == MPOS_E_CARD_NUMBER ? "card_number" : "personal_data");
        out->values = NULL;
        return MPOS_OK;
    }
    return err;
}
