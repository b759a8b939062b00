/* shift_sums.h - the one row of sums per shift, read and written past the executor. Words: sums, tax, drawer. */
#ifndef MPOS_SHIFT_SUMS_H
#define MPOS_SHIFT_SUMS_H

#include "postgres.h"

#include "shift.h"

/* Amounts under one tax of one rate. */
typedef struct mpos_shift_tax {
    uint8 id[16];
    int64 rate;
    int64 included;
    int64 base;
    int64 amount;
    int64 refund_base;
    int64 refund_amount;
} mpos_shift_tax;

/* Cash in one other currency. */
typedef struct mpos_shift_currency {
    char code[4];
    int64 exponent;
    int64 count;
    int64 value;  /* of what was paid, in the business's currency */
    int64 amount; /* in the drawer: taken less change, its own minor units */
} mpos_shift_currency;

typedef struct mpos_shift_sums {
    int64 sales;
    int64 gross;
    int64 discount;
    int64 net;
    int64 tax;
    int64 total;
    int64 cash_count;
    int64 cash_amount;
    int64 refunds;
    int64 refund_total;
    int64 refund_cash;
    int64 drawer; /* by payments, in the business's currency, tips with them */
    int64 rounding;
    int64 tip_count;
    int64 tip_amount;
    mpos_shift_tax *taxes;
    int tax_count;
    mpos_shift_currency *currencies;
    int currency_count;
} mpos_shift_sums;

/* A row of zeros. */
void
mpos_shift_sums_insert(const uint8 tenant[16], const uint8 shift[16]);

/* Raises when there is no such row: every shift has one. */
void
mpos_shift_sums_get(const uint8 tenant[16], const uint8 shift[16], mpos_shift_sums *out);

/* Of a shift that is being closed. */
typedef struct mpos_shift_count {
    uint32 given;
    const char *currency;
    int64 counted;
} mpos_shift_count;

/* shift_json.c: members of the shift's JSON. */
void
mpos_shift_sums_json(mpos_call *call, StringInfo out, const uint8 shift[16], const mpos_shift_sums *sums);

/* counts: mpos_shift_count of a shift that is being closed, NULL for an open one. */
void
mpos_shift_currencies_json(StringInfo out, const char *key, const mpos_shift_sums *sums,
                           const mpos_list *counts);

/* Cash of the business's currency that should be in the drawer. */
int64
mpos_shift_expected(const mpos_shift_sums *sums, int64 float_amount);

#endif
