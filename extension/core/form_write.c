/* form_write.c - sizes and writing of both forms. */
#include "form.h"

#include <string.h>

#include "bytes.h"
#include "cart_form.h"
#include "id.h"
#include "price_work.h"

static uint8_t
extras_of(const mpos_cart_line *line)
{
    return (uint8_t)((mpos_id_is_zero(line->variant) ? 0 : MPOS_EXTRA_VARIANT) |
                     (mpos_id_is_zero(line->source) ? 0 : MPOS_EXTRA_SOURCE) |
                     (line->floor == 0 ? 0 : MPOS_EXTRA_FLOOR));
}

static size_t
rules_size(const mpos_cart_discount *discounts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        size += (discounts[i].flags & MPOS_DISCOUNT_RULE) != 0 ? 16 : 0;
    }
    return size;
}

/* Bytes of what only some taxes, discounts and lines have. */
static size_t
optional_size(const mpos_cart *cart)
{
    size_t size = rules_size(cart->discounts, cart->discount_count);

    for (size_t i = 0; i < cart->tax_count; i++) {
        size += cart->taxes[i].bracket_count * (size_t)MPOS_FORM_BRACKET_SIZE;
    }
    for (size_t i = 0; i < cart->line_count; i++) {
        uint8_t extras = extras_of(&cart->lines[i]);

        size += rules_size(cart->lines[i].discounts, cart->lines[i].discount_count);
        size += (extras & MPOS_EXTRA_VARIANT) != 0 ? 16 : 0;
        size += (extras & MPOS_EXTRA_SOURCE) != 0 ? 16 : 0;
        size += (extras & MPOS_EXTRA_FLOOR) != 0 ? 8 : 0;
    }
    return size;
}

size_t
mpos_form_size(const mpos_form_sizes *sizes, const mpos_cart *cart)
{
    mpos_cart_counts counts;

    if (mpos_cart_count(cart, &counts) != MPOS_OK) {
        return 0;
    }
    return sizes->header + optional_size(cart) + cart->tax_count * sizes->tax +
           (cart->discount_count + counts.discounts) * sizes->discount +
           cart->line_count * (sizes->line + cart->discount_count * sizes->share) +
           counts.modifiers * sizes->modifier + counts.line_taxes * sizes->line_tax;
}

static uint8_t *
put_amount(uint8_t *at, int64_t amount)
{
    mpos_put_u64(at, (uint64_t)amount);
    return at + 8;
}

static uint8_t *
put_header(const mpos_form_sizes *sizes, const mpos_cart *cart, const mpos_priced *priced, uint8_t *at)
{
    memset(at, 0, sizes->header);
    memcpy(at, sizes->magic, 8);
    memcpy(at + 8, cart->currency, 3);
    at[11] = cart->exponent;
    at[12] = cart->rounding.mode;
    at[13] = cart->rounding.level;
    at[14] = cart->rounding.inclusive;
    at[15] = cart->sequence_count;
    put_amount(at + 16, cart->rounding.increment);
    put_amount(at + 24, cart->rounding.cash_increment);
    memcpy(at + 32, cart->catalogue, 32);
    memcpy(at + 64, cart->sequence, cart->sequence_count);
    mpos_put_u16(at + 72, cart->tax_count);
    mpos_put_u16(at + 74, cart->discount_count);
    mpos_put_u16(at + 76, cart->line_count);
    at[78] = cart->apportion;
    at[79] = cart->rounding.discount;
    if (priced != NULL) {
        put_amount(at + 80, priced->gross);
        put_amount(at + 88, priced->discount);
        put_amount(at + 96, priced->net);
        put_amount(at + 104, priced->tax);
        put_amount(at + 112, priced->total);
    }
    return at + sizes->header;
}

static uint8_t *
put_tax(const mpos_cart_tax *tax, const mpos_priced_tax *priced, uint8_t *at)
{
    memcpy(at, tax->id, 16);
    memset(at + 16, 0, 8);
    at[16] = tax->type;
    at[17] = tax->flags;
    mpos_put_u16(at + 18, tax->bracket_count);
    at = put_amount(at + 24, tax->value);
    if (priced != NULL) {
        at = put_amount(at, priced->base);
        at = put_amount(at, priced->amount);
    }
    for (size_t i = 0; i < tax->bracket_count; i++) {
        at = put_amount(at, tax->brackets[i].from);
        at = put_amount(at, tax->brackets[i].amount);
        at = put_amount(at, tax->brackets[i].rate);
    }
    return at;
}

