/* forms.c - the public side of the cart form and the priced form. */
#include "cart_form.h"
#include "form.h"
#include "priced_form.h"

static const mpos_form_sizes cart_sizes = {
    {'M', 'P', 'O', 'S', 'C', 'R', 'T', '1'}, MPOS_CART_FORM_HEADER_SIZE, 32, 16, 64, 32, 2, 0};
static const mpos_form_sizes priced_sizes = {
    {'M', 'P', 'O', 'S', 'P', 'R', 'C', '1'}, MPOS_PRICED_FORM_HEADER_SIZE, 48, 24, 112, 32, 24, 8};

size_t
mpos_cart_form_size(const mpos_cart *cart)
{
    return mpos_form_size(&cart_sizes, cart);
}

size_t
mpos_priced_form_size(const mpos_cart *cart)
{
    return mpos_form_size(&priced_sizes, cart);
}

static mpos_err
encode(const mpos_form_sizes *sizes, const mpos_cart *cart, const mpos_priced *priced, uint8_t *out,
       size_t capacity, size_t *size_out)
{
    size_t size = mpos_form_size(sizes, cart);

    if (size == 0) {
        return MPOS_E_TOO_MANY;
    }
    if (size > capacity) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    mpos_form_write(sizes, cart, priced, out);
    *size_out = size;
    return MPOS_OK;
}

mpos_err
mpos_cart_form_encode(const mpos_cart *cart, uint8_t *out, size_t capacity, size_t *size_out)
{
    return encode(&cart_sizes, cart, NULL, out, capacity, size_out);
}

mpos_err
mpos_priced_form_encode(const mpos_cart *cart, const mpos_priced *priced, uint8_t *out, size_t capacity,
                        size_t *size_out)
{
    return encode(&priced_sizes, cart, priced, out, capacity, size_out);
}

size_t
mpos_cart_form_room_size(size_t form_size)
{
    return mpos_form_room(form_size);
}

size_t
mpos_priced_form_room_size(size_t form_size)
{
    return mpos_form_room(form_size);
}

mpos_err
mpos_cart_form_decode(const uint8_t *form, size_t form_size, void *room, size_t room_size, mpos_cart *out)
{
    mpos_arena arena = {room, room_size, 0};
    mpos_cart cart;
    mpos_err err = mpos_form_read(&cart_sizes, form, form_size, &arena, &cart, NULL);

    err = err == MPOS_OK ? mpos_cart_check(&cart) : err;
    if (err == MPOS_OK) {
        *out = cart;
    }
    return err;
}

mpos_err
mpos_priced_form_decode(const uint8_t *form, size_t form_size, void *room, size_t room_size, mpos_cart *cart,
                        mpos_priced *priced)
{
    mpos_arena arena = {room, room_size, 0};
    mpos_cart inputs;
    mpos_priced amounts;
    mpos_err err = mpos_form_read(&priced_sizes, form, form_size, &arena, &inputs, &amounts);

    err = err == MPOS_OK ? mpos_cart_check(&inputs) : err;
    if (err == MPOS_OK) {
        *cart = inputs;
        *priced = amounts;
    }
    return err;
}
