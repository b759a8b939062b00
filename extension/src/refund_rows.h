/* refund_rows.h - refunds between memory and tables, and their JSON. Words: refund, payout, remainder. */
#ifndef MPOS_REFUND_ROWS_H
#define MPOS_REFUND_ROWS_H

#include "refund.h"
#include "order_rows.h"

typedef struct mpos_refund_part {
    uint8 line[16];
    int64 qty;
    mpos_refunded amounts;
    int at; /* in the order's priced cart; not stored */
} mpos_refund_part;

typedef struct mpos_refund {
    uint8 id[16];
    uint8 order[16];
    uint8 device[16];
    bool has_staff;
    uint8 staff[16];
    bool has_approver;
    uint8 approver[16];
    uint8 shift[16];
    mpos_refunded sum;
    int64 amount; /* paid out */
    const char *reason;
    bool restocked;
    const char *receipt;
    bool exceeded; /* beyond the limit of who gave it */
    uint8 transaction[16];
    int64 created_us;

    mpos_refund_part *parts;
    int part_count;
} mpos_refund;

/* All refunds of an order, oldest first, with their lines. */
mpos_refund *
mpos_refunds_load(mpos_call *call, const uint8 order[16], int *count);

void
mpos_refund_insert(mpos_call *call, const mpos_order *order, const mpos_refund *refund);

/* Writes payment state, refunded and flags of the order, and counts its version up. */
void
mpos_refund_update_order(mpos_call *call, mpos_order *order);

/* What a person has refunded in a shift by their own limit; 0 for nobody. The register's row is locked. */
int64
mpos_refund_sum(mpos_call *call, const uint8 shift[16], const uint8 staff[16]);

void
mpos_refund_sum_add(mpos_call *call, const uint8 shift[16], const uint8 staff[16], int64 amount);

/* The refund as the API writes it. */
void
mpos_refund_json(StringInfo out, const char *key, const mpos_refund *refund);

#endif
