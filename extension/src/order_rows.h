/*
 * order_rows.h - orders, lines and payments between memory and tables, and their JSON. Words: order, line, payment.
 */
#ifndef MPOS_ORDER_ROWS_H
#define MPOS_ORDER_ROWS_H

#include "postgres.h"

#include "call.h"
#include "cart.h"
#include "order.h"

#define MPOS_ORDER_FLAGS_MAX 8

typedef enum mpos_line_state { MPOS_LINE_NEW, MPOS_LINE_SENT, MPOS_LINE_VOIDED } mpos_line_state;

typedef struct mpos_order_line {
    uint8 id[16];
    bool has_parent;
    uint8 parent[16];
    uint8 item[16];
    int position;
    bool has_variant;
    uint8 variant[16];
    const char *name;
    const char *station; /* NULL: nothing to prepare */
    bool stocked;
    int64 qty;
    int64 unit_price;
    const char *modifiers; /* JSON: [{"id","name","price","qty"}] */
    int64 gross;
    int64 discount;
    int64 tax;
    int64 total;
    int course;
    mpos_line_state state;
} mpos_order_line;

/* Cash in another currency. Amounts in its minor units; rate and spread have scale 9. */
typedef struct mpos_exchange {
    char currency[4];
    int exponent;
    int64 tendered;
    int64 rate;
    int64 spread;
    int64 change;      /* given back in it */
    int64 home_change; /* the rest, in the order's currency */
} mpos_exchange;

typedef struct mpos_order_payment {
    uint8 id[16];
    int64 amount;   /* taken in for the order */
    int64 tip;      /* taken in beside it */
    int64 tendered; /* value of what was handed over; what is above amount and tip is change */
    int64 rounding; /* paid by rounding to the coins there are; amount + rounding counts */
    int64 at_us;
    const mpos_exchange *exchange; /* NULL: in the order's currency */
} mpos_order_payment;

typedef struct mpos_order {
    uint8 id[16];
    uint8 outlet[16];
    uint8 device[16];
    uint8 staff[16];
    bool has_shift;
    uint8 shift[16];
    const char *channel;
    const char *table; /* NULL for none */
    mpos_order_state state;
    mpos_payment_state payment_state;
    int version;
    const char *currency;
    int64 gross;
    int64 discount;
    int64 net;
    int64 tax;
    int64 total;
    int64 paid;
    int64 refunded; /* 0 until something was given back */
    uint8 catalogue[32];
    const bytea *form;
    const bytea *basket; /* core/basket.h; NULL once paid, and of orders from before there were rules */
    uint8 priced_hash[32];
    const char *receipt; /* NULL until paid */
    const char *call_number;
    const char *flags[MPOS_ORDER_FLAGS_MAX];
    int flag_count;
    uint8 transaction[16];
    int64 created_us;

    mpos_circumstances in;  /* that it was sold in */
    bool has_circumstances; /* false: from before there were rules */
    bool has_customer;
    uint8 customer[16];
    const char *coupons[MPOS_BASKET_COUPONS_MAX];
    int coupon_count;
    const uint8 (*waived)[16]; /* charges, of an order that is placed */
    int waived_count;

    mpos_order_line *lines;
    int line_count;
    mpos_order_payment *payments;
    int payment_count;
} mpos_order;

/* Is the id in use by any order of the tenant? */
bool
mpos_order_exists(const uint8 tenant[16], const uint8 id[16]);

/* Takes the amounts, form and hash of a priced cart. */
void
mpos_order_take_prices(mpos_order *order, const mpos_priced_cart *cart);

/* Reads the order's priced form in the current context. */
void
mpos_order_form(const mpos_order *order, mpos_cart *cart, mpos_priced *priced);

/* Appends the cart's new lines to order->lines, and brings the amounts of all lines up to the cart's. */
void
mpos_order_take_lines(mpos_order *order, const mpos_priced_cart *cart);

/* May lines still come or go? As long as they may, the basket is kept. */
bool
mpos_order_stays_open(const mpos_order *order);

/* Adds a flag once. */
void
mpos_order_flag(mpos_order *order, const char *flag);

/* Order, lines and payments in one statement. Raises ID_TAKEN when another call was faster with the id. */
void
mpos_order_insert(mpos_call *call, const mpos_order *order);

/* The order with that id of the context's outlet, locked when asked; false when there is none. Without lines. */
bool
mpos_order_load(mpos_call *call, const uint8 id[16], bool lock, mpos_order *out);

/* Its lines by position, and its payments by time. */
void
mpos_order_load_lines(mpos_call *call, mpos_order *order);
void
mpos_order_load_payments(mpos_call *call, mpos_order *order);

/* State, payment state, paid, receipt, shift, flags and transaction, and whether the basket is kept; counts the version up. */
void
mpos_order_update_state(mpos_call *call, mpos_order *order);

/* Amounts, form, basket and the state; counts the version up. */
void
mpos_order_update_prices(mpos_call *call, mpos_order *order);

/* Inserts lines[first...]. */
void
mpos_order_insert_lines(mpos_call *call, const mpos_order *order, int first);

/* Writes unit price, amounts and state of lines[0..count) back. */
void
mpos_order_update_lines(mpos_call *call, const mpos_order *order, int count);

void
mpos_order_insert_payment(mpos_call *call, const mpos_order *order, const mpos_order_payment *payment);

/* The order as the API writes it; lines and payments must be loaded. */
void
mpos_order_json(mpos_call *call, StringInfo out, const char *key, const mpos_order *order);

/* The member "taxes" of an order or preview; names are those of the cart's catalogue. */
void
mpos_cart_taxes_json(mpos_call *call, StringInfo out, const mpos_cart *cart, const mpos_priced *priced);

/* The promotions that took something off a priced cart, in the order in which its lines name them first. */
typedef struct mpos_sale_promotion {
    uint8 id[16];
    int64 amount;
} mpos_sale_promotion;

typedef struct mpos_sale_promotions {
    mpos_sale_promotion *list;
    int count;
    int room;
} mpos_sale_promotions;

void
mpos_cart_promotions(const mpos_cart *cart, const mpos_priced *priced, mpos_sale_promotions *out);

/* The members "promotions" and "charges". */
void
mpos_cart_rules_json(mpos_call *call, StringInfo out, const mpos_cart *cart, const mpos_priced *priced);

/* A payment as the API writes it. */
void
mpos_payment_json(StringInfo out, const mpos_order_payment *payment);

/* The value of what was given back. */
int64
mpos_payment_change(const mpos_order_payment *payment);

/* Fills call->body with {"order":...} and the status. */
void
mpos_order_answer(mpos_call *call, const mpos_order *order, int status);

const char *
mpos_line_state_text(mpos_line_state state);

#endif
