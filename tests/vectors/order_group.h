/*
 * order_group.h - one of the carts that an order is made of (see order_case.h): filled, priced by the current host, and added to
 * the result. Words: group, purpose.
 */
#ifndef MPOS_VECTORS_ORDER_GROUP_H
#define MPOS_VECTORS_ORDER_GROUP_H

#include "order_case.h"

/* What a cart's amounts are to the result. */
typedef enum purpose { SALE, RESTATED_NET, RESTATED_GROSS, BESIDE } purpose;

/* One cart: some of the lines, with their indexes in the order. */
typedef struct group {
    purpose purpose;
    int sign;
    uint32_t mask; /* the order's discounts that its lines have */
    tax_kind kind; /* of BESIDE: which taxes are taken of the net */
    int apart;
    mpos_cart cart;
    mpos_cart_tax taxes[MPOS_CART_TAXES_MAX];
    mpos_cart_line lines[CASE_LINES_MAX];
    size_t line_at[CASE_LINES_MAX];
    uint16_t line_taxes[CASE_LINES_MAX][MPOS_LINE_TAXES_MAX];
    size_t tax_at[CASE_LINES_MAX][MPOS_LINE_TAXES_MAX]; /* place among the line's taxes */
    int64_t lack[CASE_LINES_MAX]; /* of the price to its included amounts, given back untaxed */
    mpos_cart_discount discounts[CASE_LIST_MAX];
    size_t discount_at[CASE_LIST_MAX];
} group;

/* A group without lines; the caller gives it to price_group. */
group *
new_group(const order_in *in, purpose purpose, int sign);

/* Rounds in that mode, as it is seen from above zero. */
void
set_mode(group *g, uint8_t mode);

/* Adds line i; of another purpose than a sale as one piece of what it came out as. */
void
add_line(group *g, const order_case *c, size_t i);

/* Adds the discounts of the order that its lines have: those of the price, or those of another base. */
void
add_discounts(group *g, const order_in *in, int restated);

/* Prices the group, adds it to the result, and frees it. */
void
price_group(order_case *c, group *g);

#endif
