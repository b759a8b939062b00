/* tax_map.c - see tax_map.h. Words: rank, choice, rating, move. */
#include "tax_map.h"

#include "id.h"
#include "tax.h"

int
mpos_rank_before(int32_t priority, const mpos_when *when, const uint8_t id[16], int32_t other_priority,
                 const mpos_when *other_when, const uint8_t other_id[16])
{
    int limits = mpos_when_limits(when);
    int other_limits = mpos_when_limits(other_when);

    if (priority != other_priority) {
        return priority > other_priority;
    }
    return limits != other_limits ? limits > other_limits : memcmp(id, other_id, 16) < 0;
}

static const mpos_replacement *
replacement_of(const mpos_tax_map *map, uint16_t tax)
{
    for (size_t i = 0; i < map->replacement_count; i++) {
        if (map->replacements[i].tax == tax) {
            return &map->replacements[i];
        }
    }
    return NULL;
}

static int
map_holds(const mpos_tax_map *map, const mpos_circumstances *in)
{
    return ((map->flags & MPOS_MAP_EXEMPT) == 0 || in->exempt) && mpos_when_holds(&map->when, in);
}

static int
map_before(const mpos_tax_map *map, const mpos_tax_map *other)
{
    return other == NULL ||
           mpos_rank_before(map->priority, &map->when, map->id, other->priority, &other->when, other->id);
}

static mpos_tax_choice
choose(const mpos_rules *rules, const mpos_circumstances *in, uint16_t tax)
{
    mpos_tax_choice choice = {.known = 1, .holds = (uint8_t)mpos_when_holds(&rules->taxes[tax].when, in)};
    int exempt_by_map = 0;

    for (size_t i = 0; choice.holds && i < rules->map_count; i++) {
        const mpos_tax_map *map = &rules->maps[i];
        const mpos_replacement *replacement = map_holds(map, in) ? replacement_of(map, tax) : NULL;

        exempt_by_map |= (map->flags & MPOS_MAP_EXEMPT) != 0 && map_holds(map, in);
        if (replacement != NULL && map_before(map, choice.map)) {
            choice.map = map;
            choice.replacement = replacement;
        }
    }
    if (in->exempt && !exempt_by_map) {
        choice.dropped = 1;
        choice.map = NULL;
        choice.replacement = NULL;
    }
    return choice;
}

static mpos_tax_choice
choice_of(const mpos_rules *rules, const mpos_circumstances *in, mpos_tax_choice *choices, uint16_t tax)
{
    if (choices == NULL) {
        return choose(rules, in, tax);
    }
    if (!choices[tax].known) {
        choices[tax] = choose(rules, in, tax);
    }
    return choices[tax];
}

static mpos_err
add_now(mpos_rating *rating, uint16_t tax)
{
    for (size_t i = 0; i < rating->now_count; i++) {
        if (rating->now[i] == tax) {
            return MPOS_OK;
        }
    }
    if (rating->now_count == MPOS_LINE_TAXES_MAX) {
        return MPOS_E_TOO_MANY;
    }
    rating->now[rating->now_count++] = tax;
    return MPOS_OK;
}

/* Adds what becomes of one tax. */
static mpos_err
add_choice(const mpos_rules *rules, const mpos_circumstances *in, mpos_tax_choice *choices, uint16_t tax,
           mpos_rating *rating)
{
    mpos_tax_choice choice = choice_of(rules, in, choices, tax);
    mpos_err err = MPOS_OK;

    if (!choice.holds) {
        return MPOS_OK;
    }
    rating->old[rating->old_count++] = tax;
    if (choice.dropped || choice.map != NULL) {
        rating->moved = 1;
    }
    if (choice.map == NULL) {
        return choice.dropped ? MPOS_OK : add_now(rating, tax);
    }
    if (map_before(choice.map, rating->map)) {
        rating->map = choice.map;
    }
    for (size_t i = 0; err == MPOS_OK && i < choice.replacement->count; i++) {
        uint16_t by = choice.replacement->taxes[i];

        err = choice_of(rules, in, choices, by).holds ? add_now(rating, by) : MPOS_OK;
    }
    return err;
}

