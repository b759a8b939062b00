/*
 * basket.h - what was chosen and in which circumstances, with the facts that the published catalogue has of the chosen items.
 * Words: basket, line, component, book price, modifier group, coupon, waive.
 *
 * Who builds a basket (the database from an order, a page from what was touched) looks facts up and decides nothing: which price,
 * which taxes and which promotions is mpos_sell's question (sell.h). Equal baskets have equal forms, so the order of everything
 * is fixed: lines as chosen, a combo's components directly behind it; book prices, taxes and groups as the item lists them;
 * modifiers and discounts as chosen; coupons and waived charges by their bytes, each once.
 */
#ifndef MPOS_CORE_BASKET_H
#define MPOS_CORE_BASKET_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pricing.h"
#include "rules.h"

/* Limits; more is TOO_MANY. Lines, components and modifiers as in pricing.h. */
#define MPOS_BASKET_DISCOUNTS_MAX 10 /* given by hand, to one line; to the order */
#define MPOS_BASKET_COUPONS_MAX 10
#define MPOS_BASKET_WAIVED_MAX 8
#define MPOS_LINE_PRICES_MAX 64     /* book prices of one line */
#define MPOS_BASKET_PRICES_MAX 4000 /* of all lines */
#define MPOS_LINE_GROUPS_MAX 32     /* modifier groups of one line */
#define MPOS_BASKET_GROUPS_MAX 4000 /* of all lines */
#define MPOS_GUESTS_MAX 9999

/* In place of an amount: not given. */
#define MPOS_NO_AMOUNT INT64_C(-1)

/* NO_DISCOUNT: promotions leave the line alone. LATER: chosen at a minute of its own, after the order began. */
typedef enum mpos_basket_flag { MPOS_BASKET_NO_DISCOUNT = 1, MPOS_BASKET_LATER = 2 } mpos_basket_flag;

/* A price that a book has for the line's item and variant. */
typedef struct mpos_book_price {
    uint16_t book; /* index into rules->books */
    int64_t
        min_qty;   /* scale 6, 0 to MPOS_QTY_MAX: from this quantity on; no pair of book and min_qty twice */
    int64_t price; /* minor units, not negative */
} mpos_book_price;

typedef struct mpos_basket_modifier {
    uint8_t id[16];
    uint16_t group; /* index into the line's groups */
    uint8_t per;    /* mpos_modifier_per */
    uint32_t qty;   /* 1 to MPOS_MODIFIER_QTY_MAX */
    int64_t price;  /* minor units, may be negative; where it depends on the variant, the variant's */
} mpos_basket_modifier;

/* A modifier group of the line's item: that many of its modifiers are free. */
typedef struct mpos_basket_group {
    uint16_t free;
} mpos_basket_group;

typedef struct mpos_basket_line {
    uint8_t id[16];
    uint8_t item[16];
    uint8_t variant[16]; /* zero: none */
    uint8_t category[16];
    int64_t qty;   /* scale 6, 1 to MPOS_QTY_MAX; of a component: of the whole line, not per combo */
    int64_t price; /* of the variant or item, without any book; not negative */
    int64_t
        open_price; /* typed in or read from a barcode, comes before any book; or MPOS_NO_AMOUNT (also of a component) */
    int64_t
        floor; /* lowest unit price that discounts may leave, or MPOS_NO_AMOUNT; of a component MPOS_NO_AMOUNT */
    uint16_t parent;          /* index of the combo line, MPOS_NO_PARENT for others */
    uint16_t component_count; /* of a combo line: the components that follow it; else 0 */
    uint16_t flags;           /* mpos_basket_flag; of a component not LATER: its combo's minute is its own */
    uint16_t tax_count;       /* of a combo line 0: its components have them */
    uint16_t price_count;     /* of a component 0: its part of the combo goes by its stand-alone price */
    uint16_t group_count;
    uint16_t modifier_count;
    uint16_t discount_count; /* of a component 0 */
    int64_t at;              /* with LATER: local minute above in.at; else 0 */
    const uint16_t *taxes;   /* indexes into rules->taxes, no index twice */
    const mpos_book_price *prices;
    const mpos_basket_group *groups;
    const mpos_basket_modifier *modifiers;
    const mpos_cart_discount *discounts; /* given by hand: neither SURCHARGE nor RULE */
} mpos_basket_line;

