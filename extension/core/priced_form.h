/*
 * priced_form.h - the binary layout of a priced cart: inputs by id and every amount. Its SHA-256 (made by the
 * host) travels with a sale; equal carts give equal bytes in every host.
 * Words: form, line, tax, discount, share.
 *
 * Big-endian, integers two's complement, filler zero. Columns: offset, size, content.
 *
 * Header, 120 bytes:
 *
 *     0  8 "MPOSPRC1"          16  8 increment          78  1 apportion mode, 79 1 discount rounding
 *     8  3 currency            24  8 cash increment     80  8 gross
 *    11  1 exponent            32 32 catalogue hash     88  8 discount
 *    12  1 rounding mode       64  8 sequence           96  8 net
 *    13  1 rounding level      72  2 taxes             104  8 tax
 *    14  1 inclusive           74  2 order discounts   112  8 total
 *    15  1 sequence count      76  2 lines
 *
 * then taxes, order discounts, lines, and directly after each line its modifiers, its discounts, its share of each
 * order discount (8 bytes each) and its taxes:
 *
 *    tax, 48:       0 16 id   16 1 type   17 1 flags   18 2 brackets   20 4 zero   24 8 value   32 8 base   40 8 amount;
 *                  then its brackets
 *    bracket, 24:   0  8 from   8 8 amount   16 8 rate
 *    discount, 24:  0  1 type   1 1 flags   2 1 base   3 5 zero   8 8 value   16 8 amount; with the flag RULE then 16 rule
 *    line, 112:     0 16 id   16 16 item   32 8 qty   40 8 unit price   48 2 parent   50 2 components
 *                  52  2 modifiers   54 2 discounts   56 2 taxes   58 1 kind   59 1 base   60 1 extras   61 3 zero
 *                  64  8 gross   72 8 line discount   80 8 order discount   88 8 net   96 8 tax   104 8 total;
 *                  then of the extras (mpos_line_extra of cart_form.h) in this order: 16 variant, 16 source, 8 floor
 *    modifier, 32:  0 16 id   16 8 price   24 4 qty   28 1 per   29 3 zero
 *    line tax, 24:  0  2 index of the tax   2 6 zero   8 8 base   16 8 amount
 */
#ifndef MPOS_CORE_PRICED_FORM_H
#define MPOS_CORE_PRICED_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pricing.h"

#define MPOS_PRICED_FORM_HEADER_SIZE 120

/* Size of the form of a cart that mpos_cart_check accepts. */
size_t
mpos_priced_form_size(const mpos_cart *cart);

/*
 * Writes the form; *size_out is the number of bytes. BUFFER_TOO_SMALL when capacity is less than
 * mpos_priced_form_size(cart). cart and priced belong together (priced is what mpos_price made of cart).
 */
mpos_err
mpos_priced_form_encode(const mpos_cart *cart, const mpos_priced *priced, uint8_t *out, size_t capacity,
                        size_t *size_out);

/* Bytes of memory that decoding a form of that many bytes needs at most. */
size_t
mpos_priced_form_room_size(size_t form_size);

/*
 * Reads a form into cart and priced, whose arrays lie in room (the caller's, aligned to 8, must outlive
 * both). The cart is checked with mpos_cart_check; amounts are read as they stand. INVALID_VALUE for anything
 * that mpos_priced_form_encode would not write, BUFFER_TOO_SMALL for too little room.
 */
mpos_err
mpos_priced_form_decode(const uint8_t *form, size_t form_size, void *room, size_t room_size, mpos_cart *cart,
                        mpos_priced *priced);

#endif
