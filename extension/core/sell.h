/*
 * sell.h - from a basket and the rules to the cart that is priced. Words: sale, book, tax map, promotion, charge.
 *
 *     mpos_sell (basket, rules) -> mpos_cart      mpos_price (cart) -> mpos_priced      priced form, hash
 *
 * The same calls in every host, so that equal baskets and rules give equal bytes. Each line of the basket becomes a line of the
 * cart at the same place; charges follow.
 *
 *   1. Unit price: the open price, else that of a book (mpos_book), else the line's own.
 *   2. Modifiers, without the free ones of their group (the cheapest are free).
 *   3. Taxes whose `when` holds, replaced by the tax maps; prices, floors and modifier prices move as the map says. A combo's
 *      price moves in the proportion of its components' stand-alone prices.
 *   4. Discounts given by hand, then promotions as discounts of the lines or the order (promotion.h), each with the flag RULE
 *      and the promotion's id.
 *   5. Charges whose `when` holds and that are not waived, as lines with the charge's id, or as surcharges with the flag RULE.
 *
 * The cart's taxes stand in the order in which its lines first name them. Rounding is the outlet's.
 */
#ifndef MPOS_CORE_SELL_H
#define MPOS_CORE_SELL_H

#include <stddef.h>
#include <stdint.h>

#include "basket.h"
#include "err.h"
#include "pricing.h"
#include "rules.h"

/* Bytes of memory that mpos_sell needs for this basket; 0 when counts are above the limits. */
size_t
mpos_sell_size(const mpos_rules *rules, const mpos_basket *basket);

/*
 * Makes the cart. The rules have been checked (or decoded); the basket is checked here. room is the caller's memory of
 * room_size bytes, aligned to 8, at least mpos_sell_size(rules, basket); the cart's lists lie there and partly in the basket
 * and the rules, so all must outlive it. Errors: those of mpos_basket_check and mpos_cart_check (TOO_MANY: more different taxes or
 * discounts than a cart holds), AMOUNT_OVERFLOW, BUFFER_TOO_SMALL. *out is untouched on failure.
 */
mpos_err
mpos_sell(const mpos_rules *rules, const mpos_basket *basket, void *room, size_t room_size, mpos_cart *out);

#endif
