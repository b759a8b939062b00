/* basket_random.c - see basket_random.h. */
#include "basket_random.h"

#include <string.h>

static uint64_t
next_random(random_basket *r)
{
    uint64_t z = (r->state += UINT64_C(0x9E3779B97F4A7C15)); /* splitmix64 */

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int64_t
below(random_basket *r, int64_t limit)
{
    return (int64_t)(next_random(r) % (uint64_t)limit);
}

static int
one_in(random_basket *r, int64_t many)
{
    return below(r, many) == 0;
}

/* What an id is of; keeps the pools apart. */
enum { AN_ITEM = 1, A_CATEGORY, AN_OUTLET, A_GROUP, A_COUPON, A_RULE, A_LINE, A_MODIFIER };

static void
put_id(uint8_t id[16], int kind, int64_t number)
{
    memset(id, 0, 16);
    id[0] = (uint8_t)kind;
    id[14] = (uint8_t)(number >> 8);
    id[15] = (uint8_t)number;
}

/* A few ids of a pool, ascending; sometimes none. */
static const uint8_t (*random_ids(random_basket *r, int kind, uint16_t *count))[16]
{
    uint8_t(*list)[16] = r->ids[r->lists++];

    *count = 0;
    for (int64_t i = 1; i <= RANDOM_POOL; i++) {
        if (one_in(r, 3)) {
            put_id(list[(*count)++], kind, i);
        }
    }
    return (const uint8_t(*)[16])list;
}

void
random_basket_seed(random_basket *r, uint64_t seed)
{
    memset(r, 0, sizeof *r);
    r->state = seed;
}

/* Mostly without limits. Times are of four weeks. */
static mpos_when
random_when(random_basket *r)
{
    mpos_when when = {.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};

    if (one_in(r, 6)) {
        when.from = below(r, 40000);
        when.until = when.from + 1 + below(r, 40000);
    }
    if (one_in(r, 6)) {
        when.start = (uint16_t)below(r, 1440);
        when.end = (uint16_t)below(r, 1441);
    }
    when.days = (uint8_t)(one_in(r, 6) ? below(r, 128) : 0);
    when.places = (uint8_t)(one_in(r, 6) ? below(r, 8) : 0);
    when.channels = (uint16_t)(one_in(r, 6) ? below(r, 1 << MPOS_CHANNELS) : 0);
    when.guests_min = (uint16_t)(one_in(r, 8) ? below(r, 6) : 0);
    if (one_in(r, 8)) {
        when.outlets = random_ids(r, AN_OUTLET, &when.outlet_count);
    }
    if (one_in(r, 8)) {
        when.customer_groups = random_ids(r, A_GROUP, &when.customer_group_count);
    }
    return when;
}

static mpos_rounding
random_rounding(random_basket *r)
{
    static const int64_t increments[] = {1, 1, 1, 5, 10};

    return (mpos_rounding){.mode = (uint8_t)below(r, MPOS_ROUNDING_MODES),
                           .level = (uint8_t)below(r, MPOS_ROUNDING_LEVELS),
                           .inclusive = (uint8_t)below(r, 2),
                           .discount = (uint8_t)below(r, 2),
                           .increment = increments[below(r, 5)],
                           .cash_increment = 5};
}

static void
random_brackets(random_basket *r, size_t at, mpos_cart_tax *tax)
{
    int64_t from = below(r, 50);

    tax->flags = 0;
    tax->value = one_in(r, 2) ? 0 : 100 + below(r, 900);
    tax->bracket_count = (uint16_t)(1 + below(r, 3));
    tax->brackets = r->brackets[at];
    for (size_t k = 0; k < tax->bracket_count; k++) {
        r->brackets[at][k] = (mpos_tax_bracket){from, below(r, 40), below(r, 100000000)};
        from += 1 + below(r, 300);
    }
}

static void
random_tax(random_basket *r, size_t at)
{
    static const int64_t percents[] = {0, 50000000, 70000000, 88750000, 190000000, 210000001};
    mpos_cart_tax *tax = &r->taxes[at].tax;

    memset(&r->taxes[at], 0, sizeof r->taxes[at]);
    put_id(tax->id, A_RULE, 100 + (int64_t)at);
    tax->type = (uint8_t)(one_in(r, 2) ? MPOS_TAX_PERCENT : below(r, 4));
    tax->flags = (uint8_t)(below(r, 2) * MPOS_TAX_INCLUDED);
    if (one_in(r, 4)) {
        tax->flags |= (uint8_t)(below(r, 4) << 1);
    }
    tax->value = tax->type == MPOS_TAX_FIXED ? below(r, 60) : percents[below(r, 6)];
    if (tax->type == MPOS_TAX_BRACKET) {
        random_brackets(r, at, tax);
    }
    r->taxes[at].when = random_when(r);
}

static void
random_map(random_basket *r, size_t at)
{
    mpos_tax_map *map = &r->maps[at];

    memset(map, 0, sizeof *map);
    put_id(map->id, A_RULE, 200 + (int64_t)at);
    map->priority = (int32_t)below(r, 3);
    map->keep = (uint8_t)below(r, 2);
    map->flags = (uint8_t)one_in(r, 4);
    map->replacements = r->replacements[at];
    for (uint16_t tax = 0; tax < r->rules.tax_count; tax++) {
        mpos_replacement *replacement = &r->replacements[at][map->replacement_count];

        if (one_in(r, 2)) {
            *replacement = (mpos_replacement){tax, (uint16_t)below(r, 3), r->replaced[at][tax]};
            r->replaced[at][tax][0] = (uint16_t)below(r, r->rules.tax_count);
            r->replaced[at][tax][1] = (uint16_t)((r->replaced[at][tax][0] + 1) % r->rules.tax_count);
            replacement->count = r->rules.tax_count == 1 && replacement->count > 1 ? 1 : replacement->count;
            map->replacement_count++;
        }
    }
    map->when = random_when(r);
}

static mpos_targets
random_targets(random_basket *r)
{
    mpos_targets targets = {0};

    if (one_in(r, 2)) {
        targets.items = random_ids(r, AN_ITEM, &targets.item_count);
    } else if (one_in(r, 2)) {
        targets.categories = random_ids(r, A_CATEGORY, &targets.category_count);
    }
    return targets;
}

static void
random_bundle(random_basket *r, size_t at, mpos_promotion *p)
{
    p->slots = r->slots[at];
    p->slot_count = (uint16_t)(1 + below(r, 3));
    for (size_t k = 0; k < p->slot_count; k++) {
        r->slots[at][k].qty = one_in(r, 5) ? 1 + below(r, 2000000) : (1 + below(r, 2)) * MPOS_QTY_ONE;
        r->slots[at][k].targets = random_targets(r);
    }
}

static void
random_buy_get(random_basket *r, mpos_promotion *p)
{
    p->buy = (1 + below(r, 3)) * MPOS_QTY_ONE;
    p->get = one_in(r, 5) ? 1 + below(r, 1500000) : MPOS_QTY_ONE;
}

static void
random_promotion(random_basket *r, size_t at)
{
    static const int64_t rates[] = {1, 50000000, 100000000, 333333333, 500000000, 1000000000};
    mpos_promotion *p = &r->promotions[at];
    int rate;

    memset(p, 0, sizeof *p);
    put_id(p->id, A_RULE, 300 + (int64_t)at);
    p->priority = (int32_t)below(r, 4) - 1;
    p->kind = (uint8_t)below(r, MPOS_PROMOTION_KINDS);
    p->scope = (uint8_t)(p->kind <= MPOS_PROMOTION_AMOUNT && one_in(r, 3));
    p->flags = (uint8_t)below(r, 2);
    p->group = (uint16_t)(one_in(r, 3) ? 1 + below(r, 2) : 0);
    rate = p->kind == MPOS_PROMOTION_PERCENT || p->kind == MPOS_PROMOTION_BUY_GET;
    p->value = rate ? rates[below(r, 6)] : 1 + below(r, 1500);
    p->max_amount = one_in(r, 3) ? 1 + below(r, 2000) : 0;
    p->min_qty = one_in(r, 5) ? below(r, 5) * MPOS_QTY_ONE : 0;
    p->min_amount = one_in(r, 5) ? below(r, 5000) : 0;
    if (p->kind == MPOS_PROMOTION_BUNDLE) {
        random_bundle(r, at, p);
    } else if (p->scope == MPOS_SCOPE_LINE) {
        p->targets = random_targets(r);
    }
    if (p->kind == MPOS_PROMOTION_BUY_GET) {
        random_buy_get(r, p);
    }
    p->max_uses = (uint16_t)(p->kind >= MPOS_PROMOTION_BUY_GET && one_in(r, 2) ? 1 + below(r, 3) : 0);
    if (one_in(r, 5)) {
        p->coupons = random_ids(r, A_COUPON, &p->coupon_count);
    }
    p->when = random_when(r);
}

static void
random_charge(random_basket *r, size_t at)
{
    mpos_charge_rule *charge = &r->charges[at];

    memset(charge, 0, sizeof *charge);
    put_id(charge->id, A_RULE, 400 + (int64_t)at);
    charge->type = (uint8_t)below(r, 3);
    charge->flags = (uint8_t)below(r, 4);
    charge->value = charge->type == MPOS_CHARGE_PERCENT ? 1 + below(r, 300000000) : 1 + below(r, 500);
    charge->base = (uint8_t)(charge->type == MPOS_CHARGE_PERCENT ? below(r, 3) : 0);
    if ((charge->flags & MPOS_CHARGE_APPORTIONED) != 0 && charge->base == MPOS_CHARGE_ON_TOTAL) {
        charge->base = MPOS_CHARGE_ON_GROSS;
    }
    if ((charge->flags & MPOS_CHARGE_APPORTIONED) == 0 && charge->base != MPOS_CHARGE_ON_TOTAL &&
        r->rules.tax_count > 0) {
        charge->tax_count = (uint16_t)below(r, 2);
        charge->taxes = r->charge_taxes[at];
        r->charge_taxes[at][0] = (uint16_t)below(r, r->rules.tax_count);
    }
    charge->when = random_when(r);
}

static void
random_settings(random_basket *r)
{
    static const uint8_t sequences[][MPOS_SEQUENCE_MAX] = {
        {1, 2, 3, 4}, {1, 2, 3, 4}, {4, 3, 2, 1}, {2, 1, 2, 4, 3}, {3, 4, 1, 2, 1}};
    size_t which = (size_t)below(r, 5);

    mpos_rules_init(&r->rules, "EUR", 2);
    r->rules.apportion = (uint8_t)below(r, MPOS_APPORTION_MODES);
    memcpy(r->rules.sequence, sequences[which], MPOS_SEQUENCE_MAX);
    r->rules.sequence_count = which < 3 ? 4 : 5;
    r->rules.rounding = random_rounding(r);
    r->rules.rounding_count = (uint16_t)below(r, 3);
    for (size_t i = 0; i < r->rules.rounding_count; i++) {
        put_id(r->roundings[i].outlet, AN_OUTLET, 1 + (int64_t)i);
        r->roundings[i].rounding = random_rounding(r);
    }
    r->rules.currency_count = (uint16_t)below(r, 3);
    r->currencies[0] = (mpos_currency){"USD", 2, 923456789, 10000000, 0};
    r->currencies[1] = (mpos_currency){"JPY", 0, 6123456, 0, 1000};
}

static void
link_rules(random_basket *r)
{
    r->rules.roundings = r->roundings;
    r->rules.taxes = r->taxes;
    r->rules.maps = r->maps;
    r->rules.books = r->books;
    r->rules.promotions = r->promotions;
    r->rules.charges = r->charges;
    r->rules.currencies = r->currencies;
}

void
random_rules_next(random_basket *r)
{
    mpos_rules *rules = &r->rules;

    r->lists = 0;
    random_settings(r);
    rules->tax_count = (uint16_t)below(r, 6);
    for (size_t i = 0; i < rules->tax_count; i++) {
        random_tax(r, i);
    }
    rules->map_count = (uint16_t)(rules->tax_count > 0 ? below(r, 4) : 0);
    for (size_t i = 0; i < rules->map_count; i++) {
        random_map(r, i);
    }
    rules->book_count = (uint16_t)below(r, 5);
    for (size_t i = 0; i < rules->book_count; i++) {
        put_id(r->books[i].id, A_RULE, 500 + (int64_t)i);
        r->books[i].priority = (int32_t)below(r, 3);
        r->books[i].when = random_when(r);
    }
    rules->promotion_count = (uint16_t)below(r, RANDOM_RULES_MAX + 1);
    for (size_t i = 0; i < rules->promotion_count; i++) {
        random_promotion(r, i);
    }
    rules->charge_count = (uint16_t)below(r, 4);
    for (size_t i = 0; i < rules->charge_count; i++) {
        random_charge(r, i);
    }
    link_rules(r);
}

static void
random_discount(random_basket *r, mpos_cart_discount *discount)
{
    memset(discount, 0, sizeof *discount);
    discount->type = (uint8_t)below(r, 2);
    discount->flags = one_in(r, 8) ? MPOS_DISCOUNT_EXCLUSIVE : 0;
    discount->value = discount->type == MPOS_DISCOUNT_PERCENT ? 1 + below(r, 500000000) : 1 + below(r, 400);
}

static void
random_modifiers(random_basket *r, size_t at)
{
    mpos_basket_line *line = &r->lines[at];

    line->group_count = (uint16_t)below(r, 4);
    line->modifier_count = (uint16_t)(line->group_count > 0 ? below(r, 6) : 0);
    line->groups = r->groups[at];
    line->modifiers = r->modifiers[at];
    for (size_t k = 0; k < line->group_count; k++) {
        r->groups[at][k].free = (uint16_t)(one_in(r, 2) ? below(r, 3) : 0);
    }
    for (size_t k = 0; k < line->modifier_count; k++) {
        mpos_basket_modifier *modifier = &r->modifiers[at][k];

        put_id(modifier->id, A_MODIFIER, 1 + below(r, 50));
        modifier->group = (uint16_t)below(r, line->group_count);
        modifier->per = (uint8_t)one_in(r, 4);
        modifier->qty = (uint32_t)(1 + below(r, 3));
        modifier->price = below(r, 300) - 50;
    }
}

static void
random_prices(random_basket *r, size_t at)
{
    mpos_basket_line *line = &r->lines[at];

    line->prices = r->prices[at];
    for (uint16_t book = 0; book < r->rules.book_count && line->price_count < 4; book++) {
        if (one_in(r, 2)) {
            r->prices[at][line->price_count++] =
                (mpos_book_price){book, below(r, 4) * MPOS_QTY_ONE, below(r, 2000)};
        }
    }
    line->open_price = one_in(r, 10) ? below(r, 2000) : MPOS_NO_AMOUNT;
    line->floor = one_in(r, 5) ? below(r, 800) : MPOS_NO_AMOUNT;
    line->flags = one_in(r, 10) ? MPOS_BASKET_NO_DISCOUNT : 0;
}

static void
random_line_taxes(random_basket *r, size_t at)
{
    mpos_basket_line *line = &r->lines[at];
    int64_t first = below(r, 6);

    line->tax_count = (uint16_t)below(r, 4);
    line->tax_count = line->tax_count > r->rules.tax_count ? r->rules.tax_count : line->tax_count;
    line->taxes = r->line_taxes[at];
    for (size_t k = 0; k < line->tax_count; k++) {
        r->line_taxes[at][k] = (uint16_t)((first + (int64_t)k) % r->rules.tax_count);
    }
}

/* What lines and components have alike. */
static void
random_line(random_basket *r, size_t at)
{
    mpos_basket_line *line = &r->lines[at];

    memset(line, 0, sizeof *line);
    put_id(line->id, A_LINE, 1 + (int64_t)at);
    put_id(line->item, AN_ITEM, 1 + below(r, RANDOM_POOL));
    put_id(line->category, A_CATEGORY, 1 + below(r, RANDOM_POOL));
    if (one_in(r, 4)) {
        put_id(line->variant, AN_ITEM, 1 + below(r, RANDOM_POOL));
    }
    line->qty = one_in(r, 4) ? 1 + below(r, 5000000) : (1 + below(r, 5)) * MPOS_QTY_ONE;
    line->price = below(r, one_in(r, 20) ? 10000000 : 2000);
    line->open_price = MPOS_NO_AMOUNT;
    line->floor = MPOS_NO_AMOUNT;
    line->parent = MPOS_NO_PARENT;
    line->discounts = r->discounts[at];
    random_modifiers(r, at);
}

/* One line, or a combo of up to three components. Returns the place after it. */
static size_t
random_choice(random_basket *r, size_t at)
{
    mpos_basket_line *line = &r->lines[at];

    random_line(r, at);
    random_prices(r, at);
    if (one_in(r, 8)) {
        line->flags |= MPOS_BASKET_LATER;
        line->at = r->basket.in.at + 1 + below(r, 2000);
    }
    line->discount_count = (uint16_t)(one_in(r, 4) ? 1 + below(r, 2) : 0);
    for (size_t k = 0; k < line->discount_count; k++) {
        random_discount(r, &r->discounts[at][k]);
    }
    if (!one_in(r, 6)) {
        random_line_taxes(r, at);
        return at + 1;
    }
    line->component_count = (uint16_t)(1 + below(r, 3));
    for (size_t k = 1; k <= line->component_count; k++) {
        random_line(r, at + k);
        r->lines[at + k].qty = line->qty;
        r->lines[at + k].parent = (uint16_t)at;
        random_line_taxes(r, at + k);
    }
    return at + 1 + line->component_count;
}

static void
random_circumstances(random_basket *r)
{
    mpos_circumstances *in = &r->basket.in;

    put_id(in->outlet, AN_OUTLET, 1 + below(r, RANDOM_POOL));
    if (one_in(r, 3)) {
        put_id(in->customer_group, A_GROUP, 1 + below(r, RANDOM_POOL));
    }
    in->at = below(r, 40000);
    in->guests = (uint16_t)below(r, 8);
    in->place = (uint8_t)below(r, MPOS_CONSUMPTIONS);
    in->channel = (uint8_t)below(r, MPOS_CHANNELS);
    in->exempt = (uint8_t)one_in(r, 10);
}

static void
random_codes(random_basket *r)
{
    mpos_basket *basket = &r->basket;

    for (int64_t i = 1; i <= RANDOM_POOL && basket->coupon_count < MPOS_BASKET_COUPONS_MAX; i++) {
        if (one_in(r, 6)) {
            put_id(r->coupons[basket->coupon_count++], A_COUPON, i);
        }
    }
    for (size_t i = 0; i < r->rules.charge_count; i++) {
        if (one_in(r, 4)) {
            memcpy(r->waived[basket->waived_count++], r->charges[i].id, 16);
        }
    }
    basket->coupons = (const uint8_t(*)[16])r->coupons;
    basket->waived = (const uint8_t(*)[16])r->waived;
}

void
random_basket_next(random_basket *r)
{
    mpos_basket *basket = &r->basket;
    size_t wanted = (size_t)(1 + below(r, one_in(r, 10) ? RANDOM_BASKET_LINES_MAX - 4 : 10));
    size_t at = 0;

    mpos_basket_init(basket);
    memset(basket->catalogue, 7, sizeof basket->catalogue);
    random_circumstances(r);
    random_codes(r);
    while (at < wanted) {
        at = random_choice(r, at);
    }
    basket->line_count = (uint16_t)at;
    basket->lines = r->lines;
    basket->discount_count = (uint16_t)(one_in(r, 4) ? 1 + below(r, 2) : 0);
    for (size_t k = 0; k < basket->discount_count; k++) {
        random_discount(r, &r->order_discounts[k]);
    }
    basket->discounts = r->order_discounts;
}
