/* test_promotion_random.c - what holds for all rules and baskets: limits, no negative amount, order of lists decides nothing. */
#include <stdlib.h>
#include <string.h>

#include "basket_random.h"
#include "host.h"
#include "sell.h"

static random_basket r;

typedef struct outcome {
    mpos_cart cart;
    mpos_priced priced;
    void *room;
    void *price_room;
} outcome;

static int
rounds(void)
{
    const char *full = getenv("MPOS_FULL");

    return full != NULL && strcmp(full, "1") == 0 ? 200000 : 3000;
}

static outcome
sell(void)
{
    size_t size = mpos_sell_size(&r.rules, &r.basket);
    outcome o = {.room = malloc(size)};

    assert_int_equal(mpos_sell(&r.rules, &r.basket, o.room, size, &o.cart), MPOS_OK);
    size = mpos_price_size(&o.cart);
    o.price_room = malloc(size > 0 ? size : 1);
    assert_int_equal(mpos_price(&o.cart, o.price_room, size, &o.priced), MPOS_OK);
    return o;
}

static void
end(outcome *o)
{
    free(o->room);
    free(o->price_room);
}

/* What the rule took in all: of lines, and of the order. */
static int64_t
taken(const outcome *o, const uint8_t rule[16])
{
    int64_t sum = 0;

    for (size_t i = 0; i < o->cart.line_count; i++) {
        for (size_t k = 0; k < o->cart.lines[i].discount_count; k++) {
            int its = memcmp(o->cart.lines[i].discounts[k].rule, rule, 16) == 0;

            sum += its ? o->priced.lines[i].discounts[k] : 0;
        }
    }
    for (size_t k = 0; k < o->cart.discount_count; k++) {
        sum += memcmp(o->cart.discounts[k].rule, rule, 16) == 0 ? o->priced.discounts[k] : 0;
    }
    return sum;
}

static int
is_of(const mpos_cart_discount *discount, const mpos_promotion *promotion)
{
    return memcmp(discount->rule, promotion->id, 16) == 0;
}

/* Whether the promotion has a discount anywhere in the cart. */
static int
applied(const outcome *o, const mpos_promotion *promotion)
{
    int found = 0;

    for (size_t i = 0; i < o->cart.line_count; i++) {
        for (size_t k = 0; k < o->cart.lines[i].discount_count; k++) {
            found |= is_of(&o->cart.lines[i].discounts[k], promotion);
        }
    }
    for (size_t k = 0; k < o->cart.discount_count; k++) {
        found |= is_of(&o->cart.discounts[k], promotion);
    }
    return found;
}

static void
check_line(const outcome *o, size_t i)
{
    const mpos_priced_line *line = &o->priced.lines[i];
    int64_t floor = 0;

    assert_true(line->gross >= 0 && line->line_discount >= 0 && line->order_discount >= 0);
    assert_true(line->net >= 0 && line->tax >= 0);
    assert_int_equal(line->total, line->net + line->tax);
    if (i < r.basket.line_count && (r.basket.lines[i].flags & MPOS_BASKET_NO_DISCOUNT) != 0) {
        for (size_t k = 0; k < o->cart.lines[i].discount_count; k++) {
            assert_int_equal(o->cart.lines[i].discounts[k].flags & MPOS_DISCOUNT_RULE, 0);
        }
    }
    if (o->cart.lines[i].floor > 0) {
        floor = (int64_t)((mpos_wide)o->cart.lines[i].floor * o->cart.lines[i].qty / MPOS_QTY_ONE);
        floor = floor < line->gross ? floor : line->gross;
        assert_true(line->gross - line->line_discount - line->order_discount >= floor - 1);
    }
}

/* For the order, or for a line that has a minute of its own. */
static int
holds(const mpos_promotion *promotion)
{
    int found = mpos_when_holds(&promotion->when, &r.basket.in);

    for (size_t i = 0; promotion->scope == MPOS_SCOPE_LINE && i < r.basket.line_count; i++) {
        mpos_circumstances in = mpos_basket_line_in(&r.basket, &r.basket.lines[i]);

        found |= mpos_when_holds(&promotion->when, &in);
    }
    return found;
}

static void
check_promotion(const outcome *o, const mpos_promotion *promotion)
{
    int64_t sum = taken(o, promotion->id);

    assert_true(sum >= 0);
    if (promotion->max_amount > 0) {
        assert_true(sum <= promotion->max_amount);
    }
    if (!holds(promotion)) {
        assert_false(applied(o, promotion));
    }
    for (size_t k = 0; promotion->group != 0 && k < r.rules.promotion_count; k++) {
        const mpos_promotion *other = &r.rules.promotions[k];

        if (other != promotion && other->group == promotion->group && applied(o, promotion)) {
            assert_false(applied(o, other));
        }
    }
}

