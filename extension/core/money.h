/*
 * money.h - exact amounts of money as counts of minor units (cents), and the currencies' exponents.
 * Words: amount, minor unit, currency, exponent.
 *
 * An amount is an int64_t in minor units of one currency; which currency is said once, by the cart or the
 * order that holds it. Every amount of M_POS lies within +-MPOS_AMOUNT_MAX, so that JSON, pages and
 * spreadsheets hold it exactly and products with a rate or a quantity always fit 128 bits. Leaving that range
 * is AMOUNT_OVERFLOW.
 */
#ifndef MPOS_CORE_MONEY_H
#define MPOS_CORE_MONEY_H

#include <stdint.h>

#include "err.h"

#define MPOS_AMOUNT_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

/* *out = a + b, AMOUNT_OVERFLOW when the sum is outside +-MPOS_AMOUNT_MAX. */
mpos_err
mpos_money_add(int64_t a, int64_t b, int64_t *out);

/* Number of decimals of an ISO 4217 currency (0, 2, 3 or 4) for its three capital letters; CURRENCY when
 * unknown. */
mpos_err
mpos_currency_exponent(const char currency[3], int *out);

/* Room for any text that mpos_money_text writes. */
#define MPOS_MONEY_TEXT_SIZE 24

/*
 * Writes the amount in the currency's unit with all its decimals (exponent 0 to 4) and a terminator: -5 with exponent 2 is
 * "-0.05", 20000 with exponent 3 is "20.000". No separators of thousands: pages format by the reader's language.
 */
void
mpos_money_text(int64_t amount, int exponent, char out[MPOS_MONEY_TEXT_SIZE]);

#endif
