/* basket.c - is this a basket that can be sold, and if not, where is the mistake? */
#include "basket.h"

#include "id.h"
#include "rules_check.h"

void
mpos_basket_init(mpos_basket *basket)
{
    memset(basket, 0, sizeof *basket);
}

mpos_circumstances
mpos_basket_line_in(const mpos_basket *basket, const mpos_basket_line *line)
{
    mpos_circumstances in = basket->in;

    in.at = (line->flags & MPOS_BASKET_LATER) != 0 ? line->at : in.at;
    return in;
}

static mpos_err
check_in(const mpos_path *path, const mpos_circumstances *in)
{
    mpos_err err = mpos_check_range(path, in->at, 0, MPOS_LOCAL_MINUTE_MAX, "at");

    MPOS_CHECK(err, mpos_check_range(path, in->guests, 0, MPOS_GUESTS_MAX, "guests"));
    MPOS_CHECK(err, mpos_check_known(path, in->place, MPOS_CONSUMPTIONS - 1, "place"));
    MPOS_CHECK(err, mpos_check_known(path, in->channel, MPOS_CHANNELS - 1, "channel"));
    return MPOS_CHECK(err, mpos_check_known(path, in->exempt, 1, "exempt"));
}

/* A discount given by hand. */
static mpos_err
check_discount(mpos_path *path, const mpos_cart_discount *discount, size_t at)
{
    int percent = discount->type == MPOS_DISCOUNT_PERCENT;
    int64_t most = percent ? MPOS_RATE_ONE : MPOS_AMOUNT_MAX;
    mpos_err err;

    mpos_path_enter(path, "discounts", at);
    err = mpos_check_known(path, discount->type, MPOS_DISCOUNT_FIXED, "type");
    MPOS_CHECK(err, mpos_check_known(path, discount->flags, MPOS_DISCOUNT_EXCLUSIVE, "flags"));
    MPOS_CHECK(err, mpos_check_known(path, discount->base, 0, "base"));
    if (err == MPOS_OK && (discount->value < 1 || discount->value > most)) {
        err = mpos_path_fail(path, MPOS_E_DISCOUNT_RULE, "value", MPOS_NO_INDEX);
    }
    if (err == MPOS_OK && !mpos_id_is_zero(discount->rule)) {
        err = mpos_path_fail(path, MPOS_E_INVALID_VALUE, "rule", MPOS_NO_INDEX);
    }
    return mpos_path_leave(path, err);
}

static mpos_err
check_discounts(mpos_path *path, const mpos_cart_discount *discounts, size_t count)
{
    mpos_err err = mpos_check_count(path, count, MPOS_BASKET_DISCOUNTS_MAX, "discounts");

    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        err = check_discount(path, &discounts[i], i);
    }
    return err;
}

/* Sums over all lines, and the combo that is being completed. */
typedef struct tally {
    size_t roots;
    size_t modifiers;
    size_t prices;
    size_t groups;
    size_t combo;    /* index of the combo line ... */
    size_t expected; /* ... and how many components must still follow it */
} tally;

static mpos_err
count_line(const mpos_path *path, const mpos_basket_line *line, tally *t)
{
    mpos_err err = mpos_check_count(path, line->modifier_count, MPOS_LINE_MODIFIERS_MAX, "modifiers");

    MPOS_CHECK(err, mpos_check_count(path, line->price_count, MPOS_LINE_PRICES_MAX, "prices"));
    MPOS_CHECK(err, mpos_check_count(path, line->group_count, MPOS_LINE_GROUPS_MAX, "groups"));
    MPOS_CHECK(err, mpos_check_count(path, line->component_count, MPOS_MAX_COMPONENTS, "component_count"));
    t->roots += line->parent == MPOS_NO_PARENT;
    t->modifiers += line->modifier_count;
    t->prices += line->price_count;
    t->groups += line->group_count;
    MPOS_CHECK(err, mpos_check_count(path, t->roots, MPOS_MAX_LINES, NULL));
    MPOS_CHECK(err, mpos_check_count(path, t->modifiers, MPOS_CART_MODIFIERS_MAX, "modifiers"));
    MPOS_CHECK(err, mpos_check_count(path, t->prices, MPOS_BASKET_PRICES_MAX, "prices"));
    return MPOS_CHECK(err, mpos_check_count(path, t->groups, MPOS_BASKET_GROUPS_MAX, "groups"));
}

static mpos_err
check_component(const mpos_path *path, const mpos_basket_line *line, const tally *t)
{
    const char *member = line->parent != t->combo             ? "parent"
                         : line->component_count > 0          ? "component_count"
                         : line->price_count > 0              ? "prices"
                         : (line->flags & MPOS_BASKET_LATER)  ? "flags"
                         : line->open_price != MPOS_NO_AMOUNT ? "open_price"
                                                              : NULL;

    if (member != NULL) {
        return mpos_path_fail(path, MPOS_E_COMBO_RULE, member, MPOS_NO_INDEX);
    }
    if (line->discount_count > 0 || line->floor != MPOS_NO_AMOUNT) {
        member = line->discount_count > 0 ? "discounts" : "floor";
        return mpos_path_fail(path, MPOS_E_DISCOUNT_RULE, member, MPOS_NO_INDEX);
    }
    return MPOS_OK;
}

static mpos_err
check_shape(const mpos_path *path, const mpos_basket_line *line, size_t at, tally *t)
{
    if (t->expected > 0) {
        t->expected--;
        return check_component(path, line, t);
    }
    if (line->parent != MPOS_NO_PARENT) {
        return mpos_path_fail(path, MPOS_E_COMBO_RULE, "parent", MPOS_NO_INDEX);
    }
    if (line->component_count > 0 && line->tax_count > 0) {
        return mpos_path_fail(path, MPOS_E_COMBO_RULE, "taxes", MPOS_NO_INDEX);
    }
    t->combo = at;
    t->expected = line->component_count;
    return MPOS_OK;
}

