/* order_price.c - the carts that an order is made of, priced by the current host, and their sum. See order_case.h. */
#include <stdlib.h>
#include <string.h>

#include "cart_form.h"
#include "order_case.h"
#include "priced_form.h"

/* What a cart's amounts are to the result. */
typedef enum purpose { SALE, RESTATED_NET, RESTATED_GROSS, BESIDE } purpose;

/* One cart: some of the lines, with their indexes in the order. */
typedef struct group {
    purpose purpose;
    int sign;
    uint32_t mask; /* the order's discounts that its lines have */
    int withheld;  /* of BESIDE: which taxes are taken of the net */
    int apart;
    mpos_cart cart;
    mpos_cart_tax taxes[MPOS_CART_TAXES_MAX];
    mpos_cart_line lines[CASE_LINES_MAX];
    size_t line_at[CASE_LINES_MAX];
    uint16_t line_taxes[CASE_LINES_MAX][MPOS_LINE_TAXES_MAX];
    size_t tax_at[CASE_LINES_MAX][MPOS_LINE_TAXES_MAX]; /* place among the line's taxes */
    int64_t lack[CASE_LINES_MAX]; /* of the price to its included amounts, given back untaxed */
    mpos_cart_discount discounts[CASE_LIST_MAX];
    size_t discount_at[CASE_LIST_MAX];
} group;

/* What is towards plus infinity is towards minus infinity in the mirror. */
static uint8_t
mirrored(uint8_t mode)
{
    return mode == MPOS_ROUND_CEILING ? MPOS_ROUND_FLOOR
           : mode == MPOS_ROUND_FLOOR ? MPOS_ROUND_CEILING
                                      : mode;
}

