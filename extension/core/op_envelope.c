/* op_envelope.c - see op_envelope.h. */
#include "op_envelope.h"

#include <string.h>

#include "json_scan.h"
#include "op.h"

#define SEQ_MAX INT64_C(9007199254740991)

typedef enum kind { A_NUMBER, A_UUID, A_HASH, A_TEXT, AN_OBJECT } kind;

typedef struct member_row {
    const char *name;
    size_t name_size;
    kind kind;
    size_t offset;
    int64_t min; /* of the number, of the text's size */
    int64_t max;
} member_row;

#define MEMBER(name, kind, field, min, max)                                                                  \
    {                                                                                                        \
        name, sizeof name - 1, kind, offsetof(mpos_op_envelope, field), min, max                             \
    }

static const member_row members[] = {
    MEMBER("v", A_NUMBER, version, 1, INT32_MAX),
    MEMBER("id", A_UUID, id, 0, 0),
    MEMBER("dev", A_UUID, device, 0, 0),
    MEMBER("gen", A_NUMBER, gen, 1, INT32_MAX),
    MEMBER("seq", A_NUMBER, seq, 1, SEQ_MAX),
    MEMBER("prev", A_HASH, prev, 0, 0),
    MEMBER("t", A_TEXT, type, 1, MPOS_OP_TYPE_SIZE_MAX),
    MEMBER("ts", A_TEXT, time, 1, MPOS_OP_TIME_SIZE_MAX),
    MEMBER("core", A_TEXT, core, 0, MPOS_OP_CORE_SIZE_MAX),
    MEMBER("root", A_UUID, root, 0, 0),
    MEMBER("b", AN_OBJECT, body, 0, 0),
    MEMBER("by", A_UUID, by, 0, 0),
};

/* All but the last are needed. */
enum { MEMBERS = sizeof members / sizeof members[0], NEEDED = MEMBERS - 1, BY = NEEDED };

static int
nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static mpos_err
read_uuid(mpos_op_text text, uint8_t *out)
{
    size_t digits = 0;

    if (text.size != 36) {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i < 36; i++) {
        int value = nibble(text.at[i]);

        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text.at[i] != '-') {
                return MPOS_E_INVALID_VALUE;
            }
            continue;
        }
        if (value < 0) {
            return MPOS_E_INVALID_VALUE;
        }
        out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | value);
        digits++;
    }
    return MPOS_OK;
}

/* Lower case only, as it is written. */
static mpos_err
read_hash(mpos_op_text text, uint8_t *out)
{
    if (text.size != 64) {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i < 64; i++) {
        int value = text.at[i] >= 'A' && text.at[i] <= 'F' ? -1 : nibble(text.at[i]);

        if (value < 0) {
            return MPOS_E_INVALID_VALUE;
        }
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | value);
    }
    return MPOS_OK;
}

static mpos_err
read_text(const member_row *row, mpos_op_text text, void *out)
{
    if (row->kind == A_UUID) {
        return read_uuid(text, out);
    }
    if (row->kind == A_HASH) {
        return read_hash(text, out);
    }
    if (text.size < (size_t)row->min || text.size > (size_t)row->max) {
        return MPOS_E_OUT_OF_RANGE;
    }
    memcpy(out, &text, sizeof text);
    return MPOS_OK;
}

/* The number that the scan has just passed over. */
static mpos_err
read_number(const member_row *row, mpos_op_text text, void *out)
{
    int64_t value = 0;

    if (text.at[0] == '-') {
        return MPOS_E_OUT_OF_RANGE;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return MPOS_E_WRONG_TYPE;
        }
        value = value > SEQ_MAX ? value : value * 10 + (text.at[i] - '0');
    }
    if (value < row->min || value > row->max) {
        return MPOS_E_OUT_OF_RANGE;
    }
    memcpy(out, &value, sizeof value);
    return MPOS_OK;
}

