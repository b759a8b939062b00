/*
 * quantity.h - quantities (scale 6) and rates (scale 9) as integers, and their decimal text.
 * Words: quantity, rate, scale.
 *
 * 1 piece is 1000000, 0.345 kg is 345000; 19 % is the fraction 0.19, held as 190000000.
 */
#ifndef MPOS_CORE_QUANTITY_H
#define MPOS_CORE_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MPOS_QTY_SCALE 6
#define MPOS_QTY_ONE INT64_C(1000000)
#define MPOS_QTY_MAX INT64_C(999999999999999) /* 999,999,999.999999 */
#define MPOS_RATE_SCALE 9
#define MPOS_RATE_ONE INT64_C(1000000000)
#define MPOS_RATE_MAX INT64_C(10000000000) /* 1,000 % */

/* Room for any decimal text that mpos_decimal_format writes. */
#define MPOS_DECIMAL_SIZE 24

/*
 * Reads "12", "-0.5" or "3.250" (size bytes, no terminator needed) as an integer of that scale (0 to 18).
 * INVALID_VALUE for any other form or for more decimals than the scale (trailing zeros included),
 * OUT_OF_RANGE when the value does not fit.
 */
mpos_err
mpos_decimal_parse(const char *text, size_t size, int scale, int64_t *out);

/* Writes value / 10^scale without trailing zeros and returns the length; no terminator. 1500000, scale 6:
 * "1.5". */
size_t
mpos_decimal_format(int64_t value, int scale, char out[MPOS_DECIMAL_SIZE]);

#endif