static group *
new_group(const order_in *in, purpose purpose, int sign)
{
    group *g = calloc(1, sizeof *g);

    g->purpose = purpose;
    g->sign = sign;
    g->cart = in->cart;
    g->cart.line_count = 0;
    g->cart.discount_count = 0;
    g->cart.rounding.mode = sign < 0 ? mirrored(in->cart.rounding.mode) : in->cart.rounding.mode;
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

/* Adds line i; of another purpose than a sale as one piece of what it came out as. */
static void
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

        if (c->in.withheld[t] == g->withheld && c->in.apart[t] == g->apart) {
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

static void
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
    int sign = g->sign * (g->withheld ? -1 : 1);

    if (g->purpose == BESIDE) {
        out->tax += sign * priced->tax;
        out->total += sign * priced->tax;
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

/* Prices the group, adds it to the result, and frees it. */
static void
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

void
order_form(const order_case *c, bytes *out)
{
    const order_in *in = &c->in;
    group *g = new_group(in, SALE, 1);
    size_t size;

    for (size_t i = 0; i < in->cart.line_count; i++) {
        add_line(g, c, i);
        if (in->sign[i] != 1) {
            report_fail(in->r, "a line that is not above zero in an order that is taken back");
        }
    }
    for (size_t t = 0; t < in->cart.tax_count; t++) {
        if (in->withheld[t] || in->apart[t]) {
            report_fail(in->r, "a tax withheld or apart in an order that is taken back");
        }
    }
    g->mask = UINT32_MAX;
    add_discounts(g, in, 0);
    for (size_t i = 0; i < in->item_count; i++) {
        if (in->mask[i] != in->mask[0] || in->exempt[i]) {
            report_fail(in->r, "discounts of some lines, or exempt ones, in an order that is taken back");
        }
    }
    if (in->combination || g->cart.discount_count != in->cart.discount_count) {
        report_fail(in->r, "an order of several carts that is taken back");
    } else if (!in->r->failed) {
        size = mpos_cart_form_size(&g->cart);
        mpos_cart_form_encode(&g->cart, bytes_add(out, size), size, &size);
    }
    free(g);
}

static int
same_taxes(const order_in *in, size_t a, size_t b)
{
    return in->lines[a].tax_count == in->lines[b].tax_count &&
           memcmp(in->line_taxes[a], in->line_taxes[b], in->lines[a].tax_count * sizeof(uint16_t)) == 0;
}

static void
price_combinations(order_case *c)
{
    const order_in *in = &c->in;

    for (size_t i = 0; i < in->cart.line_count; i++) {
        group *g = new_group(in, SALE, 1);
        int first = 1;

        for (size_t k = 0; k < i; k++) {
            first &= !same_taxes(in, k, i);
        }
        for (size_t k = i; first && k < in->cart.line_count; k++) {
            if (same_taxes(in, k, i)) {
                add_line(g, c, k);
            }
        }
        price_group(c, g);
    }
}

/* Charges go with the first line. */
static uint32_t
mask_of(const order_in *in, size_t i)
{
    return i < in->item_count ? in->mask[i] : in->item_count > 0 ? in->mask[0] : 0;
}

/* Whether line i is the first of its mask. */
static int
opens_mask(const order_in *in, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (mask_of(in, k) == mask_of(in, i)) {
            return 0;
        }
    }
    return 1;
}

/*
 * Lines that have different discounts are carts of their own. A discount must be of one of them, and no rounding may be of both.
 */
static void
check_masks(const order_in *in)
{
    uint32_t seen = 0, twice = 0;
    size_t groups = 0;

    for (size_t i = 0; i < in->cart.line_count; i++) {
        if (opens_mask(in, i)) {
            groups++;
            twice |= seen & mask_of(in, i);
            seen |= mask_of(in, i);
        }
    }
    if (groups > 1 &&
        (twice != 0 || in->cart.line_count != in->item_count || in->cart.rounding.level == MPOS_LEVEL_ORDER ||
         in->cart.rounding.level == MPOS_LEVEL_RATE)) {
        report_fail(in->r, "a discount of some lines beside others, charges, or rounding of the whole order");
    }
}

static int
has_sign(const order_in *in, int sign)
{
    for (size_t i = 0; i < in->cart.line_count; i++) {
        if (in->sign[i] == sign) {
            return 1;
        }
    }
    return 0;
}

/*
 * All lines of that sign and those discounts; discounts of the order belong to what is sold, or to what comes back when nothing
 * is sold.
 */
static void
price_sign(order_case *c, purpose purpose, int sign, uint32_t mask, int withheld, int apart)
{
    const order_in *in = &c->in;
    group *g = new_group(in, purpose, sign);

    g->mask = mask;
    g->withheld = withheld;
    g->apart = apart;
    if (apart > 0) {
        g->cart.rounding.mode = sign < 0 ? mirrored((uint8_t)(apart - 1)) : (uint8_t)(apart - 1);
    }
    for (size_t i = 0; i < in->cart.line_count; i++) {
        if (in->sign[i] == sign && mask_of(in, i) == mask) {
            add_line(g, c, i);
        }
    }
    if (purpose != BESIDE && (sign > 0 || !has_sign(in, 1))) {
        add_discounts(g, in, purpose != SALE);
    }
    price_group(c, g);
}

/* How discounts are restated: not at all when prices are already what they are on. */
static purpose
restated(order_case *c)
{
    const order_in *in = &c->in;
    int included = 0, added = 0, net = 0, gross = 0;

    for (size_t t = 0; t < in->cart.tax_count; t++) {
        included |= (in->taxes[t].flags & MPOS_TAX_INCLUDED) != 0;
        added |= (in->taxes[t].flags & MPOS_TAX_INCLUDED) == 0;
    }
    for (size_t k = 0; k < in->discount_count; k++) {
        net |= in->on[k] == ON_NET;
        gross |= in->on[k] == ON_GROSS;
    }
    if ((net && gross) ||
        ((net && included) || (gross && added) ? in->cart.line_count != in->item_count : 0)) {
        report_fail(in->r, "discounts of two bases, or on another base beside charges");
    }
    return net && included ? RESTATED_NET : gross && added ? RESTATED_GROSS : SALE;
}

/* Whether there is a tax of that kind. It must stand beside the others: added, and in no base but its own. */
static int
has_beside(const order_in *in, int withheld, int apart)
{
    int any = 0;

    for (size_t t = 0; t < in->cart.tax_count; t++) {
        int is = in->withheld[t] == withheld && in->apart[t] == apart;

        any |= is;
        if (is && (in->taxes[t].flags & (MPOS_TAX_INCLUDED | MPOS_TAX_AFFECTS_NEXT)) != 0) {
            report_fail(in->r, "a tax withheld, or with a mode of its own, that is in other bases");
        }
    }
    return any;
}

static void
sum_up(order_case *c)
{
    order_result *out = &c->out;

    for (size_t i = 0; i < c->in.cart.line_count; i++) {
        const line_result *line = &out->lines[i];

        if (c->in.lines[i].component_count > 0) {
            continue; /* its components are the order's */
        }
        out->gross += line->gross;
        out->discount += line->own_discount + line->order_discount;
        out->net += line->net;
        out->tax += line->tax;
        out->total += line->total;
        for (size_t k = 0; k < c->in.lines[i].tax_count; k++) {
            out->bases[c->in.line_taxes[i][k]] += line->bases[k];
            out->amounts[c->in.line_taxes[i][k]] += line->amounts[k];
        }
    }
}

static void
price_signs(order_case *c, purpose purpose, int withheld, int apart)
{
    for (int sign = 1; sign >= -1; sign -= 2) {
        for (size_t i = 0; has_sign(&c->in, sign) && i < c->in.cart.line_count; i++) {
            if (opens_mask(&c->in, i)) {
                price_sign(c, purpose, sign, mask_of(&c->in, i), withheld, apart);
            }
        }
    }
}

static void
price_beside(order_case *c)
{
    for (int withheld = 0; withheld < 2; withheld++) {
        for (int apart = 0; apart <= MPOS_ROUNDING_MODES; apart++) {
            if (withheld + apart > 0 && has_beside(&c->in, withheld, apart)) {
                price_signs(c, BESIDE, withheld, apart);
            }
        }
    }
}

/* Exempt lines pay their net. */
static void
exempt(order_case *c)
{
    for (size_t i = 0; i < c->in.item_count; i++) {
        line_result *line = &c->out.lines[i];

        if (c->in.exempt[i]) {
            line->tax = 0;
            line->total = line->net;
            memset(line->amounts, 0, sizeof line->amounts);
            memset(line->bases, 0, sizeof line->bases);
        }
    }
}

static void
price_all(order_case *c)
{
    order_in *in = &c->in;
    purpose other = restated(c);

    for (size_t k = 0; other == SALE && k < in->cart.discount_count; k++) {
        in->on[k] = ON_PRICE;
    }
    if (in->combination && in->cart.discount_count == 0 && !has_sign(in, -1)) {
        price_combinations(c);
    } else if (in->combination) {
        report_fail(in->r, "discounts or returns, rounded by combination");
    } else {
        price_signs(c, SALE, 0, 0);
    }
    if (other != SALE) {
        price_signs(c, other, 0, 0);
    }
    price_beside(c);
    exempt(c);
}

/*
 * A percentage that came out above its most becomes that amount, in its turn. Percentages of the order keep their turns among
 * each other; other discounts beside them would need a sequence of their own.
 */
static int
limit_order_discount(order_case *c, size_t k)
{
    order_in *in = &c->in;

    in->discounts[k].type = MPOS_DISCOUNT_FIXED;
    in->discounts[k].value = in->most[k];
    if (in->stepped || in->discount_count + 3 > MPOS_SEQUENCE_MAX) {
        report_fail(in->r, "a discount above its most, in a declared sequence or among many");
    }
    in->cart.sequence[0] = MPOS_STEP_LINE_PERCENT;
    for (size_t i = 0; !in->r->failed && i < in->discount_count; i++) {
        int fixed = in->discounts[i].type == MPOS_DISCOUNT_FIXED;

        in->cart.sequence[i + 1] = fixed ? MPOS_STEP_ORDER_FIXED : MPOS_STEP_ORDER_PERCENT;
        if (fixed && in->most[i] == INT64_MAX) {
            report_fail(in->r, "a discount above its most beside amounts");
        }
    }
    in->cart.sequence_count = (uint8_t)(in->discount_count + 2);
    in->cart.sequence[in->discount_count + 1] = MPOS_STEP_LINE_FIXED;
    return 1;
}

/* Limits the first discount that is above its most. Returns whether there was one. */
static int
limit_one(order_case *c)
{
    order_in *in = &c->in;

    for (size_t k = 0; k < in->discount_count; k++) {
        if (llabs(c->out.discounts[k]) > in->most[k]) {
            return limit_order_discount(c, k);
        }
    }
    for (size_t i = 0; i < in->item_count; i++) {
        if (in->lines[i].discount_count > 0 && llabs(c->out.lines[i].own_discount) > in->line_most[i]) {
            in->line_discounts[i][0].type = MPOS_DISCOUNT_FIXED;
            in->line_discounts[i][0].value = in->line_most[i];
            return 1;
        }
    }
    return 0;
}

void
order_price(order_case *c)
{
    if (!c->in.r->failed) {
        check_masks(&c->in);
    }
    if (c->in.r->failed) {
        return;
    }
    price_all(c);
    while (!c->in.r->failed && c->err == MPOS_OK && limit_one(c)) {
        memset(&c->out, 0, sizeof c->out);
        price_all(c);
    }
    sum_up(c);
}
