/* order_group.c - a cart of an order, priced by the current host. */
#include "order_group.h"

#include <stdlib.h>
#include <string.h>

#include "cart_form.h"
#include "priced_form.h"

/* What is towards plus infinity is towards minus infinity in the mirror. */
static uint8_t
mirrored(uint8_t mode)
{
    return mode == MPOS_ROUND_CEILING ? MPOS_ROUND_FLOOR
           : mode == MPOS_ROUND_FLOOR ? MPOS_ROUND_CEILING
                                      : mode;
}

void
set_mode(group *g, uint8_t mode)
{
    g->cart.rounding.mode = g->sign < 0 ? mirrored(mode) : mode;
}

group *
new_group(const order_in *in, purpose purpose, int sign)
{
    group *g = calloc(1, sizeof *g);

    g->purpose = purpose;
    g->sign = sign;
    g->cart = in->cart;
    g->cart.line_count = 0;
    g->cart.discount_count = 0;
    set_mode(g, in->cart.rounding.mode);
    memcpy(g->taxes, in->taxes, sizeof g->taxes);
    for (size_t t = 0; t < in->cart.tax_count; t++) {
        if (purpose == RESTATED_NET || purpose == BESIDE) {
            g->taxes[t].flags &= (uint8_t)~MPOS_TAX_INCLUDED;
        } else if (purpose == RESTATED_GROSS) {
            g->taxes[t].flags |= MPOS_TAX_INCLUDED;
        }
    }
    g->cart.taxes = g->taxes;
    g->cart.lines = g->lines;
    g->cart.discounts = g->discounts;
    return g;
}

/* A price below the fixed amounts that it includes: the core sells at those, and the difference is given back. */
static void
fill_up(group *g, size_t j)
{
    mpos_cart_line *line = &g->lines[j];
    int64_t fixed = 0;

    for (size_t k = 0; k < line->tax_count; k++) {
        const mpos_cart_tax *tax = &g->taxes[line->taxes[k]];

        fixed += tax->type == MPOS_TAX_FIXED && (tax->flags & MPOS_TAX_INCLUDED) != 0 ? tax->value : 0;
    }
    if (fixed > line->unit_price && line->qty % MPOS_QTY_ONE == 0 && line->modifier_count == 0 &&
        line->discount_count == 0) {
        g->lack[j] = (fixed - line->unit_price) * (line->qty / MPOS_QTY_ONE);
        line->unit_price = fixed;
    }
}

void
add_line(group *g, const order_case *c, size_t i)
{
    size_t j = g->cart.line_count++;
    mpos_cart_line *line = &g->lines[j];

    *line = c->in.lines[i];
    if (line->parent != MPOS_NO_PARENT) {
        line->parent = (uint16_t)(j - (i - line->parent));
    }
    line->taxes = g->line_taxes[j];
    line->tax_count = 0;
    g->line_at[j] = i;
    for (size_t k = 0; k < c->in.lines[i].tax_count; k++) {
        uint16_t t = c->in.line_taxes[i][k];

        if (c->in.kinds[t] == g->kind && c->in.apart[t] == g->apart) {
            g->tax_at[j][line->tax_count] = k;
            g->line_taxes[j][line->tax_count++] = t;
        }
    }
    if (g->purpose == SALE) {
        fill_up(g, j);
    } else {
        const line_result *sold = &c->out.lines[i];

        line->kind = MPOS_LINE_ITEM;
        line->base = 0;
        line->floor = 0;
        line->modifier_count = line->discount_count = 0;
        line->qty = MPOS_QTY_ONE;
        line->unit_price = (g->purpose == RESTATED_GROSS ? sold->total : sold->net) * g->sign;
    }
}

void
add_discounts(group *g, const order_in *in, int restated)
{
    for (size_t k = 0; k < in->cart.discount_count; k++) {
        int here = k >= in->discount_count || (g->mask & UINT32_C(1) << k) != 0;

        if (here && !in->empty[k] && (in->on[k] != ON_PRICE) == restated) {
            g->discount_at[g->cart.discount_count] = k;
            g->discounts[g->cart.discount_count++] = in->discounts[k];
        }
    }
}

static void
add_sold(const group *g, size_t j, const mpos_priced_line *priced, line_result *out)
{
    if (g->purpose == SALE) {
        out->gross = g->sign * (priced->gross - g->lack[j]);
        out->own_discount = g->sign * priced->line_discount;
        for (size_t k = 0; k < g->lines[j].discount_count; k++) {
            out->own[k] = g->sign * priced->discounts[k];
        }
    }
    out->order_discount += g->sign * priced->order_discount;
    out->net = g->sign * (priced->net - g->lack[j]);
    out->tax = g->sign * priced->tax;
    out->total = g->sign * (priced->total - g->lack[j]);
    for (size_t k = 0; k < g->cart.discount_count; k++) {
        out->shares[g->discount_at[k]] = g->sign * priced->shares[k];
    }
}

static void
add_priced_line(const group *g, size_t j, const mpos_priced_line *priced, line_result *out)
{
    int sign = g->sign * (g->kind == TAX_BELOW_ZERO ? -1 : 1);

    if (g->purpose == BESIDE) {
        out->withheld += g->kind == TAX_WITHHELD ? sign * priced->tax : 0;
        out->tax += g->kind == TAX_WITHHELD ? 0 : sign * priced->tax;
        out->total += g->kind == TAX_WITHHELD ? 0 : sign * priced->tax;
    } else {
        add_sold(g, j, priced, out);
    }
    for (size_t k = 0; k < priced->tax_count; k++) {
        out->amounts[g->tax_at[j][k]] = sign * priced->taxes[k].amount;
        out->bases[g->tax_at[j][k]] = g->sign * (priced->taxes[k].base - g->lack[j]);
    }
}

static mpos_err
add_answer(const group *g, const uint8_t *form, size_t size, order_result *out)
{
    size_t room_size = mpos_priced_form_room_size(size);
    void *room = malloc(room_size + 8);
    mpos_cart cart;
    mpos_priced priced;
    mpos_err err = mpos_priced_form_decode(form, size, room, room_size, &cart, &priced);

    for (size_t j = 0; err == MPOS_OK && j < cart.line_count; j++) {
        add_priced_line(g, j, &priced.lines[j], &out->lines[g->line_at[j]]);
    }
    for (size_t k = 0; err == MPOS_OK && k < cart.discount_count; k++) {
        out->discounts[g->discount_at[k]] += g->sign * priced.discounts[k];
    }
    free(room);
    return err;
}

void
price_group(order_case *c, group *g)
{
    bytes question = {0};
    size_t size = mpos_cart_form_size(&g->cart);
    const uint8_t *answer = NULL;

    if (c->err == MPOS_OK && g->cart.line_count > 0) {
        bytes_u8(&question, 'P');
        c->err = mpos_cart_check(&g->cart);
        if (c->err == MPOS_OK) {
            c->err = mpos_cart_form_encode(&g->cart, bytes_add(&question, size), size, &size);
        }
        answer = c->err == MPOS_OK ? ask(&question, &size, &c->err) : NULL;
        c->err = answer != NULL ? add_answer(g, answer, size, &c->out) : c->err;
    }
    bytes_free(&question);
    free(g);
}
