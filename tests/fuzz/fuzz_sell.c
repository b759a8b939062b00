/*
 * fuzz_sell.c - rules and a basket, sold and priced: nothing is negative, parts are wholes, no promotion takes more than it may.
 * The input is the size of the rules (4 bytes, big-endian), their form, and the form of the basket.
 */
#include <stdlib.h>
#include <string.h>

#include "basket.h"
#include "bytes.h"
#include "host.h"
#include "rules.h"
#include "sell.h"

static void *
room_of(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

/* What a rule took in all. */
static int64_t
taken_by(const uint8_t rule[16], const mpos_cart *cart, const mpos_priced *priced)
{
    int64_t taken = 0;

    for (size_t i = 0; i < cart->line_count; i++) {
        for (size_t k = 0; k < cart->lines[i].discount_count; k++) {
            int its = memcmp(cart->lines[i].discounts[k].rule, rule, 16) == 0;

            taken += its ? priced->lines[i].discounts[k] : 0;
        }
    }
    for (size_t k = 0; k < cart->discount_count; k++) {
        taken += memcmp(cart->discounts[k].rule, rule, 16) == 0 ? priced->discounts[k] : 0;
    }
    return taken;
}

static void
must_hold(const mpos_rules *rules, const mpos_cart *cart, const mpos_priced *priced)
{
    int64_t total = 0;

    for (size_t i = 0; i < cart->line_count; i++) {
        const mpos_priced_line *line = &priced->lines[i];

        MUST(line->gross >= 0 && line->line_discount >= 0 && line->order_discount >= 0 && line->net >= 0);
        MUST(line->tax >= 0 && line->total == line->net + line->tax);
        total += cart->lines[i].parent == MPOS_NO_PARENT ? line->total : 0;
    }
    MUST(total == priced->total);
    for (size_t i = 0; i < rules->promotion_count; i++) {
        const mpos_promotion *p = &rules->promotions[i];

        MUST(p->max_amount == 0 || taken_by(p->id, cart, priced) <= p->max_amount);
    }
}

static void
sell(const mpos_rules *rules, const mpos_basket *basket)
{
    size_t size = mpos_sell_size(rules, basket), price_size;
    void *room = room_of(size), *price_room;
    mpos_cart cart;
    mpos_priced priced;
    mpos_err err = mpos_sell(rules, basket, room, size, &cart);

    MUST(err == MPOS_OK || err == MPOS_E_AMOUNT_OVERFLOW || err == MPOS_E_TOO_MANY ||
         err == MPOS_E_OUT_OF_RANGE);
    if (err == MPOS_OK) {
        price_size = mpos_price_size(&cart);
        price_room = room_of(price_size);
        err = mpos_price(&cart, price_room, price_size, &priced);
        /* the range is that of division taxes taken together */
        MUST(err == MPOS_OK || err == MPOS_E_AMOUNT_OVERFLOW || err == MPOS_E_OUT_OF_RANGE);
        if (err == MPOS_OK) {
            must_hold(rules, &cart, &priced);
        }
        free(price_room);
    }
    free(room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t rules_size = size < 4 ? 0 : mpos_get_u32(data);
    size_t basket_size, rules_room, basket_room;
    void *first, *second;
    mpos_rules rules;
    mpos_basket basket;

    if (size < 4 || rules_size > size - 4) {
        return 0;
    }
    basket_size = size - 4 - rules_size;
    rules_room = mpos_rules_room_size(rules_size);
    basket_room = mpos_basket_room_size(basket_size);
    first = room_of(rules_room);
    second = room_of(basket_room);
    if (mpos_rules_form_decode(data + 4, rules_size, first, rules_room, &rules) == MPOS_OK &&
        mpos_basket_form_decode(data + 4 + rules_size, basket_size, &rules, second, basket_room, &basket) ==
            MPOS_OK) {
        sell(&rules, &basket);
    }
    free(first);
    free(second);
    return 0;
}
