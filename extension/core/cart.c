/* cart.c - is this a cart that can be priced? */
#include "price_work.h"

#include <string.h>

#include "id.h"

void
mpos_cart_default_sequence(mpos_cart *cart)
{
    static const uint8_t steps[] = {MPOS_STEP_LINE_PERCENT, MPOS_STEP_ORDER_PERCENT, MPOS_STEP_LINE_FIXED,
                                    MPOS_STEP_ORDER_FIXED};

    memset(cart->sequence, 0, sizeof cart->sequence);
    memcpy(cart->sequence, steps, sizeof steps);
    cart->sequence_count = sizeof steps;
}

mpos_err
mpos_cart_count(const mpos_cart *cart, mpos_cart_counts *out)
{
    mpos_cart_counts counts = {0};
    size_t roots = 0;

    if (cart->line_count > MPOS_CART_LINES_MAX || cart->discount_count > MPOS_DISCOUNTS_MAX ||
        cart->tax_count > MPOS_CART_TAXES_MAX) {
        return MPOS_E_TOO_MANY;
    }
    for (size_t i = 0; i < cart->line_count; i++) {
        const mpos_cart_line *line = &cart->lines[i];

        if (line->modifier_count > MPOS_LINE_MODIFIERS_MAX || line->discount_count > MPOS_DISCOUNTS_MAX ||
            line->tax_count > MPOS_LINE_TAXES_MAX || line->component_count > MPOS_MAX_COMPONENTS) {
            return MPOS_E_TOO_MANY;
        }
        roots += line->parent == MPOS_NO_PARENT;
        counts.modifiers += line->modifier_count;
        counts.discounts += line->discount_count;
        counts.line_taxes += line->tax_count;
    }
    for (size_t i = 0; i < cart->tax_count; i++) {
        if (cart->taxes[i].bracket_count > MPOS_TAX_BRACKETS_MAX) {
            return MPOS_E_TOO_MANY;
        }
    }
    if (roots > MPOS_MAX_LINES || counts.modifiers > MPOS_CART_MODIFIERS_MAX) {
        return MPOS_E_TOO_MANY;
    }
    *out = counts;
    return MPOS_OK;
}

static mpos_err
check_settings(const mpos_cart *cart)
{
    const mpos_rounding *r = &cart->rounding;

    if (r->mode >= MPOS_ROUNDING_MODES || r->level >= MPOS_ROUNDING_LEVELS ||
        r->inclusive > MPOS_INCLUSIVE_NET || r->discount > MPOS_DISCOUNT_ROUND_PRICE ||
        cart->apportion >= MPOS_APPORTION_MODES || cart->exponent > 4 ||
        cart->sequence_count > MPOS_SEQUENCE_MAX) {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i < cart->sequence_count; i++) {
        if (cart->sequence[i] < MPOS_STEP_LINE_PERCENT || cart->sequence[i] > MPOS_STEP_ORDER_FIXED) {
            return MPOS_E_INVALID_VALUE;
        }
    }
    if (r->increment < 1 || r->increment > MPOS_AMOUNT_MAX || r->cash_increment < 1 ||
        r->cash_increment > MPOS_AMOUNT_MAX) {
        return MPOS_E_OUT_OF_RANGE;
    }
    return MPOS_OK;
}

static mpos_err
check_bracket(const mpos_tax_bracket *b, int64_t above, const char **member)
{
    *member = b->from <= above || b->from > MPOS_AMOUNT_MAX  ? "from"
              : b->amount < 0 || b->amount > MPOS_AMOUNT_MAX ? "amount"
              : b->rate < 0 || b->rate > MPOS_RATE_MAX       ? "rate"
                                                             : NULL;
    return *member == NULL ? MPOS_OK : MPOS_E_OUT_OF_RANGE;
}

static mpos_err
check_brackets(const mpos_cart_tax *tax, const char **member, size_t *at)
{
    mpos_err err = MPOS_OK;

    *member = "brackets";
    if (tax->bracket_count > MPOS_TAX_BRACKETS_MAX) {
        return MPOS_E_TOO_MANY;
    }
    if (tax->type != MPOS_TAX_BRACKET || tax->bracket_count == 0) {
        return tax->type != MPOS_TAX_BRACKET && tax->bracket_count == 0 ? MPOS_OK : MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; err == MPOS_OK && i < tax->bracket_count; i++) {
        *at = i;
        err = check_bracket(&tax->brackets[i], i > 0 ? tax->brackets[i - 1].from : -1, member);
    }
    return err;
}

