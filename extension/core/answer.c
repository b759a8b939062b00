/* answer.c - see answer.h. */
#include "answer.h"

#include "apportion.h"
#include "bytes.h"
#include "cart_form.h"
#include "price_work.h"
#include "priced_form.h"
#include "refund.h"
#include "sell.h"
#include "tender.h"

/* Sizes of the parts. */
enum {
    SELL_HEAD = 4,
    LINE_MOST = 112 + 16 + 16 + 8,
    PRICE_SLACK = 1024,
    STEP_SIZE = 18,
    REFUNDED_SIZE = 40,
    TAX_SIZE = 16,
    APPORTION_HEAD = 12,
    ROUND_HEAD = 3,
    ROUND_SIZE = 16,
    BILL_HEAD = 20,
    CURRENCY_SIZE = 28,
    TENDER_SIZE = 19,
    SETTLEMENT_SIZE = 72,
    TENDERED_SIZE = 24
};

static int64_t
get_amount(const uint8_t *p)
{
    return (int64_t)mpos_get_u64(p);
}

static uint8_t *
put_amount(uint8_t *p, int64_t amount)
{
    mpos_put_u64(p, (uint64_t)amount);
    return p + 8;
}

/* How many steps, parts or values a question names. */
static size_t
count_of(const mpos_question *q)
{
    return mpos_get_u16(q->kind == 'B' ? q->body : q->body + 1);
}

static size_t
rows_size(const mpos_question *q)
{
    size_t count = count_of(q);

    switch (q->kind) {
    case 'A':
        return APPORTION_HEAD + count * (q->body[0] != 0 ? 16 : 8);
    case 'R':
        return ROUND_HEAD + count * ROUND_SIZE;
    default:
        return 2 + count * STEP_SIZE;
    }
}

static size_t
bill_size(const mpos_question *q)
{
    return BILL_HEAD + (size_t)q->body[2] * CURRENCY_SIZE + (size_t)q->body[3] * TENDER_SIZE;
}

size_t
mpos_question_room(size_t size)
{
    size_t cart = mpos_cart_form_room_size(size);
    size_t sale = mpos_rules_room_size(size) + mpos_basket_room_size(size);

    return cart > sale ? cart : sale;
}

/* Rules first in the room, the basket behind them. */
static mpos_err
read_sale(mpos_question *q, uint8_t *room, size_t room_size)
{
    size_t rules_size = q->size < SELL_HEAD ? 0 : mpos_get_u32(q->body);
    size_t rules_room = mpos_rules_room_size(rules_size);
    const uint8_t *basket = q->body + SELL_HEAD + rules_size;
    mpos_err err;

    if (q->size < SELL_HEAD || rules_size > q->size - SELL_HEAD) {
        return MPOS_E_INVALID_VALUE;
    }
    if (rules_room > room_size) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    err = mpos_rules_form_decode(q->body + SELL_HEAD, rules_size, room, rules_room, &q->rules);
    return err == MPOS_OK ? mpos_basket_form_decode(basket, q->size - SELL_HEAD - rules_size, &q->rules,
                                                    room + rules_room, room_size - rules_room, &q->basket)
                          : err;
}

static mpos_err
read_cart(mpos_question *q, size_t at, void *room, size_t room_size)
{
    return mpos_cart_form_decode(q->body + at, q->size - at, room, room_size, &q->cart);
}

static mpos_err
read_bill(const mpos_question *q)
{
    if (q->size < BILL_HEAD || q->size != bill_size(q)) {
        return MPOS_E_INVALID_VALUE;
    }
    return q->body[2] > MPOS_TENDER_CURRENCIES_MAX || q->body[3] > MPOS_TENDERS_MAX ? MPOS_E_TOO_MANY
                                                                                    : MPOS_OK;
}

