/*
 * rules.h - what a business prices by: taxes, tax maps, price books, promotions, charges, rounding, currencies, compiled into
 * one set. Words: rules, when, tax map, replacement, book, promotion, target, slot, charge rule, pointer.
 *
 * Lists of plain ids (outlets, customer groups, items, categories, coupons) ascend by their bytes, each id once, so that they
 * are searched and not walked; the check refuses others.
 *
 * The rules say how; which prices an item has in which book comes with the basket (basket.h); mpos_sell (sell.h) puts
 * both together. All memory is the caller's and only read. Lists whose order decides are sorted by whoever makes them into
 * the order they should have; ties are always broken by the bytes of the id.
 *
 * A pointer names the place of a mistake as in RFC 6901, from the names below: "/promotions/3/value",
 * "/taxes/0/brackets/2/from", "/books/1/when/outlets". The document that the rules were compiled from has the same names and
 * the same order.
 */
#ifndef MPOS_CORE_RULES_H
#define MPOS_CORE_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pricing.h"

/* Limits; more is TOO_MANY. */
#define MPOS_RULES_SIZE_MAX (1024 * 1024) /* bytes of the form: a page holds it in the core's memory */
#define MPOS_RULES_TAXES_MAX 256
#define MPOS_RULES_MAPS_MAX 64
#define MPOS_RULES_BOOKS_MAX 256
#define MPOS_RULES_PROMOTIONS_MAX 500
#define MPOS_RULES_CHARGES_MAX 32
#define MPOS_RULES_CURRENCIES_MAX 32
#define MPOS_RULES_ROUNDINGS_MAX 1000 /* outlets that round otherwise */
#define MPOS_WHEN_IDS_MAX 1000        /* outlets of one when; customer groups of one when */
#define MPOS_TARGET_IDS_MAX 2000      /* items of one target; categories of one target */
#define MPOS_COUPONS_MAX 1000         /* codes of one promotion */
#define MPOS_SLOTS_MAX 8              /* of one bundle */
#define MPOS_MAP_TAXES_MAX 256        /* replacements of one map */

/* Room for any pointer that a check writes. */
#define MPOS_POINTER_SIZE 80

/* Where what is sold is consumed. Values are part of the binary forms, here and below. */
typedef enum mpos_consumption {
    MPOS_DINE_IN = 0,
    MPOS_TAKE_AWAY = 1,
    MPOS_DELIVERY = 2,
    MPOS_CONSUMPTIONS
} mpos_consumption;

/* Where an order comes from: the words of the orders' `channel`, in the order of the API's list. */
typedef enum mpos_channel {
    MPOS_CHANNEL_COUNTER = 0,
    MPOS_CHANNEL_DINE_IN = 1,
    MPOS_CHANNEL_TAKEAWAY = 2,
    MPOS_CHANNEL_KIOSK = 3,
    MPOS_CHANNEL_QR = 4,
    MPOS_CHANNEL_WEB = 5,
    MPOS_CHANNEL_DELIVERY = 6,
    MPOS_CHANNEL_FRIDGE = 7,
    MPOS_CHANNEL_API = 8,
    MPOS_CHANNELS
} mpos_channel;

/* Local minutes are minutes since 1970-01-01 00:00 on the clock of the outlet: 0 to this (9999-12-31 23:59). */
#define MPOS_LOCAL_MINUTE_MAX INT64_C(4223371679)

/* In place of a local minute: not limited. */
#define MPOS_NO_TIME INT64_C(-1)

#define MPOS_DAY_MINUTES 1440

/* In what circumstances something is sold. */
typedef struct mpos_circumstances {
    uint8_t outlet[16];
    uint8_t customer_group[16]; /* zero: none */
    int64_t at;                 /* local minute */
    uint16_t guests;
    uint8_t place;   /* mpos_consumption */
    uint8_t channel; /* mpos_channel */
    uint8_t exempt;  /* 1: the customer pays no tax */
} mpos_circumstances;

/*
 * When a rule holds; everything given must. Zeroed with from and until MPOS_NO_TIME it always holds.
 *
 * Daily hours: from minute `start` (0 to 1439) to before minute `end` (0 to 1440). An end at or before the start is on the
 * next day; days then count by the start: Friday 22:00 to 02:00 includes Saturday 01:00 and not Friday 01:00. Start and end
 * both 0 are the whole day.
 */
