/* basket_form.c - the form of a basket: one walk for sizing, writing and reading. */
#include "basket.h"

#include "walk.h"

/* Of what a cart's discount has, a basket's has type, flags and value. */
static void
walk_discount(mpos_walk *w, mpos_cart_discount *discount)
{
    mpos_walk_u8(w, &discount->type);
    mpos_walk_u8(w, &discount->flags);
    mpos_walk_zero(w, 6);
    mpos_walk_i64(w, &discount->value);
}

static void
walk_price(mpos_walk *w, mpos_book_price *price)
{
    mpos_walk_u16(w, &price->book);
    mpos_walk_i64(w, &price->min_qty);
    mpos_walk_i64(w, &price->price);
}

static void
walk_group(mpos_walk *w, mpos_basket_group *group)
{
    mpos_walk_u16(w, &group->free);
}

static void
walk_modifier(mpos_walk *w, mpos_basket_modifier *modifier)
{
    mpos_walk_bytes(w, modifier->id, 16);
    mpos_walk_i64(w, &modifier->price);
    mpos_walk_u32(w, &modifier->qty);
    mpos_walk_u16(w, &modifier->group);
    mpos_walk_u8(w, &modifier->per);
    mpos_walk_zero(w, 1);
}

static void
walk_line_head(mpos_walk *w, mpos_basket_line *line)
{
    mpos_walk_bytes(w, line->id, 16);
    mpos_walk_bytes(w, line->item, 16);
    mpos_walk_bytes(w, line->variant, 16);
    mpos_walk_bytes(w, line->category, 16);
    mpos_walk_i64(w, &line->qty);
    mpos_walk_i64(w, &line->price);
    mpos_walk_i64(w, &line->open_price);
    mpos_walk_i64(w, &line->floor);
    mpos_walk_u16(w, &line->parent);
    mpos_walk_u16(w, &line->component_count);
    mpos_walk_u16(w, &line->flags);
    mpos_walk_u16(w, &line->tax_count);
    mpos_walk_u16(w, &line->price_count);
    mpos_walk_u16(w, &line->group_count);
    mpos_walk_u16(w, &line->modifier_count);
    mpos_walk_u16(w, &line->discount_count);
    if ((line->flags & MPOS_BASKET_LATER) != 0) {
        mpos_walk_i64(w, &line->at);
    }
}

static void
walk_line(mpos_walk *w, mpos_basket_line *line)
{
    walk_line_head(w, line);
    mpos_walk_indexes(w, &line->taxes, line->tax_count);
    MPOS_WALK_LIST(w, mpos_book_price, line->prices, line->price_count, 18, walk_price);
    MPOS_WALK_LIST(w, mpos_basket_group, line->groups, line->group_count, 2, walk_group);
    MPOS_WALK_LIST(w, mpos_basket_modifier, line->modifiers, line->modifier_count, 32, walk_modifier);
    MPOS_WALK_LIST(w, mpos_cart_discount, line->discounts, line->discount_count, 16, walk_discount);
}

static void
walk_header(mpos_walk *w, mpos_basket *basket)
{
    mpos_walk_magic(w, "MPOSBSK1");
    mpos_walk_bytes(w, basket->in.outlet, 16);
    mpos_walk_bytes(w, basket->in.customer_group, 16);
    mpos_walk_i64(w, &basket->in.at);
    mpos_walk_u16(w, &basket->in.guests);
    mpos_walk_u8(w, &basket->in.place);
    mpos_walk_u8(w, &basket->in.channel);
    mpos_walk_u8(w, &basket->in.exempt);
    mpos_walk_zero(w, 3);
    mpos_walk_bytes(w, basket->catalogue, 32);
    mpos_walk_u16(w, &basket->coupon_count);
    mpos_walk_u16(w, &basket->waived_count);
    mpos_walk_u16(w, &basket->discount_count);
    mpos_walk_u16(w, &basket->line_count);
}

static void
walk_basket(mpos_walk *w, mpos_basket *basket)
{
    walk_header(w, basket);
    mpos_walk_ids(w, &basket->coupons, basket->coupon_count);
    mpos_walk_ids(w, &basket->waived, basket->waived_count);
    MPOS_WALK_LIST(w, mpos_cart_discount, basket->discounts, basket->discount_count, 16, walk_discount);
    MPOS_WALK_LIST(w, mpos_basket_line, basket->lines, basket->line_count, 112, walk_line);
}

size_t
mpos_basket_form_size(const mpos_basket *basket)
{
    mpos_walk w = {.mode = MPOS_WALK_SIZE};
    mpos_basket copy = *basket;

    walk_basket(&w, &copy);
    return w.size;
}

mpos_err
mpos_basket_form_encode(const mpos_basket *basket, uint8_t *out, size_t capacity, size_t *size_out)
{
    mpos_walk w = {.mode = MPOS_WALK_WRITE, .out = out};
    mpos_basket copy = *basket;
    size_t size = mpos_basket_form_size(basket);

    if (size > capacity) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    walk_basket(&w, &copy);
    *size_out = size;
    return MPOS_OK;
}

/* No part is in memory more than four times its bytes in the form, lists rounded up to 8 included. */
size_t
mpos_basket_room_size(size_t form_size)
{
    return form_size * 4 + 64;
}

mpos_err
mpos_basket_form_decode(const uint8_t *form, size_t form_size, const mpos_rules *rules, void *room,
                        size_t room_size, mpos_basket *out)
{
    mpos_arena arena = {room, room_size, 0};
    mpos_walk w = {.mode = MPOS_WALK_READ, .in = form, .in_size = form_size, .arena = &arena};
    mpos_basket basket = {0};

    walk_basket(&w, &basket);
    if (w.err == MPOS_OK && w.size != form_size) {
        w.err = MPOS_E_INVALID_VALUE;
    }
    w.err = w.err == MPOS_OK ? mpos_basket_check(&basket, rules, NULL) : w.err;
    if (w.err == MPOS_OK) {
        *out = basket;
    }
    return w.err;
}
