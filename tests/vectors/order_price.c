/* order_price.c - the carts that an order is made of, and their sum. See order_case.h. */
#include <stdlib.h>
#include <string.h>

#include "cart_form.h"
#include "order_group.h"

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
        if (in->kinds[t] != TAX_PLAIN || in->apart[t]) {
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
    if (g->cart.discount_count != in->cart.discount_count) {
        report_fail(in->r, "an order of several carts that is taken back");
    } else if (!in->r->failed) {
        size = mpos_cart_form_size(&g->cart);
        mpos_cart_form_encode(&g->cart, bytes_add(out, size), size, &size);
    }
    free(g);
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
         in->cart.rounding.level == MPOS_LEVEL_RATE || in->cart.rounding.level == MPOS_LEVEL_COMBINATION)) {
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
price_sign(order_case *c, purpose purpose, int sign, uint32_t mask, tax_kind kind, int apart)
{
    const order_in *in = &c->in;
    group *g = new_group(in, purpose, sign);

    g->mask = mask;
    g->kind = kind;
    g->apart = apart;
    if (apart > 0) {
        set_mode(g, (uint8_t)(apart - 1));
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
has_beside(const order_in *in, tax_kind kind, int apart)
{
    int any = 0;

    for (size_t t = 0; t < in->cart.tax_count; t++) {
        int is = in->kinds[t] == kind && in->apart[t] == apart;

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

    for (size_t t = 0; t < c->in.cart.tax_count; t++) {
        if (c->in.kinds[t] == TAX_OF_ORDER) {
            out->amounts[t] = c->in.taxes[t].value;
            out->tax += out->amounts[t];
            out->total += out->amounts[t];
        }
    }
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
        out->withheld += line->withheld;
        for (size_t k = 0; k < c->in.lines[i].tax_count; k++) {
            out->bases[c->in.line_taxes[i][k]] += line->bases[k];
            out->amounts[c->in.line_taxes[i][k]] += line->amounts[k];
        }
    }
}

static void
price_signs(order_case *c, purpose purpose, tax_kind kind, int apart)
{
    for (int sign = 1; sign >= -1; sign -= 2) {
        for (size_t i = 0; has_sign(&c->in, sign) && i < c->in.cart.line_count; i++) {
            if (opens_mask(&c->in, i)) {
                price_sign(c, purpose, sign, mask_of(&c->in, i), kind, apart);
            }
        }
    }
}

static void
price_beside(order_case *c)
{
    for (tax_kind kind = TAX_PLAIN; kind <= TAX_WITHHELD; kind++) {
        for (int apart = 0; apart <= MPOS_ROUNDING_MODES; apart++) {
            if ((kind != TAX_PLAIN || apart > 0) && has_beside(&c->in, kind, apart)) {
                price_signs(c, BESIDE, kind, apart);
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
            line->tax = line->withheld = 0;
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
    price_signs(c, SALE, TAX_PLAIN, 0);
    if (other != SALE) {
        price_signs(c, other, TAX_PLAIN, 0);
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
