/* basket_make.c - see basket_make.h. */
#include "basket_make.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"

void
made_id(uint8_t id[16], int number)
{
    memset(id, 0, 16);
    id[14] = (uint8_t)(number >> 8);
    id[15] = (uint8_t)number;
}

static mpos_when
always(void)
{
    return (mpos_when){.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};
}

made_sale made;

int
made_begin(void **state)
{
    (void)state;
    made_start(&made);
    return 0;
}

int
made_finish(void **state)
{
    (void)state;
    made_end(&made);
    return 0;
}

void
assert_taken(const mpos_promotion *promotion, size_t line, int64_t wanted)
{
    assert_int_equal(made_taken(&made, promotion, line), wanted);
}

void
made_start(made_sale *m)
{
    memset(m, 0, sizeof *m);
    mpos_rules_init(&m->rules, "EUR", 2);
    mpos_basket_init(&m->basket);
    m->rules.taxes = m->taxes;
    m->rules.promotions = m->promotions;
    m->rules.charges = m->charges;
    m->basket.lines = m->lines;
    m->basket.discounts = m->order_discounts;
    m->basket.coupons = (const uint8_t(*)[16])m->coupons;
    m->basket.waived = (const uint8_t(*)[16])m->waived;
}

mpos_basket_line *
made_line(made_sale *m, int item, int qty, int64_t price)
{
    size_t at = m->basket.line_count++;
    mpos_basket_line *line = &m->lines[at];

    made_id(line->id, (int)at + 1);
    made_id(line->item, item);
    made_id(line->category, item / 10);
    line->qty = qty * MPOS_QTY_ONE;
    line->price = price;
    line->open_price = MPOS_NO_AMOUNT;
    line->floor = MPOS_NO_AMOUNT;
    line->parent = MPOS_NO_PARENT;
    line->modifiers = m->modifiers[at];
    line->groups = m->groups[at];
    line->discounts = m->discounts[at];
    line->taxes = m->line_taxes[at];
    return line;
}

mpos_basket_modifier *
made_modifier(made_sale *m, mpos_basket_line *line, int group, int64_t price, uint32_t qty)
{
    size_t at = (size_t)(line - m->lines);
    mpos_basket_modifier *modifier = &m->modifiers[at][line->modifier_count++];

    made_id(modifier->id, 100 + line->modifier_count);
    modifier->group = (uint16_t)group;
    modifier->price = price;
    modifier->qty = qty;
    line->group_count = 2;
    return modifier;
}

mpos_cart_discount *
made_discount(made_sale *m, mpos_basket_line *line, mpos_discount_type type, int64_t value)
{
    mpos_cart_discount *discount = line == NULL ? &m->order_discounts[m->basket.discount_count++]
                                                : &m->discounts[line - m->lines][line->discount_count++];

    *discount = (mpos_cart_discount){.type = (uint8_t)type, .value = value};
    return discount;
}

mpos_promotion *
made_promotion(made_sale *m, mpos_promotion_kind kind, int64_t value)
{
    size_t at = m->rules.promotion_count++;
    mpos_promotion *promotion = &m->promotions[at];

    made_id(promotion->id, (int)at + 1);
    promotion->kind = (uint8_t)kind;
    promotion->value = value;
    promotion->when = always();
    promotion->slots = m->slots[at];
    return promotion;
}

static void
add_id(made_sale *m, size_t at, const uint8_t (**list)[16], uint16_t *count, int number)
{
    made_id(m->ids[at][*count], number);
    *list = (const uint8_t(*)[16])m->ids[at];
    (*count)++;
}

void
made_target_item(made_sale *m, mpos_promotion *promotion, int item)
{
    add_id(m, (size_t)(promotion - m->promotions), &promotion->targets.items, &promotion->targets.item_count,
           item);
}

void
made_target_category(made_sale *m, mpos_promotion *promotion, int category)
{
    add_id(m, (size_t)(promotion - m->promotions), &promotion->targets.categories,
           &promotion->targets.category_count, category);
}

void
made_slot(made_sale *m, mpos_promotion *promotion, int item, int category, int qty)
{
    size_t at = (size_t)(promotion - m->promotions);
    size_t s = promotion->slot_count++;
    mpos_slot *slot = &m->slots[at][s];
    const uint8_t(*id)[16] = (const uint8_t(*)[16])m->slot_ids[at][s];

    made_id(m->slot_ids[at][s], item > 0 ? item : category);
    slot->qty = qty * MPOS_QTY_ONE;
    if (item > 0) {
        slot->targets.items = id;
        slot->targets.item_count = 1;
    } else {
        slot->targets.categories = id;
        slot->targets.category_count = 1;
    }
}

mpos_charge_rule *
made_charge(made_sale *m, mpos_charge_type type, int64_t value)
{
    mpos_charge_rule *charge = &m->charges[m->rules.charge_count++];

    made_id(charge->id, 200 + m->rules.charge_count);
    charge->type = (uint8_t)type;
    charge->value = value;
    charge->when = always();
    return charge;
}

static void *
exact_room(size_t size)
{
    void *room = malloc(size > 0 ? size : 1);

    assert_non_null(room);
    return room;
}

void
made_sell(made_sale *m)
{
    size_t size = mpos_sell_size(&m->rules, &m->basket);

    made_end(m);
    m->room = exact_room(size);
    assert_int_equal(mpos_sell(&m->rules, &m->basket, m->room, size, &m->cart), MPOS_OK);
    size = mpos_price_size(&m->cart);
    m->price_room = exact_room(size);
    assert_int_equal(mpos_price(&m->cart, m->price_room, size, &m->priced), MPOS_OK);
}

void
made_end(made_sale *m)
{
    free(m->room);
    free(m->price_room);
    m->room = NULL;
    m->price_room = NULL;
}

int64_t
made_taken(const made_sale *m, const mpos_promotion *promotion, size_t line)
{
    const mpos_cart_line *l = &m->cart.lines[line];
    int64_t taken = 0;

    for (size_t k = 0; k < l->discount_count; k++) {
        taken +=
            memcmp(l->discounts[k].rule, promotion->id, 16) == 0 ? m->priced.lines[line].discounts[k] : 0;
    }
    return taken;
}

int64_t
made_taken_of_order(const made_sale *m, const mpos_promotion *promotion)
{
    int64_t taken = 0;

    for (size_t k = 0; k < m->cart.discount_count; k++) {
        taken += memcmp(m->cart.discounts[k].rule, promotion->id, 16) == 0 ? m->priced.discounts[k] : 0;
    }
    return taken;
}