typedef struct mpos_basket {
    mpos_circumstances in;
    uint8_t catalogue[32]; /* hash of the manifest that rules and facts were published with */
    uint16_t coupon_count;
    uint16_t waived_count;
    uint16_t discount_count;
    uint16_t line_count;
    const uint8_t (*coupons)[16];        /* as in mpos_promotion, ascending */
    const uint8_t (*waived)[16];         /* ids of charges, ascending */
    const mpos_cart_discount *discounts; /* of the order, given by hand: neither SURCHARGE nor RULE */
    const mpos_basket_line *lines;
} mpos_basket;

/*
 * The circumstances that books and promotions of a line see: the basket's, at the line's own minute. Taxes, tax maps, charges and
 * promotions of the whole order see the basket's own.
 */
mpos_circumstances
mpos_basket_line_in(const mpos_basket *basket, const mpos_basket_line *line);

/* An empty basket: at minute 0, dine in, at the counter. */
void
mpos_basket_init(mpos_basket *basket);

/*
 * Checks limits, ranges and shape; with rules not NULL also that indexes are within them. Errors: TOO_MANY, OUT_OF_RANGE,
 * COMBO_RULE, DISCOUNT_RULE, INVALID_VALUE (enum value, index, order, duplicate). The place of the first mistake goes to
 * pointer ("/lines/2/modifiers/0/qty") unless that is NULL.
 */
mpos_err
mpos_basket_check(const mpos_basket *basket, const mpos_rules *rules, char pointer[MPOS_POINTER_SIZE]);

/*
 * The form "MPOSBSK1". Big-endian, integers two's complement, filler zero; columns: offset, size, content.
 *
 * Header, 96:  0 8 magic   8 16 outlet   24 16 customer group   40 8 at   48 2 guests   50 1 place   51 1 channel
 *             52 1 exempt   53 3 zero   56 32 catalogue hash   88 2 coupons   90 2 waived   92 2 discounts   94 2 lines
 *
 * then coupons and waived charges (16 each), discounts, lines, and directly after each line its taxes, book prices, groups,
 * modifiers and discounts:
 *
 *     discount, 16:    0 1 type   1 1 flags   2 6 zero   8 8 value
 *     line, 112:       0 16 id   16 16 item   32 16 variant   48 16 category   64 8 qty   72 8 price   80 8 open price
 *                     88 8 floor   96 2 parent   98 2 components   100 2 flags   102 2 taxes   104 2 prices   106 2 groups
 *                    108 2 modifiers   110 2 discounts; with LATER 8 more: 112 8 at
 *     tax, 2:          index
 *     book price, 18:  0 2 book   2 8 min qty   10 8 price
 *     group, 2:        free
 *     modifier, 32:    0 16 id   16 8 price   24 4 qty   28 2 group   30 1 per   31 1 zero
 */
#define MPOS_BASKET_HEADER_SIZE 96

/* Size of the form of this basket, whether it is good or not. */
size_t
mpos_basket_form_size(const mpos_basket *basket);

/* Writes the form, unchecked; BUFFER_TOO_SMALL. */
mpos_err
mpos_basket_form_encode(const mpos_basket *basket, uint8_t *out, size_t capacity, size_t *size_out);

/* Bytes of memory that decoding a form of that many bytes needs at most. */
size_t
mpos_basket_room_size(size_t form_size);

/*
 * Reads and checks a form (with the rules when not NULL); the lists lie in room (the caller's, aligned to 8, must outlive the
 * basket). INVALID_VALUE for a malformed form, BUFFER_TOO_SMALL for too little room, else what mpos_basket_check says.
 */
mpos_err
mpos_basket_form_decode(const uint8_t *form, size_t form_size, const mpos_rules *rules, void *room,
                        size_t room_size, mpos_basket *out);

#endif
