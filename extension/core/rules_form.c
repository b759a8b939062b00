/* rules_form.c - the form of the rules: one walk for sizing, writing and reading. */
#include "rules.h"

#include "walk.h"

static void
walk_rounding(mpos_walk *w, mpos_rounding *r)
{
    mpos_walk_u8(w, &r->mode);
    mpos_walk_u8(w, &r->level);
    mpos_walk_u8(w, &r->inclusive);
    mpos_walk_u8(w, &r->discount);
    mpos_walk_zero(w, 4);
    mpos_walk_i64(w, &r->increment);
    mpos_walk_i64(w, &r->cash_increment);
}

static void
walk_outlet_rounding(mpos_walk *w, mpos_outlet_rounding *r)
{
    mpos_walk_bytes(w, r->outlet, 16);
    walk_rounding(w, &r->rounding);
}

static void
walk_when(mpos_walk *w, mpos_when *when)
{
    mpos_walk_i64(w, &when->from);
    mpos_walk_i64(w, &when->until);
    mpos_walk_u16(w, &when->start);
    mpos_walk_u16(w, &when->end);
    mpos_walk_u8(w, &when->days);
    mpos_walk_u8(w, &when->places);
    mpos_walk_u16(w, &when->channels);
    mpos_walk_u16(w, &when->guests_min);
    mpos_walk_u16(w, &when->outlet_count);
    mpos_walk_u16(w, &when->customer_group_count);
    mpos_walk_zero(w, 2);
    mpos_walk_ids(w, &when->outlets, when->outlet_count);
    mpos_walk_ids(w, &when->customer_groups, when->customer_group_count);
}

static void
walk_bracket(mpos_walk *w, mpos_tax_bracket *bracket)
{
    mpos_walk_i64(w, &bracket->from);
    mpos_walk_i64(w, &bracket->amount);
    mpos_walk_i64(w, &bracket->rate);
}

static void
walk_tax(mpos_walk *w, mpos_rule_tax *rule)
{
    mpos_cart_tax *tax = &rule->tax;

    mpos_walk_bytes(w, tax->id, 16);
    mpos_walk_u8(w, &tax->type);
    mpos_walk_u8(w, &tax->flags);
    mpos_walk_u16(w, &tax->bracket_count);
    mpos_walk_zero(w, 4);
    mpos_walk_i64(w, &tax->value);
    MPOS_WALK_LIST(w, mpos_tax_bracket, tax->brackets, tax->bracket_count, 24, walk_bracket);
    walk_when(w, &rule->when);
}

static void
walk_replacement(mpos_walk *w, mpos_replacement *replacement)
{
    mpos_walk_u16(w, &replacement->tax);
    mpos_walk_u16(w, &replacement->count);
    mpos_walk_indexes(w, &replacement->taxes, replacement->count);
}

static void
walk_map(mpos_walk *w, mpos_tax_map *map)
{
    mpos_walk_bytes(w, map->id, 16);
    mpos_walk_i32(w, &map->priority);
    mpos_walk_u8(w, &map->keep);
    mpos_walk_u8(w, &map->flags);
    mpos_walk_u16(w, &map->replacement_count);
    walk_when(w, &map->when);
    MPOS_WALK_LIST(w, mpos_replacement, map->replacements, map->replacement_count, 4, walk_replacement);
}

static void
walk_book(mpos_walk *w, mpos_book *book)
{
    mpos_walk_bytes(w, book->id, 16);
    mpos_walk_i32(w, &book->priority);
    walk_when(w, &book->when);
}

static void
walk_targets(mpos_walk *w, mpos_targets *targets)
{
    mpos_walk_u16(w, &targets->item_count);
    mpos_walk_u16(w, &targets->category_count);
    mpos_walk_ids(w, &targets->items, targets->item_count);
    mpos_walk_ids(w, &targets->categories, targets->category_count);
}

static void
walk_slot(mpos_walk *w, mpos_slot *slot)
{
    mpos_walk_i64(w, &slot->qty);
    walk_targets(w, &slot->targets);
}

static void
walk_promotion(mpos_walk *w, mpos_promotion *p)
{
    mpos_walk_bytes(w, p->id, 16);
    mpos_walk_i32(w, &p->priority);
    mpos_walk_u8(w, &p->kind);
    mpos_walk_u8(w, &p->scope);
    mpos_walk_u8(w, &p->flags);
    mpos_walk_zero(w, 1);
    mpos_walk_u16(w, &p->group);
    mpos_walk_u16(w, &p->coupon_count);
    mpos_walk_u16(w, &p->slot_count);
    mpos_walk_u16(w, &p->max_uses);
    mpos_walk_i64(w, &p->value);
    mpos_walk_i64(w, &p->max_amount);
    mpos_walk_i64(w, &p->min_qty);
    mpos_walk_i64(w, &p->min_amount);
    mpos_walk_i64(w, &p->buy);
    mpos_walk_i64(w, &p->get);
    walk_when(w, &p->when);
    walk_targets(w, &p->targets);
    mpos_walk_ids(w, &p->coupons, p->coupon_count);
    MPOS_WALK_LIST(w, mpos_slot, p->slots, p->slot_count, 12, walk_slot);
}