static mpos_err
read_body(mpos_question *q, void *room, size_t room_size)
{
    switch (q->kind) {
    case 'P':
        return read_cart(q, 0, room, room_size);
    case 'S':
        return read_sale(q, room, room_size);
    case 'B':
        return q->size < 2 || q->size < rows_size(q) ? MPOS_E_INVALID_VALUE
                                                     : read_cart(q, rows_size(q), room, room_size);
    case 'A':
        return q->size < APPORTION_HEAD || q->size != rows_size(q) ? MPOS_E_INVALID_VALUE : MPOS_OK;
    case 'R':
        return q->size < ROUND_HEAD || q->size != rows_size(q) ? MPOS_E_INVALID_VALUE : MPOS_OK;
    case 'T':
        return read_bill(q);
    default:
        return MPOS_E_INVALID_VALUE;
    }
}

mpos_err
mpos_question_read(const uint8_t *bytes, size_t size, void *room, size_t room_size, mpos_question *out)
{
    mpos_question q = {0};
    mpos_err err;

    if (size == 0) {
        return MPOS_E_INVALID_VALUE;
    }
    q.kind = bytes[0];
    q.body = bytes + 1;
    q.size = size - 1;
    err = read_body(&q, room, room_size);
    if (err == MPOS_OK) {
        *out = q;
    }
    return err;
}

/* Lines of the cart that a sale makes. */
static size_t
lines_of(const mpos_question *q)
{
    return (size_t)q->basket.line_count + q->rules.charge_count;
}

/* Pricing the largest cart that can come of a sale. */
static size_t
price_most(const mpos_question *q)
{
    size_t line = sizeof(mpos_priced_line) + (2 * MPOS_DISCOUNTS_MAX + MPOS_WORK_ARRAYS) * sizeof(int64_t) +
                  MPOS_LINE_TAXES_MAX * (sizeof(mpos_priced_line_tax) + sizeof(mpos_tax_share));

    return lines_of(q) * line + MPOS_CART_TAXES_MAX * sizeof(mpos_priced_tax) + PRICE_SLACK;
}

/* What a line's discounts, shares and taxes add to the form; modifiers and brackets are in the question already. */
static size_t
form_most(const mpos_question *q)
{
    return MPOS_PRICED_FORM_HEADER_SIZE + (MPOS_CART_TAXES_MAX + MPOS_DISCOUNTS_MAX) * 48 + 2 * q->size +
           lines_of(q) * (LINE_MOST + MPOS_DISCOUNTS_MAX * (40 + 8) + MPOS_LINE_TAXES_MAX * 24);
}

size_t
mpos_answer_work(const mpos_question *question)
{
    switch (question->kind) {
    case 'P':
        return mpos_price_size(&question->cart);
    case 'S':
        return mpos_sell_size(&question->rules, &question->basket) + price_most(question);
    case 'B':
        return mpos_price_size(&question->cart) + question->cart.tax_count * sizeof(mpos_priced_tax);
    case 'A':
        return count_of(question) * 4 * sizeof(int64_t);
    default:
        return 0;
    }
}

size_t
mpos_answer_size(const mpos_question *question)
{
    switch (question->kind) {
    case 'P':
        return MPOS_ANSWER_HEAD + mpos_priced_form_size(&question->cart);
    case 'S':
        return MPOS_ANSWER_HEAD + form_most(question);
    case 'B':
        return MPOS_ANSWER_HEAD + count_of(question) * REFUNDED_SIZE + question->cart.tax_count * TAX_SIZE;
    case 'T':
        return MPOS_ANSWER_HEAD + SETTLEMENT_SIZE + (size_t)question->body[3] * TENDERED_SIZE;
    default:
        return MPOS_ANSWER_HEAD + count_of(question) * 8;
    }
}

static mpos_err
price_cart(const mpos_cart *cart, void *work, size_t work_size, uint8_t *out, size_t capacity, size_t *size)
{
    mpos_priced priced;
    mpos_err err = mpos_price(cart, work, work_size, &priced);

    return err == MPOS_OK ? mpos_priced_form_encode(cart, &priced, out, capacity, size) : err;
}

