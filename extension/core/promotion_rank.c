/* promotion_rank.c - which promotions hold for a sale, and in which order they are asked. Words: rank, now. */
#include <string.h>

#include "id.h"
#include "promotion_work.h"

/* Who is first: the higher priority, then the lower id. */
static int
ranks_before(const mpos_promotion *a, const mpos_promotion *b)
{
    if (a->priority != b->priority) {
        return a->priority > b->priority;
    }
    return memcmp(a->id, b->id, sizeof a->id) < 0;
}

static int
has_coupon(const mpos_promotion *promotion, const mpos_basket *basket)
{
    for (size_t i = 0; i < basket->coupon_count; i++) {
        if (mpos_id_listed(promotion->coupons, promotion->coupon_count, basket->coupons[i])) {
            return 1;
        }
    }
    return promotion->coupon_count == 0;
}

int
mpos_promotion_holds(const mpos_sale *sale, const mpos_promotion *promotion, size_t i, int now)
{
    const mpos_basket_line *line = &sale->basket->lines[i];
    mpos_circumstances in;

    if (promotion->scope == MPOS_SCOPE_ORDER || (line->flags & MPOS_BASKET_LATER) == 0) {
        return now;
    }
    in = mpos_basket_line_in(sale->basket, line);
    return mpos_when_holds(&promotion->when, &in);
}

static int
holds_for_some(const mpos_sale *sale, const mpos_promotion *promotion)
{
    int now = mpos_when_holds(&promotion->when, &sale->basket->in);

    for (size_t i = 0; !now && i < sale->basket->line_count; i++) {
        now = mpos_promotion_holds(sale, promotion, i, 0);
    }
    return now;
}

size_t
mpos_promotion_rank(const mpos_sale *sale, uint16_t *ranked)
{
    const mpos_rules *rules = sale->rules;
    size_t count = 0;

    for (size_t i = 0; i < rules->promotion_count; i++) {
        const mpos_promotion *promotion = &rules->promotions[i];
        size_t at = count;

        if (!holds_for_some(sale, promotion) || !has_coupon(promotion, sale->basket)) {
            continue;
        }
        for (; at > 0 && ranks_before(promotion, &rules->promotions[ranked[at - 1]]); at--) {
            ranked[at] = ranked[at - 1];
        }
        ranked[at] = (uint16_t)i;
        count++;
    }
    return count;
}
