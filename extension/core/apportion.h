/*
 * apportion.h - splits an amount over lines so that the parts sum exactly to the whole.
 * Words: total, weight, cap, part, largest remainder.
 */
#ifndef MPOS_CORE_APPORTION_H
#define MPOS_CORE_APPORTION_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/*
 * Who gets what quotas leave. largest: one each for the largest remainders, ties by position. last and first: each part but
 * the last (first) with a weight is its quota rounded half up, in order and at most what is left; that one takes the rest.
 * Values are part of the binary forms.
 */
typedef enum mpos_apportion_mode {
    MPOS_APPORTION_LARGEST = 0,
    MPOS_APPORTION_LAST = 1,
    MPOS_APPORTION_FIRST = 2,
    MPOS_APPORTION_MODES
} mpos_apportion_mode;

/*
 * parts[i] = total * weights[i] / sum of weights, by largest remainder, ties by position.
 *
 * Weights are not negative; all zero counts as all equal. A zero weight among others gets zero. The total may
 * be negative, parts then are. caps, when given, are the most that a part may reach (not negative, for the
 * absolute value); what a cap refuses goes to the others by their weights. parts and scratch are the
 * caller's, count elements each; parts may not overlap weights, caps or scratch. OUT_OF_RANGE: a negative
 * weight or cap, count 0 with a total, or caps (of weighted parts) that cannot hold the total.
 * AMOUNT_OVERFLOW: the weights sum to more than 2^63 - 1 or the total is outside +-MPOS_AMOUNT_MAX. On
 * failure the contents of parts and scratch are not defined.
 */
mpos_err
mpos_apportion(int64_t total, const int64_t *weights, const int64_t *caps, size_t count, int64_t *parts,
               int64_t *scratch);

/*
 * The same in any mode, INVALID_VALUE for an unknown one. In the modes last and first what the caps refuse goes to the parts
 * nearest to that end.
 */
mpos_err
mpos_apportion_by(mpos_apportion_mode mode, int64_t total, const int64_t *weights, const int64_t *caps,
                  size_t count, int64_t *parts, int64_t *scratch);

#endif