typedef struct mpos_when {
    int64_t from;                  /* first local minute, or MPOS_NO_TIME */
    int64_t until;                 /* the local minute after the last, above from, or MPOS_NO_TIME */
    uint16_t start;                /* minute of the day */
    uint16_t end;                  /* minute of the day */
    uint8_t days;                  /* bit 0 Monday to bit 6 Sunday; 0: every day */
    uint8_t places;                /* bit n: mpos_consumption n; 0: every place */
    uint16_t channels;             /* bit n: mpos_channel n; 0: every channel */
    uint16_t guests_min;           /* 0: any */
    uint16_t outlet_count;         /* 0: every outlet */
    uint16_t customer_group_count; /* 0: every customer, also one without group */
    const uint8_t (*outlets)[16];
    const uint8_t (*customer_groups)[16];
} mpos_when;

/* A tax as a cart has it, which applies when its `when` holds; else it is left out. */
typedef struct mpos_rule_tax {
    mpos_cart_tax tax;
    mpos_when when;
} mpos_rule_tax;

/* What stays when taxes are replaced: what the customer pays, or what the business gets before taxes. */
typedef enum mpos_map_keep { MPOS_KEEP_GROSS = 0, MPOS_KEEP_NET = 1 } mpos_map_keep;

/* EXEMPT: holds for circumstances with `exempt` only. */
typedef enum mpos_map_flag { MPOS_MAP_EXEMPT = 1 } mpos_map_flag;

/* One tax by others, in this order; none: no tax. */
typedef struct mpos_replacement {
    uint16_t tax;   /* index into rules->taxes; each at most once in a map */
    uint16_t count; /* at most MPOS_LINE_TAXES_MAX */
    const uint16_t *taxes;
} mpos_replacement;

/*
 * A tax map re-rates everything sold in its circumstances, charges as well. Of the maps that hold the one of highest rank
 * that names a tax replaces it; taxes that none names stay. What a map gives is not mapped again. Where a price moves, by
 * `keep` of the map of highest rank that replaced a tax of the line, it is rounded to a minor unit per unit price.
 * Exempt circumstances for which no map with EXEMPT holds have no taxes at all, and keep the net.
 */
typedef struct mpos_tax_map {
    uint8_t id[16];
    int32_t priority;
    uint8_t keep;  /* mpos_map_keep */
    uint8_t flags; /* mpos_map_flag */
    uint16_t replacement_count;
    const mpos_replacement *replacements;
    mpos_when when;
} mpos_tax_map;

/*
 * A price book. Of the books that hold and have a price for a line's quantity the one of highest rank gives it, with the
 * price of the largest min_qty that the line's quantity reaches.
 *
 * Rank, of books and of maps: higher priority; then the more limited `when` (how many of its members limit it: dates, hours,
 * days, places, channels, outlets, customer groups, guests); then the lower id.
 */
typedef struct mpos_book {
    uint8_t id[16];
    int32_t priority;
    mpos_when when;
} mpos_book;

/* Lines: those of a listed item or variant or of a listed category; without either list every line. */
typedef struct mpos_targets {
    uint16_t item_count;
    uint16_t category_count;
    const uint8_t (*items)[16]; /* items or variants */
    const uint8_t (*categories)[16];
} mpos_targets;

/* One part of a bundle. */
typedef struct mpos_slot {
    mpos_targets targets;
    int64_t qty; /* scale 6, above 0 */
} mpos_slot;

/*
 * percent: value is a rate off. amount: value off, once. amount_unit: value off each unit. price_unit: each unit costs value
 * if it costs more. buy_get: of each buy + get units the `get` cheapest are reduced by the rate value. bundle: one of
 * each slot together cost value.
 */
typedef enum mpos_promotion_kind {
    MPOS_PROMOTION_PERCENT = 0,
    MPOS_PROMOTION_AMOUNT = 1,
    MPOS_PROMOTION_AMOUNT_UNIT = 2,
    MPOS_PROMOTION_PRICE_UNIT = 3,
    MPOS_PROMOTION_BUY_GET = 4,
    MPOS_PROMOTION_BUNDLE = 5,
    MPOS_PROMOTION_KINDS
} mpos_promotion_kind;

/* Discounts of the targeted lines, or one discount of the order (percent and amount only, without targets). */
typedef enum mpos_promotion_scope { MPOS_SCOPE_LINE = 0, MPOS_SCOPE_ORDER = 1 } mpos_promotion_scope;