static mpos_err
answer_sale(const mpos_question *q, uint8_t *work, size_t work_size, uint8_t *out, size_t *size)
{
    size_t sell_size = mpos_sell_size(&q->rules, &q->basket);
    mpos_cart cart;
    mpos_err err = mpos_sell(&q->rules, &q->basket, work, sell_size, &cart);

    return err == MPOS_OK
               ? price_cart(&cart, work + sell_size, work_size - sell_size, out, form_most(q), size)
               : err;
}

/* Steps one after the other; each says what it brings back, the taxes add up over all. */
static mpos_err
answer_refund(const mpos_question *q, void *work, size_t work_size, uint8_t *out)
{
    size_t price_size = mpos_price_size(&q->cart);
    mpos_priced_tax *taxes = (mpos_priced_tax *)((uint8_t *)work + price_size);
    mpos_priced priced;
    mpos_err err = mpos_price(&q->cart, work, work_size, &priced);

    for (size_t t = 0; err == MPOS_OK && t < q->cart.tax_count; t++) {
        taxes[t] = (mpos_priced_tax){0};
    }
    for (size_t i = 0; err == MPOS_OK && i < count_of(q); i++) {
        const uint8_t *step = q->body + 2 + i * STEP_SIZE;
        mpos_refunded back;

        err = mpos_refund_line(&q->cart, &priced, mpos_get_u16(step), get_amount(step + 2),
                               get_amount(step + 10), &back, taxes);
        if (err == MPOS_OK) {
            out = put_amount(put_amount(out, back.gross), back.discount);
            out = put_amount(put_amount(put_amount(out, back.net), back.tax), back.total);
        }
    }
    for (size_t t = 0; err == MPOS_OK && t < q->cart.tax_count; t++) {
        out = put_amount(put_amount(out, taxes[t].base), taxes[t].amount);
    }
    return err;
}

/* The part of the total that caps of these weights hold. */
static int64_t
held(int64_t total, const int64_t *weights, const int64_t *caps, size_t count)
{
    int64_t most = 0;
    int weighted = 0;

    for (size_t i = 0; i < count; i++) {
        weighted |= weights[i] != 0;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t cap = caps[i] < 0 || (weighted && weights[i] == 0) ? 0 : caps[i];

        if (__builtin_add_overflow(most, cap, &most)) {
            return total;
        }
    }
    return total > most ? most : total < -most ? -most : total;
}

static mpos_err
answer_apportion(const mpos_question *q, int64_t *work, uint8_t *out)
{
    size_t count = count_of(q);
    int capped = q->body[0] != 0;
    int64_t total = get_amount(q->body + 4);
    int64_t *weights = work, *caps = work + count, *parts = work + 2 * count;
    const uint8_t *at = q->body + APPORTION_HEAD;
    mpos_err err;

    for (size_t i = 0; i < count; i++) {
        weights[i] = get_amount(at + i * 8);
        caps[i] = capped ? get_amount(at + (count + i) * 8) : 0;
    }
    total = capped ? held(total, weights, caps, count) : total;
    err = mpos_apportion_by((mpos_apportion_mode)q->body[3], total, weights, capped ? caps : NULL, count,
                            parts, work + 3 * count);
    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        out = put_amount(out, parts[i]);
    }
    return err;
}

static mpos_err
answer_round(const mpos_question *q, uint8_t *out)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < count_of(q); i++) {
        const uint8_t *row = q->body + ROUND_HEAD + i * ROUND_SIZE;
        int64_t rounded;

        err = mpos_round_ratio(get_amount(row), 1, get_amount(row + 8), (mpos_rounding_mode)q->body[0],
                               &rounded);
        out = err == MPOS_OK ? put_amount(out, rounded) : out;
    }
    return err;
}

