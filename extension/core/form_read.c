/* form_read.c - reading of both forms. Nothing is believed: every length is checked before it is used. */
#include "form.h"

#include <string.h>

#include "bytes.h"
#include "cart_form.h"
#include "id.h"

/* The rest of the form and of the arena; the first error sticks. */
typedef struct cursor {
    const mpos_form_sizes *sizes;
    const uint8_t *at;
    size_t left;
    mpos_arena *arena;
    int priced;
    mpos_err err;
} cursor;

/* The next size bytes; NULL (and an error) when the form is shorter. */
static const uint8_t *
next(cursor *c, size_t size)
{
    const uint8_t *at = c->at;

    if (c->err != MPOS_OK || size > c->left) {
        c->err = c->err != MPOS_OK ? c->err : MPOS_E_INVALID_VALUE;
        return NULL;
    }
    c->at += size;
    c->left -= size;
    return at;
}

/* An array in the arena; NULL (and an error) when count elements of the form cannot follow or memory is short. */
static void *
room(cursor *c, size_t count, size_t form_size, size_t element_size)
{
    void *memory;

    if (c->err == MPOS_OK && count > c->left / form_size) {
        c->err = MPOS_E_INVALID_VALUE;
    }
    if (c->err != MPOS_OK) {
        return NULL;
    }
    memory = mpos_arena_take(c->arena, count, element_size);
    if (memory == NULL) {
        c->err = MPOS_E_BUFFER_TOO_SMALL;
    } else {
        memset(memory, 0, count * element_size);
    }
    return memory;
}

static void
expect_zero(cursor *c, const uint8_t *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        c->err = at[i] != 0 && c->err == MPOS_OK ? MPOS_E_INVALID_VALUE : c->err;
    }
}

/* An id that is there because a flag says so, hence not zero. */
static void
read_id(cursor *c, uint8_t id[16])
{
    const uint8_t *at = next(c, 16);

    if (at == NULL) {
        return;
    }
    memcpy(id, at, 16);
    c->err = mpos_id_is_zero(id) && c->err == MPOS_OK ? MPOS_E_INVALID_VALUE : c->err;
}

static int64_t
amount_at(const uint8_t *at)
{
    return (int64_t)mpos_get_u64(at);
}

static void
read_totals(const uint8_t *at, mpos_priced *priced)
{
    priced->gross = amount_at(at + 80);
    priced->discount = amount_at(at + 88);
    priced->net = amount_at(at + 96);
    priced->tax = amount_at(at + 104);
    priced->total = amount_at(at + 112);
}

static void
read_header(cursor *c, mpos_cart *cart, mpos_priced *priced)
{
    const uint8_t *at = next(c, c->sizes->header);

    if (at == NULL) {
        return;
    }
    if (memcmp(at, c->sizes->magic, 8) != 0 || at[15] > MPOS_SEQUENCE_MAX) {
        c->err = MPOS_E_INVALID_VALUE;
        return;
    }
    memcpy(cart->currency, at + 8, 3);
    cart->exponent = at[11];
    cart->rounding.mode = at[12];
    cart->rounding.level = at[13];
    cart->rounding.inclusive = at[14];
    cart->sequence_count = at[15];
    cart->rounding.increment = amount_at(at + 16);
    cart->rounding.cash_increment = amount_at(at + 24);
    memcpy(cart->catalogue, at + 32, 32);
    memcpy(cart->sequence, at + 64, MPOS_SEQUENCE_MAX);
    expect_zero(c, at + 64 + cart->sequence_count, MPOS_SEQUENCE_MAX - cart->sequence_count);
    cart->tax_count = mpos_get_u16(at + 72);
    cart->discount_count = mpos_get_u16(at + 74);
    cart->line_count = mpos_get_u16(at + 76);
    cart->apportion = at[78];
    cart->rounding.discount = at[79];
    if (c->priced) {
        read_totals(at, priced);
    }
}

static mpos_tax_bracket *
read_brackets(cursor *c, size_t count)
{
    mpos_tax_bracket *brackets = room(c, count, MPOS_FORM_BRACKET_SIZE, sizeof *brackets);

    for (size_t i = 0; c->err == MPOS_OK && i < count; i++) {
        const uint8_t *at = next(c, MPOS_FORM_BRACKET_SIZE);

        brackets[i].from = amount_at(at);
        brackets[i].amount = amount_at(at + 8);
        brackets[i].rate = amount_at(at + 16);
    }
    return brackets;
}