static uint8_t *
put_discount(const mpos_cart_discount *discount, const int64_t *amount, uint8_t *at)
{
    memset(at, 0, 8);
    at[0] = discount->type;
    at[1] = discount->flags;
    at[2] = discount->base;
    at = put_amount(at + 8, discount->value);
    at = amount != NULL ? put_amount(at, *amount) : at;
    if ((discount->flags & MPOS_DISCOUNT_RULE) != 0) {
        memcpy(at, discount->rule, 16);
        at += 16;
    }
    return at;
}

static uint8_t *
put_modifier(const mpos_cart_modifier *modifier, uint8_t *at)
{
    memcpy(at, modifier->id, 16);
    put_amount(at + 16, modifier->price);
    mpos_put_u32(at + 24, modifier->qty);
    mpos_put_u32(at + 28, 0);
    at[28] = modifier->per;
    return at + 32;
}

static uint8_t *
put_extras(const mpos_cart_line *line, uint8_t extras, uint8_t *at)
{
    if ((extras & MPOS_EXTRA_VARIANT) != 0) {
        memcpy(at, line->variant, 16);
        at += 16;
    }
    if ((extras & MPOS_EXTRA_SOURCE) != 0) {
        memcpy(at, line->source, 16);
        at += 16;
    }
    return (extras & MPOS_EXTRA_FLOOR) != 0 ? put_amount(at, line->floor) : at;
}

static uint8_t *
put_line_head(const mpos_cart_line *line, const mpos_priced_line *priced, uint8_t *at)
{
    uint8_t extras = extras_of(line);

    memcpy(at, line->id, 16);
    memcpy(at + 16, line->item, 16);
    put_amount(at + 32, line->qty);
    put_amount(at + 40, line->unit_price);
    mpos_put_u16(at + 48, line->parent);
    mpos_put_u16(at + 50, line->component_count);
    mpos_put_u16(at + 52, line->modifier_count);
    mpos_put_u16(at + 54, line->discount_count);
    mpos_put_u16(at + 56, line->tax_count);
    at[58] = line->kind;
    at[59] = line->base;
    memset(at + 60, 0, 4);
    at[60] = extras;
    at += 64;
    if (priced != NULL) {
        at = put_amount(at, priced->gross);
        at = put_amount(at, priced->line_discount);
        at = put_amount(at, priced->order_discount);
        at = put_amount(at, priced->net);
        at = put_amount(at, priced->tax);
        at = put_amount(at, priced->total);
    }
    return put_extras(line, extras, at);
}

static uint8_t *
put_line_tax(uint16_t index, const mpos_priced_line_tax *priced, uint8_t *at)
{
    mpos_put_u16(at, index);
    if (priced == NULL) {
        return at + 2;
    }
    memset(at + 2, 0, 6);
    at = put_amount(at + 8, priced->base);
    return put_amount(at, priced->amount);
}

static uint8_t *
put_line(const mpos_cart *cart, const mpos_cart_line *line, const mpos_priced_line *priced, uint8_t *at)
{
    at = put_line_head(line, priced, at);
    for (size_t k = 0; k < line->modifier_count; k++) {
        at = put_modifier(&line->modifiers[k], at);
    }
    for (size_t k = 0; k < line->discount_count; k++) {
        at = put_discount(&line->discounts[k], priced != NULL ? &priced->discounts[k] : NULL, at);
    }
    for (size_t k = 0; priced != NULL && k < cart->discount_count; k++) {
        at = put_amount(at, priced->shares[k]);
    }
    for (size_t k = 0; k < line->tax_count; k++) {
        at = put_line_tax(line->taxes[k], priced != NULL ? &priced->taxes[k] : NULL, at);
    }
    return at;
}

void
mpos_form_write(const mpos_form_sizes *sizes, const mpos_cart *cart, const mpos_priced *priced, uint8_t *out)
{
    uint8_t *at = put_header(sizes, cart, priced, out);

    for (size_t i = 0; i < cart->tax_count; i++) {
        at = put_tax(&cart->taxes[i], priced != NULL ? &priced->taxes[i] : NULL, at);
    }
    for (size_t i = 0; i < cart->discount_count; i++) {
        at = put_discount(&cart->discounts[i], priced != NULL ? &priced->discounts[i] : NULL, at);
    }
    for (size_t i = 0; i < cart->line_count; i++) {
        at = put_line(cart, &cart->lines[i], priced != NULL ? &priced->lines[i] : NULL, at);
    }
}
