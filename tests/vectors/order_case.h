/*
 * order_case.h - an order of a vector: read into a cart, priced by the current host, compared. Words: order, group, result,
 * sign, kind, restated.
 *
 * Money of a vector is a decimal in the currency's unit (or, with "unit": "minor", an integer). A cart of the core is above
 * zero and has one base for its discounts, so what goes beyond is made of several carts, each priced by the core:
 *
 *   sign       lines below zero are a cart of their own, mirrored: what is taken back is the negative of a sale
 *   kinds      taxes below zero are taken of the net in a cart of their own and subtracted; so are those withheld, which
 *              are in no total but in what is payable
 *   apart      taxes with a rounding mode of their own, the same, and added
 *   restated   discounts "on" the net of prices with included taxes (or on the gross of prices without) are taken of the
 *              lines as they come out net (gross)
 *   targets    discounts of some of the lines only: those lines are a cart of their own
 */
#ifndef MPOS_VECTORS_ORDER_CASE_H
#define MPOS_VECTORS_ORDER_CASE_H

#include "host.h"
#include "pricing.h"
#include "runner.h"

enum {
    CASE_LINES_MAX = 200,
    CASE_LIST_MAX = MPOS_DISCOUNTS_MAX,
    CASE_BRACKETS_MAX = 16,
    CASE_MODIFIERS_MAX = MPOS_LINE_MODIFIERS_MAX
};

/* A percentage such as "8.875" as a rate of scale 9. */
enum { PERCENT_SCALE = MPOS_RATE_SCALE - 2 };

/*
 * A tax that is added or included; a percentage below zero; one that the buyer keeps back of what is to be paid; an amount of
 * the order.
 */
typedef enum tax_kind { TAX_PLAIN, TAX_BELOW_ZERO, TAX_WITHHELD, TAX_OF_ORDER } tax_kind;

/* What a tax is taken of: the net, an earlier one, or the net and those up to an earlier one. */
typedef enum tax_basis { BASIS_NET, BASIS_ROW, BASIS_TOTAL } tax_basis;

/* What discounts of the order are taken of. */
typedef enum discount_on { ON_PRICE, ON_NET, ON_GROSS } discount_on;

typedef struct order_in {
    report *r;
    int scale; /* decimals of an amount */
    mpos_cart cart;
    size_t case_lines;         /* lines of the case ... */
    size_t at[CASE_LINES_MAX]; /* ... and where in the cart they are: components follow their combo */
    size_t item_count;         /* lines of the cart that are no charges; charges follow them */
    const char *mode;          /* of rounding */
    int included;              /* taxes that do not say are */
    const json_t *order_taxes; /* of lines that name none */
    int stepped;               /* the case declares the sequence of its discounts */
    const json_t *tax_objects[MPOS_CART_TAXES_MAX];
    const char *names[CASE_LINES_MAX];          /* of lines, NULL for one without */
    const char *tax_names[MPOS_CART_TAXES_MAX]; /* NULL for one that a line states itself */
    tax_kind kinds[MPOS_CART_TAXES_MAX];
    tax_basis basis[MPOS_CART_TAXES_MAX];
    const char *rows[MPOS_CART_TAXES_MAX]; /* what it is taken of, NULL for the one before it */
    int apart[MPOS_CART_TAXES_MAX];        /* 1 more than the mode, 0 for that of the order */
    int sign[CASE_LINES_MAX];              /* of each line: 1, -1, or 0 for none of it */
    int exempt[CASE_LINES_MAX];            /* pays its net */
    uint32_t mask[CASE_LINES_MAX];         /* bits of the order's discounts that the line has */
    int64_t line_most[CASE_LINES_MAX];     /* that the line's discount takes */
    discount_on on[CASE_LIST_MAX];         /* of each discount of the order */
    int64_t most[CASE_LIST_MAX];           /* that it takes */
    size_t listed[CASE_LIST_MAX];          /* its place in the case's list */
    int empty[CASE_LIST_MAX];              /* one that takes nothing; the core has no such discounts */
    size_t discount_count;                 /* of the order, before the surcharges */
    mpos_cart_tax taxes[MPOS_CART_TAXES_MAX];
    mpos_tax_bracket brackets[MPOS_CART_TAXES_MAX][CASE_BRACKETS_MAX];
    mpos_cart_discount discounts[CASE_LIST_MAX];
    mpos_cart_line lines[CASE_LINES_MAX];
    mpos_cart_modifier modifiers[CASE_LINES_MAX][CASE_MODIFIERS_MAX];
    mpos_cart_discount line_discounts[CASE_LINES_MAX][CASE_LIST_MAX];
    uint16_t line_taxes[CASE_LINES_MAX][MPOS_LINE_TAXES_MAX];
} order_in;

