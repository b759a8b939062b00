/* price_work.h - what the steps of pricing share; internal to the core. Words: work, leaf, left. */
#ifndef MPOS_CORE_PRICE_WORK_H
#define MPOS_CORE_PRICE_WORK_H

#include "pricing.h"
#include "wide.h"

/* Exact taxes are held in 10^-12 minor units, fine enough to tell a tie from its neighbours. */
#define MPOS_PICO ((mpos_wide)1000000 * 1000000)

/* An exact tax of a line: pool * numerator / denominator, pool in pico. */
typedef struct mpos_tax_share {
    mpos_wide pool;
    int64_t numerator;
    int64_t denominator;
    mpos_wide exact; /* the quotient, rounded to the nearest pico */
    mpos_wide most;  /* of an included tax: the price its batch was taken of */
    int leads;       /* first of its batch: pools of a line are added up once per batch */
    uint16_t set;    /* the first line with the same taxes */
} mpos_tax_share;

/* Whether taxes are rounded for more than one line at once. */
static inline int
mpos_level_is_document(uint8_t level)
{
    return level == MPOS_LEVEL_RATE || level == MPOS_LEVEL_ORDER || level == MPOS_LEVEL_COMBINATION;
}

/* Arrays of the work with one element for each line. */
enum { MPOS_WORK_ARRAYS = 6 };

/*
 * A leaf is a line that is no combo. The arrays have one element per line; those of combo lines stay zero, so that
 * whole arrays serve as weights.
 */
typedef struct mpos_price_work {
    const mpos_cart *cart;
    mpos_priced *priced;
    int64_t *left;   /* of the line's gross, after the discounts so far */
    int64_t *floors; /* what discounts must leave of it */
    int floored;     /* whether any line has a floor */
    int64_t *weights;
    int64_t *caps;
    int64_t *parts;
    int64_t *scratch;
    mpos_tax_share *shares; /* rounding per document only: one for each line tax, in their order */
} mpos_price_work;

/* Sums that size the memory. */
typedef struct mpos_cart_counts {
    size_t modifiers;
    size_t discounts;
    size_t line_taxes;
} mpos_cart_counts;

/* Checks the counts against the limits and adds them up. TOO_MANY. */
mpos_err
mpos_cart_count(const mpos_cart *cart, mpos_cart_counts *out);

/*
 * cart.c: whether a tax is one that a cart may have; if not, *member names what is wrong with it, and *at which bracket, SIZE_MAX
 * for the tax itself. INVALID_VALUE, OUT_OF_RANGE, TOO_MANY.
 */
mpos_err
mpos_cart_tax_check(const mpos_cart_tax *tax, const char **member, size_t *at);

/* discount.c: runs the sequence over work->left and fills in every discount. */
mpos_err
mpos_price_discounts(mpos_price_work *work);

/*
 * discount.c: the entry of the sequence that takes discount k of a list of count discounts, of a line or of the order; -1 when none
 * does.
 */
int
mpos_discount_turn(const mpos_cart *cart, const mpos_cart_discount *discounts, size_t count, size_t k,
                   int of_order);

/* price.c: amount of `unit` per piece for the line's quantity, plus `fixed`, rounded to a minor unit. */
mpos_err
mpos_price_extend(const mpos_cart *cart, const mpos_cart_line *line, mpos_wide unit, mpos_wide fixed,
                  int64_t *out);

/* price.c: gross of a line that is no component, or the price of a combo to be split. */
mpos_err
mpos_price_line_gross(const mpos_cart *cart, const mpos_cart_line *line, int64_t *out);

/* Memory for splitting a combo, and the gross of each component. */
typedef struct mpos_split {
    int64_t weights[MPOS_MAX_COMPONENTS];
    int64_t parts[MPOS_MAX_COMPONENTS];
    int64_t scratch[MPOS_MAX_COMPONENTS];
    int64_t gross[MPOS_MAX_COMPONENTS];
} mpos_split;

/* price.c: splits the price of the combo at `at` over its components by their stand-alone values. */
mpos_err
mpos_price_split(const mpos_cart *cart, size_t at, int64_t price, mpos_split *out);

/* discount.c: rate of `base`, rounded as declared: itself, or the price that it leaves. */
mpos_err
mpos_price_percentage(const mpos_cart *cart, int64_t rate, int64_t base, int64_t *out);

/* charge.c: surcharges onto work->left, amounts of the charges that come before taxes. After the discounts. */
mpos_err
mpos_price_charges(mpos_price_work *work);

/* charge.c: charges on the total. After the taxes. */
mpos_err
mpos_price_last_charges(mpos_price_work *work);

/* tax.c: taxes of every leaf from work->left; fills the line taxes, net, tax and total of each. */
mpos_err
mpos_price_taxes(mpos_price_work *work);

#endif
