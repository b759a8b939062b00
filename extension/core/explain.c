/* explain.c - see explain.h. Words: entry, left, turn. */
#include "explain.h"

#include <string.h>

#include "bytes.h"
#include "id.h"
#include "price_work.h"
#include "tax.h"
#include "tax_map.h"

/* What is explained, and the entries so far. */
typedef struct trace {
    const mpos_rules *rules;
    const mpos_basket *basket;
    const mpos_cart *cart;
    const mpos_priced *priced;
    mpos_explain_entry *entries;
    size_t capacity;
    size_t count;
    mpos_split split; /* of the combo that the line is a component of */
    mpos_err err;
} trace;

/* A new entry; after an error a spare one, which nobody reads. */
static mpos_explain_entry *
add(trace *t, size_t line, mpos_explain_step step, size_t index, const uint8_t *rule)
{
    mpos_explain_entry *e;

    if (t->count == t->capacity) {
        t->err = t->err == MPOS_OK ? MPOS_E_BUFFER_TOO_SMALL : t->err;
        return NULL;
    }
    e = &t->entries[t->count++];
    memset(e, 0, sizeof *e);
    e->line = (uint16_t)line;
    e->step = (uint8_t)step;
    e->index = (uint16_t)index;
    if (rule != NULL) {
        memcpy(e->rule, rule, 16);
    }
    return e;
}

static void
set(mpos_explain_entry *e, mpos_explain_unit unit, int64_t value, int64_t base, int64_t amount)
{
    if (e != NULL) {
        e->unit = (uint8_t)unit;
        e->value = value;
        e->base = base;
        e->amount = amount;
    }
}

/* exact in millionths of a minor unit. */
static void
set_remainder(mpos_explain_entry *e, mpos_wide exact)
{
    if (e != NULL) {
        mpos_wide rest = exact - (mpos_wide)e->amount * MPOS_QTY_ONE;

        rest = rest > MPOS_AMOUNT_MAX ? MPOS_AMOUNT_MAX : rest;
        e->remainder = (int64_t)(rest < -MPOS_AMOUNT_MAX ? -MPOS_AMOUNT_MAX : rest);
    }
}

/* base * rate in millionths, both not negative. */
static mpos_wide
exact_percent(int64_t base, int64_t rate)
{
    return mpos_wide_quotient((mpos_wide)base * rate, MPOS_RATE_ONE / MPOS_QTY_ONE);
}

static const uint8_t *
thing_of(const mpos_cart_line *line)
{
    return mpos_id_is_zero(line->variant) ? line->item : line->variant;
}

static int
is_surcharge(const mpos_cart_discount *discount)
{
    return (discount->flags & MPOS_DISCOUNT_SURCHARGE) != 0;
}

/* The line's gross before surcharges; their shares are negative. */
static int64_t
plain_gross(const trace *t, size_t i)
{
    int64_t gross = t->priced->lines[i].gross;

    for (size_t k = 0; k < t->cart->discount_count; k++) {
        gross += is_surcharge(&t->cart->discounts[k]) ? t->priced->lines[i].shares[k] : 0;
    }
    return gross;
}

/* The rating that moved the price of line i: its own, or of a combo the first of its components that was moved. */
static mpos_rating
rating_of(trace *t, size_t i)
{
    const mpos_basket_line *from = &t->basket->lines[i];
    mpos_rating rating = {.moved = 0};

    for (size_t k = 0; t->err == MPOS_OK && !rating.moved && k <= from->component_count; k++) {
        t->err = mpos_tax_rate(t->rules, &t->basket->in, NULL, from[k].taxes, from[k].tax_count, &rating);
    }
    return rating;
}

/* Where the unit price of a line of the basket is from. */
static void
explain_chosen_price(trace *t, size_t i)
{
    const mpos_basket_line *from = &t->basket->lines[i];
    const mpos_cart_line *line = &t->cart->lines[i];
    const mpos_book_price *book = NULL;
    int64_t price = from->price;
    mpos_rating rating = rating_of(t, i);
    mpos_circumstances in = mpos_basket_line_in(t->basket, from);

    if (from->open_price != MPOS_NO_AMOUNT) {
        price = from->open_price;
        set(add(t, i, MPOS_WHY_OPEN_PRICE, 0, thing_of(line)), MPOS_UNIT_AMOUNT, 0, from->price, price);
    } else {
        set(add(t, i, MPOS_WHY_PRICE, 0, thing_of(line)), MPOS_UNIT_AMOUNT, 0, 0, price);
        book = mpos_book_choose(t->rules, &in, from);
    }
    if (book != NULL) {
        set(add(t, i, MPOS_WHY_BOOK, 0, t->rules->books[book->book].id), MPOS_UNIT_QUANTITY, book->min_qty,
            price, book->price);
        price = book->price;
    }
    if (rating.moved) {
        set(add(t, i, MPOS_WHY_TAX_MAP, 0, rating.map != NULL ? rating.map->id : NULL), MPOS_UNIT_AMOUNT, 0,
            price, line->unit_price);
    }
}

