/* input_scalar.c - single values of inputs: ids, numbers, texts, words, times, hashes. */
#include "postgres.h"

#include <errno.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "card.h"
#include "input_scalar.h"
#include "quantity.h"

mpos_err
mpos_reader_refuse(mpos_reader *r, mpos_err err, const char *detail)
{
    return mpos_refuse(r->call, err, r->path, "%s", detail);
}

static bool
is_string(const JsonbValue *value)
{
    return value->type == jbvString;
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
mpos_uuid_parse(const char *text, size_t size, uint8 out[16])
{
    size_t n = 0;

    if (size != 36) {
        return false;
    }
    for (size_t i = 0; i < 36;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i++] != '-') {
                return false;
            }
            continue;
        }
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[n++] = (uint8)(high << 4 | low);
        i += 2;
    }
    return true;
}

mpos_err
mpos_read_uuid(mpos_reader *r, const JsonbValue *value, bool is_id, uint8 out[16])
{
    if (!is_string(value)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "An id is a string.");
    }
    if (mpos_uuid_parse(value->val.string.val, (size_t)value->val.string.len, out)) {
        return MPOS_OK;
    }
    if (is_id && r->params) {
        return mpos_refuse(r->call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    return mpos_reader_refuse(r, MPOS_E_INVALID_VALUE, "An id is a UUID of 36 characters.");
}

static mpos_err
read_digits(mpos_reader *r, const char *text, const mpos_field *field, int64 *out)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno == ERANGE || value < field->min || value > field->max) {
        size_t begin;

        if (r->typed && mpos_card_find(text, strlen(text), &begin, &begin)) {
            return mpos_reader_refuse(r, MPOS_E_CARD_NUMBER,
                                      "Card numbers are read by the payment terminal only.");
        }
        return mpos_refuse(r->call, MPOS_E_OUT_OF_RANGE, r->path,
                           "The number must lie within " INT64_FORMAT " and " INT64_FORMAT ".", field->min,
                           field->max);
    }
    *out = value;
    return MPOS_OK;
}

/* A number is whole when its decimals are zeros; how it was written does not matter. */
mpos_err
mpos_read_int(mpos_reader *r, const JsonbValue *value, const mpos_field *field, int64 *out)
{
    char *text;
    size_t whole;

    if (r->params && is_string(value)) {
        text = pnstrdup(value->val.string.val, value->val.string.len);
        if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
            return mpos_reader_refuse(r, MPOS_E_INVALID_VALUE,
                                      "The value is a whole number in decimal digits.");
        }
        return read_digits(r, text, field, out);
    }
    if (value->type != jbvNumeric) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a whole number.");
    }
    text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
    whole = strcspn(text, ".");
    if (text[whole] == '.' && strspn(text + whole + 1, "0") != strlen(text + whole + 1)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a whole number.");
    }
    text[whole] = '\0';
    return read_digits(r, text, field, out);
}

static mpos_err
keep_cards_out(mpos_reader *r, char *text)
{
    size_t begin;
    size_t end;

    if (r->call->from_device) {
        r->call->cards += (int)mpos_card_mask(text, strlen(text));
    } else if (mpos_card_find(text, strlen(text), &begin, &end)) {
        return mpos_reader_refuse(r, MPOS_E_CARD_NUMBER,
                                  "Card numbers are read by the payment terminal only.");
    }
    return MPOS_OK;
}

mpos_err
mpos_read_text(mpos_reader *r, const JsonbValue *value, const mpos_field *field, const char **out)
{
    int characters;

    if (!is_string(value)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a string.");
    }
    characters = pg_mbstrlen_with_len(value->val.string.val, value->val.string.len);
    if (characters < field->min || characters > field->max) {
        return mpos_refuse(r->call, MPOS_E_OUT_OF_RANGE, r->path,
                           "The text must have " INT64_FORMAT " to " INT64_FORMAT " characters.", field->min,
                           field->max);
    }
    *out = pnstrdup(value->val.string.val, value->val.string.len);
    return r->typed && (field->flags & MPOS_IN_DIGITS) == 0 ? keep_cards_out(r, (char *)*out) : MPOS_OK;
}