mpos_err
mpos_cart_tax_check(const mpos_cart_tax *tax, const char **member, size_t *at)
{
    int bracket = tax->type == MPOS_TAX_BRACKET;
    int64_t most = tax->type == MPOS_TAX_FIXED || bracket ? MPOS_AMOUNT_MAX : MPOS_RATE_MAX;

    *at = SIZE_MAX;
    *member = "type";
    if (tax->type > MPOS_TAX_BRACKET) {
        return MPOS_E_INVALID_VALUE;
    }
    *member = "flags";
    if (tax->flags > 7 || (bracket && (tax->flags & (MPOS_TAX_INCLUDED | MPOS_TAX_AFFECTS_NEXT)) != 0)) {
        return MPOS_E_INVALID_VALUE;
    }
    *member = "value";
    if (tax->value < 0 || tax->value > most ||
        (tax->type == MPOS_TAX_DIVISION &&
         tax->value >= MPOS_RATE_ONE + ((tax->flags & MPOS_TAX_INCLUDED) != 0))) {
        return MPOS_E_OUT_OF_RANGE;
    }
    return check_brackets(tax, member, at);
}

/* A surcharge is in no step: they all come after the sequence. Its percentage may be above 100 %. */
static mpos_err
check_surcharge(const mpos_cart_discount *surcharge, int step)
{
    if (step != MPOS_STEP_ORDER_PERCENT || (surcharge->flags & MPOS_DISCOUNT_EXCLUSIVE) != 0) {
        return MPOS_E_DISCOUNT_RULE;
    }
    if (surcharge->base > MPOS_CHARGE_ON_GROSS) {
        return MPOS_E_INVALID_VALUE;
    }
    if (surcharge->value < 1 ||
        surcharge->value > (surcharge->type == MPOS_DISCOUNT_PERCENT ? MPOS_RATE_MAX : MPOS_AMOUNT_MAX)) {
        return MPOS_E_DISCOUNT_RULE;
    }
    return MPOS_OK;
}

