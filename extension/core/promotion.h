/*
 * promotion.h - what of the rules becomes discounts, free modifiers and charges of a sale being made; internal to the core, called
 * by mpos_sell. Words: sale, promotion, target, use, touch, charge.
 *
 * Promotions are asked in their rank: higher priority first, then the lower id. One applies when its `when` holds, a coupon it
 * wants is there, its targets reach its thresholds, no other of its exclusivity group has applied, and it has something to give.
 *
 *   - A line with a minute of its own is a target when the promotion holds at that minute; promotions of the order go by the order's.
 *   - Targets are lines without parent; a combo's discount goes on to its components. Lines with NO_DISCOUNT, or with an exclusive
 *     discount given by hand, neither count nor are reduced. Thresholds count the targets' quantity and gross, discounted or not.
 *   - What applies touches the lines it counts on. A line that is touched is closed to all others, unless both are stackable.
 *     Promotions of the order and promotions of lines do not close each other out.
 *   - A percentage of lines or order becomes a percentage in the cart; everything else becomes the amount found here, from what the
 *     discounts by hand and the promotions before it leave. No discount takes a line below its floor.
 *   - With a max_amount a percentage that might pass it becomes an amount too; where the sum is above the limit, the limit is
 *     apportioned by what each line would have got. That of the order is found when all lines have theirs.
 *   - Units of buy_get and bundle stand in one row from the dearest unit price to the cheapest, ties by line id. Of each buy + get in
 *     this row the last `get` are reduced. A bundle takes the dearest units that fit its slots, the slot with the fewest to choose
 *     from first, as long as they are worth more than it costs. Modifiers are paid in full, also of price_unit.
 *   - A promotion of the order, where there are lines with NO_DISCOUNT, becomes discounts of all other lines.
 *
 * So the order of lines and of promotions in their lists decides nothing but where the smallest unit of a spread amount goes.
 */
#ifndef MPOS_CORE_PROMOTION_H
#define MPOS_CORE_PROMOTION_H

#include "arena.h"
#include "basket.h"
#include "pricing.h"
#include "rules.h"
#include "tax_map.h"

/*
 * A cart while it is made. `lines` has room for MPOS_RULES_CHARGES_MAX lines after the basket's; those of the basket have their final unit
 * price, modifiers, taxes, floor and the discounts given by hand when promotions see them.
 */
typedef struct mpos_sale {
    const mpos_rules *rules;
    const mpos_basket *basket;
    mpos_cart *cart;
    mpos_cart_line
        *lines; /* cart->lines, to be written; the first basket->line_count are the basket's, in its order */
    mpos_cart_discount *discounts; /* cart->discounts, to be written: room for MPOS_DISCOUNTS_MAX */
    mpos_cart_discount *
        *line_discounts; /* of each basket line: room for MPOS_DISCOUNTS_MAX, NULL for a component */
    int64_t *
        gross; /* of each basket line: before discounts and charges, as mpos_price will have it; of a component 0 */
    uint16_t *
        charge_taxes; /* room for MPOS_RULES_CHARGES_MAX * MPOS_LINE_TAXES_MAX indexes into the cart's taxes */
    uint8_t *scratch;     /* mpos_promote_size bytes, aligned to 8 */
    mpos_cart_tax *taxes; /* cart->taxes, to be written by mpos_sale_taxes */
    uint16_t
        *tax_places; /* of each tax of the rules: its index in the cart and 1, 0 as long as it has none */
    mpos_tax_choice *choices; /* of each tax of the rules: what becomes of it here and now */
} mpos_sale;

/* Bytes of scratch that mpos_promote needs for this basket. Counts are within the limits. */
size_t
mpos_promote_size(const mpos_rules *rules, const mpos_basket *basket);

/*
 * Adds the discounts of all promotions that apply, behind those given by hand: to line_discounts (raising the line's
 * discount_count) or to discounts (raising the cart's discount_count), with MPOS_DISCOUNT_RULE and the promotion's id.
 * TOO_MANY, AMOUNT_OVERFLOW.
 */
mpos_err
mpos_promote(mpos_sale *sale);

/*
 * The line's modifiers as the cart has them, into out (room for twice the line's modifiers): the free ones of a group cost
 * nothing; a modifier of which only some are free becomes two entries. Returns how many there are.
 */
size_t
mpos_free_modifiers(const mpos_basket_line *line, mpos_cart_modifier *out);

/*
 * Adds the charges that hold and are not waived: lines behind the basket's (raising the cart's line_count) or surcharges
 * (raising the cart's discount_count). Taxes by mpos_sale_taxes. TOO_MANY.
 */
mpos_err
mpos_charge_sale(mpos_sale *sale);

/*
 * sell.c: the taxes of something sold here and now: those of rules->taxes that hold, mapped, as indexes into the cart's taxes,
 * which grow. out has room for MPOS_LINE_TAXES_MAX. TOO_MANY.
 */
mpos_err
mpos_sale_taxes(mpos_sale *sale, const uint16_t *taxes, size_t count, uint16_t *out, uint16_t *count_out);

#endif
