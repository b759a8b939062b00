/*
 * barcode_case.c - codes and currencies: {code [, symbology]} is valid or not and has a check digit, {code, pattern} has a base code
 * and a value, {currency} has a number of decimals, {currency, minor} is shown with them. A code that does not match is its own
 * base code and has the value 0; a pattern that is none is not valid.
 */
#include <stdio.h>
#include <string.h>

#include "barcode.h"
#include "money.h"
#include "quantity.h"
#include "runner.h"

static const char input_names[] = "code symbology pattern currency minor";
static const char expected_names[] = "valid check_digit base_code value match minor_units display";

static const char *
text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void
check_valid(const char *code, const char *symbology, const json_t *valid, report *r)
{
    int number = symbology != NULL ? mpos_symbology_of(symbology) : MPOS_CODE_ANY;
    int ok;

    if (number < 0) {
        report_fail(r, "unknown symbology %s", symbology);
        return;
    }
    ok = mpos_barcode_check((mpos_symbology)number, code, strlen(code)) == MPOS_OK;
    if (ok != json_is_true(valid)) {
        report_fail(r, "valid is %s", ok ? "true" : "false");
    }
}

/* Of the digits before it: of a code that is valid those but the last, else all. */
static void
check_digit(const char *code, const json_t *expected, report *r)
{
    size_t size = strlen(code);
    json_t *text;

    size -= mpos_barcode_check(MPOS_CODE_ANY, code, size) == MPOS_OK;
    if (size == 0 || strspn(code, "0123456789") < size) {
        report_fail(r, "no digits");
        return;
    }
    text = json_stringn((const char[]){mpos_check_digit(code, size)}, 1);
    if (decimal_of(r, text, 0) != decimal_of(r, expected, 0)) {
        report_fail(r, "check_digit is %s", json_string_value(text));
    }
    json_decref(text);
}

/* A value is a decimal text or a JSON number. */
static void
check_value(const json_t *expected, const mpos_embedded *found, report *r)
{
    char number[64];
    const char *shown = json_string_value(expected);
    int64_t value;

    if (shown == NULL) {
        snprintf(number, sizeof number, "%.*f", found->decimals, json_number_value(expected));
        shown = number;
    }
    if (mpos_decimal_parse(shown, strlen(shown), found->decimals, &value) != MPOS_OK ||
        value != found->value) {
        report_fail(r, "value is %lld with %d decimals", (long long)found->value, found->decimals);
    }
}

static void
check_embedded(const json_t *in, const json_t *expected, report *r)
{
    const char *pattern = text(in, "pattern"), *base = text(expected, "base_code");
    const char *code = text(in, "code") != NULL ? text(in, "code") : "";
    const char *name = text(in, "symbology");
    int symbology = name != NULL ? mpos_symbology_of(name) : MPOS_CODE_ANY;
    const json_t *match = json_object_get(expected, "match"), *value = json_object_get(expected, "value");
    const json_t *valid = json_object_get(expected, "valid");
    mpos_embedded found = {0};
    int readable = symbology >= 0 && mpos_barcode_match(pattern, strlen(pattern), (mpos_symbology)symbology,
                                                        code, strlen(code), &found) == MPOS_OK;

    if (readable && name != NULL &&
        mpos_barcode_check((mpos_symbology)symbology, code, strlen(code)) != MPOS_OK) {
        found.matched = 0;
    }
    if (valid != NULL && json_is_true(valid) != readable) {
        report_fail(r, "valid is %s", readable ? "true" : "false");
    }
    if (!readable) {
        if (valid == NULL || match != NULL || base != NULL || value != NULL) {
            report_fail(r, "the pattern or the code cannot be read");
        }
        return;
    }
    if (!found.matched && strlen(code) <= sizeof found.base) {
        found = (mpos_embedded){.base_size = strlen(code)};
        memcpy(found.base, code, found.base_size);
    }
    if (match != NULL && json_is_true(match) != found.matched) {
        report_fail(r, "match is %s", found.matched ? "true" : "false");
    }
    if (base != NULL && (strlen(base) != found.base_size || memcmp(base, found.base, found.base_size) != 0)) {
        report_fail(r, "base_code is %.*s", (int)found.base_size, found.base);
    }
    if (value != NULL) {
        check_value(value, &found, r);
    }
}

static void
check_currency(const json_t *in, const json_t *expected, report *r)
{
    const char *currency = text(in, "currency"), *display = text(expected, "display");
    const json_t *units = json_object_get(expected, "minor_units"), *minor = json_object_get(in, "minor");
    char shown[32];
    int exponent;

    if (strlen(currency) != 3 || mpos_currency_exponent(currency, &exponent) != MPOS_OK) {
        report_fail(r, "currency %s is not known", currency);
        return;
    }
    if (units != NULL && decimal_of(r, units, 0) != exponent) {
        report_fail(r, "minor_units is %d", exponent);
    }
    if (display != NULL) {
        mpos_money_text(decimal_of(r, minor, 0), exponent, shown);
        if (strcmp(shown, display) != 0) {
            report_fail(r, "display is %s", shown);
        }
    }
}

void
run_barcode(const json_t *object, report *r)
{
    const json_t *in = json_object_get(object, "inputs"), *expected = json_object_get(object, "expected");

    const json_t *valid = json_object_get(expected, "valid"),
                 *digit = json_object_get(expected, "check_digit");
    const char *code = text(in, "code"), *pattern = text(in, "pattern");

    if (!known_members(r, in, input_names) || !known_members(r, expected, expected_names)) {
        return;
    }
    if (text(in, "currency") != NULL) {
        check_currency(in, expected, r);
    } else if (code == NULL && pattern == NULL) {
        report_fail(r, "neither code nor currency");
    } else if (pattern != NULL) {
        check_embedded(in, expected, r);
    } else {
        if (valid != NULL) {
            check_valid(code, text(in, "symbology"), valid, r);
        }
        if (digit != NULL) {
            check_digit(code, digit, r);
        }
        if (json_object_size(expected) != (size_t)(valid != NULL) + (digit != NULL)) {
            report_fail(r, "what is expected needs a pattern or a currency");
        }
    }
}
