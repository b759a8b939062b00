/* read.c - members of a case, in all their spellings. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"
#include "runner.h"

enum { NAME_SIZE = 64, TEXT_SIZE = 128, DIGITS_MAX = 32 };

/* As many as an exponent may add. */
static const char ZEROS[DIGITS_MAX + 2] = "000000000000000000000000000000000";

void
report_fail(report *r, const char *format, ...)
{
    va_list args;

    if (!r->failed) {
        r->failed = 1;
        va_start(args, format);
        vsnprintf(r->reason, sizeof r->reason, format, args);
        va_end(args);
    }
}

/* The next name of a list up to one of the ends; NULL after the last. */
static const char *
next_name(const char *list, const char *ends, char out[NAME_SIZE])
{
    size_t size = strcspn(list, ends);

    if (size == 0 || size >= NAME_SIZE) {
        return NULL;
    }
    memcpy(out, list, size);
    out[size] = '\0';
    list += size;
    return list + (*list != '\0');
}

static int
is_listed(const char *name, const char *list)
{
    char one[NAME_SIZE];

    while (list != NULL && *list != '\0') {
        list = next_name(list, "| ", one);
        if (list != NULL && strcmp(one, name) == 0) {
            return 1;
        }
    }
    return 0;
}

int
known_members(report *r, const json_t *object, const char *list)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        if (!is_listed(name, "note comment") && !is_listed(name, list)) {
            report_fail(r, "unknown field %s", name);
            return 0;
        }
    }
    return 1;
}

const json_t *
member_of(const json_t *object, const char *spellings)
{
    char one[NAME_SIZE];

    while (spellings != NULL && *spellings != '\0') {
        const json_t *value;

        spellings = next_name(spellings, "|", one);
        value = json_object_get(object, one);
        if (value != NULL && !json_is_null(value)) {
            return value;
        }
    }
    return NULL;
}

const json_t *
list_of(report *r, const json_t *object, const char *spellings)
{
    const json_t *value = member_of(object, spellings);

    if (value != NULL && !json_is_array(value)) {
        report_fail(r, "no list: %s", spellings);
    }
    return json_is_array(value) ? value : NULL;
}

const char *
text_of(const json_t *object, const char *spellings, const char *otherwise)
{
    const json_t *value = member_of(object, spellings);

    return value == NULL ? otherwise : json_is_string(value) ? json_string_value(value) : "(no text)";
}

int
flag_of(const json_t *object, const char *spellings, int otherwise)
{
    const json_t *value = member_of(object, spellings);

    if (value == NULL) {
        return otherwise;
    }
    return json_is_string(value)    ? word_of(json_string_value(value), "true|yes|1") == 0
           : json_is_integer(value) ? json_integer_value(value) != 0
                                    : json_is_true(value);
}

static int
same_word(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        char x = *a == '-' || *a == ' ' ? '_' : (char)tolower((unsigned char)*a);

        if (x != *b) {
            return 0;
        }
    }
    return *a == *b;
}

int
word_of(const char *text, const char *words)
{
    char group[256];
    char one[NAME_SIZE];

    for (int at = 0; text != NULL && *words != '\0'; at++) {
        size_t size = strcspn(words, " ");
        const char *list = group;

        snprintf(group, sizeof group, "%.*s", (int)size, words);
        words += size + (words[size] == ' ');
        while (list != NULL && *list != '\0') {
            list = next_name(list, "|", one);
            if (list != NULL && same_word(text, one)) {
                return at;
            }
        }
    }
    return -1;
}

/* A number being written out: its digits without a point, and how many of them are decimals. */
typedef struct digits {
    char text[DIGITS_MAX + 1];
    int count;
    long decimals;
} digits;

/* Reads what stands before the exponent; 0 when there are too many digits. */
static int
read_digits(const char *text, size_t size, digits *d)
{
    int after_point = 0;

    *d = (digits){0};
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.') {
            after_point = 1;
        } else if (d->count == DIGITS_MAX) {
            return 0;
        } else {
            d->text[d->count++] = text[i];
            d->decimals += after_point;
        }
    }
    return 1;
}

