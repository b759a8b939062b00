/* shift_sums.h - the one row of sums per shift, read and written past the executor. Words: sums, tax. */
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
    mpos_shift_tax *taxes;
    int tax_count;
} mpos_shift_sums;

/* A row of zeros. */
void
mpos_shift_sums_insert(const uint8 tenant[16], const uint8 shift[16]);

/* Raises when there is no such row: every shift has one. */
void
mpos_shift_sums_get(const uint8 tenant[16], const uint8 shift[16], mpos_shift_sums *out);

#endif