typedef struct line_result {
    int64_t gross, own_discount, order_discount, net, tax, total, withheld;
    int64_t bases[MPOS_LINE_TAXES_MAX], amounts[MPOS_LINE_TAXES_MAX];
    int64_t shares[CASE_LIST_MAX]; /* of the order's discounts */
    int64_t own[CASE_LIST_MAX];    /* discounts */
} line_result;

typedef struct order_result {
    int64_t gross, discount, net, tax, total, withheld;
    int64_t bases[MPOS_CART_TAXES_MAX], amounts[MPOS_CART_TAXES_MAX];
    int64_t discounts[CASE_LIST_MAX];
    line_result lines[CASE_LINES_MAX];
} order_result;

typedef struct order_case {
    order_in in;
    order_result out;
    mpos_err err; /* with which the core refused it */
    const json_t *inputs;
} order_case;

/* Decimals of the amounts of a case: of its currency (2 when unknown) or of its increments; 0 in minor units. */
int
case_scale(const json_t *inputs);

/* order_read.c: the cart of an order; other members than its own are in `others`. */
void
order_read(order_in *in, const json_t *inputs, const char *others);

/* order_lines.c: the taxes that a list names or states, and lines; the next line of the cart is filled in. */
void
read_tax(order_in *in, const json_t *object, const char *name);
uint16_t
read_tax_list(order_in *in, const json_t *list, uint16_t out[MPOS_LINE_TAXES_MAX]);
void
read_line(order_in *in, const json_t *object);

/* cascade_read.c: what a tax is taken of, and the taxes of a line as rates of its net. */
void
read_basis(order_in *in, const json_t *object, size_t t);
void
flatten_cascade(order_in *in, uint16_t *taxes, uint16_t count);

/* discount_read.c: discounts of a line and of the order, and once the lines are read, which lines have them. */
void
read_line_discounts(order_in *in, const json_t *list, size_t i);
void
read_order_discounts(order_in *in, const json_t *list);
void
read_targets(order_in *in, const json_t *list);

/* charge_read.c: service charges, fees and the like; charges of a line, once its discounts are read. */
void
read_charges(order_in *in, const json_t *list);
void
read_line_charges(order_in *in, const json_t *list, size_t i);

/* order_price.c: prices it; fills out or err. */
void
order_price(order_case *c);

/* The form of the one cart that an order is, for what works on a sale as a whole; fails the case when it is more. */
void
order_form(const order_case *c, bytes *out);

/* compare.c: compares each expected member; one that is not known fails the case. */
void
order_compare(order_case *c, const json_t *expected);

/* The core's rounding: to a multiple of the increment. */
int64_t
ask_rounded(report *r, const char *mode, int64_t value, int64_t increment);

/* Compares one amount. */
void
expect_amount(report *r, int scale, const char *what, const json_t *expected, int64_t amount);

/* Kinds. */
void
run_order(const json_t *inputs, const json_t *expected, report *r);
void
run_refund(const json_t *inputs, const json_t *expected, report *r);
void
run_invoice(const json_t *inputs, const json_t *expected, report *r);
void
run_session(const json_t *inputs, const json_t *expected, report *r);
void
run_tender(const json_t *inputs, const json_t *expected, report *r);
void
run_allocation(const json_t *inputs, const json_t *expected, report *r);
void
run_rounding(const json_t *inputs, const json_t *expected, report *r);

/* Members of an order's inputs that say how it is paid, and comparing with what is expected of that (tender_case.c). */
#define TENDER_MEMBERS                                                                                       \
    "cash_increment|cash_rounding|cash_mode|cash_rounding_mode "                                             \
    "prepaid|prepaid_amount|advance|advances|deposit tenders|payments|tender|payment tip|tips "              \
    "currencies|rates "                                                                                      \
    "change_currency change_in"
int
expect_tender(const json_t *inputs, int64_t total, int scale, const json_t *expected, const char *name,
              report *r);

#endif
