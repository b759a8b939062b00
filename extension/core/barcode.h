/*
 * barcode.h - what a scanner reads: check digits, the number an article is filed under, values embedded by a pattern.
 * Words: code, symbology, check digit, GTIN, pattern, base code, embedded value. Element strings with application
 * identifiers are in gs1.h.
 *
 * Check digits, UPC-E and GTIN as in the GS1 General Specifications, sections 3, 5.2.2 and 7.9 (weights 3 and 1 from the
 * right). Nothing here allocates; codes are given by length and need no terminator.
 */
#ifndef MPOS_CORE_BARCODE_H
#define MPOS_CORE_BARCODE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* The longest code that is looked into. */
#define MPOS_BARCODE_SIZE_MAX 48
#define MPOS_GTIN_SIZE 14
/* Digits of an embedded value. */
#define MPOS_EMBEDDED_DIGITS_MAX 15

typedef enum mpos_symbology {
    MPOS_CODE_ANY = 0, /* any number of digits that ends in its check digit */
    MPOS_CODE_EAN8 = 1,
    MPOS_CODE_EAN13 = 2,
    MPOS_CODE_UPCA = 3,
    MPOS_CODE_UPCE = 4,
    MPOS_CODE_GTIN14 = 5,
    MPOS_CODE_SSCC = 6,
    MPOS_SYMBOLOGIES
} mpos_symbology;

/* The symbology of "ean8", "ean13", "upca", "upce", "gtin14" or "sscc"; -1 for another word. */
int
mpos_symbology_of(const char *name);

/* Check digit ('0' to '9') for the digits before it. Every byte must be a digit. */
char
mpos_check_digit(const char *digits, size_t count);

/* OK when the code has the symbology's length, is all digits and its check digit is right; else INVALID_VALUE. */
mpos_err
mpos_barcode_check(mpos_symbology symbology, const char *code, size_t size);

/*
 * The UPC-A (12 digits) that a UPC-E of 8 digits (number system 0 or 1, six digits, check digit) stands for.
 * INVALID_VALUE for another length, number system or check digit.
 */
mpos_err
mpos_upce_expand(const char *code, size_t size, char out[12]);

/*
 * The 14 digits under which an EAN-8, EAN-13, UPC-A, UPC-E or GTIN-14 is one and the same article, with zeros before.
 * Eight digits are an EAN-8, unless upce is set. INVALID_VALUE when the code is none of them or its check digit is wrong.
 */
mpos_err
mpos_barcode_gtin(const char *code, size_t size, int upce, char out[MPOS_GTIN_SIZE]);

typedef struct mpos_embedded {
    int matched;                      /* the code begins as the pattern says */
    char base[MPOS_BARCODE_SIZE_MAX]; /* the code with zeros for the value: what the article is filed under */
    size_t base_size;
    int64_t value; /* the value's digits */
    int decimals;  /* how many of them are behind the point */
} mpos_embedded;

/*
 * Reads a value out of a code. A pattern is digits (as they stand), '.' (any digit) and at most one group of N (whole) and
 * then D (decimal) digits in braces: "21.....{NNDDD}." is a weight of five digits in kg. The code may be longer than its
 * pattern. Of a code of 13 digits (an EAN-13) or with symbology UPCA the base code gets its own check digit.
 * INVALID_VALUE for a pattern that is none or a code that is not digits; TOO_MANY when either is too long.
 */
mpos_err
mpos_barcode_match(const char *pattern, size_t pattern_size, mpos_symbology symbology, const char *code,
                   size_t size, mpos_embedded *out);

#endif
