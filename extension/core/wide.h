/*
 * wide.h - division of 128-bit intermediates. Words: wide.
 *
 * The division of two 128-bit numbers lies in a function of its own: a compiler that sees quotient and rest together
 * calls a helper (__divmodti4) that not every host has. Operands that fit 64 bits, nearly all, never get there.
 */
#ifndef MPOS_CORE_WIDE_H
#define MPOS_CORE_WIDE_H

#include <stdint.h>

/* Intermediate results. Alignment 8, so that a structure holding one may lie in memory aligned to 8. */
typedef __int128 mpos_wide __attribute__((aligned(8)));

/* a / b for a >= 0 and b > 0. */
mpos_wide
mpos_wide_divide(mpos_wide a, mpos_wide b);

static inline mpos_wide
mpos_wide_quotient(mpos_wide a, mpos_wide b)
{
    if (a <= (mpos_wide)UINT64_MAX && b <= (mpos_wide)UINT64_MAX) {
        return (mpos_wide)((uint64_t)a / (uint64_t)b);
    }
    return mpos_wide_divide(a, b);
}

#endif
