/*
 * promotion_units.c - promotions that look at single units across lines: buy some and get some, and bundles. Words: use, worth.
 *
 * Units stand in one row from the dearest to the cheapest, so that what a customer pays for does not depend on the order of
 * scanning; among equals the line with the lower id is first. Dearer units are served first: a use that is worth more comes
 * before one that is worth less.
 */
#include "promotion_work.h"

#include <string.h>

static int
comes_before(const mpos_promoting *p, size_t a, size_t b)
{
    const mpos_cart_line *lines = p->sale->lines;

    if (lines[a].unit_price != lines[b].unit_price) {
        return lines[a].unit_price > lines[b].unit_price;
    }
    return memcmp(lines[a].id, lines[b].id, sizeof lines[a].id) < 0;
}

/* At most MPOS_MAX_LINES lines are open, mostly few. */
static void
sort_open_lines(mpos_promoting *p)
{
    p->by_price_count = 0;
    for (size_t i = 0; i < p->count; i++) {
        size_t at = p->by_price_count;

        if (!p->open[i]) {
            continue;
        }
        for (; at > 0 && comes_before(p, i, p->by_price[at - 1]); at--) {
            p->by_price[at] = p->by_price[at - 1];
        }
        p->by_price[at] = (uint16_t)i;
        p->by_price_count++;
    }
}

/* Of the first `at` units of the row: how many are reduced, when of each buy + get the last are. */
static int64_t
reduced_before(const mpos_promotion *promotion, int64_t at)
{
    int64_t set = promotion->buy + promotion->get;
    int64_t rest = at % set;

    return at / set * promotion->get + (rest > promotion->buy ? rest - promotion->buy : 0);
}

/* Units that are in a complete set. */
static int64_t
units_in_sets(const mpos_promoting *p, const mpos_promotion *promotion)
{
    int64_t set = promotion->buy + promotion->get;
    int64_t total = 0;

    for (size_t k = 0; k < p->by_price_count; k++) {
        total += p->sale->lines[p->by_price[k]].qty;
    }
    total = total / set;
    return (promotion->max_uses > 0 && total > promotion->max_uses ? promotion->max_uses : total) * set;
}

mpos_err
mpos_promote_units(mpos_promoting *p, const mpos_promotion *promotion)
{
    int64_t at = 0;
    int64_t end;
    mpos_err err = MPOS_OK;

    sort_open_lines(p);
    end = units_in_sets(p, promotion);
    for (size_t k = 0; err == MPOS_OK && k < p->by_price_count && at < end; k++) {
        size_t i = p->by_price[k];
        int64_t next = at + p->sale->lines[i].qty;
        int64_t worth = 0;

        next = next > end ? end : next;
        p->units[i] = reduced_before(promotion, next) - reduced_before(promotion, at);
        p->joins[i] = 1;
        err = mpos_promoting_worth(p, i, p->units[i], &worth);
        err = err == MPOS_OK ? mpos_promoting_rate(p, worth, promotion->value, &p->amounts[i]) : err;
        at = next;
    }
    return err;
}

/* Notes which open lines fit slot s. Returns how many units they have. */
static int64_t
fit_slot(mpos_promoting *p, const mpos_promotion *promotion, size_t s)
{
    int64_t units = 0;

    for (size_t k = 0; k < p->by_price_count; k++) {
        size_t i = p->by_price[k];

        if (mpos_targets_have(&promotion->slots[s].targets, &p->sale->basket->lines[i])) {
            p->fits[i] |= (uint8_t)(1U << s);
            units += p->sale->lines[i].qty;
        }
    }
    return units;
}