static void
explain_modifiers(trace *t, size_t i)
{
    const mpos_cart_line *line = &t->cart->lines[i];

    for (size_t k = 0; k < line->modifier_count; k++) {
        const mpos_cart_modifier *m = &line->modifiers[k];
        mpos_wide price = (mpos_wide)m->price * m->qty;
        int per_unit = m->per == MPOS_PER_UNIT;
        int64_t amount = 0;

        if (mpos_price_extend(t->cart, line, per_unit ? price : 0, per_unit ? 0 : price, &amount) !=
            MPOS_OK) {
            continue; /* others make up for it: the line itself is not too large */
        }
        set(add(t, i, MPOS_WHY_MODIFIER, k, m->id), MPOS_UNIT_COUNT, m->qty, m->price, amount);
    }
}

/* The exact gross of a line without parent and components, in millionths. */
static mpos_wide
exact_gross(const mpos_cart_line *line)
{
    mpos_wide exact = (mpos_wide)line->unit_price * line->qty;

    for (size_t k = 0; k < line->modifier_count; k++) {
        const mpos_cart_modifier *m = &line->modifiers[k];

        exact += (mpos_wide)m->price * m->qty * (m->per == MPOS_PER_UNIT ? line->qty : MPOS_QTY_ONE);
    }
    return exact < 0 ? 0 : exact;
}

/* The combo's price over its components; t->split is kept for them. */
static void
split_combo(trace *t, size_t i)
{
    int64_t price = 0;
    mpos_err err = mpos_price_line_gross(t->cart, &t->cart->lines[i], &price);

    err = err == MPOS_OK ? mpos_price_split(t->cart, i, price, &t->split) : err;
    t->err = t->err == MPOS_OK ? err : t->err;
}

static void
explain_gross(trace *t, size_t i)
{
    const mpos_cart_line *line = &t->cart->lines[i];
    mpos_explain_entry *e;

    if (line->component_count > 0) {
        split_combo(t, i);
    }
    if (line->parent != MPOS_NO_PARENT && t->err == MPOS_OK) {
        size_t at = i - line->parent - 1;

        set(add(t, i, MPOS_WHY_COMBO_SHARE, at, thing_of(line)), MPOS_UNIT_AMOUNT, 0, t->split.weights[at],
            t->split.parts[at]);
    }
    e = add(t, i, MPOS_WHY_GROSS, 0, thing_of(line));
    set(e, MPOS_UNIT_QUANTITY, line->qty, line->unit_price, plain_gross(t, i));
    if (line->parent == MPOS_NO_PARENT && line->component_count == 0) {
        set_remainder(e, exact_gross(line));
    }
}

/* What discounts of a list take before turn `turn`, or in it before discount k. amounts: one for each of them. */
static int64_t
taken_before(const mpos_cart *cart, const mpos_cart_discount *discounts, size_t count, int of_order,
             const int64_t *amounts, int turn, size_t k)
{
    int64_t taken = 0;

    for (size_t j = 0; j < count; j++) {
        int other = mpos_discount_turn(cart, discounts, count, j, of_order);

        if (other >= 0 && (other < turn || (other == turn && j < k))) {
            taken += amounts[j];
        }
    }
    return taken;
}

/* An entry of a discount that took amount off base. */
static void
set_discount(mpos_explain_entry *e, const mpos_cart_discount *discount, int64_t base, int64_t amount)
{
    int percent = discount->type == MPOS_DISCOUNT_PERCENT;

    set(e, percent ? MPOS_UNIT_RATE : MPOS_UNIT_AMOUNT, discount->value, base, amount);
    set_remainder(e,
                  percent ? exact_percent(base, discount->value) : (mpos_wide)discount->value * MPOS_QTY_ONE);
}