static void
walk_charge(mpos_walk *w, mpos_charge_rule *charge)
{
    mpos_walk_bytes(w, charge->id, 16);
    mpos_walk_u8(w, &charge->type);
    mpos_walk_u8(w, &charge->base);
    mpos_walk_u8(w, &charge->flags);
    mpos_walk_zero(w, 3);
    mpos_walk_u16(w, &charge->tax_count);
    mpos_walk_i64(w, &charge->value);
    walk_when(w, &charge->when);
    mpos_walk_indexes(w, &charge->taxes, charge->tax_count);
}

static void
walk_currency(mpos_walk *w, mpos_currency *currency)
{
    mpos_walk_bytes(w, currency->code, 3);
    mpos_walk_u8(w, &currency->exponent);
    mpos_walk_u32(w, &currency->cash_increment);
    mpos_walk_i64(w, &currency->rate);
    mpos_walk_i64(w, &currency->spread);
}

static void
walk_header(mpos_walk *w, mpos_rules *rules)
{
    mpos_walk_magic(w, "MPOSRUL1");
    mpos_walk_bytes(w, rules->currency, 3);
    mpos_walk_u8(w, &rules->exponent);
    mpos_walk_u8(w, &rules->apportion);
    mpos_walk_u8(w, &rules->sequence_count);
    mpos_walk_u16(w, &rules->rounding_count);
    mpos_walk_bytes(w, rules->sequence, sizeof rules->sequence);
    walk_rounding(w, &rules->rounding);
    mpos_walk_u16(w, &rules->tax_count);
    mpos_walk_u16(w, &rules->map_count);
    mpos_walk_u16(w, &rules->book_count);
    mpos_walk_u16(w, &rules->promotion_count);
    mpos_walk_u16(w, &rules->charge_count);
    mpos_walk_u16(w, &rules->currency_count);
    mpos_walk_zero(w, 4);
}

static void
walk_rules(mpos_walk *w, mpos_rules *rules)
{
    walk_header(w, rules);
    MPOS_WALK_LIST(w, mpos_outlet_rounding, rules->roundings, rules->rounding_count, 40,
                   walk_outlet_rounding);
    MPOS_WALK_LIST(w, mpos_rule_tax, rules->taxes, rules->tax_count, 64, walk_tax);
    MPOS_WALK_LIST(w, mpos_tax_map, rules->maps, rules->map_count, 56, walk_map);
    MPOS_WALK_LIST(w, mpos_book, rules->books, rules->book_count, 52, walk_book);
    MPOS_WALK_LIST(w, mpos_promotion, rules->promotions, rules->promotion_count, 116, walk_promotion);
    MPOS_WALK_LIST(w, mpos_charge_rule, rules->charges, rules->charge_count, 64, walk_charge);
    MPOS_WALK_LIST(w, mpos_currency, rules->currencies, rules->currency_count, 24, walk_currency);
}

size_t
mpos_rules_form_size(const mpos_rules *rules)
{
    mpos_walk w = {.mode = MPOS_WALK_SIZE};
    mpos_rules copy = *rules;

    walk_rules(&w, &copy);
    return w.size;
}

mpos_err
mpos_rules_form_encode(const mpos_rules *rules, uint8_t *out, size_t capacity, size_t *size_out)
{
    mpos_walk w = {.mode = MPOS_WALK_WRITE, .out = out};
    mpos_rules copy = *rules;
    size_t size = mpos_rules_form_size(rules);

    if (size > MPOS_RULES_SIZE_MAX) {
        return MPOS_E_TOO_MANY;
    }
    if (size > capacity) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    walk_rules(&w, &copy);
    *size_out = size;
    return MPOS_OK;
}

/* No part is in memory more than four times its bytes in the form, lists rounded up to 8 included. */
size_t
mpos_rules_room_size(size_t form_size)
{
    return form_size * 4 + 64;
}

mpos_err
mpos_rules_form_decode(const uint8_t *form, size_t form_size, void *room, size_t room_size, mpos_rules *out)
{
    mpos_arena arena = {room, room_size, 0};
    mpos_walk w = {.mode = MPOS_WALK_READ, .in = form, .in_size = form_size, .arena = &arena};
    mpos_rules rules = {0};

    if (form_size > MPOS_RULES_SIZE_MAX) {
        return MPOS_E_TOO_MANY;
    }
    walk_rules(&w, &rules);
    if (w.err == MPOS_OK && w.size != form_size) {
        w.err = MPOS_E_INVALID_VALUE;
    }
    w.err = w.err == MPOS_OK ? mpos_rules_check(&rules, NULL) : w.err;
    if (w.err == MPOS_OK) {
        *out = rules;
    }
    return w.err;
}
