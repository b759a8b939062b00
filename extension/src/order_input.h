/*
 * order_input.h - the body of an order that is placed, and the part of it that decides a price, which a preview has too.
 * Words: order, circumstances.
 */
#ifndef MPOS_ORDER_INPUT_H
#define MPOS_ORDER_INPUT_H

#include "postgres.h"

#include "cart.h"
#include "input.h"
#include "pii_store.h"
#include "rule_shape.h" /* words of channels and places */

/* A row of the catalogue as somebody is typing it; the row itself is read by those who write rows (rows.h). */
typedef struct mpos_edit_in {
    uint32 given;
    const char *entity;
    const JsonbContainer *row;
} mpos_edit_in;

typedef struct mpos_place_in {
    uint32 given;

    /* what decides the price; these fields have the same numbers in both shapes */
    int channel;
    mpos_list lines;     /* mpos_line_in */
    mpos_list discounts; /* mpos_discount_in */
    uint8 catalogue[32];
    mpos_customer customer;
    int64 at; /* local minute */
    int place;
    int64 guests;
    uint8 customer_group_id[16];
    mpos_list coupons; /* const char * */
    bool exempt;
    mpos_list waive; /* uint8[16] */

    /* of a preview */
    bool draft;
    mpos_edit_in edit;

    /* of an order */
    uint8 id[16];
    const char *table;
    bool send;
    mpos_list payments;
    uint8 priced_hash[32];
    int64 receipt_n;
    uint8 note[32];
    uint8 kitchen_note[32];
    mpos_list pii;
    uint8 approval[16];
    const char *quote;
    const char *priced_form; /* base64 */
} mpos_place_in;

enum { MPOS_PREVIEW_DRAFT = 12, MPOS_PREVIEW_EDIT };
enum {
    MPOS_PLACE_CHANNEL,
    MPOS_PLACE_LINES,
    MPOS_PLACE_DISCOUNTS,
    MPOS_PLACE_CATALOGUE,
    MPOS_PLACE_CUSTOMER,
    MPOS_PLACE_AT,
    MPOS_PLACE_PLACE,
    MPOS_PLACE_GUESTS,
    MPOS_PLACE_CUSTOMER_GROUP,
    MPOS_PLACE_COUPONS,
    MPOS_PLACE_EXEMPT,
    MPOS_PLACE_WAIVE,
    MPOS_PLACE_ID, /* of the shape of orders from here on */
    MPOS_PLACE_TABLE,
    MPOS_PLACE_SEND,
    MPOS_PLACE_PAYMENTS,
    MPOS_PLACE_PRICED_HASH,
    MPOS_PLACE_RECEIPT_N,
    MPOS_PLACE_NOTE,
    MPOS_PLACE_KITCHEN_NOTE,
    MPOS_PLACE_PII,
    MPOS_PLACE_APPROVAL,
    MPOS_PLACE_QUOTE,
    MPOS_PLACE_PRICED_FORM
};

extern const mpos_shape mpos_place_shape;
extern const mpos_shape mpos_preview_shape;

#endif