static void
explain_line_discounts(trace *t, size_t i)
{
    const mpos_cart_line *line = &t->cart->lines[i];
    const mpos_priced_line *priced = &t->priced->lines[i];

    for (size_t k = 0; k < line->discount_count; k++) {
        const mpos_cart_discount *discount = &line->discounts[k];
        int turn = mpos_discount_turn(t->cart, line->discounts, line->discount_count, k, 0);
        int64_t base = plain_gross(t, i);

        if (turn < 0) {
            continue;
        }
        base -= taken_before(t->cart, line->discounts, line->discount_count, 0, priced->discounts, turn, k);
        base -=
            taken_before(t->cart, t->cart->discounts, t->cart->discount_count, 1, priced->shares, turn, 0);
        set_discount(add(t, i, MPOS_WHY_LINE_DISCOUNT, k, discount->rule), discount, base,
                     priced->discounts[k]);
    }
}

/* The line's parts of the order's discounts and surcharges. */
static void
explain_shares(trace *t, size_t i)
{
    for (size_t k = 0; k < t->cart->discount_count; k++) {
        const mpos_cart_discount *discount = &t->cart->discounts[k];
        int64_t share = t->priced->lines[i].shares[k];
        int64_t whole = t->priced->discounts[k];

        if (share != 0 && is_surcharge(discount)) {
            set(add(t, i, MPOS_WHY_SURCHARGE_SHARE, k, discount->rule), MPOS_UNIT_AMOUNT, 0, -whole, -share);
        } else if (share != 0) {
            set(add(t, i, MPOS_WHY_DISCOUNT_SHARE, k, discount->rule), MPOS_UNIT_AMOUNT, 0, whole, share);
        }
    }
}

static mpos_explain_unit
tax_unit(const mpos_cart_tax *tax)
{
    return tax->type == MPOS_TAX_FIXED || tax->type == MPOS_TAX_BRACKET ? MPOS_UNIT_AMOUNT : MPOS_UNIT_RATE;
}

/*
 * Taxes of a line, and how far each is from its exact value. What a table says for the whole order is nothing that a line could
 * be compared with.
 */
static void
explain_taxes(trace *t, size_t i)
{
    const mpos_cart_line *line = &t->cart->lines[i];
    const mpos_priced_line *priced = &t->priced->lines[i];
    int document = mpos_level_is_document(t->cart->rounding.level);
    mpos_wide exact[MPOS_LINE_TAXES_MAX] = {0};
    mpos_tax_share shares[MPOS_LINE_TAXES_MAX];
    mpos_tax_view view;
    mpos_err err;

    mpos_tax_view_init(t->cart, line, &view);
    err = mpos_tax_evaluate(&view, priced->gross - priced->line_discount - priced->order_discount, line->qty,
                            shares, exact);
    for (size_t k = 0; k < line->tax_count; k++) {
        const mpos_cart_tax *tax = &t->cart->taxes[line->taxes[k]];
        mpos_explain_entry *e = add(t, i, MPOS_WHY_TAX, k, tax->id);

        set(e, tax_unit(tax), tax->value, priced->taxes[k].base, priced->taxes[k].amount);
        if (err == MPOS_OK && (!document || tax->type != MPOS_TAX_BRACKET)) {
            set_remainder(e, mpos_wide_quotient(exact[k], MPOS_PICO / MPOS_QTY_ONE));
        }
    }
}

/* Sums over the items that are no combos: what percentages are taken of. */
typedef struct sums {
    int64_t gross; /* before surcharges */
    int64_t left;  /* of it, after the discounts */
    int64_t total; /* of everything but charges on the total */
} sums;

static sums
sum_up(const trace *t)
{
    sums s = {0, 0, 0};

    for (size_t i = 0; i < t->cart->line_count; i++) {
        const mpos_cart_line *line = &t->cart->lines[i];
        const mpos_priced_line *priced = &t->priced->lines[i];

        if (line->component_count == 0 && line->kind == MPOS_LINE_ITEM) {
            int64_t gross = plain_gross(t, i);

            s.gross += gross;
            s.left += gross - priced->line_discount - priced->order_discount;
        }
        s.total += line->component_count == 0 && line->base != MPOS_CHARGE_ON_TOTAL ? priced->total : 0;
    }
    return s;
}

static int64_t
base_of(const sums *s, uint8_t base)
{
    return base == MPOS_CHARGE_ON_TOTAL ? s->total : base == MPOS_CHARGE_ON_GROSS ? s->gross : s->left;
}

static void
explain_charge(trace *t, size_t i, const sums *s)
{
    const mpos_cart_line *line = &t->cart->lines[i];
    mpos_explain_entry *e = add(t, i, MPOS_WHY_CHARGE, 0, line->item);
    int percent = line->kind == MPOS_LINE_CHARGE_PERCENT;
    int64_t base = percent ? base_of(s, line->base) : line->qty;

    set(e, percent ? MPOS_UNIT_RATE : MPOS_UNIT_AMOUNT, line->unit_price, base, t->priced->lines[i].gross);
    set_remainder(e,
                  percent ? exact_percent(base, line->unit_price) : (mpos_wide)line->unit_price * line->qty);
}

