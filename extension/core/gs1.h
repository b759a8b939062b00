/*
 * gs1.h - element strings: a code that carries more than one fact (GTIN, lot, expiry, serial, net weight, price).
 * Words: application identifier (AI), element, separator (FNC1), plain form, bracketed form.
 *
 * Two forms are read. Plain, as scanners send it: an optional symbology identifier (]C1, ]e0, ]d2, ]Q3, ]J1), then elements,
 * those of variable length ended by FNC1 (0x1D). Bracketed, as printed below the bars: (01)09501101530003(17)140704. In that
 * form a value goes on to the next "(" with a known identifier and ")". Rules: GS1 General Specifications, sections 3 and 7.8.
 */
#ifndef MPOS_CORE_GS1_H
#define MPOS_CORE_GS1_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MPOS_GS1_SIZE_MAX 256
#define MPOS_GS1_ELEMENTS_MAX 16
#define MPOS_GS1_SEPARATOR 0x1D

typedef enum mpos_gs1_name {
#define MPOS_GS1_AI(name, prefix, places, fixed, min, max, class) MPOS_GS1_##name,
#include "gs1.def"
#undef MPOS_GS1_AI
    MPOS_GS1_NAMES
} mpos_gs1_name;

typedef struct mpos_gs1_element {
    uint8_t name;    /* mpos_gs1_name */
    uint8_t digit;   /* last digit of an identifier with a place: decimals of 310n or 392n, n of 9n */
    uint16_t offset; /* of the value in the text */
    uint16_t size;
} mpos_gs1_element;

typedef struct mpos_gs1 {
    const char *text; /* the caller's */
    size_t count;
    mpos_gs1_element elements[MPOS_GS1_ELEMENTS_MAX]; /* in the order of the code */
} mpos_gs1;

typedef struct mpos_gs1_date {
    int year; /* with its century */
    int month;
    int day; /* the last of the month where the code says 00 */
} mpos_gs1_date;

/*
 * True when the text is to be read as an element string: it begins with a symbology identifier of GS1, a separator, or an
 * identifier in brackets. A bare code without these is a plain article number.
 */
int
mpos_gs1_marked(const char *text, size_t size);

/*
 * Takes an element string apart. Errors: TOO_MANY (longer than MPOS_GS1_SIZE_MAX, more elements than the limit),
 * INVALID_VALUE (unknown identifier, wrong length, character, check digit or date, an identifier twice with different
 * values); *at is then the place of the offending character.
 */
mpos_err
mpos_gs1_parse(const char *text, size_t size, mpos_gs1 *out, size_t *at);

/* The element of that name, NULL when the code has none. */
const mpos_gs1_element *
mpos_gs1_find(const mpos_gs1 *gs1, mpos_gs1_name name);

/*
 * The number of a measure, count or amount (class N) as an integer of that scale (0 to 9): 310n with scale 6 is a quantity
 * in kg, 392n with the currency's exponent is minor units. Of 391n and 393n the three digits of the currency are left out.
 * INVALID_VALUE when it has more decimals than the scale or is no number, OUT_OF_RANGE when it does not fit.
 */
mpos_err
mpos_gs1_number(const mpos_gs1 *gs1, const mpos_gs1_element *element, int scale, int64_t *out);

/* A date with the century that is nearest to this year (section 7.12: 51 years ahead belongs to the century before). */
mpos_err
mpos_gs1_date_of(const mpos_gs1 *gs1, const mpos_gs1_element *element, int this_year, mpos_gs1_date *out);

#endif
