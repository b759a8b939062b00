/* tender.c - see tender.h. Everything is calculated above zero; a bill that is paid out is mirrored first and last. */
#include "tender.h"

#include <stddef.h>

#include "money.h"
#include "wide.h"

static const int64_t powers[MPOS_CURRENCY_EXPONENT_MAX + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000};

/* The bill as it is being settled. */
typedef struct counter {
    const mpos_bill *bill;
    int64_t sign; /* -1 for a bill that is paid out */
    mpos_rounding_mode mode;
    int settled;
    mpos_settlement out;
    mpos_tendered tendered[MPOS_TENDERS_MAX];
} counter;

/* What is towards plus infinity is towards minus infinity in the mirror. */
static mpos_rounding_mode
mirrored(mpos_rounding_mode mode)
{
    return mode == MPOS_ROUND_CEILING ? MPOS_ROUND_FLOOR
           : mode == MPOS_ROUND_FLOOR ? MPOS_ROUND_CEILING
                                      : mode;
}

/* One minor unit of the currency in minor units of the order's, as a fraction: *numerator / *denominator. */
static void
exchange(const mpos_bill *bill, const mpos_tender_currency *currency, int64_t factor, mpos_wide *numerator,
         mpos_wide *denominator)
{
    *numerator = (mpos_wide)currency->rate * factor * powers[bill->currencies[0].exponent];
    *denominator = (mpos_wide)MPOS_RATE_ONE * MPOS_RATE_ONE * powers[currency->exponent];
}

/* amount at rate x factor (scale 9), rounded to a minor unit of the order's currency. */
static mpos_err
value_at(const mpos_bill *bill, uint8_t at, int64_t factor, int64_t amount, mpos_rounding_mode mode,
         int64_t *out)
{
    mpos_wide numerator;
    mpos_wide denominator;

    if (at == 0) {
        *out = amount;
        return MPOS_OK;
    }
    exchange(bill, &bill->currencies[at], factor, &numerator, &denominator);
    if (__builtin_mul_overflow(numerator, (mpos_wide)amount, &numerator)) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    return mpos_round_ratio(numerator, denominator, 1, mode, out);
}

static mpos_err
check_currency(const mpos_tender_currency *currency)
{
    if (currency->exponent > MPOS_CURRENCY_EXPONENT_MAX) {
        return MPOS_E_INVALID_VALUE;
    }
    return currency->rate < 1 || currency->rate > MPOS_CURRENCY_RATE_MAX || currency->spread < 0 ||
                   currency->spread >= MPOS_RATE_ONE || currency->cash_increment < 1 ||
                   currency->cash_increment > MPOS_AMOUNT_MAX
               ? MPOS_E_OUT_OF_RANGE
               : MPOS_OK;
}

static int
in_range(int64_t amount)
{
    return amount >= -MPOS_AMOUNT_MAX && amount <= MPOS_AMOUNT_MAX;
}

static mpos_err
check_currencies(const mpos_bill *bill)
{
    mpos_err err = MPOS_OK;

    if (bill->currency_count > MPOS_TENDER_CURRENCIES_MAX || bill->tender_count > MPOS_TENDERS_MAX) {
        return MPOS_E_TOO_MANY;
    }
    if (bill->mode >= MPOS_ROUNDING_MODES || bill->currency_count == 0 ||
        bill->change_currency >= bill->currency_count) {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; err == MPOS_OK && i < bill->currency_count; i++) {
        err = check_currency(&bill->currencies[i]);
    }
    if (err == MPOS_OK && (bill->currencies[0].rate != MPOS_RATE_ONE || bill->currencies[0].spread != 0)) {
        return MPOS_E_CURRENCY;
    }
    return err;
}

