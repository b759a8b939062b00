/*
 * refund.h - what is given back when a line, or a part of its quantity, is returned. Words: refund, remainder, replay.
 *
 * The amounts are those that the line was sold with, never new ones. Of the quantity refunded so far, together with what
 * is refunded now, the line's total is taken by rounding half up; the total is split into its taxes one after the other
 * and what they leave is the net. Each refund is the difference of two such states, so that whatever the steps are:
 * nothing is negative, each step satisfies total = net + tax and net = gross - discounts - included taxes, and when all
 * of the quantity has come back gross, discounts, net, every tax and total have come back to the minor unit.
 */
#ifndef MPOS_CORE_REFUND_H
#define MPOS_CORE_REFUND_H

#include "pricing.h"

typedef struct mpos_refunded {
    int64_t gross;
    int64_t discount; /* of the line and its share of the order's */
    int64_t net;
    int64_t tax;
    int64_t total;
} mpos_refunded;

/*
 * Refunds qty (scale 6, above zero) of line `at` after `before` of it. *out is what comes back of that line; of a combo the
 * sum over its components. taxes (cart->tax_count of them) are added to. LINE_STATE for a component, which comes back with
 * its combo; REFUND_EXCEEDED for more than the remainder; OUT_OF_RANGE for quantities out of range. On failure nothing has
 * been written.
 */
mpos_err
mpos_refund_line(const mpos_cart *cart, const mpos_priced *priced, size_t at, int64_t before, int64_t qty,
                 mpos_refunded *out, mpos_priced_tax *taxes);

#endif
