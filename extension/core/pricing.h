/*
 * pricing.h - from a cart to every amount of it. One implementation for database, pages and tests.
 * Words: cart, line, combo, component, modifier, discount, surcharge, charge, tax, rounding, gross, net, total, share.
 *
 * Amounts of a line, each in minor units and never below zero:
 *
 *   gross            unit price x quantity plus modifiers and surcharges, before discounts, as priced (included taxes
 *                    are in it)
 *   line_discount    of the line's own discounts
 *   order_discount   its share of the order's discounts
 *   net              gross - discounts - included taxes
 *   tax              all its taxes, included and added
 *   total            net + tax
 *
 * Order of calculation:
 *   1. gross = round(unit_price x qty) + per-unit modifiers x qty + per-line modifiers, not below zero.
 *   2. A combo line carries the combo price; its components follow it directly with their stand-alone prices. The
 *      combo's gross (without component modifiers) is apportioned over the components by stand-alone value, then
 *      each component's own modifiers are added. Tax and discounts follow the components; the combo line's
 *      amounts are the sums of its components. Order totals count plain lines and components only, so that the
 *      lines without parent sum to the order, and the lines that are no combo do too.
 *   3. Discounts in the declared sequence. Each entry takes the next discount of its kind on every line (or on the
 *      order); the last entry of a kind takes all that remain. Each works on what the earlier ones left. An order
 *      discount is computed once on the order and apportioned to the lines by what is left of them; a combo's
 *      line discount likewise to its components. A fixed discount takes at most what is left. Of a list with an
 *      exclusive discount only the first exclusive one is taken. Discounts leave a line its floor (unit floor x qty, at
 *      most its gross): what a floor refuses of an order discount goes to the other lines, and what all refuse is not
 *      given. The floor of a combo is apportioned to its components by their gross.
 *   4. Surcharges and charges (service charge, cover, delivery). A surcharge is an entry of the order's discounts that
 *      adds: it is apportioned to the lines, enters their gross and is taxed as they are; its amount and shares are
 *      negative. A charge is a line
 *      of its own with taxes of its own or none. Both are a fixed amount or a percentage of the items (see
 *      mpos_charge_base); discounts do not touch them and they do not compound.
 *   5. Taxes of a line in the line's order, in batches (see mpos_tax_flag), rounded as declared. Charges on the total
 *      (untaxed) come last.
 * Fractions are rounded with the cart's mode: a gross and a discount to one minor unit, a tax to the increment.
 */
#ifndef MPOS_CORE_PRICING_H
#define MPOS_CORE_PRICING_H

#include <stddef.h>
#include <stdint.h>

#include "apportion.h"
#include "err.h"
#include "money.h"
#include "quantity.h"
#include "rounding.h"

/* Limits, so that every host can hold the largest cart; more is TOO_MANY. */
#define MPOS_MAX_LINES 200           /* lines without parent */
#define MPOS_MAX_COMPONENTS 20       /* components of one combo line */
#define MPOS_CART_LINES_MAX 1200     /* lines and components together */
#define MPOS_LINE_MODIFIERS_MAX 50   /* of one line */
#define MPOS_CART_MODIFIERS_MAX 4000 /* of all lines */
#define MPOS_DISCOUNTS_MAX 20        /* of one line; of the order */
#define MPOS_CART_TAXES_MAX 64       /* different taxes of a cart */
#define MPOS_LINE_TAXES_MAX 8        /* of one line */
#define MPOS_SEQUENCE_MAX 8          /* entries of the discount sequence */
#define MPOS_MODIFIER_QTY_MAX 99
#define MPOS_TAX_BRACKETS_MAX 64 /* of one tax */

/* Parent of a line that is no component. */
#define MPOS_NO_PARENT UINT16_MAX

/* All enum values are part of the binary forms. */
typedef enum mpos_modifier_per { MPOS_PER_UNIT = 0, MPOS_PER_LINE = 1 } mpos_modifier_per;

typedef enum mpos_discount_type { MPOS_DISCOUNT_PERCENT = 0, MPOS_DISCOUNT_FIXED = 1 } mpos_discount_type;

/* Discount flags. SURCHARGE: of the order only. RULE: it is of the promotion or charge that `rule` names. */
typedef enum mpos_discount_flag {
    MPOS_DISCOUNT_EXCLUSIVE = 1,
    MPOS_DISCOUNT_SURCHARGE = 2,
    MPOS_DISCOUNT_RULE = 4
} mpos_discount_flag;

/* What a line is. A charge of type fixed costs unit_price per qty (guests); of type percent unit_price is a rate, qty is 1. */
typedef enum mpos_line_kind {
    MPOS_LINE_ITEM = 0,
    MPOS_LINE_CHARGE_FIXED = 1,
    MPOS_LINE_CHARGE_PERCENT = 2
} mpos_line_kind;

/*
 * What a percentage of a charge or surcharge is taken of: the items' gross, what the discounts left of it, or (charges
 * without taxes only) the total of all other lines with their taxes.
 */