static void
read_currencies(const mpos_question *q, mpos_tender_currency *out)
{
    const uint8_t *at = q->body + BILL_HEAD;

    for (size_t i = 0; i < q->body[2]; i++, at += CURRENCY_SIZE) {
        out[i] = (mpos_tender_currency){.code = {(char)at[0], (char)at[1], (char)at[2]},
                                        .exponent = at[3],
                                        .rate = get_amount(at + 4),
                                        .spread = get_amount(at + 12),
                                        .cash_increment = get_amount(at + 20)};
    }
}

static void
read_tenders(const mpos_question *q, mpos_tender *out)
{
    const uint8_t *at = q->body + BILL_HEAD + (size_t)q->body[2] * CURRENCY_SIZE;

    for (size_t i = 0; i < q->body[3]; i++, at += TENDER_SIZE) {
        out[i] = (mpos_tender){.kind = at[0],
                               .flags = at[1],
                               .currency = at[2],
                               .amount = get_amount(at + 3),
                               .tip = get_amount(at + 11)};
    }
}

static uint8_t *
put_settlement(uint8_t *out, const mpos_settlement *s)
{
    out = put_amount(put_amount(put_amount(out, s->due), s->left), s->payable);
    out = put_amount(put_amount(put_amount(out, s->tip), s->paid), s->rounding);
    return put_amount(put_amount(put_amount(out, s->change), s->change_given), s->change_home);
}

static mpos_err
answer_tender(const mpos_question *q, uint8_t *out)
{
    mpos_tender_currency currencies[MPOS_TENDER_CURRENCIES_MAX];
    mpos_tender tenders[MPOS_TENDERS_MAX];
    mpos_tendered tendered[MPOS_TENDERS_MAX];
    mpos_bill bill = {.total = get_amount(q->body + 4),
                      .tip = get_amount(q->body + 12),
                      .mode = q->body[0],
                      .change_currency = q->body[1],
                      .currency_count = q->body[2],
                      .tender_count = q->body[3],
                      .currencies = currencies,
                      .tenders = tenders};
    mpos_settlement settlement;
    mpos_err err;

    read_currencies(q, currencies);
    read_tenders(q, tenders);
    err = mpos_settle(&bill, &settlement, tendered);
    if (err != MPOS_OK) {
        return err;
    }
    out = put_settlement(out, &settlement);
    for (size_t i = 0; i < bill.tender_count; i++) {
        out =
            put_amount(put_amount(put_amount(out, tendered[i].value), tendered[i].paid), tendered[i].change);
    }
    return MPOS_OK;
}

static mpos_err
answer_body(const mpos_question *q, void *work, size_t work_size, uint8_t *out, size_t *size)
{
    switch (q->kind) {
    case 'P':
        return price_cart(&q->cart, work, work_size, out, *size, size);
    case 'S':
        return answer_sale(q, work, work_size, out, size);
    case 'B':
        return answer_refund(q, work, work_size, out);
    case 'A':
        return answer_apportion(q, work, out);
    case 'R':
        return answer_round(q, out);
    default:
        return answer_tender(q, out);
    }
}

mpos_err
mpos_answer(const mpos_question *question, void *work, size_t work_size, uint8_t *out, size_t capacity,
            size_t *size_out)
{
    size_t size;
    mpos_err err;

    if (work_size < mpos_answer_work(question) || capacity < mpos_answer_size(question)) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    size = mpos_answer_size(question) - MPOS_ANSWER_HEAD;
    err = answer_body(question, work, work_size, out + MPOS_ANSWER_HEAD, &size);
    if (err == MPOS_OK) {
        mpos_put_u16(out, 0);
        *size_out = MPOS_ANSWER_HEAD + size;
    }
    return err;
}

size_t
mpos_answer_error(mpos_err err, uint8_t out[MPOS_ANSWER_HEAD])
{
    mpos_put_u16(out, (uint16_t)err);
    return MPOS_ANSWER_HEAD;
}