/* STACKABLE: may meet other promotions on one line (or, of scope order, on the order). */
typedef enum mpos_promotion_flag { MPOS_PROMOTION_STACKABLE = 1 } mpos_promotion_flag;

/*
 * How promotions meet is said in promotion.h. Coupons are the first 16 bytes of the SHA-256 of the code in capitals: who reads the
 * rules does not learn the codes.
 */
typedef struct mpos_promotion {
    uint8_t id[16];
    int32_t priority;
    uint8_t kind;          /* mpos_promotion_kind */
    uint8_t scope;         /* mpos_promotion_scope */
    uint8_t flags;         /* mpos_promotion_flag */
    uint16_t group;        /* exclusivity group, 0: none; of a group only the first that applies is taken */
    uint16_t coupon_count; /* 0: needs no coupon, else one of these */
    uint16_t slot_count;   /* of a bundle 1 to MPOS_SLOTS_MAX, else 0 */
    uint16_t max_uses;     /* of buy_get and bundle: times in one order; 0: no limit */
    int64_t value;         /* percent, buy_get: rate above 0 to MPOS_RATE_ONE; else minor units */
    int64_t max_amount;    /* most that it takes off one order, minor units; 0: no limit */
    int64_t min_qty;       /* that the targets must reach together, scale 6; 0: no limit */
    int64_t min_amount;    /* that the targets' gross must reach together, minor units; 0: no limit */
    int64_t buy;           /* of buy_get: scale 6, above 0; else 0 */
    int64_t get;           /* of buy_get: scale 6, above 0; else 0 */
    const uint8_t (*coupons)[16];
    const mpos_slot *slots;
    mpos_targets targets;
    mpos_when when;
} mpos_promotion;

typedef enum mpos_charge_type {
    MPOS_CHARGE_PERCENT = 0,
    MPOS_CHARGE_FIXED = 1,
    MPOS_CHARGE_PER_GUEST = 2
} mpos_charge_type;

/* APPORTIONED: no line of its own but a surcharge on the lines, taxed as they are. WAIVABLE: a basket may leave it out. */
typedef enum mpos_charge_flag { MPOS_CHARGE_APPORTIONED = 1, MPOS_CHARGE_WAIVABLE = 2 } mpos_charge_flag;

/* A charge: service charge, cover, delivery. base: before the discounts (ON_GROSS), after (ON_LEFT), on everything (ON_TOTAL). */
typedef struct mpos_charge_rule {
    uint8_t id[16];
    uint8_t type;  /* mpos_charge_type */
    uint8_t base;  /* of percent: mpos_charge_base, ON_TOTAL neither with taxes nor apportioned; else 0 */
    uint8_t flags; /* mpos_charge_flag */
    uint16_t tax_count;    /* at most MPOS_LINE_TAXES_MAX; of an apportioned one 0 */
    int64_t value;         /* rate above 0 to MPOS_RATE_MAX, or minor units above 0 */
    const uint16_t *taxes; /* indexes into rules->taxes, no index twice */
    mpos_when when;
} mpos_charge_rule;

/* A currency that is taken besides the cart's. */
typedef struct mpos_currency {
    char code[3];
    uint8_t exponent; /* 0 to 4 */
    int64_t
        rate; /* what one unit of it is worth in units of the rules' currency, scale 9, 1 to MPOS_CURRENCY_RATE_MAX */
    int64_t spread;          /* rate kept on taking it and on giving it, scale 9, 0 to below MPOS_RATE_ONE */
    uint32_t cash_increment; /* smallest coin or note that is given as change, minor units; 0: a minor unit */
} mpos_currency;

/* Rounding of one outlet. */
typedef struct mpos_outlet_rounding {
    uint8_t outlet[16];
    mpos_rounding rounding;
} mpos_outlet_rounding;

typedef struct mpos_rules {
    char currency[3];
    uint8_t exponent;
    uint8_t apportion; /* mpos_apportion_mode */
    uint8_t sequence_count;
    uint8_t sequence[MPOS_SEQUENCE_MAX]; /* mpos_discount_step, each kind at least once */
    mpos_rounding rounding;
    uint16_t rounding_count;
    uint16_t tax_count;
    uint16_t map_count;
    uint16_t book_count;
    uint16_t promotion_count;
    uint16_t charge_count;
    uint16_t currency_count;
    const mpos_outlet_rounding *roundings; /* no outlet twice */
    const mpos_rule_tax *taxes;
    const mpos_tax_map *maps;
    const mpos_book *books;
    const mpos_promotion *promotions;
    const mpos_charge_rule *charges; /* in the order in which they appear on the bill */
    const mpos_currency *currencies;
} mpos_rules;