mpos_err
mpos_tax_rate(const mpos_rules *rules, const mpos_circumstances *in, mpos_tax_choice *choices,
              const uint16_t *taxes, size_t count, mpos_rating *out)
{
    mpos_err err = MPOS_OK;

    *out = (mpos_rating){.old_count = 0};
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        err = add_choice(rules, in, choices, taxes[i], out);
    }
    return err;
}

/* How the taxes of a move are taken of a price. */
typedef enum side { AS_DECLARED, ALL_INCLUDED, ALL_ADDED } side;

/*
 * Unrounded taxes of a price in pico, those of `included` kind added up: what of it is tax. Bracket taxes are left out.
 */
static mpos_err
sum_taxes(const mpos_rules *rules, const mpos_rounding *rounding, const uint16_t *taxes, size_t count,
          side as, int included, mpos_wide price, int64_t qty, mpos_wide *out)
{
    mpos_cart_tax copies[MPOS_LINE_TAXES_MAX];
    const mpos_cart_tax *listed[MPOS_LINE_TAXES_MAX] = {NULL};
    int counts[MPOS_LINE_TAXES_MAX];
    mpos_tax_share shares[MPOS_LINE_TAXES_MAX];
    mpos_wide amounts[MPOS_LINE_TAXES_MAX] = {0};
    mpos_tax_view view;
    size_t n = 0;
    mpos_err err;

    for (size_t i = 0; i < count; i++) {
        const mpos_cart_tax *tax = &rules->taxes[taxes[i]].tax;

        if (tax->type == MPOS_TAX_BRACKET) {
            continue;
        }
        copies[n] = *tax;
        counts[n] = (tax->flags & MPOS_TAX_INCLUDED) == included;
        if (as != AS_DECLARED) {
            copies[n].flags =
                (uint8_t)((tax->flags & ~MPOS_TAX_INCLUDED) | (as == ALL_INCLUDED ? MPOS_TAX_INCLUDED : 0));
        }
        listed[n] = &copies[n];
        n++;
    }
    mpos_tax_view_make(rounding, listed, n, &view);
    err = mpos_tax_evaluate_pico(&view, price, qty, shares, amounts);
    *out = 0;
    for (size_t i = 0; err == MPOS_OK && i < n; i++) {
        *out += counts[i] ? amounts[i] : 0;
    }
    return err;
}

/* A price that is not negative. */
static mpos_err
move(const mpos_rules *rules, const mpos_rounding *rounding, const mpos_rating *rating, int64_t price,
     int64_t qty, int64_t *out)
{
    int keeps_net = rating->map == NULL || rating->map->keep == MPOS_KEEP_NET;
    int kind = keeps_net ? MPOS_TAX_INCLUDED : 0;
    int sign = keeps_net ? -1 : 1; /* from the price to what is kept */
    mpos_wide kept = price * MPOS_PICO;
    mpos_wide taxes;
    mpos_err err =
        sum_taxes(rules, rounding, rating->old, rating->old_count, AS_DECLARED, kind, kept, qty, &taxes);

    if (err != MPOS_OK) {
        return err;
    }
    kept += sign * taxes;
    err = sum_taxes(rules, rounding, rating->now, rating->now_count, keeps_net ? ALL_ADDED : ALL_INCLUDED,
                    kind, kept, qty, &taxes);
    return err == MPOS_OK
               ? mpos_round_ratio(kept - sign * taxes, MPOS_PICO, 1, (mpos_rounding_mode)rounding->mode, out)
               : err;
}

mpos_err
mpos_tax_move(const mpos_rules *rules, const mpos_rounding *rounding, const mpos_rating *rating,
              int64_t price, int64_t qty, int64_t *out)
{
    int64_t moved;
    mpos_err err;

    if (!rating->moved || price == 0) {
        *out = price;
        return MPOS_OK;
    }
    err = move(rules, rounding, rating, price < 0 ? -price : price, qty, &moved);
    if (err == MPOS_OK) {
        *out = price < 0 ? -moved : moved;
    }
    return err;
}
