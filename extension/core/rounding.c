/* rounding.c - rounding of a ratio to an increment. */
#include "rounding.h"

#include <stddef.h>

#include "money.h"
#include "text.h"

static const char *const mode_texts[MPOS_ROUNDING_MODES] = {
    [MPOS_ROUND_HALF_UP] = "half_up",     [MPOS_ROUND_HALF_EVEN] = "half_even",
    [MPOS_ROUND_HALF_DOWN] = "half_down", [MPOS_ROUND_UP] = "up",
    [MPOS_ROUND_DOWN] = "down",           [MPOS_ROUND_CEILING] = "ceiling",
    [MPOS_ROUND_FLOOR] = "floor",
};

/*
 * Whether the absolute quotient goes up by one. rest of step is what division left (0 < rest < step). Halves are
 * compared as rest against step - rest, because 2 * rest may not fit.
 */
static int
away_from_zero(mpos_rounding_mode mode, mpos_wide rest, mpos_wide step, int odd, int negative)
{
    mpos_wide other = step - rest;

    switch (mode) {
    case MPOS_ROUND_HALF_UP:
        return rest >= other;
    case MPOS_ROUND_HALF_EVEN:
        return rest > other || (rest == other && odd);
    case MPOS_ROUND_HALF_DOWN:
        return rest > other;
    case MPOS_ROUND_UP:
        return 1;
    case MPOS_ROUND_CEILING:
        return !negative;
    case MPOS_ROUND_FLOOR:
        return negative;
    default:
        return 0;
    }
}

mpos_err
mpos_round_ratio(mpos_wide numerator, mpos_wide denominator, int64_t increment, mpos_rounding_mode mode,
                 int64_t *out)
{
    int negative = numerator < 0;
    mpos_wide step;
    mpos_wide quotient;
    mpos_wide rest;

    if (denominator <= 0 || increment <= 0 || (unsigned)mode >= MPOS_ROUNDING_MODES) {
        return MPOS_E_OUT_OF_RANGE;
    }
    if (__builtin_mul_overflow(denominator, (mpos_wide)increment, &step) ||
        (negative && __builtin_sub_overflow((mpos_wide)0, numerator, &numerator))) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    quotient = mpos_wide_quotient(numerator, step);
    rest = numerator - quotient * step;
    if (rest > 0 && away_from_zero(mode, rest, step, (int)(quotient & 1), negative)) {
        quotient++;
    }
    if (quotient > MPOS_AMOUNT_MAX / increment) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    *out = (negative ? -1 : 1) * (int64_t)quotient * increment;
    return MPOS_OK;
}

mpos_err
mpos_cash_round(int64_t amount, int64_t increment, mpos_rounding_mode mode, int64_t *out)
{
    return mpos_round_ratio(amount, 1, increment == 0 ? 1 : increment, mode, out);
}

mpos_err
mpos_rounding_mode_from_text(const char *text, mpos_rounding_mode *out)
{
    int at = mpos_text_index(mode_texts, MPOS_ROUNDING_MODES, text);

    if (at < 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = (mpos_rounding_mode)at;
    return MPOS_OK;
}
