/*
 * promotion_work.h - what the parts of applying promotions share; internal to the core. Words: open line, left, room, touched.
 *
 * Arrays have one element per line of the basket; those of components stay zero, for a promotion on a combo goes to the combo's
 * line and from there, when it is priced, to the components.
 */
#ifndef MPOS_CORE_PROMOTION_WORK_H
#define MPOS_CORE_PROMOTION_WORK_H

#include <stddef.h>
#include <stdint.h>

#include "promotion.h"

/* What promotions have touched a line or the order so far. */
typedef enum mpos_touched {
    MPOS_UNTOUCHED = 0,
    MPOS_TOUCHED_STACKABLE = 1, /* others that are stackable may follow */
    MPOS_TOUCHED_ALONE = 2,
    MPOS_UNTOUCHABLE = 3 /* from the start: promotions neither count nor reduce the line */
} mpos_touched;

typedef struct mpos_promoting {
    mpos_sale *sale;
    size_t count;      /* lines of the basket */
    int64_t *left;     /* of the gross, after the discounts so far, those by hand as well */
    int64_t *floor;    /* what discounts must leave */
    int64_t *promoted; /* what promotions took so far */
    int64_t *amounts;  /* of the promotion at hand, at most left - floor */
    int64_t *weights;
    int64_t *parts;
    int64_t *scratch;
    int64_t *units;     /* quantities of the promotion at hand that it reduces */
    int64_t *spare;     /* of a bundle: quantities not yet used */
    int64_t *used;      /* of a bundle: quantities of one use */
    uint8_t *open;      /* the promotion at hand may take from the line */
    uint8_t *joins;     /* the line has units that the promotion counts, reduced or not */
    uint8_t *touched;   /* mpos_touched */
    uint8_t *fits;      /* of a bundle: bit s says that the line is a target of slot s */
    uint16_t *by_price; /* open lines from the dearest unit to the cheapest, ties by line id */
    uint16_t by_price_count;
    uint8_t order_touched; /* mpos_touched */
    const mpos_promotion
        *of_order[MPOS_DISCOUNTS_MAX]; /* whose the order's discounts are; NULL: given by hand */
    uint8_t spared;                    /* there are lines that promotions leave alone */
} mpos_promoting;

static inline mpos_rounding_mode
mpos_promoting_mode(const mpos_promoting *p)
{
    return (mpos_rounding_mode)p->sale->cart->rounding.mode;
}

static inline int64_t
mpos_promoting_room(const mpos_promoting *p, size_t i)
{
    return p->left[i] - p->floor[i];
}

/*
 * promotion_rank.c. Fills ranked (room for all) with the indexes of the promotions that hold for the order or one of its lines and
 * whose coupons are there, the first in rank first; their number.
 */
size_t
mpos_promotion_rank(const mpos_sale *sale, uint16_t *ranked);

/* Whether it holds for line i: as it does for the order (now), or by the line's own minute. */
int
mpos_promotion_holds(const mpos_sale *sale, const mpos_promotion *promotion, size_t i, int now);

/* Whether the line's item, variant or category is a target. */
int
mpos_targets_have(const mpos_targets *targets, const mpos_basket_line *line);

/* rate of amount, rounded. */
mpos_err
mpos_promoting_rate(const mpos_promoting *p, int64_t amount, int64_t rate, int64_t *out);

/* What qty units of line i ask for without modifiers, after the promotions so far; at most what is left above the floor. */
mpos_err
mpos_promoting_worth(const mpos_promoting *p, size_t i, int64_t qty, int64_t *out);

/* total over the open lines by weights, at most caps each, into p->amounts. */
mpos_err
mpos_promoting_spread(mpos_promoting *p, int64_t total, const int64_t *weights, const int64_t *caps);

/*
 * promotion_amount.c, promotion_units.c: fill p->amounts (zeroed) for the open lines, and p->joins where a line takes part
 * without being reduced.
 */
mpos_err
mpos_promote_amounts(mpos_promoting *p, const mpos_promotion *promotion);
mpos_err
mpos_promote_units(mpos_promoting *p, const mpos_promotion *promotion);
mpos_err
mpos_promote_bundle(mpos_promoting *p, const mpos_promotion *promotion);

#endif
