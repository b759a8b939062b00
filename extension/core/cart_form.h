/*
 * cart_form.h - the binary layout of a cart, the input of the WASM core. Words: form, cart, line.
 *
 * Big-endian, integers two's complement, filler zero. Columns: offset, size, content. Like the priced form without
 * its amounts.
 *
 * Header, 80 bytes:
 *
 *     0  8 "MPOSCRT1"          16  8 increment          74  2 order discounts
 *     8  3 currency            24  8 cash increment     76  2 lines
 *    11  1 exponent            32 32 catalogue hash     78  1 apportion mode
 *    12  1 rounding mode       64  8 sequence           79  1 discount rounding
 *    13  1 rounding level      72  2 taxes
 *    14  1 inclusive
 *    15  1 sequence count
 *
 * then taxes, order discounts, lines, and directly after each line its modifiers, its discounts and its taxes:
 *
 *    tax, 32:       0 16 id   16 1 type   17 1 flags   18 2 brackets   20 4 zero   24 8 value; then its brackets
 *    bracket, 24:   0  8 from   8 8 amount   16 8 rate
 *    discount, 16:  0  1 type   1 1 flags   2 1 base   3 5 zero   8 8 value; with the flag RULE then 16 rule
 *    line, 64:      0 16 id   16 16 item   32 8 qty   40 8 unit price   48 2 parent   50 2 components
 *                  52  2 modifiers   54 2 discounts   56 2 taxes   58 1 kind   59 1 base   60 1 extras   61 3 zero;
 *                  then of the extras in this order: 1: 16 variant   2: 16 source   4: 8 floor
 *    modifier, 32:  0 16 id   16 8 price   24 4 qty   28 1 per   29 3 zero
 *    line tax, 2:   index of the tax
 */
#ifndef MPOS_CORE_CART_FORM_H
#define MPOS_CORE_CART_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pricing.h"

#define MPOS_CART_FORM_HEADER_SIZE 80

/* Facts of a line that only some have, in the line's byte `extras`. One that is zero is not written. */
typedef enum mpos_line_extra {
    MPOS_EXTRA_VARIANT = 1,
    MPOS_EXTRA_SOURCE = 2,
    MPOS_EXTRA_FLOOR = 4
} mpos_line_extra;

/* Size of the form of a cart whose counts are within the limits. */
size_t
mpos_cart_form_size(const mpos_cart *cart);

/* Writes the form; BUFFER_TOO_SMALL when capacity is less than mpos_cart_form_size(cart). */
mpos_err
mpos_cart_form_encode(const mpos_cart *cart, uint8_t *out, size_t capacity, size_t *size_out);

/* Bytes of memory that decoding a form of that many bytes needs at most. */
size_t
mpos_cart_form_room_size(size_t form_size);

/*
 * Reads a form; the cart's arrays lie in room (the caller's, aligned to 8, must outlive the cart).
 * INVALID_VALUE for a malformed form, BUFFER_TOO_SMALL for too little room, else what mpos_cart_check says.
 */
mpos_err
mpos_cart_form_decode(const uint8_t *form, size_t form_size, void *room, size_t room_size, mpos_cart *out);

#endif
