/* rules_check_sale.c - promotions and charges: are their members those of their kind? Words: kind, scope, slot. */
#include "rules_check.h"

/* DISCOUNT_RULE at the member unless good. */
static mpos_err
check_rule(const mpos_path *path, int good, const char *member)
{
    return good ? MPOS_OK : mpos_path_fail(path, MPOS_E_DISCOUNT_RULE, member, MPOS_NO_INDEX);
}

static mpos_err
check_targets(mpos_path *path, const mpos_targets *targets)
{
    mpos_err err = MPOS_OK;

    mpos_path_enter(path, "targets", MPOS_NO_INDEX);
    MPOS_CHECK(err, mpos_check_ids(path, "items", targets->items, targets->item_count, MPOS_TARGET_IDS_MAX));
    MPOS_CHECK(err, mpos_check_ids(path, "categories", targets->categories, targets->category_count,
                                   MPOS_TARGET_IDS_MAX));
    return mpos_path_leave(path, err);
}

static mpos_err
check_slots(mpos_path *path, const mpos_promotion *p)
{
    mpos_err err = mpos_check_count(path, p->slot_count, MPOS_SLOTS_MAX, "slots");

    MPOS_CHECK(err, check_rule(path, (p->slot_count > 0) == (p->kind == MPOS_PROMOTION_BUNDLE), "slots"));
    for (size_t i = 0; err == MPOS_OK && i < p->slot_count; i++) {
        mpos_path_enter(path, "slots", i);
        err = mpos_check_range(path, p->slots[i].qty, 1, MPOS_QTY_MAX, "qty");
        MPOS_CHECK(err, check_targets(path, &p->slots[i].targets));
        mpos_path_leave(path, err);
    }
    return err;
}

static int
is_rate(const mpos_promotion *p)
{
    return p->kind == MPOS_PROMOTION_PERCENT || p->kind == MPOS_PROMOTION_BUY_GET;
}

/* A price may be zero; a discount of nothing is a mistake. */
static mpos_err
check_value(const mpos_path *path, const mpos_promotion *p)
{
    int price = p->kind == MPOS_PROMOTION_PRICE_UNIT || p->kind == MPOS_PROMOTION_BUNDLE;

    return mpos_check_range(path, p->value, price ? 0 : 1, is_rate(p) ? MPOS_RATE_ONE : MPOS_AMOUNT_MAX,
                            "value");
}

/* buy and get belong to buy_get alone. */
static mpos_err
check_buy_get(const mpos_path *path, const mpos_promotion *p)
{
    int least = p->kind == MPOS_PROMOTION_BUY_GET;
    mpos_err err = mpos_check_range(path, p->buy, least, least ? MPOS_QTY_MAX / 2 : 0, "buy");

    return MPOS_CHECK(err, mpos_check_range(path, p->get, least, least ? MPOS_QTY_MAX / 2 : 0, "get"));
}

static mpos_err
check_scope(const mpos_path *path, const mpos_promotion *p)
{
    int one_amount = p->kind == MPOS_PROMOTION_PERCENT || p->kind == MPOS_PROMOTION_AMOUNT;
    int targeted = p->targets.item_count > 0 || p->targets.category_count > 0;
    mpos_err err = check_rule(path, p->scope == MPOS_SCOPE_LINE || one_amount, "scope");

    MPOS_CHECK(err, check_rule(path, p->scope == MPOS_SCOPE_LINE || !targeted, "targets"));
    return MPOS_CHECK(err, check_rule(path, p->kind != MPOS_PROMOTION_BUNDLE || !targeted, "targets"));
}

mpos_err
mpos_check_promotion(mpos_path *path, const mpos_promotion *p)
{
    int used = p->kind == MPOS_PROMOTION_BUY_GET || p->kind == MPOS_PROMOTION_BUNDLE;
    mpos_err err = mpos_check_known(path, p->kind, MPOS_PROMOTION_KINDS - 1, "kind");

    MPOS_CHECK(err, mpos_check_known(path, p->scope, MPOS_SCOPE_ORDER, "scope"));
    MPOS_CHECK(err, mpos_check_known(path, p->flags, MPOS_PROMOTION_STACKABLE, "flags"));
    MPOS_CHECK(err, check_value(path, p));
    MPOS_CHECK(err, mpos_check_range(path, p->max_amount, 0, MPOS_AMOUNT_MAX, "max_amount"));
    MPOS_CHECK(err, mpos_check_range(path, p->min_qty, 0, MPOS_QTY_MAX, "min_qty"));
    MPOS_CHECK(err, mpos_check_range(path, p->min_amount, 0, MPOS_AMOUNT_MAX, "min_amount"));
    MPOS_CHECK(err, check_buy_get(path, p));
    MPOS_CHECK(err, check_rule(path, p->max_uses == 0 || used, "max_uses"));
    MPOS_CHECK(err, check_scope(path, p));
    MPOS_CHECK(err, mpos_check_ids(path, "coupons", p->coupons, p->coupon_count, MPOS_COUPONS_MAX));
    MPOS_CHECK(err, check_slots(path, p));
    MPOS_CHECK(err, check_targets(path, &p->targets));
    return MPOS_CHECK(err, mpos_check_when(path, &p->when));
}

mpos_err
mpos_check_charge(mpos_path *path, const mpos_rules *rules, const mpos_charge_rule *charge)
{
    int percent = charge->type == MPOS_CHARGE_PERCENT;
    int apportioned = (charge->flags & MPOS_CHARGE_APPORTIONED) != 0;
    int on_total = charge->base == MPOS_CHARGE_ON_TOTAL;
    mpos_err err = mpos_check_known(path, charge->type, MPOS_CHARGE_PER_GUEST, "type");

    MPOS_CHECK(err, mpos_check_known(path, charge->base, percent ? MPOS_CHARGE_ON_TOTAL : 0, "base"));
    MPOS_CHECK(
        err, mpos_check_known(path, charge->flags, MPOS_CHARGE_APPORTIONED | MPOS_CHARGE_WAIVABLE, "flags"));
    MPOS_CHECK(err,
               mpos_check_range(path, charge->value, 1, percent ? MPOS_RATE_MAX : MPOS_AMOUNT_MAX, "value"));
    MPOS_CHECK(err, check_rule(path, !on_total || !apportioned, "base"));
    MPOS_CHECK(err, check_rule(path, charge->tax_count == 0 || (!on_total && !apportioned), "taxes"));
    MPOS_CHECK(err,
               mpos_check_tax_indexes(path, "taxes", charge->taxes, charge->tax_count, rules->tax_count));
    return MPOS_CHECK(err, mpos_check_when(path, &charge->when));
}
