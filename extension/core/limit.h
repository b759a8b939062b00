/*
 * limit.h - limits of what a person may give away: discounts on an order, refunds in a shift. Words: limit, allowance.
 */
#ifndef MPOS_CORE_LIMIT_H
#define MPOS_CORE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "pricing.h"

/* As a limit: none. Above every rate and every amount. */
#define MPOS_NO_LIMIT INT64_MAX

/* What an order is worth before discounts, and all discounts of it together. Minor units, neither negative. */
typedef struct mpos_discounted {
    int64_t gross;
    int64_t discount;
} mpos_discounted;

/*
 * The most discount that a limit (rate of scale 9, not negative) allows the priced cart: that rate of its gross, or the sum
 * of that rate of each line's gross, rounded as the cart rounds; whichever is more. So a discount of just the limit's
 * rate is within it, on the order and on every line, whatever rounding adds. MPOS_AMOUNT_MAX for MPOS_NO_LIMIT.
 */
mpos_err
mpos_discount_allowance(const mpos_cart *cart, const mpos_priced *priced, int64_t limit, int64_t *out);

/*
 * Does an order give more than it gave before: a larger amount, or a larger share of its gross? One minor unit of the
 * share is rounding. What was given before with somebody's approval needs no new one until it grows.
 */
bool
mpos_discount_grows(mpos_discounted before, mpos_discounted now);

/* Is sum + amount at most limit? None of them is negative. */
bool
mpos_sum_within(int64_t sum, int64_t amount, int64_t limit);

#endif
