/* fuzz_barcode.c - what a scanner sends: first byte P: a pattern up to a zero byte, then a code; else an element string or a code. */
#include <string.h>

#include "barcode.h"
#include "gs1.h"
#include "host.h"
#include "scan.h"

static void
try_match(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, 0, size);
    size_t pattern_size = end != NULL ? (size_t)(end - data) : size;
    const char *code = (const char *)data + pattern_size + (end != NULL);
    size_t code_size = size - pattern_size - (end != NULL);
    mpos_embedded out;
    char gtin[MPOS_GTIN_SIZE];

    if (mpos_barcode_match((const char *)data, pattern_size, MPOS_CODE_ANY, code, code_size, &out) ==
            MPOS_OK &&
        out.matched) {
        MUST(out.base_size == code_size && out.value >= 0 && out.decimals <= MPOS_EMBEDDED_DIGITS_MAX);
        MUST(code_size != 13 || mpos_barcode_check(MPOS_CODE_EAN13, out.base, 13) == MPOS_OK);
    }
    for (int upce = 0; upce < 2; upce++) {
        if (mpos_barcode_gtin(code, code_size, upce, gtin) == MPOS_OK) {
            MUST(mpos_barcode_check(MPOS_CODE_GTIN14, gtin, MPOS_GTIN_SIZE) == MPOS_OK);
        }
    }
}

static void
try_elements(const char *text, size_t size)
{
    mpos_gs1 gs1;
    size_t at;
    mpos_err err = mpos_gs1_parse(text, size, &gs1, &at);

    MUST(at <= size && (err == MPOS_OK || err == MPOS_E_INVALID_VALUE || err == MPOS_E_TOO_MANY));
    for (size_t i = 0; err == MPOS_OK && i < gs1.count; i++) {
        const mpos_gs1_element *element = &gs1.elements[i];
        mpos_gs1_date date;
        int64_t number;

        MUST((size_t)element->offset + element->size <= size);
        MUST(mpos_gs1_find(&gs1, (mpos_gs1_name)element->name) != NULL);
        (void)mpos_gs1_number(&gs1, element, 6, &number);
        (void)mpos_gs1_date_of(&gs1, element, 2026, &date);
    }
}

/* The whole of it, as a till asks: patterns of a weight and of a price. */
static void
try_scan(const char *code, size_t size)
{
    static const mpos_scan_pattern patterns[] = {{MPOS_CODE_EAN13, "21.....{NNDDD}.", 15},
                                                 {MPOS_CODE_ANY, "2.....{NNND}", 12}};
    mpos_scan scan;
    mpos_err err = mpos_scan_read(code, size, patterns, 2, 2, 2026, &scan);

    MUST(err == MPOS_OK || err == MPOS_E_INVALID_VALUE || err == MPOS_E_TOO_MANY);
    if (err != MPOS_OK) {
        return;
    }
    MUST((scan.facts & MPOS_SCAN_LOT) == 0 || (size_t)scan.lot.offset + scan.lot.size <= size);
    MUST((scan.facts & MPOS_SCAN_SERIAL) == 0 || (size_t)scan.serial.offset + scan.serial.size <= size);
    MUST((scan.facts & MPOS_SCAN_QUANTITY) == 0 || scan.quantity >= 0);
    MUST((scan.facts & MPOS_SCAN_AMOUNT) == 0 || scan.amount >= 0);
    MUST(scan.pattern == MPOS_SCAN_NO_PATTERN || scan.pattern < 2);
    MUST((scan.facts & MPOS_SCAN_GTIN) == 0 ||
         mpos_barcode_check(MPOS_CODE_GTIN14, scan.gtin, MPOS_GTIN_SIZE) == MPOS_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] == 'P') {
        try_match(data + 1, size - 1);
    } else {
        (void)mpos_gs1_marked((const char *)data, size);
        try_elements((const char *)data, size);
        try_scan((const char *)data, size);
    }
    return 0;
}
