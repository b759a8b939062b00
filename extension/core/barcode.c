/* barcode.c - check digits, article numbers and embedded values. */
#include "barcode.h"

#include <string.h>

#include "text.h"

static const char *const symbology_names[MPOS_SYMBOLOGIES] = {"any",  "ean8",   "ean13", "upca",
                                                              "upce", "gtin14", "sscc"};
static const uint8_t symbology_sizes[MPOS_SYMBOLOGIES] = {0, 8, 13, 12, 8, 14, 18};

int
mpos_symbology_of(const char *name)
{
    return mpos_text_index(symbology_names, MPOS_SYMBOLOGIES, name);
}

static int
all_digits(const char *code, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (code[i] < '0' || code[i] > '9') {
            return 0;
        }
    }
    return size > 0;
}

char
mpos_check_digit(const char *digits, size_t count)
{
    unsigned sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += (unsigned)(digits[i] - '0') * ((count - i) % 2 == 1 ? 3 : 1);
        sum %= 10; /* so that no length can overflow it */
    }
    return (char)('0' + (10 - sum) % 10);
}

static int
ends_in_check_digit(const char *code, size_t size)
{
    return all_digits(code, size) && mpos_check_digit(code, size - 1) == code[size - 1];
}

mpos_err
mpos_barcode_check(mpos_symbology symbology, const char *code, size_t size)
{
    char upca[12];

    if (symbology == MPOS_CODE_UPCE) {
        return mpos_upce_expand(code, size, upca);
    }
    if ((symbology != MPOS_CODE_ANY && size != symbology_sizes[symbology]) ||
        !ends_in_check_digit(code, size)) {
        return MPOS_E_INVALID_VALUE;
    }
    return MPOS_OK;
}

/*
 * Where the six digits of a UPC-E lie among the ten of manufacturer and article: digit 1 to 6, or '0'. The sixth digit
 * chooses the layout (section 5.2.2).
 */
static const char *
upce_layout(char last)
{
    switch (last) {
    case '0':
    case '1':
    case '2':
        return "1260000345";
    case '3':
        return "1230000045";
    case '4':
        return "1234000005";
    default:
        return "1234500006";
    }
}

mpos_err
mpos_upce_expand(const char *code, size_t size, char out[12])
{
    const char *six = code + 1;
    const char *layout;

    if (size != 8 || !all_digits(code, size) || code[0] > '1') {
        return MPOS_E_INVALID_VALUE;
    }
    layout = upce_layout(six[5]);
    out[0] = code[0];
    for (size_t i = 0; i < 10; i++) {
        out[1 + i] = layout[i] == '0' ? '0' : six[layout[i] - '1'];
    }
    out[11] = mpos_check_digit(out, 11);
    return out[11] == code[7] ? MPOS_OK : MPOS_E_INVALID_VALUE;
}

mpos_err
mpos_barcode_gtin(const char *code, size_t size, int upce, char out[MPOS_GTIN_SIZE])
{
    char upca[12];

    if (upce && size == 8) {
        mpos_err err = mpos_upce_expand(code, size, upca);

        if (err != MPOS_OK) {
            return err;
        }
        code = upca;
        size = sizeof upca;
    }
    if ((size != 8 && size != 12 && size != 13 && size != MPOS_GTIN_SIZE) ||
        !ends_in_check_digit(code, size)) {
        return MPOS_E_INVALID_VALUE;
    }
    memset(out, '0', MPOS_GTIN_SIZE - size);
    memcpy(out + MPOS_GTIN_SIZE - size, code, size);
    return MPOS_OK;
}

/* A pattern taken apart. Without a group the value is empty, at the end. */
typedef struct pattern_parts {
    const char *text;
    size_t size;
    size_t group; /* place of '{' */
    size_t whole; /* digits before the point */
    size_t decimals;
} pattern_parts;

static size_t
run_of(const char *text, size_t size, size_t at, char c)
{
    size_t from = at;

    while (at < size && text[at] == c) {
        at++;
    }
    return at - from;
}

static mpos_err
read_group(pattern_parts *parts)
{
    size_t at = parts->group + 1;

    parts->whole = run_of(parts->text, parts->size, at, 'N');
    at += parts->whole;
    parts->decimals = run_of(parts->text, parts->size, at, 'D');
    at += parts->decimals;
    if (at >= parts->size || parts->text[at] != '}' || parts->whole + parts->decimals == 0) {
        return MPOS_E_INVALID_VALUE;
    }
    return parts->whole + parts->decimals > MPOS_EMBEDDED_DIGITS_MAX ? MPOS_E_TOO_MANY : MPOS_OK;
}

static mpos_err
read_pattern(const char *text, size_t size, pattern_parts *parts)
{
    *parts = (pattern_parts){text, size, size, 0, 0};
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '{' && parts->group == size) {
            mpos_err err;

            parts->group = i;
            err = read_group(parts);
            if (err != MPOS_OK) {
                return err;
            }
            i += parts->whole + parts->decimals + 1;
        } else if (text[i] != '.' && !all_digits(text + i, 1)) {
            return MPOS_E_INVALID_VALUE;
        }
    }
    return size > 0 ? MPOS_OK : MPOS_E_INVALID_VALUE;
}

static int
same_digits(const char *pattern, const char *code, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pattern[i] != '.' && pattern[i] != code[i]) {
            return 0;
        }
    }
    return 1;
}

static void
take_value(const pattern_parts *parts, const char *code, size_t size, mpos_embedded *out)
{
    size_t digits = parts->whole + parts->decimals;

    memcpy(out->base, code, size);
    out->base_size = size;
    out->decimals = (int)parts->decimals;
    for (size_t i = parts->group; i < parts->group + digits; i++) {
        out->value = out->value * 10 + (code[i] - '0');
        out->base[i] = '0';
    }
}

mpos_err
mpos_barcode_match(const char *pattern, size_t pattern_size, mpos_symbology symbology, const char *code,
                   size_t size, mpos_embedded *out)
{
    pattern_parts parts;
    size_t digits, after, rest;
    mpos_err err;

    memset(out, 0, sizeof *out);
    if (size > MPOS_BARCODE_SIZE_MAX || pattern_size > MPOS_BARCODE_SIZE_MAX) {
        return MPOS_E_TOO_MANY;
    }
    err = read_pattern(pattern, pattern_size, &parts);
    if (err != MPOS_OK) {
        return err;
    }
    if (!all_digits(code, size)) {
        return MPOS_E_INVALID_VALUE;
    }
    digits = parts.whole + parts.decimals;
    after = digits > 0 ? parts.group + digits + 2 : pattern_size;
    rest = pattern_size - after;
    if (parts.group + digits + rest > size || !same_digits(pattern, code, parts.group) ||
        !same_digits(pattern + after, code + parts.group + digits, rest)) {
        return MPOS_OK;
    }
    out->matched = 1;
    take_value(&parts, code, size, out);
    if (size == 13 || (symbology == MPOS_CODE_UPCA && size == 12)) {
        out->base[size - 1] = mpos_check_digit(out->base, size - 1);
    }
    return MPOS_OK;
}
