/* receipt.h - the parts that receipts of sales and of refunds are made of. Words: receipt, heading. */
#ifndef MPOS_RECEIPT_H
#define MPOS_RECEIPT_H

#include "journal_store.h"
#include "order_rows.h"

typedef struct mpos_heading {
    const char *business;
    const char *outlet;
    const char *time; /* local, to the minute */
    int exponent;
} mpos_heading;

/* Business, outlet and the time at µs since 1970 there. */
void
mpos_receipt_heading(mpos_call *call, int64 at_us, mpos_heading *out);

/* Adds a line of 42 characters: text on the left, an amount on the right ("" for none). */
void
mpos_receipt_print(StringInfo out, const char *left, const char *right);

/* 1234 with exponent 2 is "12.34". */
char *
mpos_receipt_money(int64 amount, int exponent);

/* The members "journal" and "check" for the entry of a transaction in the outlet's journal; refuses when it is not there. */
mpos_err
mpos_receipt_find_entry(mpos_call *call, const uint8 transaction[16], mpos_journal_row *journal,
                        mpos_entry_ref *ref);
void
mpos_receipt_journal(StringInfo out, const mpos_entry_ref *ref, const char *journal_origin);

#endif