static void
explain_line(trace *t, size_t i, const sums *s)
{
    const mpos_cart_line *line = &t->cart->lines[i];
    const mpos_priced_line *priced = &t->priced->lines[i];

    if (line->kind != MPOS_LINE_ITEM) {
        explain_charge(t, i, s);
    } else {
        if (t->basket != NULL && i < t->basket->line_count) {
            explain_chosen_price(t, i);
        } else {
            set(add(t, i, MPOS_WHY_PRICE, 0, thing_of(line)), MPOS_UNIT_AMOUNT, 0, 0, line->unit_price);
        }
        explain_modifiers(t, i);
        explain_gross(t, i);
        explain_line_discounts(t, i);
        explain_shares(t, i);
    }
    explain_taxes(t, i);
    set(add(t, i, MPOS_WHY_LINE_TOTAL, 0, NULL), MPOS_UNIT_AMOUNT, priced->net, priced->tax, priced->total);
}

/* What the lines had left when the order's discount k had its turn. */
static int64_t
left_of_order(const trace *t, const sums *s, int turn, size_t k)
{
    int64_t left = s->gross;

    for (size_t i = 0; i < t->cart->line_count; i++) {
        const mpos_cart_line *line = &t->cart->lines[i];

        left -= taken_before(t->cart, line->discounts, line->discount_count, 0, t->priced->lines[i].discounts,
                             turn, 0);
    }
    return left - taken_before(t->cart, t->cart->discounts, t->cart->discount_count, 1, t->priced->discounts,
                               turn, k);
}

static void
explain_order(trace *t, const sums *s)
{
    const mpos_cart *cart = t->cart;

    for (size_t k = 0; k < cart->discount_count; k++) {
        const mpos_cart_discount *discount = &cart->discounts[k];
        int turn = mpos_discount_turn(cart, cart->discounts, cart->discount_count, k, 1);

        if (is_surcharge(discount)) {
            set_discount(add(t, MPOS_EXPLAIN_ORDER, MPOS_WHY_SURCHARGE, k, discount->rule), discount,
                         base_of(s, discount->base), -t->priced->discounts[k]);
        } else if (turn >= 0) {
            set_discount(add(t, MPOS_EXPLAIN_ORDER, MPOS_WHY_ORDER_DISCOUNT, k, discount->rule), discount,
                         left_of_order(t, s, turn, k), t->priced->discounts[k]);
        }
    }
    for (size_t k = 0; k < cart->tax_count; k++) {
        set(add(t, MPOS_EXPLAIN_ORDER, MPOS_WHY_TAX_TOTAL, k, cart->taxes[k].id), tax_unit(&cart->taxes[k]),
            cart->taxes[k].value, t->priced->taxes[k].base, t->priced->taxes[k].amount);
    }
    set(add(t, MPOS_EXPLAIN_ORDER, MPOS_WHY_TOTAL, 0, NULL), MPOS_UNIT_AMOUNT, t->priced->net, t->priced->tax,
        t->priced->total);
}

size_t
mpos_explain_count_max(const mpos_basket *basket, const mpos_cart *cart)
{
    size_t per_line = basket != NULL ? 6 : 4; /* price, book, map, share, gross, total */
    size_t count = (size_t)cart->discount_count + cart->tax_count + 1;

    for (size_t i = 0; i < cart->line_count; i++) {
        const mpos_cart_line *line = &cart->lines[i];

        count +=
            per_line + line->modifier_count + line->discount_count + cart->discount_count + line->tax_count;
    }
    return count;
}

mpos_err
mpos_explain(const mpos_rules *rules, const mpos_basket *basket, const mpos_cart *cart,
             const mpos_priced *priced, mpos_explain_entry *entries, size_t capacity, size_t *count)
{
    trace t = {.rules = rules,
               .basket = rules != NULL ? basket : NULL,
               .cart = cart,
               .priced = priced,
               .entries = entries,
               .capacity = capacity,
               .err = MPOS_OK};
    sums s = sum_up(&t);

    for (size_t i = 0; t.err == MPOS_OK && i < cart->line_count; i++) {
        explain_line(&t, i, &s);
    }
    explain_order(&t, &s);
    if (t.err == MPOS_OK) {
        *count = t.count;
    }
    return t.err;
}