typedef enum mpos_charge_base {
    MPOS_CHARGE_ON_LEFT = 0,
    MPOS_CHARGE_ON_GROSS = 1,
    MPOS_CHARGE_ON_TOTAL = 2
} mpos_charge_base;

/* An entry of the discount sequence. */
typedef enum mpos_discount_step {
    MPOS_STEP_LINE_PERCENT = 1,
    MPOS_STEP_ORDER_PERCENT = 2,
    MPOS_STEP_LINE_FIXED = 3,
    MPOS_STEP_ORDER_FIXED = 4
} mpos_discount_step;

/*
 * percent: value is a rate of the net (added) or of the net within the price (included).
 * fixed: value is an amount per unit of quantity.
 * division: value is a rate of the price including the tax; all of it when included.
 * bracket: read from a table (mpos_tax_bracket); neither INCLUDED nor AFFECTS_NEXT. At the levels rate, order and combination it is
 * read once with the base of the whole order. A value above zero is the table's span: each whole span of the base costs what
 * the table says for the span itself, and the rest is read from the table.
 */
typedef enum mpos_tax_type {
    MPOS_TAX_PERCENT = 0,
    MPOS_TAX_FIXED = 1,
    MPOS_TAX_DIVISION = 2,
    MPOS_TAX_BRACKET = 3
} mpos_tax_type;

/*
 * Tax flags. A compound tax: one with AFFECTS_NEXT enters the base of the later taxes of the line that are
 * not BASE_UNAFFECTED. Neighbouring taxes of one type, alike in INCLUDED and AFFECTS_NEXT, that do not affect
 * each other form a batch: included ones are taken out of the price together.
 */
typedef enum mpos_tax_flag {
    MPOS_TAX_INCLUDED = 1,
    MPOS_TAX_AFFECTS_NEXT = 2,
    MPOS_TAX_BASE_UNAFFECTED = 4
} mpos_tax_flag;

/*
 * Where tax is rounded. unit: per unit, each tax; a broken quantity has no units and counts as one. line: per line,
 * the taxes of a batch together. line_tax: per line, each tax. rate: once per tax of the order. order: once for all
 * included and once for all added taxes. combination: as order, but for each set of lines with the same taxes (in the same
 * order). rate, order and combination apportion the rounded tax to the lines by their exact taxes.
 */
typedef enum mpos_rounding_level {
    MPOS_LEVEL_UNIT = 0,
    MPOS_LEVEL_LINE = 1,
    MPOS_LEVEL_RATE = 2,
    MPOS_LEVEL_ORDER = 3,
    MPOS_LEVEL_LINE_TAX = 4,
    MPOS_LEVEL_COMBINATION = 5,
    MPOS_ROUNDING_LEVELS
} mpos_rounding_level;

/* Which of the two is rounded when a tax is taken out of a price; the other is the difference. */
typedef enum mpos_inclusive_round { MPOS_INCLUSIVE_TAX = 0, MPOS_INCLUSIVE_NET = 1 } mpos_inclusive_round;

/* Which of the two is rounded when a percentage is taken off: the discount, or the price that it leaves. */
typedef enum mpos_discount_round {
    MPOS_DISCOUNT_ROUND_AMOUNT = 0,
    MPOS_DISCOUNT_ROUND_PRICE = 1
} mpos_discount_round;

typedef struct mpos_rounding {
    uint8_t mode;           /* mpos_rounding_mode */
    uint8_t level;          /* mpos_rounding_level */
    uint8_t inclusive;      /* mpos_inclusive_round */
    int64_t increment;      /* of a tax, minor units, at least 1 */
    int64_t cash_increment; /* of cash payments, minor units, at least 1; recorded here, used by
                               mpos_cash_round */
    uint8_t discount;       /* mpos_discount_round */
} mpos_rounding;

/* From a base of `from` on: amount, and rate of what the base has above `from`. Below the first bracket, and of nothing, there is no tax. */
typedef struct mpos_tax_bracket {
    int64_t from;   /* minor units, not negative, ascending */
    int64_t amount; /* minor units, not negative */
    int64_t rate;   /* scale 9, 0 to MPOS_RATE_MAX */
} mpos_tax_bracket;

typedef struct mpos_cart_tax {
    uint8_t id[16];
    uint8_t type;           /* mpos_tax_type */
    uint8_t flags;          /* mpos_tax_flag */
    uint16_t bracket_count; /* of a bracket tax 1 to MPOS_TAX_BRACKETS_MAX, else 0 */
    int64_t
        value; /* rate (scale 9, 0 to MPOS_RATE_MAX; division below MPOS_RATE_ONE, included up to it), minor units per unit or span */
    const mpos_tax_bracket *brackets;
} mpos_cart_tax;

typedef struct mpos_cart_discount {
    uint8_t type;     /* mpos_discount_type */
    uint8_t flags;    /* mpos_discount_flag */
    uint8_t base;     /* of a surcharge: mpos_charge_base, not ON_TOTAL; else 0 */
    int64_t value;    /* rate (scale 9, above 0, at most MPOS_RATE_ONE) or minor units (above 0) */
    uint8_t rule[16]; /* with RULE: id of the promotion or charge; else zero */
} mpos_cart_discount;

