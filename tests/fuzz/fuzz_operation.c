/* fuzz_operation.c - the envelope of a device's operation, against a reader of JSON that is not ours. */
#include <jansson.h>
#include <string.h>

#include "host.h"
#include "op.h"
#include "op_envelope.h"

static void
must_be_within(const uint8_t *data, size_t size, mpos_op_text text)
{
    MUST((const uint8_t *)text.at >= data && (const uint8_t *)text.at + text.size <= data + size);
}

static void
must_be_number(const json_t *whole, const char *name, int64_t value)
{
    MUST(json_integer_value(json_object_get(whole, name)) == value);
}

static void
must_be_text(const json_t *whole, const char *name, mpos_op_text text)
{
    const json_t *value = json_object_get(whole, name);

    MUST(json_string_length(value) == text.size && memcmp(json_string_value(value), text.at, text.size) == 0);
}

/* What the other reader sees is the same; it may only refuse what it has no number or name for. */
static void
must_agree(const uint8_t *data, size_t size, const mpos_op_envelope *op)
{
    json_error_t error;
    json_t *whole = json_loadb((const char *)data, size, 0, &error);

    if (whole == NULL) {
        enum json_error_code code = json_error_code(&error);

        MUST(code == json_error_numeric_overflow || code == json_error_null_character ||
             code == json_error_null_byte_in_key || code == json_error_invalid_syntax);
        /* jansson wants low and high halves of a \u pair together; that is the only syntax it is stricter about */
        MUST(code != json_error_invalid_syntax || strstr(error.text, "Unicode") != NULL);
        return;
    }
    MUST(json_object_size(whole) == (op->has_by ? 12 : 11));
    must_be_number(whole, "v", op->version);
    must_be_number(whole, "gen", op->gen);
    must_be_number(whole, "seq", op->seq);
    must_be_text(whole, "t", op->type);
    must_be_text(whole, "ts", op->time);
    must_be_text(whole, "core", op->core);
    MUST(json_is_object(json_object_get(whole, "b")));
    json_decref(whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mpos_op_envelope op;
    const char *member = NULL;
    mpos_op_type type;
    mpos_err err = mpos_op_envelope_read((const char *)data, size, &op, &member);

    MUST(member != NULL);
    if (err != MPOS_OK) {
        return 0;
    }
    must_be_within(data, size, op.type);
    must_be_within(data, size, op.time);
    must_be_within(data, size, op.core);
    must_be_within(data, size, op.body);
    MUST(op.body.size >= 2 && op.body.at[0] == '{' && op.body.at[op.body.size - 1] == '}');
    must_agree(data, size, &op);
    if (mpos_op_type_from_text(op.type.at, op.type.size, &type) == MPOS_OK) {
        MUST(strlen(mpos_op_type_text(type)) == op.type.size);
    }
    return 0;
}
