/* fuzz_cart.c - the cart form: what is read prices, and the parts of what was priced are the whole. */
#include <stdlib.h>
#include <string.h>

#include "cart_form.h"
#include "host.h"
#include "priced_form.h"

/* Exactly as much as was asked for, so that a byte too far is seen. */
static void *
room_of(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

static void
must_sum(const mpos_cart *cart, const mpos_priced *priced)
{
    int64_t gross = 0, discount = 0, net = 0, tax = 0, total = 0;

    for (size_t i = 0; i < cart->line_count; i++) {
        const mpos_priced_line *line = &priced->lines[i];

        MUST(line->gross >= 0 && line->line_discount >= 0 && line->order_discount >= 0 && line->net >= 0);
        MUST(line->tax >= 0 && line->total == line->net + line->tax);
        if (cart->lines[i].parent == MPOS_NO_PARENT) {
            gross += line->gross;
            discount += line->line_discount + line->order_discount;
            net += line->net;
            tax += line->tax;
            total += line->total;
        }
    }
    MUST(gross == priced->gross && discount == priced->discount && net == priced->net && tax == priced->tax &&
         total == priced->total);
}

/* The priced form holds all of it: read back, the same bytes. */
static void
must_come_back(const mpos_cart *cart, const mpos_priced *priced)
{
    size_t size = mpos_priced_form_size(cart);
    size_t again, room_size = mpos_priced_form_room_size(size);
    uint8_t *form = malloc(size), *back = malloc(size);
    void *room = room_of(room_size);
    mpos_cart read_cart;
    mpos_priced read;

    MUST(mpos_priced_form_encode(cart, priced, form, size, &again) == MPOS_OK && again == size);
    MUST(mpos_priced_form_decode(form, size, room, room_size, &read_cart, &read) == MPOS_OK);
    MUST(mpos_priced_form_encode(&read_cart, &read, back, size, &again) == MPOS_OK && again == size);
    MUST(memcmp(form, back, size) == 0);
    free(form);
    free(back);
    free(room);
}

static void
price(const mpos_cart *cart)
{
    size_t size = mpos_price_size(cart);
    void *room = room_of(size);
    mpos_priced priced;
    mpos_err err = mpos_price(cart, room, size, &priced);

    /* the decoder has checked the rest; the range is that of division taxes taken together */
    MUST(err == MPOS_OK || err == MPOS_E_AMOUNT_OVERFLOW || err == MPOS_E_OUT_OF_RANGE);
    if (err == MPOS_OK) {
        must_sum(cart, &priced);
        must_come_back(cart, &priced);
    }
    free(room);
}

/* The priced form is read from others too, so its reader is tried on the same bytes. */
static void
read_priced(const uint8_t *data, size_t size)
{
    size_t room_size = mpos_priced_form_room_size(size);
    void *room = room_of(room_size);
    mpos_cart cart;
    mpos_priced priced;

    (void)mpos_priced_form_decode(data, size, room, room_size, &cart, &priced);
    free(room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room_size = mpos_cart_form_room_size(size);
    void *room = room_of(room_size);
    mpos_cart cart;

    if (mpos_cart_form_decode(data, size, room, room_size, &cart) == MPOS_OK) {
        size_t again;
        uint8_t *back = malloc(size);

        MUST(mpos_cart_form_size(&cart) == size);
        MUST(mpos_cart_form_encode(&cart, back, size, &again) == MPOS_OK && memcmp(back, data, size) == 0);
        free(back);
        price(&cart);
    }
    free(room);
    read_priced(data, size);
    return 0;
}
