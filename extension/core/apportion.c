/* apportion.c - largest remainder, or the rest to one end; with caps. */
#include "apportion.h"

#include "money.h"
#include "wide.h"

/* What is still to be given out, over the weights of the parts that are still open. */
typedef struct pot {
    const int64_t *weights;
    const int64_t *caps;
    size_t count;
    int64_t left;   /* not negative */
    int64_t weight; /* sum of the open weights, above zero */
    int equal;      /* all weights are zero: each counts one */
} pot;

static int64_t
weight_of(const pot *p, size_t i)
{
    return p->equal ? 1 : p->weights[i];
}

static mpos_err
pot_init(pot *p)
{
    int64_t sum = 0;

    for (size_t i = 0; i < p->count; i++) {
        if (p->weights[i] < 0 || (p->caps != NULL && p->caps[i] < 0)) {
            return MPOS_E_OUT_OF_RANGE;
        }
        if (__builtin_add_overflow(sum, p->weights[i], &sum)) {
            return MPOS_E_AMOUNT_OVERFLOW;
        }
    }
    p->equal = sum == 0;
    p->weight = p->equal ? (int64_t)p->count : sum;
    return MPOS_OK;
}

/*
 * Closes every open part whose quota exceeds its cap, and gives it the cap. Closed parts have scratch -1.
 * Returns whether any was closed: the others then get larger quotas, so the caller asks again.
 */
static int
close_capped(pot *p, int64_t *parts, int64_t *scratch)
{
    int64_t left = p->left;
    int64_t weight = p->weight;

    for (size_t i = 0; i < p->count; i++) {
        int64_t w = weight_of(p, i);

        if (scratch[i] >= 0 && (mpos_wide)left * w > (mpos_wide)p->caps[i] * weight) {
            parts[i] = p->caps[i];
            scratch[i] = -1;
            p->left -= p->caps[i];
            p->weight -= w;
        }
    }
    return p->weight != weight;
}

/* Gives each open part the whole units of its quota and notes the remainder in scratch. Returns the units left. */
static int64_t
give_quotas(const pot *p, int64_t *parts, int64_t *scratch)
{
    int64_t left = p->left;

    for (size_t i = 0; i < p->count; i++) {
        if (scratch[i] >= 0) {
            mpos_wide product = (mpos_wide)p->left * weight_of(p, i);

            parts[i] = (int64_t)mpos_wide_quotient(product, p->weight);
            scratch[i] = (int64_t)(product - (mpos_wide)parts[i] * p->weight);
            left -= parts[i];
        }
    }
    return left;
}

/*
 * One more unit for the largest remainders; there are always more of them than units. No cap is passed: a part with a
 * remainder has a quota below its cap, which is whole.
 */
static void
give_units(size_t count, int64_t units, int64_t *parts, int64_t *scratch)
{
    for (; units > 0; units--) {
        size_t best = 0;

        for (size_t i = 1; i < count; i++) {
            best = scratch[i] > scratch[best] ? i : best;
        }
        parts[best]++;
        scratch[best] = 0;
    }
}

mpos_err
mpos_apportion(int64_t total, const int64_t *weights, const int64_t *caps, size_t count, int64_t *parts,
               int64_t *scratch)
{
    pot p = {weights, caps, count, 0, 0, 0};
    mpos_err err;

    if (total > MPOS_AMOUNT_MAX || total < -MPOS_AMOUNT_MAX) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    p.left = total < 0 ? -total : total;
    if (count == 0) {
        return total == 0 ? MPOS_OK : MPOS_E_OUT_OF_RANGE;
    }
    err = pot_init(&p);
    if (err != MPOS_OK) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        scratch[i] = 0;
    }
    while (caps != NULL && p.weight > 0 && close_capped(&p, parts, scratch)) {
    }
    if (p.weight > 0) {
        give_units(count, give_quotas(&p, parts, scratch), parts, scratch);
    } else if (p.left > 0) {
        return MPOS_E_OUT_OF_RANGE;
    }
    for (size_t i = 0; total < 0 && i < count; i++) {
        parts[i] = -parts[i];
    }
    return MPOS_OK;
}

/* Position n of count, counted from the end that takes the rest last. */
static size_t
place_of(int backwards, size_t count, size_t n)
{
    return backwards ? count - 1 - n : n;
}

/* Gives part i at most `wanted`, what is left and its cap. */
static void
give(int64_t wanted, const int64_t *caps, size_t i, int64_t *left, int64_t *parts)
{
    int64_t most = caps != NULL && caps[i] - parts[i] < *left ? caps[i] - parts[i] : *left;
    int64_t part = wanted < most ? wanted : most;

    parts[i] += part;
    *left -= part;
}

/*
 * Quotas rounded half up, the last open part takes the rest. What caps refused then goes to the parts from that end on.
 */
static mpos_err
apportion_in_order(pot *p, int first_rests, int64_t *parts)
{
    int64_t left = p->left;
    size_t rest = p->count;

    for (size_t n = 0; n < p->count; n++) {
        size_t i = place_of(first_rests, p->count, n);

        parts[i] = 0;
        rest = weight_of(p, i) > 0 ? i : rest;
    }
    for (size_t n = 0; n < p->count; n++) {
        size_t i = place_of(first_rests, p->count, n);
        mpos_wide quota = (mpos_wide)p->left * weight_of(p, i) + p->weight / 2;

        give(i == rest ? left : (int64_t)mpos_wide_quotient(quota, p->weight), p->caps, i, &left, parts);
    }
    for (size_t n = 0; left > 0 && n < p->count; n++) {
        size_t i = place_of(!first_rests, p->count, n);

        if (weight_of(p, i) > 0) {
            give(left, p->caps, i, &left, parts);
        }
    }
    return left == 0 ? MPOS_OK : MPOS_E_OUT_OF_RANGE;
}

mpos_err
mpos_apportion_by(mpos_apportion_mode mode, int64_t total, const int64_t *weights, const int64_t *caps,
                  size_t count, int64_t *parts, int64_t *scratch)
{
    pot p = {weights, caps, count, 0, 0, 0};
    mpos_err err;

    if ((unsigned)mode >= MPOS_APPORTION_MODES) {
        return MPOS_E_INVALID_VALUE;
    }
    if (mode == MPOS_APPORTION_LARGEST || count == 0) {
        return mpos_apportion(total, weights, caps, count, parts, scratch);
    }
    if (total > MPOS_AMOUNT_MAX || total < -MPOS_AMOUNT_MAX) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    p.left = total < 0 ? -total : total;
    err = pot_init(&p);
    err = err == MPOS_OK ? apportion_in_order(&p, mode == MPOS_APPORTION_FIRST, parts) : err;
    for (size_t i = 0; err == MPOS_OK && total < 0 && i < count; i++) {
        parts[i] = -parts[i];
    }
    return err;
}