/* Writes "-1.25e2" as "-125". What is no such number is left to the parser of decimals. */
static const char *
without_exponent(const char *text, char out[TEXT_SIZE])
{
    size_t size = strcspn(text, "eE"), sign = text[0] == '-' || text[0] == '+';
    digits d;
    char *end;
    long zeros, exponent;

    if (text[size] == '\0' || size <= sign) {
        return text;
    }
    exponent = strtol(text + size + 1, &end, 10);
    if (end == text + size + 1 || *end != '\0') {
        return text;
    }
    if (!read_digits(text + sign, size - sign, &d)) {
        return "(a number of too many digits)";
    }
    d.decimals -= exponent;
    if (labs(exponent) > DIGITS_MAX || labs(d.decimals) > DIGITS_MAX) {
        return "(an exponent that is too large)";
    }
    zeros = d.decimals < 0 ? -d.decimals : d.decimals >= d.count ? d.decimals - d.count + 1 : 0;
    if (d.decimals <= 0) {
        snprintf(out, TEXT_SIZE, "%.*s%s%.*s", (int)sign, text, d.text, (int)zeros, ZEROS);
    } else {
        char padded[2 * DIGITS_MAX + 2];
        int whole = snprintf(padded, sizeof padded, "%.*s%s", (int)zeros, ZEROS, d.text) - (int)d.decimals;

        snprintf(out, TEXT_SIZE, "%.*s%.*s.%s", (int)sign, text, whole, padded, padded + whole);
    }
    return out;
}

/* The value as text without an exponent. */
static const char *
number_text(const json_t *value, char out[TEXT_SIZE])
{
    char real[32];

    if (json_is_integer(value)) {
        snprintf(out, TEXT_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return out;
    }
    if (json_is_real(value)) {
        snprintf(real, sizeof real, "%.15g", json_real_value(value));
        if (strpbrk(real, "eE") == NULL) {
            return memcpy(out, real, sizeof real);
        }
        return without_exponent(real, out);
    }
    return json_is_string(value) ? without_exponent(json_string_value(value), out) : NULL;
}

int
decimals_of(const json_t *value)
{
    char room[TEXT_SIZE];
    const char *text = number_text(value, room);
    const char *point = text != NULL ? strchr(text, '.') : NULL;
    size_t size;

    if (point == NULL) {
        return 0;
    }
    size = strlen(point + 1);
    while (size > 0 && point[size] == '0') {
        size--;
    }
    return (int)size;
}

/* Zeros behind the scale say nothing. */
int64_t
decimal_of(report *r, const json_t *value, int scale)
{
    char room[TEXT_SIZE];
    const char *text = number_text(value, room);
    const char *point;
    size_t size;
    int64_t out = 0;

    if (text == NULL) {
        report_fail(r, "a number is missing");
        return 0;
    }
    point = strchr(text, '.');
    size = strlen(text);
    size -= size > 1 && text[size - 1] == '%';
    while (point != NULL && size > (size_t)(point - text) + 1 + (size_t)scale && text[size - 1] == '0') {
        size--;
    }
    size -= point != NULL && size == (size_t)(point - text) + 1;
    size -= text[0] == '+';
    if (mpos_decimal_parse(text + (text[0] == '+'), size, scale, &out) != MPOS_OK) {
        report_fail(r, "not a decimal of %d places: %s", scale, text);
    }
    return out;
}

mpos_rounding_mode
mode_of(report *r, const char *text)
{
    static const char words[] =
        "half_up|normal|nearest|commercial|half_away_from_zero|common|round_half_up "
        "half_even|bankers|banker|half_to_even|round_half_even "
        "half_down|half_towards_zero|half_toward_zero|round_half_down "
        "up|upward|upwards|rounding_up|round_up|away_from_zero|always_up "
        "down|downward|downwards|round_down|rounding_down|truncate|towards_zero|toward_zero|always_down "
        "ceiling|ceil|own_advantage floor";
    int at = word_of(text, words);

    if (at < 0) {
        report_fail(r, "unknown rounding mode %s", text != NULL ? text : "(no text)");
        return MPOS_ROUND_HALF_UP;
    }
    return (mpos_rounding_mode)at;
}
