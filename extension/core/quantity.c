/* quantity.c - decimal text of quantities, rates and amounts. */
#include "quantity.h"

#include <string.h>

/* Appends the digits at text[*at...] to *value; returns how many there were, -1 on overflow. */
static int
read_digits(const char *text, size_t size, size_t *at, int64_t *value)
{
    int count = 0;

    while (*at < size && text[*at] >= '0' && text[*at] <= '9') {
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, text[*at] - '0', value)) {
            return -1;
        }
        count++;
        (*at)++;
    }
    return count;
}

mpos_err
mpos_decimal_parse(const char *text, size_t size, int scale, int64_t *out)
{
    size_t at = size > 0 && text[0] == '-' ? 1 : 0;
    int negative = at == 1;
    int64_t value = 0;
    int decimals = 0;
    int whole = read_digits(text, size, &at, &value);

    if (whole > 0 && at < size && text[at] == '.') {
        at++;
        decimals = read_digits(text, size, &at, &value);
        if (decimals == 0) {
            return MPOS_E_INVALID_VALUE;
        }
    }
    if (whole < 0 || decimals < 0) {
        return MPOS_E_OUT_OF_RANGE;
    }
    if (whole == 0 || at != size || decimals > scale) {
        return MPOS_E_INVALID_VALUE;
    }
    for (; decimals < scale; decimals++) {
        if (__builtin_mul_overflow(value, 10, &value)) {
            return MPOS_E_OUT_OF_RANGE;
        }
    }
    *out = negative ? -value : value;
    return MPOS_OK;
}

size_t
mpos_decimal_format(int64_t value, int scale, char out[MPOS_DECIMAL_SIZE])
{
    char reversed[MPOS_DECIMAL_SIZE];
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t count = 0;
    size_t size = 0;
    int printing = 0; /* decimals are printed from the last that is not zero on */

    for (int place = 0; place <= scale || rest > 0; place++) {
        char digit = (char)('0' + rest % 10);

        rest /= 10;
        if (place == scale && printing) {
            reversed[count++] = '.';
        }
        if (place >= scale || printing || digit != '0') {
            printing = 1;
            reversed[count++] = digit;
        }
    }
    if (value < 0) {
        out[size++] = '-';
    }
    while (count > 0) {
        out[size++] = reversed[--count];
    }
    return size;
}