static mpos_err
check_prices(mpos_path *path, const mpos_basket_line *line, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < line->price_count; i++) {
        const mpos_book_price *price = &line->prices[i];
        int good = rules == NULL || price->book < rules->book_count;

        for (size_t j = 0; j < i; j++) {
            good = good && (line->prices[j].book != price->book || line->prices[j].min_qty != price->min_qty);
        }
        mpos_path_enter(path, "prices", i);
        err = good ? MPOS_OK : mpos_path_fail(path, MPOS_E_INVALID_VALUE, "book", MPOS_NO_INDEX);
        MPOS_CHECK(err, mpos_check_range(path, price->min_qty, 0, MPOS_QTY_MAX, "min_qty"));
        MPOS_CHECK(err, mpos_check_range(path, price->price, 0, MPOS_AMOUNT_MAX, "price"));
        mpos_path_leave(path, err);
    }
    return err;
}

static mpos_err
check_modifiers(mpos_path *path, const mpos_basket_line *line)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < line->modifier_count; i++) {
        const mpos_basket_modifier *m = &line->modifiers[i];

        mpos_path_enter(path, "modifiers", i);
        err = m->group < line->group_count
                  ? MPOS_OK
                  : mpos_path_fail(path, MPOS_E_INVALID_VALUE, "group", MPOS_NO_INDEX);
        MPOS_CHECK(err, mpos_check_known(path, m->per, MPOS_PER_LINE, "per"));
        MPOS_CHECK(err, mpos_check_range(path, m->qty, 1, MPOS_MODIFIER_QTY_MAX, "qty"));
        MPOS_CHECK(err, mpos_check_range(path, m->price, -MPOS_AMOUNT_MAX, MPOS_AMOUNT_MAX, "price"));
        mpos_path_leave(path, err);
    }
    return err;
}

/* A minute of its own lies after that of the order. */
static mpos_err
check_at(const mpos_path *path, const mpos_basket *basket, const mpos_basket_line *line)
{
    int later = (line->flags & MPOS_BASKET_LATER) != 0;

    return mpos_check_range(path, line->at, later ? basket->in.at + 1 : 0, later ? MPOS_LOCAL_MINUTE_MAX : 0,
                            "at");
}

static mpos_err
check_line(mpos_path *path, const mpos_basket_line *line, const mpos_rules *rules)
{
    mpos_err err = mpos_check_range(path, line->qty, 1, MPOS_QTY_MAX, "qty");

    MPOS_CHECK(err, mpos_check_range(path, line->price, 0, MPOS_AMOUNT_MAX, "price"));
    MPOS_CHECK(err, mpos_check_range(path, line->open_price, MPOS_NO_AMOUNT, MPOS_AMOUNT_MAX, "open_price"));
    MPOS_CHECK(err, mpos_check_range(path, line->floor, MPOS_NO_AMOUNT, MPOS_AMOUNT_MAX, "floor"));
    MPOS_CHECK(err,
               mpos_check_known(path, line->flags, MPOS_BASKET_NO_DISCOUNT | MPOS_BASKET_LATER, "flags"));
    MPOS_CHECK(err, mpos_check_tax_indexes(path, "taxes", line->taxes, line->tax_count,
                                           rules != NULL ? rules->tax_count : MPOS_RULES_TAXES_MAX));
    MPOS_CHECK(err, check_prices(path, line, rules));
    MPOS_CHECK(err, check_modifiers(path, line));
    return MPOS_CHECK(err, check_discounts(path, line->discounts, line->discount_count));
}

static mpos_err
check_lines(mpos_path *path, const mpos_basket *basket, const mpos_rules *rules)
{
    mpos_err err = mpos_check_count(path, basket->line_count, MPOS_CART_LINES_MAX, "lines");
    tally t = {0};

    for (size_t i = 0; err == MPOS_OK && i < basket->line_count; i++) {
        const mpos_basket_line *line = &basket->lines[i];

        mpos_path_enter(path, "lines", i);
        err = count_line(path, line, &t);
        MPOS_CHECK(err, check_shape(path, line, i, &t));
        MPOS_CHECK(err, check_at(path, basket, line));
        MPOS_CHECK(err, check_line(path, line, rules));
        mpos_path_leave(path, err);
    }
    if (err == MPOS_OK && t.expected > 0) {
        mpos_path_enter(path, "lines", t.combo);
        err =
            mpos_path_leave(path, mpos_path_fail(path, MPOS_E_COMBO_RULE, "component_count", MPOS_NO_INDEX));
    }
    return err;
}

mpos_err
mpos_basket_check(const mpos_basket *basket, const mpos_rules *rules, char pointer[MPOS_POINTER_SIZE])
{
    mpos_path path = {.out = pointer};
    mpos_err err = check_in(&path, &basket->in);

    MPOS_CHECK(err, mpos_check_ids(&path, "coupons", basket->coupons, basket->coupon_count,
                                   MPOS_BASKET_COUPONS_MAX));
    MPOS_CHECK(err,
               mpos_check_ids(&path, "waived", basket->waived, basket->waived_count, MPOS_BASKET_WAIVED_MAX));
    MPOS_CHECK(err, check_discounts(&path, basket->discounts, basket->discount_count));
    return MPOS_CHECK(err, check_lines(&path, basket, rules));
}