static mpos_err
check_bill(const counter *c)
{
    const mpos_bill *bill = c->bill;
    mpos_err err = check_currencies(bill);

    if (err != MPOS_OK) {
        return err;
    }
    if (!in_range(bill->total) || !in_range(bill->tip) || c->sign * bill->tip < 0) {
        return MPOS_E_OUT_OF_RANGE;
    }
    for (size_t i = 0; i < bill->tender_count; i++) {
        const mpos_tender *tender = &bill->tenders[i];

        if (tender->kind > MPOS_TENDER_CASH || tender->flags > MPOS_TENDER_KEEP ||
            tender->currency >= bill->currency_count) {
            return MPOS_E_INVALID_VALUE;
        }
        if (!in_range(tender->amount) || !in_range(tender->tip) || c->sign * tender->amount < 0 ||
            c->sign * tender->tip < 0) {
            return MPOS_E_OUT_OF_RANGE;
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_tender_value(const mpos_bill *bill, uint8_t currency, int64_t amount, int64_t *out)
{
    mpos_err err = check_currencies(bill);

    if (err == MPOS_OK && (currency >= bill->currency_count || !in_range(amount))) {
        err = MPOS_E_OUT_OF_RANGE;
    }
    return err == MPOS_OK ? value_at(bill, currency, MPOS_RATE_ONE - bill->currencies[currency].spread,
                                     amount, (mpos_rounding_mode)bill->mode, out)
                          : err;
}

/* The least multiple of the coin whose value reaches due: found from the quotient, as rounding moves it by less than one. */
static mpos_err
least_amount(const mpos_bill *bill, uint8_t at, int64_t coin, int64_t due, mpos_rounding_mode mode,
             int64_t *out)
{
    int64_t factor = MPOS_RATE_ONE - bill->currencies[at].spread;
    mpos_wide numerator;
    mpos_wide denominator;
    int64_t amount;
    int64_t value;
    mpos_err err;

    exchange(bill, &bill->currencies[at], factor, &numerator, &denominator);
    if (due == 0) {
        *out = 0;
        return MPOS_OK;
    }
    if (__builtin_mul_overflow(denominator, (mpos_wide)due, &denominator)) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    err = mpos_round_ratio(denominator, numerator, coin, MPOS_ROUND_UP, &amount);
    if (err == MPOS_OK && amount >= coin) {
        err = value_at(bill, at, factor, amount - coin, mode, &value);
        amount -= err == MPOS_OK && value >= due ? coin : 0;
    }
    if (err == MPOS_OK) {
        *out = amount;
    }
    return err;
}

mpos_err
mpos_tender_ask(const mpos_bill *bill, uint8_t currency, mpos_tender_kind kind, int64_t due, int64_t *out)
{
    mpos_err err = check_currencies(bill);
    int64_t coin;

    if (err == MPOS_OK && (currency >= bill->currency_count || due < 0 || !in_range(due) ||
                           (unsigned)kind > MPOS_TENDER_CASH)) {
        err = MPOS_E_OUT_OF_RANGE;
    }
    if (err != MPOS_OK) {
        return err;
    }
    coin = kind == MPOS_TENDER_CASH ? bill->currencies[currency].cash_increment : 1;
    if (currency == 0) {
        return mpos_round_ratio(due, 1, coin, (mpos_rounding_mode)bill->mode, out);
    }
    return least_amount(bill, currency, coin, due, (mpos_rounding_mode)bill->mode, out);
}

/* Pays `value` of what is left and, when that settles the bill, books what cash made of it. */
static void
pay(counter *c, size_t at, int64_t paid, int64_t rounding)
{
    c->tendered[at].paid = paid;
    c->out.left -= paid;
    c->out.rounding += rounding;
    c->settled = c->out.left == 0;
}

/* A card pays its value; of a foreign one the least amount that reaches the rest may be worth a little more. */
static mpos_err
take_exact(counter *c, size_t at, const mpos_tender *tender, int64_t value)
{
    int64_t over = value - c->out.left;
    int64_t least;

    if (over <= 0) {
        pay(c, at, value, 0);
        return MPOS_OK;
    }
    if ((tender->flags & MPOS_TENDER_KEEP) != 0) {
        c->out.tip += over;
        c->out.due += over;
        c->out.left += over;
        pay(c, at, value, 0);
        return MPOS_OK;
    }
    if (tender->currency == 0 ||
        least_amount(c->bill, tender->currency, 1, c->out.left, c->mode, &least) != MPOS_OK ||
        least != c->sign * tender->amount) {
        return MPOS_E_AMOUNT_ABOVE_DUE;
    }
    pay(c, at, c->out.left, over);
    return MPOS_OK;
}

/* The part of the change that the change currency's coins can give; the rest is rounded to the order's coins. */
static mpos_err
give_change(counter *c, int64_t over, int64_t *value)
{
    const mpos_bill *bill = c->bill;
    const mpos_tender_currency *currency = &bill->currencies[bill->change_currency];
    int64_t factor = MPOS_RATE_ONE + currency->spread;
    int64_t given = 0;
    int64_t worth = 0;
    int64_t home;
    mpos_err err = MPOS_OK;

    if (bill->change_currency != 0) {
        mpos_wide numerator;
        mpos_wide denominator;

        exchange(bill, currency, factor, &numerator, &denominator);
        if (__builtin_mul_overflow(denominator, (mpos_wide)over, &denominator)) {
            return MPOS_E_AMOUNT_OVERFLOW;
        }
        err = mpos_round_ratio(denominator, numerator, currency->cash_increment, MPOS_ROUND_DOWN, &given);
        err = err == MPOS_OK ? value_at(bill, bill->change_currency, factor, given, MPOS_ROUND_DOWN, &worth)
                             : err;
    }
    err = err == MPOS_OK
              ? mpos_round_ratio(over - worth, 1, bill->currencies[0].cash_increment, c->mode, &home)
              : err;
    if (err == MPOS_OK) {
        c->out.change_given = given;
        c->out.change_home = home;
        *value = worth + home;
    }
    return err;
}

static mpos_err
take_cash(counter *c, size_t at, const mpos_tender *tender, int64_t value)
{
    int64_t payable;
    int64_t change = 0;
    mpos_err err = mpos_round_ratio(c->out.left, 1, c->bill->currencies[0].cash_increment, c->mode, &payable);

    if (err != MPOS_OK) {
        return err;
    }
    if (value < payable) {
        pay(c, at, value, 0);
        return MPOS_OK;
    }
    if ((tender->flags & MPOS_TENDER_KEEP) != 0) {
        c->out.tip += value - payable;
        c->out.due += value - payable;
        c->out.left += value - payable;
    } else {
        err = give_change(c, value - payable, &change);
    }
    if (err == MPOS_OK) {
        c->out.change = change;
        c->tendered[at].change = change;
        pay(c, at, c->out.left, value - change - c->out.left);
    }
    return err;
}

static mpos_err
take_tender(counter *c, size_t at)
{
    const mpos_tender *tender = &c->bill->tenders[at];
    int64_t factor = MPOS_RATE_ONE - c->bill->currencies[tender->currency].spread;
    int64_t value;
    mpos_err err = value_at(c->bill, tender->currency, factor, c->sign * tender->amount, c->mode, &value);

    if (err != MPOS_OK) {
        return err;
    }
    if (c->sign * tender->tip > value) {
        return MPOS_E_OUT_OF_RANGE;
    }
    if (c->settled) {
        return value == 0 ? MPOS_OK : MPOS_E_NOTHING_DUE; /* nothing more is given, the change stays */
    }
    c->tendered[at].value = value;
    return tender->kind == MPOS_TENDER_CASH ? take_cash(c, at, tender, value)
                                            : take_exact(c, at, tender, value);
}

static void
mirror(counter *c)
{
    int64_t *amounts[] = {&c->out.due,    &c->out.left,         &c->out.payable,
                          &c->out.tip,    &c->out.paid,         &c->out.rounding,
                          &c->out.change, &c->out.change_given, &c->out.change_home};

    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        *amounts[i] *= c->sign;
    }
    for (size_t i = 0; i < c->bill->tender_count; i++) {
        c->tendered[i].value *= c->sign;
        c->tendered[i].paid *= c->sign;
        c->tendered[i].change *= c->sign;
    }
}

static mpos_err
add_tips(counter *c)
{
    mpos_err err = MPOS_OK;

    c->out.tip = c->sign * c->bill->tip;
    for (size_t i = 0; err == MPOS_OK && i < c->bill->tender_count; i++) {
        err = mpos_money_add(c->out.tip, c->sign * c->bill->tenders[i].tip, &c->out.tip);
    }
    err = err == MPOS_OK ? mpos_money_add(c->sign * c->bill->total, c->out.tip, &c->out.due) : err;
    c->out.left = c->out.due;
    c->settled = c->out.due == 0;
    return err;
}

mpos_err
mpos_settle(const mpos_bill *bill, mpos_settlement *out, mpos_tendered *tendered)
{
    counter c = {.bill = bill, .sign = bill->total < 0 ? -1 : 1};
    mpos_err err = check_bill(&c);

    c.mode = (mpos_rounding_mode)bill->mode;
    c.mode = c.sign < 0 ? mirrored(c.mode) : c.mode;
    err = err == MPOS_OK ? add_tips(&c) : err;
    for (size_t i = 0; err == MPOS_OK && i < bill->tender_count; i++) {
        err = take_tender(&c, i);
    }
    err = err == MPOS_OK
              ? mpos_round_ratio(c.out.left, 1, bill->currencies[0].cash_increment, c.mode, &c.out.payable)
              : err;
    if (err == MPOS_OK) {
        c.out.paid = c.out.due - c.out.left;
        mirror(&c);
        *out = c.out;
        for (size_t i = 0; i < bill->tender_count; i++) {
            tendered[i] = c.tendered[i];
        }
    }
    return err;
}