/* Slots in the order in which they are filled: the one with the fewest units to choose from first, ties as listed. */
static void
order_slots(mpos_promoting *p, const mpos_promotion *promotion, uint8_t order[MPOS_SLOTS_MAX])
{
    int64_t choice[MPOS_SLOTS_MAX];

    memset(p->fits, 0, p->count);
    for (size_t s = 0; s < promotion->slot_count; s++) {
        size_t at = s;

        choice[s] = fit_slot(p, promotion, s);
        for (; at > 0 && choice[s] < choice[order[at - 1]]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = (uint8_t)s;
    }
}

/* Takes a slot's quantity from the dearest spare units into p->used. Returns whether there was enough. */
static int
fill_slot(mpos_promoting *p, const mpos_promotion *promotion, uint8_t s)
{
    int64_t wanted = promotion->slots[s].qty;

    for (size_t k = 0; k < p->by_price_count && wanted > 0; k++) {
        size_t i = p->by_price[k];
        int64_t spare = p->spare[i] - p->used[i];

        if (spare > 0 && (p->fits[i] >> s & 1) != 0) {
            spare = spare < wanted ? spare : wanted;
            p->used[i] += spare;
            wanted -= spare;
        }
    }
    return wanted == 0;
}

/* Chooses the units of one use. Returns whether it is complete and worth more than it costs. */
static int
choose_use(mpos_promoting *p, const mpos_promotion *promotion, const uint8_t order[MPOS_SLOTS_MAX])
{
    mpos_wide worth = 0;

    memset(p->used, 0, p->count * sizeof *p->used);
    for (size_t s = 0; s < promotion->slot_count; s++) {
        if (!fill_slot(p, promotion, order[s])) {
            return 0;
        }
    }
    for (size_t k = 0; k < p->by_price_count; k++) {
        size_t i = p->by_price[k];

        worth += (mpos_wide)p->sale->lines[i].unit_price * p->used[i];
    }
    return worth > (mpos_wide)promotion->value * MPOS_QTY_ONE;
}

/* Takes the chosen use as often as its units last, at most `most` times. Returns how often. */
static int64_t
take_uses(mpos_promoting *p, int64_t most)
{
    int64_t uses = most;

    for (size_t k = 0; k < p->by_price_count; k++) {
        size_t i = p->by_price[k];

        if (p->used[i] > 0 && p->spare[i] / p->used[i] < uses) {
            uses = p->spare[i] / p->used[i];
        }
    }
    for (size_t k = 0; k < p->by_price_count; k++) {
        size_t i = p->by_price[k];

        p->spare[i] -= uses * p->used[i];
        p->units[i] += uses * p->used[i];
    }
    return uses;
}

/* What all uses save, spread over the lines by what their units are worth. */
static mpos_err
save(mpos_promoting *p, const mpos_promotion *promotion, int64_t uses)
{
    mpos_wide saved = -(mpos_wide)promotion->value * uses;
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < p->count; i++) {
        p->weights[i] = 0;
        if (p->units[i] > 0) {
            err = mpos_promoting_worth(p, i, p->units[i], &p->weights[i]);
            p->joins[i] = 1;
            saved += p->weights[i];
        }
    }
    if (err != MPOS_OK || saved <= 0) {
        return err;
    }
    return saved > MPOS_AMOUNT_MAX ? MPOS_E_AMOUNT_OVERFLOW
                                   : mpos_promoting_spread(p, (int64_t)saved, p->weights, p->weights);
}

mpos_err
mpos_promote_bundle(mpos_promoting *p, const mpos_promotion *promotion)
{
    uint8_t order[MPOS_SLOTS_MAX];
    int64_t most = promotion->max_uses > 0 ? promotion->max_uses : INT64_MAX;
    int64_t uses = 0;

    sort_open_lines(p);
    order_slots(p, promotion, order);
    for (size_t i = 0; i < p->count; i++) {
        p->spare[i] = p->open[i] ? p->sale->lines[i].qty : 0;
    }
    while (uses < most && choose_use(p, promotion, order)) {
        uses += take_uses(p, most - uses);
    }
    return save(p, promotion, uses);
}

_Static_assert(MPOS_SLOTS_MAX <= 8, "a byte has a bit for each slot");