static void
read_taxes(cursor *c, mpos_cart *cart, mpos_priced *priced)
{
    mpos_cart_tax *taxes = room(c, cart->tax_count, c->sizes->tax, sizeof *taxes);

    cart->taxes = taxes;
    priced->taxes = c->priced ? room(c, cart->tax_count, c->sizes->tax, sizeof *priced->taxes) : NULL;
    for (size_t i = 0; c->err == MPOS_OK && i < cart->tax_count; i++) {
        const uint8_t *at = next(c, c->sizes->tax);

        if (at == NULL) {
            return;
        }
        memcpy(taxes[i].id, at, 16);
        taxes[i].type = at[16];
        taxes[i].flags = at[17];
        taxes[i].bracket_count = mpos_get_u16(at + 18);
        expect_zero(c, at + 20, 4);
        taxes[i].value = amount_at(at + 24);
        if (c->priced) {
            priced->taxes[i].base = amount_at(at + 32);
            priced->taxes[i].amount = amount_at(at + 40);
        }
        taxes[i].brackets = read_brackets(c, taxes[i].bracket_count);
    }
}

static mpos_cart_discount *
read_discounts(cursor *c, size_t count, int64_t **amounts)
{
    mpos_cart_discount *discounts = room(c, count, c->sizes->discount, sizeof *discounts);

    *amounts = c->priced ? room(c, count, c->sizes->discount, sizeof **amounts) : NULL;
    for (size_t i = 0; c->err == MPOS_OK && i < count; i++) {
        const uint8_t *at = next(c, c->sizes->discount);

        if (at == NULL) {
            return discounts;
        }
        discounts[i].type = at[0];
        discounts[i].flags = at[1];
        discounts[i].base = at[2];
        expect_zero(c, at + 3, 5);
        discounts[i].value = amount_at(at + 8);
        if (c->priced) {
            (*amounts)[i] = amount_at(at + 16);
        }
        if ((discounts[i].flags & MPOS_DISCOUNT_RULE) != 0) {
            read_id(c, discounts[i].rule);
        }
    }
    return discounts;
}

static mpos_cart_modifier *
read_modifiers(cursor *c, size_t count)
{
    mpos_cart_modifier *modifiers = room(c, count, c->sizes->modifier, sizeof *modifiers);

    for (size_t i = 0; c->err == MPOS_OK && i < count; i++) {
        const uint8_t *at = next(c, c->sizes->modifier);

        memcpy(modifiers[i].id, at, 16);
        modifiers[i].price = amount_at(at + 16);
        modifiers[i].qty = mpos_get_u32(at + 24);
        modifiers[i].per = at[28];
        expect_zero(c, at + 29, 3);
    }
    return modifiers;
}

static int64_t *
read_shares(cursor *c, size_t count)
{
    int64_t *shares = room(c, count, 8, sizeof *shares);

    for (size_t i = 0; c->err == MPOS_OK && i < count; i++) {
        shares[i] = amount_at(next(c, 8));
    }
    return shares;
}

static uint16_t *
read_line_taxes(cursor *c, size_t count, mpos_priced_line *priced)
{
    uint16_t *indexes = room(c, count, c->sizes->line_tax, sizeof *indexes);

    priced->taxes = c->priced ? room(c, count, c->sizes->line_tax, sizeof *priced->taxes) : NULL;
    for (size_t i = 0; c->err == MPOS_OK && i < count; i++) {
        const uint8_t *at = next(c, c->sizes->line_tax);

        indexes[i] = mpos_get_u16(at);
        if (c->priced) {
            expect_zero(c, at + 2, 6);
            priced->taxes[i].tax = indexes[i];
            priced->taxes[i].base = amount_at(at + 8);
            priced->taxes[i].amount = amount_at(at + 16);
        }
    }
    return indexes;
}

