/*
 * scan.h - what a scanner sent, made into what is looked up: an article number, or an element string with its facts, and the
 * value that one of the tenant's patterns finds embedded. Words: code, article number, element string, facts, pattern.
 *
 * Nothing is decided here about selling: which pattern means a weight and which a price, the tenant says.
 */
#ifndef MPOS_CORE_SCAN_H
#define MPOS_CORE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "barcode.h"
#include "err.h"
#include "gs1.h"

#define MPOS_SCAN_PATTERNS_MAX 64
#define MPOS_SCAN_NO_PATTERN 0xff

typedef enum mpos_scan_kind {
    MPOS_SCAN_TEXT = 0,    /* neither: looked up as it stands */
    MPOS_SCAN_ARTICLE = 1, /* EAN-8, EAN-13, UPC-A, UPC-E or GTIN-14 with a good check digit */
    MPOS_SCAN_ELEMENTS = 2
} mpos_scan_kind;

typedef enum mpos_scan_fact {
    MPOS_SCAN_GTIN = 1,
    MPOS_SCAN_QUANTITY = 2,
    MPOS_SCAN_AMOUNT = 4,
    MPOS_SCAN_EXPIRY = 8,
    MPOS_SCAN_LOT = 16,
    MPOS_SCAN_SERIAL = 32
} mpos_scan_fact;

/* What a quantity of an element string is counted in. */
typedef enum mpos_scan_unit {
    MPOS_SCAN_PIECE = 0,
    MPOS_SCAN_KG = 1,
    MPOS_SCAN_LB = 2,
    MPOS_SCAN_LITRE = 3,
    MPOS_SCAN_METRE = 4,
    MPOS_SCAN_M2 = 5
} mpos_scan_unit;

typedef struct mpos_scan_pattern {
    mpos_symbology symbology;
    const char *text; /* as of mpos_barcode_match */
    size_t size;
} mpos_scan_pattern;

typedef struct mpos_scan {
    mpos_scan_kind kind;
    uint8_t facts; /* of mpos_scan_fact: which of the members below hold */
    char gtin[MPOS_GTIN_SIZE];

    mpos_scan_unit unit;
    int64_t quantity; /* scale 6 */
    int64_t amount;   /* minor units */
    int64_t
        expiry; /* the day 2027-01-31 as 20270131; of use by, best before and sell by the first that is there */
    mpos_gs1_element lot;
    mpos_gs1_element serial;

    uint8_t pattern; /* index of the first pattern that matched, MPOS_SCAN_NO_PATTERN when none did */
    mpos_embedded embedded;
} mpos_scan;

/*
 * Reads a code. this_year settles centuries, exponent is that of the currency. The lot and serial point into code.
 * Errors: TOO_MANY (code or patterns), INVALID_VALUE (a code marked as element string that is none, or a pattern that is none).
 */
mpos_err
mpos_scan_read(const char *code, size_t size, const mpos_scan_pattern *patterns, size_t count, int exponent,
               int this_year, mpos_scan *out);

#endif