/* Where one that does not stack is on a line, no other promotion is. */
static void
check_meetings(const outcome *o, size_t i)
{
    const mpos_cart_line *line = &o->cart.lines[i];
    size_t rules = 0, alone = 0;

    for (size_t k = 0; k < line->discount_count; k++) {
        for (size_t p = 0; p < r.rules.promotion_count; p++) {
            const mpos_promotion *promotion = &r.rules.promotions[p];

            if (promotion->scope == MPOS_SCOPE_LINE && is_of(&line->discounts[k], promotion)) {
                rules++;
                alone += (promotion->flags & MPOS_PROMOTION_STACKABLE) == 0;
            }
        }
    }
    assert_true(alone == 0 || rules == 1);
}

static void
test_limits_floors_groups_and_sums(void **state)
{
    (void)state;
    random_basket_seed(&r, 20261122);
    for (int n = 0; n < rounds(); n++) {
        outcome o;
        int64_t total = 0;

        random_rules_next(&r);
        random_basket_next(&r);
        assert_int_equal(mpos_rules_check(&r.rules, NULL), MPOS_OK);
        assert_int_equal(mpos_basket_check(&r.basket, &r.rules, NULL), MPOS_OK);
        o = sell();
        for (size_t i = 0; i < o.cart.line_count; i++) {
            check_line(&o, i);
            check_meetings(&o, i);
            total += o.cart.lines[i].parent == MPOS_NO_PARENT ? o.priced.lines[i].total : 0;
        }
        assert_int_equal(total, o.priced.total);
        for (size_t p = 0; p < r.rules.promotion_count; p++) {
            check_promotion(&o, &r.rules.promotions[p]);
        }
        end(&o);
    }
}

static void
must_be_same(const outcome *a, const outcome *b)
{
    assert_int_equal(a->priced.gross, b->priced.gross);
    assert_int_equal(a->priced.discount, b->priced.discount);
    assert_int_equal(a->priced.net, b->priced.net);
    assert_int_equal(a->priced.total, b->priced.total);
}

/* Rules turned round: the same sale, amount by amount. Their order is only that of the bill's charges. */
static void
test_the_order_of_promotions_decides_nothing(void **state)
{
    (void)state;
    random_basket_seed(&r, 7);
    for (int n = 0; n < rounds(); n++) {
        static mpos_promotion turned[RANDOM_RULES_MAX];
        size_t count;
        outcome a, b;

        random_rules_next(&r);
        random_basket_next(&r);
        count = r.rules.promotion_count;
        a = sell();
        for (size_t i = 0; i < count; i++) {
            turned[i] = r.promotions[count - 1 - i];
        }
        r.rules.promotions = turned;
        b = sell();
        must_be_same(&a, &b);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(taken(&a, turned[i].id), taken(&b, turned[i].id));
        }
        end(&a);
        end(&b);
    }
}

/* Turns the lines round; combos keep their components behind them. Returns the place after them. */
static void
turn_lines(mpos_basket_line *out)
{
    size_t at = 0;

    for (size_t i = r.basket.line_count; i > 0;) {
        size_t root = i - 1;

        root = r.lines[root].parent == MPOS_NO_PARENT ? root : r.lines[root].parent;
        for (size_t k = root; k < i; k++) {
            out[at + (k - root)] = r.lines[k];
            out[at + (k - root)].parent = k == root ? MPOS_NO_PARENT : (uint16_t)at;
        }
        at += i - root;
        i = root;
    }
}

/*
 * Lines in another order: which units a promotion takes does not change, and so not what it takes. Promised for what does
 * not stack: what stacks is rounded on what the others left of each line, and amounts are spread by position.
 */
static void
test_the_order_of_lines_decides_nothing(void **state)
{
    (void)state;
    random_basket_seed(&r, 8);
    for (int n = 0; n < rounds(); n++) {
        static mpos_basket_line turned[RANDOM_BASKET_LINES_MAX];
        outcome a, b;

        random_rules_next(&r);
        random_basket_next(&r);
        r.basket.discount_count = 0;
        for (size_t i = 0; i < r.rules.promotion_count; i++) {
            r.promotions[i].flags = 0;
            r.promotions[i].scope = MPOS_SCOPE_LINE;
        }
        a = sell();
        turn_lines(turned);
        r.basket.lines = turned;
        b = sell();
        for (size_t i = 0; i < r.rules.promotion_count; i++) {
            assert_int_equal(taken(&a, r.promotions[i].id), taken(&b, r.promotions[i].id));
        }
        end(&a);
        end(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_floors_groups_and_sums),
        cmocka_unit_test(test_the_order_of_promotions_decides_nothing),
        cmocka_unit_test(test_the_order_of_lines_decides_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