static void
read_line_head(const cursor *c, const uint8_t *at, mpos_cart_line *line, mpos_priced_line *priced)
{
    memcpy(line->id, at, 16);
    memcpy(line->item, at + 16, 16);
    line->qty = amount_at(at + 32);
    line->unit_price = amount_at(at + 40);
    line->parent = mpos_get_u16(at + 48);
    line->component_count = mpos_get_u16(at + 50);
    line->modifier_count = mpos_get_u16(at + 52);
    line->discount_count = mpos_get_u16(at + 54);
    line->tax_count = mpos_get_u16(at + 56);
    line->kind = at[58];
    line->base = at[59];
    priced->tax_count = line->tax_count;
    if (c->priced) {
        priced->gross = amount_at(at + 64);
        priced->line_discount = amount_at(at + 72);
        priced->order_discount = amount_at(at + 80);
        priced->net = amount_at(at + 88);
        priced->tax = amount_at(at + 96);
        priced->total = amount_at(at + 104);
    }
}

static void
read_extras(cursor *c, uint8_t extras, mpos_cart_line *line)
{
    const uint8_t *at;

    if (extras > (MPOS_EXTRA_VARIANT | MPOS_EXTRA_SOURCE | MPOS_EXTRA_FLOOR)) {
        c->err = c->err == MPOS_OK ? MPOS_E_INVALID_VALUE : c->err;
    }
    if ((extras & MPOS_EXTRA_VARIANT) != 0) {
        read_id(c, line->variant);
    }
    if ((extras & MPOS_EXTRA_SOURCE) != 0) {
        read_id(c, line->source);
    }
    at = (extras & MPOS_EXTRA_FLOOR) != 0 ? next(c, 8) : NULL;
    if (at != NULL) {
        line->floor = amount_at(at);
        c->err = line->floor == 0 ? MPOS_E_INVALID_VALUE : c->err;
    }
}

static void
read_line(cursor *c, size_t order_discounts, mpos_cart_line *line, mpos_priced_line *priced)
{
    const uint8_t *at = next(c, c->sizes->line);

    if (at == NULL) {
        return;
    }
    expect_zero(c, at + 61, 3);
    read_line_head(c, at, line, priced);
    read_extras(c, at[60], line);
    line->modifiers = read_modifiers(c, line->modifier_count);
    line->discounts = read_discounts(c, line->discount_count, &priced->discounts);
    priced->shares = c->priced ? read_shares(c, order_discounts) : NULL;
    line->taxes = read_line_taxes(c, line->tax_count, priced);
}

static void
read_lines(cursor *c, mpos_cart *cart, mpos_priced *priced)
{
    mpos_cart_line *lines = room(c, cart->line_count, c->sizes->line, sizeof *lines);

    cart->lines = lines;
    priced->lines = c->priced ? room(c, cart->line_count, c->sizes->line, sizeof *priced->lines) : NULL;
    for (size_t i = 0; c->err == MPOS_OK && i < cart->line_count; i++) {
        mpos_priced_line none;

        read_line(c, cart->discount_count, &lines[i], c->priced ? &priced->lines[i] : &none);
    }
}

mpos_err
mpos_form_read(const mpos_form_sizes *sizes, const uint8_t *form, size_t form_size, mpos_arena *arena,
               mpos_cart *cart, mpos_priced *priced)
{
    cursor c = {sizes, form, form_size, arena, priced != NULL, MPOS_OK};
    mpos_cart read = {0};
    mpos_priced amounts = {0};

    read_header(&c, &read, &amounts);
    read_taxes(&c, &read, &amounts);
    read.discounts = read_discounts(&c, read.discount_count, &amounts.discounts);
    read_lines(&c, &read, &amounts);
    if (c.err == MPOS_OK && c.left > 0) {
        c.err = MPOS_E_INVALID_VALUE;
    }
    if (c.err != MPOS_OK) {
        return c.err;
    }
    *cart = read;
    if (priced != NULL) {
        *priced = amounts;
    }
    return MPOS_OK;
}

/*
 * In memory each part is at most four times its bytes in the form (a line: 64 bytes become a line, a priced line and
 * up to ten arrays rounded up to 8); the constant is for the arrays of the cart itself.
 */
size_t
mpos_form_room(size_t form_size)
{
    return form_size * 4 + 64;
}