typedef struct mpos_cart_modifier {
    uint8_t id[16];
    int64_t price; /* minor units, may be negative */
    uint32_t qty;  /* 1 to MPOS_MODIFIER_QTY_MAX */
    uint8_t per;   /* mpos_modifier_per */
} mpos_cart_modifier;

typedef struct mpos_cart_line {
    uint8_t id[16];
    uint8_t item[16];
    uint8_t variant[16]; /* zero: none */
    uint8_t source[16];  /* id of the price book that unit_price is of; zero: none */
    int64_t floor; /* lowest price per unit that discounts leave of the line; 0: none; of a component 0 */
    int64_t qty;   /* scale 6, 1 to MPOS_QTY_MAX; of a component: of the whole line, not per combo */
    int64_t
        unit_price; /* minor units, not negative; of a component: its stand-alone price; of a percent charge: rate */
    uint8_t kind;             /* mpos_line_kind; a charge has no modifiers, discounts, parent or components */
    uint8_t base;             /* of a percent charge: mpos_charge_base; else 0 */
    uint16_t parent;          /* index of the combo line, MPOS_NO_PARENT for others */
    uint16_t component_count; /* of a combo line: the components that follow it; else 0 */
    uint16_t modifier_count;
    uint16_t discount_count; /* of a component: 0 (DISCOUNT_RULE) */
    uint16_t tax_count;      /* of a combo line: 0 (its components carry the taxes) */
    const mpos_cart_modifier *modifiers;
    const mpos_cart_discount *discounts;
    const uint16_t *taxes; /* indexes into cart->taxes, in the order the item lists them, no index twice */
} mpos_cart_line;

/* Everything that decides a price. All memory is the caller's and only read. */
typedef struct mpos_cart {
    char currency[3];
    uint8_t exponent; /* 0 to 4 */
    mpos_rounding rounding;
    uint8_t apportion;     /* mpos_apportion_mode of combos, discounts, surcharges and taxes per document */
    uint8_t catalogue[32]; /* hash of the published catalogue document the prices were taken from */
    uint8_t sequence[MPOS_SEQUENCE_MAX]; /* mpos_discount_step */
    uint8_t sequence_count;
    uint16_t tax_count;
    uint16_t discount_count;
    uint16_t line_count;
    const mpos_cart_tax *taxes;
    const mpos_cart_discount *discounts; /* of the order, in order of application within their kind */
    const mpos_cart_line *lines;
} mpos_cart;

/* One tax of one line. */
typedef struct mpos_priced_line_tax {
    uint16_t tax; /* index into cart->taxes */
    int64_t base; /* what the tax was taken of */
    int64_t amount;
} mpos_priced_line_tax;

typedef struct mpos_priced_line {
    int64_t gross;
    int64_t line_discount;
    int64_t order_discount;
    int64_t net;
    int64_t tax;
    int64_t total;
    uint16_t tax_count;
    mpos_priced_line_tax *taxes; /* tax_count, in the line's order */
    int64_t *discounts;          /* one amount for each of the line's own discounts */
    int64_t *shares;             /* the line's share of each discount of the order; of a surcharge negative */
} mpos_priced_line;

typedef struct mpos_priced_tax {
    int64_t base; /* sum over the lines */
    int64_t amount;
} mpos_priced_tax;

typedef struct mpos_priced {
    int64_t gross;
    int64_t discount; /* line and order discounts */
    int64_t net;
    int64_t tax;
    int64_t total;
    mpos_priced_line *lines; /* cart->line_count */
    mpos_priced_tax *taxes;  /* cart->tax_count */
    int64_t *discounts;      /* amount of each discount of the order; of a surcharge negative */
} mpos_priced;

/* Fills the sequence with line percent, order percent, line fixed, order fixed. */
void
mpos_cart_default_sequence(mpos_cart *cart);

/*
 * Checks limits, ranges, indexes and the shape of combos and charges. Errors: TOO_MANY, OUT_OF_RANGE, COMBO_RULE,
 * DISCOUNT_RULE (value, component, charge or kind missing in the sequence), INVALID_VALUE (enum value or index).
 * An empty cart (no lines) is valid; whether an order may be empty is the order's question.
 */
mpos_err
mpos_cart_check(const mpos_cart *cart);

/* Bytes of memory that mpos_price needs for this cart; 0 when counts are above the limits. */
size_t
mpos_price_size(const mpos_cart *cart);

/*
 * Prices the cart. room is the caller's memory of room_size bytes, aligned to 8, at least
 * mpos_price_size(cart); *out points into it, so it must outlive *out. Errors: those of mpos_cart_check,
 * BUFFER_TOO_SMALL, OUT_OF_RANGE when added division taxes that are taken together reach the whole price, and
 * AMOUNT_OVERFLOW when any amount leaves +-MPOS_AMOUNT_MAX. *out is untouched on failure.
 */
mpos_err
mpos_price(const mpos_cart *cart, void *room, size_t room_size, mpos_priced *out);

#endif