static mpos_err
read_value(mpos_scan *s, const member_row *row, mpos_op_envelope *out)
{
    void *field = (char *)out + row->offset;
    mpos_op_text text;
    char first;
    int escaped;

    first = s->at < s->end ? *s->at : '\0';
    if (first == '"' && row->kind != A_NUMBER && row->kind != AN_OBJECT) {
        mpos_scan_string(s, &text.at, &text.size, &escaped);
        return s->err != MPOS_OK ? s->err : escaped ? MPOS_E_INVALID_VALUE : read_text(row, text, field);
    }
    text.at = s->at;
    mpos_scan_skip(s, MPOS_OP_DEPTH_MAX - 1);
    text.size = (size_t)(s->at - text.at);
    if (s->err != MPOS_OK) {
        return s->err;
    }
    if (row->kind == AN_OBJECT && first == '{') {
        memcpy(field, &text, sizeof text);
        return MPOS_OK;
    }
    return row->kind == A_NUMBER && (first == '-' || nibble(first) >= 0) && first < 'A'
               ? read_number(row, text, field)
               : MPOS_E_WRONG_TYPE;
}

static const member_row *
row_of(const char *name, size_t size)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (members[i].name_size == size && memcmp(members[i].name, name, size) == 0) {
            return &members[i];
        }
    }
    return NULL;
}

/* One member; *seen has a bit for each that has been there. */
static mpos_err
read_member(mpos_scan *s, mpos_op_envelope *out, uint32_t *seen, const char **member)
{
    const char *name;
    size_t size;
    int escaped;
    const member_row *row;

    mpos_scan_string(s, &name, &size, &escaped);
    if (s->err != MPOS_OK || !mpos_scan_take(s, ':')) {
        return MPOS_E_MALFORMED_JSON;
    }
    row = row_of(name, size);
    if (row == NULL) {
        return MPOS_E_UNKNOWN_FIELD;
    }
    *member = row->name;
    if ((*seen & 1u << (row - members)) != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *seen |= 1u << (row - members);
    mpos_scan_space(s);
    return read_value(s, row, out);
}

static mpos_err
check_complete(uint32_t seen, const char **member)
{
    for (size_t i = 0; i < NEEDED; i++) {
        if ((seen & 1u << i) == 0) {
            *member = members[i].name;
            return MPOS_E_MISSING_FIELD;
        }
    }
    return MPOS_OK;
}

static mpos_err
read_members(mpos_scan *s, mpos_op_envelope *out, const char **member)
{
    uint32_t seen = 0;
    mpos_err err = MPOS_OK;

    if (mpos_scan_take(s, '}')) {
        return check_complete(seen, member);
    }
    do {
        *member = "";
        err = read_member(s, out, &seen, member);
    } while (err == MPOS_OK && mpos_scan_take(s, ','));
    if (err != MPOS_OK) {
        return err;
    }
    *member = "";
    if (!mpos_scan_take(s, '}')) {
        return MPOS_E_MALFORMED_JSON;
    }
    mpos_scan_end(s);
    out->has_by = (seen & 1u << BY) != 0;
    return s->err == MPOS_OK ? check_complete(seen, member) : s->err;
}

mpos_err
mpos_op_envelope_read(const char *bytes, size_t size, mpos_op_envelope *out, const char **member)
{
    mpos_scan s = {bytes, bytes + size, MPOS_OK};
    mpos_op_envelope read = {0};
    mpos_err err;

    *member = "";
    if (size > MPOS_OP_SIZE_MAX) {
        return MPOS_E_BODY_TOO_LARGE;
    }
    mpos_scan_space(&s);
    if (s.at < s.end && *s.at != '{') {
        mpos_scan_skip(&s, MPOS_OP_DEPTH_MAX);
        mpos_scan_end(&s);
        return s.err == MPOS_OK ? MPOS_E_WRONG_TYPE : s.err;
    }
    err = mpos_scan_take(&s, '{') ? read_members(&s, &read, member) : MPOS_E_MALFORMED_JSON;
    if (err == MPOS_OK) {
        *out = read;
    }
    return err;
}
