/*
 * scan.c - what a scanner sent, for the page (../scan.h). Words: input, output.
 *
 * Input, big-endian: exponent u8 | patterns u8 | year u16 | code size u16 | code | then each pattern: symbology u8 | size u8 | text.
 *
 * Output: kind u8 | facts u8 | unit u8 | pattern u8 (0xff: none) | decimals u8 | base size u8 | lot offset u16 | lot size u16 |
 * serial offset u16 | serial size u16 | gtin 14 | base 48 | embedded value i64 | quantity i64 | amount i64 | expiry i64.
 */
#include "../scan.h"

#include <string.h>

#include "../bytes.h"

#define EXPORT(name) __attribute__((export_name(name), used))

enum { HEAD_SIZE = 6, GTIN_AT = 14, BASE_AT = 28, NUMBERS_AT = 76, OUTPUT_SIZE = 108 };

uint8_t *
wasm_input(void);
int32_t
wasm_input_size(void);
uint8_t *
wasm_output(void);

/* The patterns behind the code; false when they do not fill the input exactly. */
static int
read_patterns(const uint8_t *at, const uint8_t *end, size_t count, mpos_scan_pattern *out)
{
    for (size_t i = 0; i < count; i++) {
        if (end - at < 2 || end - at - 2 < at[1]) {
            return 0;
        }
        out[i] = (mpos_scan_pattern){(mpos_symbology)at[0], (const char *)at + 2, at[1]};
        at += 2 + at[1];
    }
    return at == end;
}

static void
write_scan(const mpos_scan *scan, uint8_t *out)
{
    out[0] = (uint8_t)scan->kind;
    out[1] = scan->facts;
    out[2] = (uint8_t)scan->unit;
    out[3] = scan->pattern;
    out[4] = (uint8_t)scan->embedded.decimals;
    out[5] = (uint8_t)scan->embedded.base_size;
    mpos_put_u16(out + 6, scan->lot.offset);
    mpos_put_u16(out + 8, scan->lot.size);
    mpos_put_u16(out + 10, scan->serial.offset);
    mpos_put_u16(out + 12, scan->serial.size);
    memcpy(out + GTIN_AT, scan->gtin, MPOS_GTIN_SIZE);
    memcpy(out + BASE_AT, scan->embedded.base, MPOS_BARCODE_SIZE_MAX);
    mpos_put_u64(out + NUMBERS_AT, (uint64_t)scan->embedded.value);
    mpos_put_u64(out + NUMBERS_AT + 8, (uint64_t)scan->quantity);
    mpos_put_u64(out + NUMBERS_AT + 16, (uint64_t)scan->amount);
    mpos_put_u64(out + NUMBERS_AT + 24, (uint64_t)scan->expiry);
}

/* Reads the code in the input; the size of the output, or minus the error. */
EXPORT("scan")
int32_t
wasm_scan(uint32_t size)
{
    mpos_scan_pattern patterns[MPOS_SCAN_PATTERNS_MAX];
    const uint8_t *in = wasm_input(), *code = in + HEAD_SIZE;
    mpos_scan scan;
    size_t code_size;
    mpos_err err;

    if (size < HEAD_SIZE || size > (uint32_t)wasm_input_size()) {
        return -(int32_t)MPOS_E_INVALID_VALUE;
    }
    code_size = mpos_get_u16(in + 4);
    if (in[1] > MPOS_SCAN_PATTERNS_MAX || code_size > size - HEAD_SIZE ||
        !read_patterns(code + code_size, in + size, in[1], patterns)) {
        return -(int32_t)MPOS_E_INVALID_VALUE;
    }
    err = mpos_scan_read((const char *)code, code_size, patterns, in[1], in[0], mpos_get_u16(in + 2), &scan);
    if (err != MPOS_OK) {
        return -(int32_t)err;
    }
    write_scan(&scan, wasm_output());
    return OUTPUT_SIZE;
}
