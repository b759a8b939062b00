/* gs1.c - application identifiers, read by one table. */
#include "gs1.h"

#include <string.h>

#include "barcode.h"

typedef struct identifier {
    const char *prefix;
    uint8_t prefix_size;
    uint8_t places;
    uint8_t fixed;
    uint8_t min;
    uint8_t max;
    char class;
} identifier;

static const identifier identifiers[MPOS_GS1_NAMES] = {
#define MPOS_GS1_AI(name, prefix, places, fixed, min, max, class)                                            \
    {prefix, sizeof(prefix) - 1, places, fixed, min, max, class},
#include "gs1.def"
#undef MPOS_GS1_AI
};

typedef struct reader {
    const char *text;
    size_t size;
    size_t at;
    int bracketed;
    mpos_gs1 *out;
} reader;

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Characters of set 82 (figure 7.11-1): letters, digits and these. */
static int
in_set_82(char c)
{
    for (const char *other = "!\"%&'()*+,-./_:;<=>?"; *other != '\0'; other++) {
        if (c == *other) {
            return 1;
        }
    }
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of(int year, int month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

static int
two(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* The identifier at this place, MPOS_GS1_NAMES when there is none. Of 90 and 9n the table has 90 first. */
static mpos_gs1_name
identifier_at(const char *text, size_t size)
{
    for (int i = 0; i < MPOS_GS1_NAMES; i++) {
        const identifier *id = &identifiers[i];
        size_t whole = (size_t)id->prefix_size + id->places;

        if (size >= whole && memcmp(text, id->prefix, id->prefix_size) == 0 &&
            (id->places == 0 || is_digit(text[whole - 1]))) {
            return (mpos_gs1_name)i;
        }
    }
    return MPOS_GS1_NAMES;
}

/* Size of "(01)" with a known identifier at this place, 0 for anything else. */
static size_t
bracket_at(const char *text, size_t size)
{
    mpos_gs1_name name;
    size_t whole;

    if (size < 4 || text[0] != '(') {
        return 0;
    }
    name = identifier_at(text + 1, size - 1);
    if (name == MPOS_GS1_NAMES) {
        return 0;
    }
    whole = (size_t)identifiers[name].prefix_size + identifiers[name].places;
    return size > whole + 1 && text[whole + 1] == ')' ? whole + 2 : 0;
}

/* Size of a symbology identifier of GS1 at the beginning, 0 when there is none. */
static size_t
symbology_size(const char *text, size_t size)
{
    static const char marks[][4] = {"]C1", "]e0", "]d2", "]Q3", "]J1"};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (size >= 3 && memcmp(text, marks[i], 3) == 0) {
            return 3;
        }
    }
    return 0;
}

int
mpos_gs1_marked(const char *text, size_t size)
{
    return symbology_size(text, size) > 0 || (size > 0 && text[0] == MPOS_GS1_SEPARATOR) ||
           bracket_at(text, size) > 0;
}

/* Where the value that begins here ends. */
static size_t
value_end(const reader *in, const identifier *id)
{
    size_t end = in->at;

    if (!in->bracketed && id->fixed) {
        return in->at + id->max < in->size ? in->at + id->max : in->size;
    }
    while (end < in->size && in->text[end] != MPOS_GS1_SEPARATOR &&
           !(in->bracketed && bracket_at(in->text + end, in->size - end) > 0)) {
        end++;
    }
    return end;
}

static int
date_fits(const char *value)
{
    int month = two(value + 2), day = two(value + 4);

    /* Whether 29 February exists is known with the century only; 00 is the last day. */
    return month >= 1 && month <= 12 && day <= days_of(2000, month);
}

/* OK, or INVALID_VALUE with in->at at the character that is wrong. */
static mpos_err
check_value(reader *in, const identifier *id, size_t size)
{
    const char *value = in->text + in->at;

    if (size < id->min || size > id->max) {
        in->at += size < id->min ? size : id->max;
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i < size; i++) {
        if (id->class == 'X' ? !in_set_82(value[i]) : !is_digit(value[i])) {
            in->at += i;
            return MPOS_E_INVALID_VALUE;
        }
    }
    if ((id->class == 'D' && !date_fits(value)) ||
        ((id->class == 'G' || id->class == 'S') && mpos_check_digit(value, size - 1) != value[size - 1])) {
        in->at += size - 1;
        return MPOS_E_INVALID_VALUE;
    }
    return MPOS_OK;
}

static int
same_identifier(const mpos_gs1_element *a, const mpos_gs1_element *b)
{
    return a->name == b->name && (identifiers[a->name].class != 'X' || a->digit == b->digit);
}

/* The same fact may be said twice, not two facts by one name. */
static mpos_err
add(reader *in, const mpos_gs1_element *element)
{
    mpos_gs1 *out = in->out;

    for (size_t i = 0; i < out->count; i++) {
        const mpos_gs1_element *other = &out->elements[i];

        if (same_identifier(element, other)) {
            return other->size == element->size && other->digit == element->digit &&
                           memcmp(in->text + other->offset, in->text + element->offset, element->size) == 0
                       ? MPOS_OK
                       : MPOS_E_INVALID_VALUE;
        }
    }
    if (out->count == MPOS_GS1_ELEMENTS_MAX) {
        return MPOS_E_TOO_MANY;
    }
    out->elements[out->count++] = *element;
    return MPOS_OK;
}

static mpos_err
read_element(reader *in)
{
    size_t bracket = in->bracketed ? bracket_at(in->text + in->at, in->size - in->at) : 0;
    size_t from = in->at + (bracket > 0);
    mpos_gs1_name name = identifier_at(in->text + from, in->size - from);
    mpos_gs1_element element;
    const identifier *id;
    size_t end;
    mpos_err err;

    if (name == MPOS_GS1_NAMES || (in->bracketed && bracket == 0)) {
        return MPOS_E_INVALID_VALUE;
    }
    id = &identifiers[name];
    in->at = from + id->prefix_size + id->places;
    element = (mpos_gs1_element){.name = (uint8_t)name};
    element.digit = id->places > 0 ? (uint8_t)(in->text[in->at - 1] - '0') : 0;
    in->at += bracket > 0;
    end = value_end(in, id);
    err = check_value(in, id, end - in->at);
    if (err != MPOS_OK) {
        return err;
    }
    element.offset = (uint16_t)in->at;
    element.size = (uint16_t)(end - in->at);
    err = add(in, &element);
    in->at = err == MPOS_OK ? end : in->at;
    return err;
}

mpos_err
mpos_gs1_parse(const char *text, size_t size, mpos_gs1 *out, size_t *at)
{
    reader in = {.text = text, .size = size, .at = symbology_size(text, size), .out = out};
    mpos_err err = MPOS_OK;

    *out = (mpos_gs1){.text = text};
    *at = 0;
    if (size > MPOS_GS1_SIZE_MAX) {
        return MPOS_E_TOO_MANY;
    }
    in.bracketed = bracket_at(text + in.at, size - in.at) > 0;
    while (err == MPOS_OK && in.at < size) {
        /* A separator also may stand before the first element and behind one that needs none. */
        if (in.text[in.at] == MPOS_GS1_SEPARATOR) {
            in.at++;
        } else {
            err = read_element(&in);
        }
    }
    *at = in.at;
    return err == MPOS_OK && out->count == 0 ? MPOS_E_INVALID_VALUE : err;
}

const mpos_gs1_element *
mpos_gs1_find(const mpos_gs1 *gs1, mpos_gs1_name name)
{
    for (size_t i = 0; i < gs1->count; i++) {
        if (gs1->elements[i].name == name) {
            return &gs1->elements[i];
        }
    }
    return NULL;
}

mpos_err
mpos_gs1_number(const mpos_gs1 *gs1, const mpos_gs1_element *element, int scale, int64_t *out)
{
    size_t skip = element->name == MPOS_GS1_AMOUNT_ISO || element->name == MPOS_GS1_PRICE_ISO ? 3 : 0;
    const char *digits = gs1->text + element->offset + skip;
    int decimals = identifiers[element->name].places > 0 ? element->digit : 0;
    int64_t value = 0;

    if (identifiers[element->name].class != 'N') {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i + skip < element->size; i++) {
        value = value * 10 + (digits[i] - '0'); /* at most 15 digits */
    }
    for (; decimals > scale; decimals--) {
        if (value % 10 != 0) {
            return MPOS_E_INVALID_VALUE;
        }
        value /= 10;
    }
    for (; decimals < scale; decimals++) {
        if (__builtin_mul_overflow(value, 10, &value)) {
            return MPOS_E_OUT_OF_RANGE;
        }
    }
    *out = value;
    return MPOS_OK;
}

mpos_err
mpos_gs1_date_of(const mpos_gs1 *gs1, const mpos_gs1_element *element, int this_year, mpos_gs1_date *out)
{
    const char *value = gs1->text + element->offset;
    int century = this_year - this_year % 100;
    int ahead;

    if (identifiers[element->name].class != 'D') {
        return MPOS_E_INVALID_VALUE;
    }
    ahead = two(value) - this_year % 100;
    out->year = century + two(value) - (ahead >= 51 ? 100 : 0) + (ahead <= -50 ? 100 : 0);
    out->month = two(value + 2);
    out->day = two(value + 4);
    if (out->day > days_of(out->year, out->month)) {
        return MPOS_E_INVALID_VALUE;
    }
    out->day = out->day == 0 ? days_of(out->year, out->month) : out->day;
    return MPOS_OK;
}
