/* scan.c - see scan.h. */
#include "scan.h"

#include <string.h>

enum { QUANTITY_SCALE = 6 };

static const struct {
    mpos_gs1_name name;
    mpos_scan_unit unit;
} measures[] = {
    {MPOS_GS1_NET_WEIGHT_KG, MPOS_SCAN_KG},   {MPOS_GS1_NET_WEIGHT_LB, MPOS_SCAN_LB},
    {MPOS_GS1_NET_VOLUME_L, MPOS_SCAN_LITRE}, {MPOS_GS1_LENGTH_M, MPOS_SCAN_METRE},
    {MPOS_GS1_AREA_M2, MPOS_SCAN_M2},         {MPOS_GS1_COUNT_VARIABLE, MPOS_SCAN_PIECE},
};

static const mpos_gs1_name amounts[] = {MPOS_GS1_PRICE, MPOS_GS1_PRICE_ISO};
static const mpos_gs1_name days[] = {MPOS_GS1_EXPIRY, MPOS_GS1_BEST_BEFORE, MPOS_GS1_SELL_BY};

static mpos_err
read_quantity(const mpos_gs1 *gs1, mpos_scan *out)
{
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        const mpos_gs1_element *element = mpos_gs1_find(gs1, measures[i].name);

        if (element != NULL) {
            out->unit = measures[i].unit;
            out->facts |= MPOS_SCAN_QUANTITY;
            return mpos_gs1_number(gs1, element, QUANTITY_SCALE, &out->quantity);
        }
    }
    return MPOS_OK;
}

static mpos_err
read_amount(const mpos_gs1 *gs1, int exponent, mpos_scan *out)
{
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        const mpos_gs1_element *element = mpos_gs1_find(gs1, amounts[i]);

        if (element != NULL) {
            out->facts |= MPOS_SCAN_AMOUNT;
            return mpos_gs1_number(gs1, element, exponent, &out->amount);
        }
    }
    return MPOS_OK;
}

static mpos_err
read_expiry(const mpos_gs1 *gs1, int this_year, mpos_scan *out)
{
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const mpos_gs1_element *element = mpos_gs1_find(gs1, days[i]);
        mpos_gs1_date date;
        mpos_err err;

        if (element == NULL) {
            continue;
        }
        err = mpos_gs1_date_of(gs1, element, this_year, &date);
        if (err == MPOS_OK) {
            out->facts |= MPOS_SCAN_EXPIRY;
            out->expiry = (int64_t)date.year * 10000 + date.month * 100 + date.day;
        }
        return err;
    }
    return MPOS_OK;
}

static void
read_text(const mpos_gs1 *gs1, mpos_gs1_name name, mpos_scan_fact fact, mpos_gs1_element *to, mpos_scan *out)
{
    const mpos_gs1_element *element = mpos_gs1_find(gs1, name);

    if (element != NULL) {
        out->facts |= fact;
        *to = *element;
    }
}

static mpos_err
read_elements(const char *code, size_t size, int exponent, int this_year, mpos_scan *out)
{
    mpos_gs1 gs1;
    size_t at;
    mpos_err err = mpos_gs1_parse(code, size, &gs1, &at);
    const mpos_gs1_element *gtin = err == MPOS_OK ? mpos_gs1_find(&gs1, MPOS_GS1_GTIN) : NULL;

    if (err != MPOS_OK) {
        return err;
    }
    if (gtin != NULL) {
        out->facts |= MPOS_SCAN_GTIN;
        memcpy(out->gtin, code + gtin->offset, sizeof out->gtin);
    }
    read_text(&gs1, MPOS_GS1_LOT, MPOS_SCAN_LOT, &out->lot, out);
    read_text(&gs1, MPOS_GS1_SERIAL, MPOS_SCAN_SERIAL, &out->serial, out);
    err = read_quantity(&gs1, out);
    err = err == MPOS_OK ? read_amount(&gs1, exponent, out) : err;
    return err == MPOS_OK ? read_expiry(&gs1, this_year, out) : err;
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

/* Eight digits are an EAN-8 and, when they are none, perhaps a UPC-E. */
static void
read_article(const char *code, size_t size, mpos_scan *out)
{
    if (mpos_barcode_gtin(code, size, 0, out->gtin) == MPOS_OK ||
        mpos_barcode_gtin(code, size, 1, out->gtin) == MPOS_OK) {
        out->kind = MPOS_SCAN_ARTICLE;
        out->facts |= MPOS_SCAN_GTIN;
    }
}

static mpos_err
match_patterns(const char *code, size_t size, const mpos_scan_pattern *patterns, size_t count, mpos_scan *out)
{
    for (size_t i = 0; i < count; i++) {
        const mpos_scan_pattern *pattern = &patterns[i];
        mpos_err err =
            mpos_barcode_match(pattern->text, pattern->size, pattern->symbology, code, size, &out->embedded);

        if (err != MPOS_OK) {
            return err;
        }
        if (out->embedded.matched) {
            out->pattern = (uint8_t)i;
            return MPOS_OK;
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_scan_read(const char *code, size_t size, const mpos_scan_pattern *patterns, size_t count, int exponent,
               int this_year, mpos_scan *out)
{
    memset(out, 0, sizeof *out);
    out->pattern = MPOS_SCAN_NO_PATTERN;
    if (count > MPOS_SCAN_PATTERNS_MAX || size > MPOS_GS1_SIZE_MAX) {
        return MPOS_E_TOO_MANY;
    }
    if (mpos_gs1_marked(code, size)) {
        out->kind = MPOS_SCAN_ELEMENTS;
        return read_elements(code, size, exponent, this_year, out);
    }
    if (!all_digits(code, size) || size > MPOS_BARCODE_SIZE_MAX) {
        return MPOS_OK;
    }
    read_article(code, size, out);
    return match_patterns(code, size, patterns, count, out);
}
