/*
 * pricing_case.h - a pricing vector turned into a cart. Words: case, cart, decimal, exponent.
 *
 * Money of a vector is a decimal in the currency's unit (or, with "unit": "minor", an integer). The case's arrays hold
 * everything the cart points to.
 */
#ifndef MPOS_VECTORS_PRICING_CASE_H
#define MPOS_VECTORS_PRICING_CASE_H

#include "pricing.h"
#include "runner.h"

enum { CASE_LINES_MAX = 200, CASE_LIST_MAX = 10 };

typedef struct pricing_case {
    report *r;
    int exponent;
    const char *tax_names[MPOS_CART_TAXES_MAX];
    mpos_cart cart;
    mpos_cart_tax taxes[MPOS_CART_TAXES_MAX];
    mpos_cart_discount order_discounts[CASE_LIST_MAX];
    mpos_cart_line lines[CASE_LINES_MAX];
    size_t item_count; /* lines of the case; charges follow them */
    int64_t invoice_net;
    const int64_t *lines_net; /* of an invoice: the sum of its lines, before allowances and charges */
    mpos_cart_modifier modifiers[CASE_LINES_MAX][CASE_LIST_MAX];
    mpos_cart_discount discounts[CASE_LINES_MAX][CASE_LIST_MAX];
    uint16_t line_taxes[CASE_LINES_MAX][MPOS_LINE_TAXES_MAX];
    mpos_priced priced;
} pricing_case;

/* Decimals of the currency: of ISO 4217, 2 for others. */
int
case_exponent(const json_t *inputs);

/* A decimal (string, or an integer) at that scale; skips the case when it has another form or more decimals. */
int64_t
case_decimal(report *r, const json_t *value, int scale);

/* Reads rounding and inclusive_round; level and mode default to line and half_up. */
void
case_rounding(pricing_case *c, const json_t *inputs);

/* Builds the cart of an order, tax or cash_rounding case. */
void
case_read_order(pricing_case *c, const json_t *inputs);

/* Builds the cart of an invoice: one added tax per rate, rounded once per rate. */
void
case_read_invoice(pricing_case *c, const json_t *inputs);

/* Prices the cart; c->priced points into memory that the caller frees, NULL when the case is decided already. */
void *
case_price(pricing_case *c);

/* Compares each expected member with the priced cart; those not known here skip the case. */
void
case_compare(pricing_case *c, const json_t *expected);

/* The same for an order that is taken back (refund_case.c); refund_total is what comes back, below zero. */
void
compare_refund(pricing_case *c, const json_t *expected);

/* A session (session_case.c): orders by id with their tenders, against the sums of its report. */
void
run_session(const json_t *inputs, const json_t *expected, report *r);

/* Compares a decimal with an amount. */
void
case_expect(pricing_case *c, const char *what, const json_t *expected, int64_t amount);

#endif