/* Whether the circumstances are those of `when`. */
int
mpos_when_holds(const mpos_when *when, const mpos_circumstances *in);

/* How many of its members limit it; see mpos_book. */
int
mpos_when_limits(const mpos_when *when);

/* The rounding of an outlet: its own or the default. */
const mpos_rounding *
mpos_rules_rounding(const mpos_rules *rules, const uint8_t outlet[16]);

/* Empty rules with the given currency, default sequence, half_up per line, increments of 1. */
void
mpos_rules_init(mpos_rules *rules, const char currency[3], uint8_t exponent);

/*
 * Checks everything that the comments above promise, ids of one list for duplicates too. Errors: TOO_MANY, OUT_OF_RANGE,
 * INVALID_VALUE (enum value, index, duplicate), DISCOUNT_RULE (promotion or charge whose members do not fit its kind).
 * With pointer not NULL the place of the first mistake is written there, else it is left untouched.
 */
mpos_err
mpos_rules_check(const mpos_rules *rules, char pointer[MPOS_POINTER_SIZE]);

/*
 * The form "MPOSRUL1". Big-endian, integers two's complement, filler zero; columns: offset, size, content.
 *
 * Header, 64:  0 8 magic   8 3 currency   11 1 exponent   12 1 apportion   13 1 sequence count   14 2 roundings
 *             16 8 sequence   24 24 rounding   48 2 taxes   50 2 maps   52 2 books   54 2 promotions   56 2 charges
 *             58 2 currencies   60 4 zero
 *
 * then roundings, taxes, maps, books, promotions, charges, currencies; what a part has of lists follows it directly:
 *
 *     rounding, 24:    0 1 mode   1 1 level   2 1 inclusive   3 1 discount   4 4 zero   8 8 increment   16 8 cash increment
 *     outlet's, 40:    0 16 outlet   16 24 rounding
 *     when, 32:        0 8 from   8 8 until   16 2 start   18 2 end   20 1 days   21 1 places   22 2 channels   24 2 guests
 *                     26 2 outlets   28 2 customer groups   30 2 zero; then outlets and customer groups, 16 each
 *     tax, 32:         as in the cart form with its brackets (cart_form.h); then when
 *     map, 24:         0 16 id   16 4 priority   20 1 keep   21 1 flags   22 2 replacements; then when; then replacements,
 *                      each 0 2 tax   2 2 count, and count indexes of 2
 *     book, 20:        0 16 id   16 4 priority; then when
 *     targets, 4:      0 2 items   2 2 categories; then items and categories, 16 each
 *     promotion, 80:   0 16 id   16 4 priority   20 1 kind   21 1 scope   22 1 flags   23 1 zero   24 2 group   26 2 coupons
 *                     28 2 slots   30 2 max uses   32 8 value   40 8 max amount   48 8 min qty   56 8 min amount
 *                     64 8 buy   72 8 get; then when, targets, coupons (16 each), slots (each 8 qty and targets)
 *     charge, 32:      0 16 id   16 1 type   17 1 base   18 1 flags   19 3 zero   22 2 taxes   24 8 value; then when; then
 *                      indexes of 2
 *     currency, 24:    0 3 code   3 1 exponent   4 4 cash increment   8 8 rate   16 8 spread
 */
#define MPOS_RULES_HEADER_SIZE 64

/* Size of the form of these rules, whether they are good or not. */
size_t
mpos_rules_form_size(const mpos_rules *rules);

/* Writes the form, unchecked; TOO_MANY for one above MPOS_RULES_SIZE_MAX, BUFFER_TOO_SMALL. */
mpos_err
mpos_rules_form_encode(const mpos_rules *rules, uint8_t *out, size_t capacity, size_t *size_out);

/* Bytes of memory that decoding a form of that many bytes needs at most. */
size_t
mpos_rules_room_size(size_t form_size);

/*
 * Reads and checks a form; the lists lie in room (the caller's, aligned to 8, must outlive the rules). INVALID_VALUE for a
 * malformed form, BUFFER_TOO_SMALL for too little room, else what mpos_rules_check says.
 */
mpos_err
mpos_rules_form_decode(const uint8_t *form, size_t form_size, void *room, size_t room_size, mpos_rules *out);

#endif
