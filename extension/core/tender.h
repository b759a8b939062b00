/*
 * tender.h - how a bill is paid: cash rounding, several tenders, tips, change, other currencies with rate and spread.
 * Words: bill, due, left, tender, value, payable, tip, change, rate, spread.
 *
 * due = total + tips. Tenders are taken in their order; each has a value in the order's currency and takes off what is left:
 *
 *   exact   card, voucher, account: pays its value. More than what is left is refused.
 *   cash    settles the bill when its value reaches the payable, what is left rounded to the currency's cash increment;
 *           what is over it is change. Less pays its value and rounds nothing.
 *
 * Rounding is what cash made of the due amount, an account of its own (below zero: the house gave it). Whatever happens,
 *
 *   sum of values = due - left + rounding + change        change = value of change_given + change_home
 *
 * A bill below zero is paid out: amounts and tips are then not above zero, and everything is the mirror image.
 */
#ifndef MPOS_CORE_TENDER_H
#define MPOS_CORE_TENDER_H

#include <stdint.h>

#include "err.h"
#include "money.h"
#include "quantity.h"
#include "rounding.h"

#define MPOS_TENDERS_MAX 50                              /* of one bill */
#define MPOS_TENDER_CURRENCIES_MAX 32                    /* the order's and others */
#define MPOS_CURRENCY_EXPONENT_MAX 6                     /* decimals of a currency */
#define MPOS_CURRENCY_RATE_MAX INT64_C(1000000000000000) /* a million for one, scale 9 */

/* Values are part of the binary form. */
typedef enum mpos_tender_kind { MPOS_TENDER_EXACT = 0, MPOS_TENDER_CASH = 1 } mpos_tender_kind;

/* KEEP: what is over the payable is a tip, no change. */
typedef enum mpos_tender_flag { MPOS_TENDER_KEEP = 1 } mpos_tender_flag;

/*
 * A currency that is taken. rate: of the order's currency for one of this (scale 9, above zero). spread (scale 9, below one):
 * the house takes at rate x (1 - spread) and gives change at rate x (1 + spread). The first of a bill is the order's: rate
 * MPOS_RATE_ONE, spread 0.
 */
typedef struct mpos_tender_currency {
    char code[3];
    uint8_t exponent;
    int64_t rate;
    int64_t spread;
    int64_t cash_increment; /* smallest coin, minor units of this currency, at least 1 */
} mpos_tender_currency;

typedef struct mpos_tender {
    uint8_t kind;     /* mpos_tender_kind */
    uint8_t flags;    /* mpos_tender_flag */
    uint8_t currency; /* index into bill->currencies */
    int64_t amount;   /* handed over, minor units of its currency */
    int64_t tip;      /* of this tender, minor units of the order's currency; its amount holds it */
} mpos_tender;

/* All memory is the caller's and only read. */
typedef struct mpos_bill {
    int64_t total;           /* of the order, minor units */
    int64_t tip;             /* agreed before paying */
    uint8_t mode;            /* mpos_rounding_mode of cash and of conversions */
    uint8_t change_currency; /* index: the currency that change is given in as far as its coins reach */
    uint8_t currency_count;  /* at least 1 */
    uint8_t tender_count;
    const mpos_tender_currency *currencies;
    const mpos_tender *tenders;
} mpos_bill;

/* Minor units of the order's currency where nothing else is said. */
typedef struct mpos_settlement {
    int64_t due;          /* total and all tips */
    int64_t left;         /* still to be paid */
    int64_t payable;      /* what cash in the order's currency would pay of what is left */
    int64_t tip;          /* all tips */
    int64_t paid;         /* of the due amount: due - left */
    int64_t rounding;     /* made by cash */
    int64_t change;       /* given back, in value */
    int64_t change_given; /* of it in the change currency, its minor units; 0 when that is the order's */
    int64_t change_home;  /* the rest of it */
} mpos_settlement;

/* One for each tender. */
typedef struct mpos_tendered {
    int64_t value;  /* of its amount */
    int64_t paid;   /* of the due amount */
    int64_t change; /* given back for it, in value */
} mpos_tendered;

/* The value of an amount of that currency in the order's, as the house takes it. OUT_OF_RANGE, AMOUNT_OVERFLOW. */
mpos_err
mpos_tender_value(const mpos_bill *bill, uint8_t currency, int64_t amount, int64_t *out);

/* The least amount of that currency whose value reaches `due` (not below zero); of cash in its smallest coin. */
mpos_err
mpos_tender_ask(const mpos_bill *bill, uint8_t currency, mpos_tender_kind kind, int64_t due, int64_t *out);

/*
 * Settles the bill; tendered has room for bill->tender_count. Errors: TOO_MANY, INVALID_VALUE (enum value, index), CURRENCY
 * (the first is not the order's), OUT_OF_RANGE (rate, spread, coin, an amount of the wrong sign, a tip above its tender),
 * AMOUNT_ABOVE_DUE (an exact tender above what is left), NOTHING_DUE (a tender after the bill was settled),
 * AMOUNT_OVERFLOW. On failure nothing has been written.
 */
mpos_err
mpos_settle(const mpos_bill *bill, mpos_settlement *out, mpos_tendered *tendered);

#endif
