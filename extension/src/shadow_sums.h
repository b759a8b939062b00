/*
 * shadow_sums.h - what a trial of the draft over orders changes: in total, for each rule, and in the orders that change most.
 * Words: shadow, sum, rule, example.
 */
#ifndef MPOS_SHADOW_SUMS_H
#define MPOS_SHADOW_SUMS_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "cart.h"

typedef enum mpos_shadow_side { MPOS_SHADOW_BEFORE, MPOS_SHADOW_AFTER } mpos_shadow_side;

typedef struct mpos_shadow_sums mpos_shadow_sums;

/* Empty sums in the current memory context. */
mpos_shadow_sums *
mpos_shadow_sums_make(void);

/* Adds what each rule of an order took or brought; discounts count below zero. */
void
mpos_shadow_add(mpos_shadow_sums *s, const mpos_cart *cart, const mpos_priced *priced, mpos_shadow_side side);

/* Adds the taxes of what was moved by each tax map. */
void
mpos_shadow_add_maps(mpos_shadow_sums *s, const mpos_priced_cart *sale, mpos_shadow_side side);

/* An order as people know it; texts live as long as the sums. */
typedef struct mpos_shadow_order {
    uint8 id[16];
    const char *receipt; /* NULL until paid */
    const char *call_number;
    int64 created_us;
    int64 money[2]; /* total before and after */
} mpos_shadow_order;

/* Keeps the order as an example if its total changes more than that of one of those kept. */
void
mpos_shadow_example(mpos_shadow_sums *s, const mpos_shadow_order *order);

/* Members total, items, rules and examples; amounts in minor units, {before, after, difference}. */
void
mpos_shadow_sums_json(StringInfo out, const mpos_shadow_sums *s);

#endif
