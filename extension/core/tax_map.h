/*
 * tax_map.h - which taxes something has here and now, which book prices it, and how a price moves with its taxes; internal to
 * the core. Words: choice, rating, move.
 */
#ifndef MPOS_CORE_TAX_MAP_H
#define MPOS_CORE_TAX_MAP_H

#include "basket.h"
#include "rules.h"

/* What becomes of one tax in some circumstances. */
typedef struct mpos_tax_choice {
    const mpos_tax_map *map;             /* that replaces it; NULL: none does */
    const mpos_replacement *replacement; /* of the map */
    uint8_t known;                       /* 1: chosen, for lists that are filled when asked */
    uint8_t holds;                       /* 0: left out, its `when` does not hold */
    uint8_t dropped;                     /* 1: exempt without a map */
} mpos_tax_choice;

/* The taxes of one thing sold, as indexes into rules->taxes. */
typedef struct mpos_rating {
    uint16_t old[MPOS_LINE_TAXES_MAX]; /* that hold, before the maps */
    uint16_t now[MPOS_LINE_TAXES_MAX];
    size_t old_count;
    size_t now_count;
    const mpos_tax_map *map; /* of highest rank that replaced one */
    int moved;               /* whether any was replaced or dropped */
} mpos_rating;

/* Whether a book or map of this priority, `when` and id comes before another: see mpos_book. */
int
mpos_rank_before(int32_t priority, const mpos_when *when, const uint8_t id[16], int32_t other_priority,
                 const mpos_when *other_when, const uint8_t other_id[16]);

/* The book price of a line, NULL when no book holds that has one for its quantity. */
const mpos_book_price *
mpos_book_choose(const mpos_rules *rules, const mpos_circumstances *in, const mpos_basket_line *line);

/* choices: one for each of the rules' taxes, zeroed before the first call in these circumstances; NULL: everything is asked anew. */
mpos_err
mpos_tax_rate(const mpos_rules *rules, const mpos_circumstances *in, mpos_tax_choice *choices,
              const uint16_t *taxes, size_t count, mpos_rating *out);

/*
 * The price of something that was priced with the old taxes of a rating, moved to the new ones: what the customer pays, or what
 * is left before taxes, stays (mpos_tax_map). qty is scale 6: what fixed taxes count of, 0 for a modifier. Tables of bracket
 * taxes do not move prices.
 */
mpos_err
mpos_tax_move(const mpos_rules *rules, const mpos_rounding *rounding, const mpos_rating *rating,
              int64_t price, int64_t qty, int64_t *out);

#endif
