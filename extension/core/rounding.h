/*
 * rounding.h - the one place where a fraction becomes an amount. Words: mode, increment, tie.
 */
#ifndef MPOS_CORE_ROUNDING_H
#define MPOS_CORE_ROUNDING_H

#include <stdint.h>

#include "err.h"
#include "wide.h"

/* Values are part of the binary forms. half_up rounds a tie away from zero, half_down towards zero. */
typedef enum mpos_rounding_mode {
    MPOS_ROUND_HALF_UP = 0,
    MPOS_ROUND_HALF_EVEN = 1,
    MPOS_ROUND_HALF_DOWN = 2,
    MPOS_ROUND_UP = 3,      /* away from zero */
    MPOS_ROUND_DOWN = 4,    /* towards zero */
    MPOS_ROUND_CEILING = 5, /* towards plus infinity */
    MPOS_ROUND_FLOOR = 6,   /* towards minus infinity */
    MPOS_ROUNDING_MODES
} mpos_rounding_mode;

/*
 * *out = numerator / denominator rounded to a multiple of increment.
 * denominator and increment are positive (OUT_OF_RANGE otherwise, also for an unknown mode);
 * AMOUNT_OVERFLOW when the result is outside +-MPOS_AMOUNT_MAX or the 128 bits do not suffice.
 */
mpos_err
mpos_round_ratio(mpos_wide numerator, mpos_wide denominator, int64_t increment, mpos_rounding_mode mode,
                 int64_t *out);

/* What a cash tender pays for amount: amount rounded to increment (such as 5 for 0.05); 0 or 1 changes
 * nothing. */
mpos_err
mpos_cash_round(int64_t amount, int64_t increment, mpos_rounding_mode mode, int64_t *out);

/* The mode of a text such as "half_up". INVALID_VALUE for an unknown one. */
mpos_err
mpos_rounding_mode_from_text(const char *text, mpos_rounding_mode *out);

#endif