mpos_err
mpos_read_word(mpos_reader *r, const JsonbValue *value, const mpos_field *field, int *out)
{
    if (!is_string(value)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a string.");
    }
    for (int i = 0; field->words[i] != NULL; i++) {
        if (strlen(field->words[i]) == (size_t)value->val.string.len &&
            memcmp(field->words[i], value->val.string.val, (size_t)value->val.string.len) == 0) {
            *out = i;
            return MPOS_OK;
        }
    }
    return mpos_reader_refuse(r, MPOS_E_INVALID_VALUE, "The value is not one of those possible here.");
}

/* Digits, then perhaps a point and 1 to `scale` digits; nothing else, not even a sign. */
static bool
decimal_form(const char *text, int size, int whole_max, int scale)
{
    int whole = 0;
    int decimals = 0;

    while (whole < size && text[whole] >= '0' && text[whole] <= '9') {
        whole++;
    }
    if (whole == 0 || whole > whole_max) {
        return false;
    }
    if (whole == size) {
        return true;
    }
    for (int i = whole + 1; i < size; i++, decimals++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return text[whole] == '.' && decimals >= 1 && decimals <= scale;
}

mpos_err
mpos_read_decimal(mpos_reader *r, const JsonbValue *value, const mpos_field *field, int64 *out)
{
    bool qty = field->kind == MPOS_IN_QTY;
    int scale = qty ? MPOS_QTY_SCALE : MPOS_RATE_SCALE;
    int whole_max = field->kind == MPOS_IN_RATE ? 2 : 9;
    int64 number;

    if (!is_string(value)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a decimal number in a string.");
    }
    if (!decimal_form(value->val.string.val, value->val.string.len, whole_max, scale) ||
        mpos_decimal_parse(value->val.string.val, (size_t)value->val.string.len, scale, &number) != MPOS_OK) {
        return mpos_reader_refuse(r, MPOS_E_INVALID_VALUE,
                                  "The value is not a decimal number of the form required.");
    }
    if (number < field->min || number > field->max) {
        return mpos_reader_refuse(r, MPOS_E_OUT_OF_RANGE,
                                  qty ? "The quantity must be above zero."
                                      : "The rate is outside its range.");
    }
    *out = number;
    return MPOS_OK;
}

mpos_err
mpos_read_time(mpos_reader *r, const JsonbValue *value, bool clock, int64 *out)
{
    if (!is_string(value)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a time in a string.");
    }
    if (clock) {
        return mpos_clock_parse(value->val.string.val, (size_t)value->val.string.len, out)
                   ? MPOS_OK
                   : mpos_reader_refuse(r, MPOS_E_INVALID_VALUE,
                                        "The time has the form HH:MM, 00:00 to 23:59.");
    }
    return mpos_local_parse(value->val.string.val, (size_t)value->val.string.len, out)
               ? MPOS_OK
               : mpos_reader_refuse(r, MPOS_E_INVALID_VALUE, "The time has the form YYYY-MM-DDTHH:MM.");
}

mpos_err
mpos_read_hash(mpos_reader *r, const JsonbValue *value, uint8 out[32])
{
    if (!is_string(value)) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "A hash is a string.");
    }
    if (value->val.string.len != 64) {
        return mpos_reader_refuse(r, MPOS_E_INVALID_VALUE, "A hash has 64 lower-case hex digits.");
    }
    for (int i = 0; i < 32; i++) {
        const char *pair = value->val.string.val + 2 * i;
        int high = hex_digit(pair[0]);
        int low = hex_digit(pair[1]);

        if (high < 0 || low < 0 || (pair[0] >= 'A' && pair[0] <= 'F') || (pair[1] >= 'A' && pair[1] <= 'F')) {
            return mpos_reader_refuse(r, MPOS_E_INVALID_VALUE, "A hash has 64 lower-case hex digits.");
        }
        out[i] = (uint8)(high << 4 | low);
    }
    return MPOS_OK;
}
