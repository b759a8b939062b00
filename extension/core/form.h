/*
 * form.h - what the cart form and the priced form share: one walk writes both, one walk reads both; internal to the
 * core. Words: form, head, cursor.
 *
 * The priced form is the cart form with amounts, so `priced` NULL means the cart form.
 */
#ifndef MPOS_CORE_FORM_H
#define MPOS_CORE_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "pricing.h"

/* Sizes of the parts, once for each form; forms.c has both. */
typedef struct mpos_form_sizes {
    uint8_t magic[8];
    size_t header;
    size_t tax;
    size_t discount;
    size_t line;
    size_t modifier;
    size_t line_tax;
    size_t share;
} mpos_form_sizes;

/* A bracket of a tax is the same in both. */
#define MPOS_FORM_BRACKET_SIZE 24

size_t
mpos_form_size(const mpos_form_sizes *sizes, const mpos_cart *cart);

/* Writes the form; out has room for mpos_form_size bytes. */
void
mpos_form_write(const mpos_form_sizes *sizes, const mpos_cart *cart, const mpos_priced *priced, uint8_t *out);

/* Reads a form into arrays of the arena. INVALID_VALUE, TOO_MANY, BUFFER_TOO_SMALL; the cart is not checked. */
mpos_err
mpos_form_read(const mpos_form_sizes *sizes, const uint8_t *form, size_t form_size, mpos_arena *arena,
               mpos_cart *cart, mpos_priced *priced);

/* At least the arena that reading a form of that many bytes needs. */
size_t
mpos_form_room(size_t form_size);

#endif