/* step: the sequence entry that takes percent discounts of this scope; the next but one takes fixed ones. */
static mpos_err
check_discount(const mpos_cart *cart, const mpos_cart_discount *discount, int step)
{
    if (discount->type > MPOS_DISCOUNT_FIXED || discount->flags > 7) {
        return MPOS_E_INVALID_VALUE;
    }
    if (((discount->flags & MPOS_DISCOUNT_RULE) == 0) != mpos_id_is_zero(discount->rule)) {
        return MPOS_E_INVALID_VALUE;
    }
    if ((discount->flags & MPOS_DISCOUNT_SURCHARGE) != 0) {
        return check_surcharge(discount, step);
    }
    if (discount->base != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    if (discount->value < 1 ||
        discount->value > (discount->type == MPOS_DISCOUNT_PERCENT ? MPOS_RATE_ONE : MPOS_AMOUNT_MAX)) {
        return MPOS_E_DISCOUNT_RULE;
    }
    step += discount->type == MPOS_DISCOUNT_FIXED ? MPOS_STEP_LINE_FIXED - MPOS_STEP_LINE_PERCENT : 0;
    for (size_t i = 0; i < cart->sequence_count; i++) {
        if (cart->sequence[i] == step) {
            return MPOS_OK;
        }
    }
    return MPOS_E_DISCOUNT_RULE;
}

static mpos_err
check_modifier(const mpos_cart_modifier *modifier)
{
    if (modifier->per > MPOS_PER_LINE) {
        return MPOS_E_INVALID_VALUE;
    }
    if (modifier->qty < 1 || modifier->qty > MPOS_MODIFIER_QTY_MAX || modifier->price > MPOS_AMOUNT_MAX ||
        modifier->price < -MPOS_AMOUNT_MAX) {
        return MPOS_E_OUT_OF_RANGE;
    }
    return MPOS_OK;
}

static mpos_err
check_line_taxes(const mpos_cart *cart, const mpos_cart_line *line)
{
    for (size_t i = 0; i < line->tax_count; i++) {
        if (line->taxes[i] >= cart->tax_count) {
            return MPOS_E_INVALID_VALUE;
        }
        for (size_t j = 0; j < i; j++) {
            if (line->taxes[j] == line->taxes[i]) {
                return MPOS_E_INVALID_VALUE;
            }
        }
    }
    return MPOS_OK;
}

static mpos_err
check_charge(const mpos_cart_line *line)
{
    int percent = line->kind == MPOS_LINE_CHARGE_PERCENT;

    if (line->kind > MPOS_LINE_CHARGE_PERCENT || line->base > (percent ? MPOS_CHARGE_ON_TOTAL : 0)) {
        return MPOS_E_INVALID_VALUE;
    }
    if (line->kind == MPOS_LINE_ITEM) {
        return MPOS_OK;
    }
    if (line->modifier_count > 0 || line->discount_count > 0 || line->floor != 0 ||
        line->parent != MPOS_NO_PARENT || line->component_count > 0 ||
        (line->base == MPOS_CHARGE_ON_TOTAL && line->tax_count > 0)) {
        return MPOS_E_DISCOUNT_RULE;
    }
    return percent && (line->qty != MPOS_QTY_ONE || line->unit_price > MPOS_RATE_MAX) ? MPOS_E_OUT_OF_RANGE
                                                                                      : MPOS_OK;
}

static mpos_err
check_line(const mpos_cart *cart, const mpos_cart_line *line)
{
    mpos_err err = check_line_taxes(cart, line);

    err = err == MPOS_OK ? check_charge(line) : err;
    if (err == MPOS_OK &&
        (line->qty < 1 || line->qty > MPOS_QTY_MAX || line->unit_price < 0 ||
         line->unit_price > MPOS_AMOUNT_MAX || line->floor < 0 || line->floor > MPOS_AMOUNT_MAX)) {
        err = MPOS_E_OUT_OF_RANGE;
    }
    for (size_t i = 0; err == MPOS_OK && i < line->modifier_count; i++) {
        err = check_modifier(&line->modifiers[i]);
    }
    for (size_t i = 0; err == MPOS_OK && i < line->discount_count; i++) {
        err = check_discount(cart, &line->discounts[i], MPOS_STEP_LINE_PERCENT);
    }
    return err;
}

/* *expected counts down the components that must still follow the combo line *combo. */
static mpos_err
check_shape(const mpos_cart_line *line, size_t at, size_t *combo, size_t *expected)
{
    if (*expected > 0) {
        (*expected)--;
        if (line->parent != *combo || line->component_count > 0) {
            return MPOS_E_COMBO_RULE;
        }
        return line->discount_count == 0 && line->floor == 0 ? MPOS_OK : MPOS_E_DISCOUNT_RULE;
    }
    if (line->parent != MPOS_NO_PARENT || (line->component_count > 0 && line->tax_count > 0)) {
        return MPOS_E_COMBO_RULE;
    }
    *combo = at;
    *expected = line->component_count;
    return MPOS_OK;
}

static mpos_err
check_lines(const mpos_cart *cart)
{
    mpos_err err = MPOS_OK;
    size_t combo = 0;
    size_t expected = 0;

    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        err = check_shape(&cart->lines[i], i, &combo, &expected);
        err = err == MPOS_OK ? check_line(cart, &cart->lines[i]) : err;
    }
    return err == MPOS_OK && expected > 0 ? MPOS_E_COMBO_RULE : err;
}

mpos_err
mpos_cart_check(const mpos_cart *cart)
{
    mpos_cart_counts counts;
    const char *member;
    size_t at;
    mpos_err err = mpos_cart_count(cart, &counts);

    err = err == MPOS_OK ? check_settings(cart) : err;
    for (size_t i = 0; err == MPOS_OK && i < cart->tax_count; i++) {
        err = mpos_cart_tax_check(&cart->taxes[i], &member, &at);
    }
    for (size_t i = 0; err == MPOS_OK && i < cart->discount_count; i++) {
        err = check_discount(cart, &cart->discounts[i], MPOS_STEP_ORDER_PERCENT);
    }
    return err == MPOS_OK ? check_lines(cart) : err;
}
