/*
 * rule_shape.h - the JSON forms of rules, as rows keep them and operations take them. One set of shapes for writing a row and for
 * compiling what is published, so that a row that was accepted compiles. Words: rule, when, target, definition.
 *
 * Each mpos_def_..._shape reads a definition into the structure of that name (mpos_input_object, or as a field of kind
 * MPOS_IN_OBJECT); mpos_def_..._check then looks at what members say together. Members that were not given are zero, and
 * MPOS_GIVEN(rule, MPOS_..._MEMBER) tells. Ids are not looked up here: whether a tax or an item is there is the question of whoever
 * has the rows.
 */
#ifndef MPOS_RULE_SHAPE_H
#define MPOS_RULE_SHAPE_H

#include "postgres.h"

#include "input.h"

#define MPOS_DEF_AMOUNT_MAX INT64CONST(999999999999)
#define MPOS_DEF_COUPONS_MAX 200  /* codes of one promotion */
#define MPOS_DEF_TARGETS_MAX 1000 /* items, and as many categories, of one promotion or slot */
#define MPOS_DEF_OUTLETS_MAX 200  /* in one condition; groups of customers too */
#define MPOS_DEF_SLOTS_MAX 8      /* of one bundle */
#define MPOS_DEF_BRACKETS_MAX 64  /* of one tax */
#define MPOS_DEF_REPLACED_MAX 64  /* taxes of one map */
#define MPOS_DEF_TAXES_MAX 8      /* of one charge, or in the place of one tax */
#define MPOS_DEF_PATTERNS_MAX 32  /* barcode patterns of a business */
#define MPOS_DEF_PRIORITY_MAX 32767
#define MPOS_DEF_GROUP_MAX 65535 /* exclusivity groups are numbers from 1 */
#define MPOS_DEF_USES_MAX 10000  /* uses in one order */

/* Words in the order of the core's numbers; ended by NULL. */
extern const char *const mpos_day_words[];   /* mon to sun: bits 0 to 6 */
extern const char *const mpos_place_words[]; /* dine_in take_away delivery */
extern const char
    *const mpos_channel_words[]; /* of orders: counter dine_in takeaway kiosk qr web delivery fridge api */

/* When a rule holds: everything that was given must. */
typedef struct mpos_def_when {
    uint32 given;
    int64 from;                   /* minutes since 1970 in the outlet's time zone; the first that counts */
    int64 until;                  /* the first that counts no more */
    mpos_list days;               /* int, index into mpos_day_words */
    int64 start;                  /* minute of the day */
    int64 end;                    /* not after start: on the next day, which counts as the day of the start */
    mpos_list places;             /* int */
    mpos_list channels;           /* int */
    mpos_list outlet_ids;         /* uint8[16] */
    mpos_list customer_group_ids; /* uint8[16] */
    int64 guests_min;
} mpos_def_when;

enum {
    MPOS_DEF_WHEN_FROM,
    MPOS_DEF_WHEN_UNTIL,
    MPOS_DEF_WHEN_DAYS,
    MPOS_DEF_WHEN_START,
    MPOS_DEF_WHEN_END,
    MPOS_DEF_WHEN_PLACES,
    MPOS_DEF_WHEN_CHANNELS,
    MPOS_DEF_WHEN_OUTLETS,
    MPOS_DEF_WHEN_CUSTOMER_GROUPS,
    MPOS_DEF_WHEN_GUESTS
};

typedef struct mpos_def_targets {
    uint32 given;
    mpos_list item_ids; /* uint8[16]; both lists empty: everything */
    mpos_list category_ids;
} mpos_def_targets;

typedef struct mpos_def_slot {
    uint32 given;
    mpos_list item_ids;
    mpos_list category_ids;
    int64 qty; /* scale 6 */
} mpos_def_slot;

typedef enum mpos_def_promotion_kind {
    MPOS_DEF_PERCENT,     /* rate off the targets, or (scope order) off the order */
    MPOS_DEF_AMOUNT,      /* amount off the order */
    MPOS_DEF_AMOUNT_UNIT, /* amount off each unit of the targets */
    MPOS_DEF_PRICE_UNIT,  /* price for each unit of the targets */
    MPOS_DEF_BUY_GET,     /* of x + y units the y cheapest with rate off (1: free) */
    MPOS_DEF_BUNDLE       /* one price for what fills all slots */
} mpos_def_promotion_kind;

typedef struct mpos_def_promotion {
    uint32 given;
    mpos_def_when when;
    mpos_def_targets targets;
    int64 min_qty;     /* scale 6, of the targets */
    int64 min_amount;  /* of the targets */
    mpos_list coupons; /* const char *, as entered; one of them is needed. None: no coupon needed */
    int kind;          /* mpos_def_promotion_kind */
    int scope;         /* 0 line, 1 order */
    int64 rate;        /* scale 9 */
    int64 amount;
    int64 price;
    int64 x;
    int64 y;
    mpos_list slots;   /* mpos_def_slot */
    int64 max_amount;  /* in one order */
    int64 max_uses;    /* in one order */
    int64 group;       /* of a group only the first that applies, by priority; 0 none */
    bool stackable;    /* with other promotions; true unless given */
    int64 coupon_uses; /* of one coupon, by all orders; the row decides, not what is published */
    int64 coupon_uses_per_customer;
} mpos_def_promotion;

enum {
    MPOS_DEF_PROMOTION_WHEN,
    MPOS_DEF_PROMOTION_TARGETS,
    MPOS_DEF_PROMOTION_MIN_QTY,
    MPOS_DEF_PROMOTION_MIN_AMOUNT,
    MPOS_DEF_PROMOTION_COUPONS,
    MPOS_DEF_PROMOTION_KIND,
    MPOS_DEF_PROMOTION_SCOPE,
    MPOS_DEF_PROMOTION_RATE,
    MPOS_DEF_PROMOTION_AMOUNT,
    MPOS_DEF_PROMOTION_PRICE,
    MPOS_DEF_PROMOTION_X,
    MPOS_DEF_PROMOTION_Y,
    MPOS_DEF_PROMOTION_SLOTS,
    MPOS_DEF_PROMOTION_MAX_AMOUNT,
    MPOS_DEF_PROMOTION_MAX_USES,
    MPOS_DEF_PROMOTION_GROUP,
    MPOS_DEF_PROMOTION_STACKABLE,
    MPOS_DEF_PROMOTION_COUPON_USES,
    MPOS_DEF_PROMOTION_COUPON_USES_PER_CUSTOMER
};

typedef enum mpos_def_charge_kind {
    MPOS_DEF_CHARGE_PERCENT,
    MPOS_DEF_CHARGE_FIXED,
    MPOS_DEF_CHARGE_PER_GUEST
} mpos_def_charge_kind;

typedef struct mpos_def_charge {
    uint32 given;
    mpos_def_when when;
    int kind;          /* mpos_def_charge_kind */
    int64 rate;        /* of a percentage */
    int64 amount;      /* of the others */
    int base;          /* of a percentage: mpos_charge_base, words left gross total */
    mpos_list tax_ids; /* uint8[16] */
    bool apportioned;  /* over the lines, taxed as they are, instead of a line of its own */
    bool waivable;     /* an order may leave it out */
} mpos_def_charge;

enum {
    MPOS_DEF_CHARGE_WHEN,
    MPOS_DEF_CHARGE_KIND,
    MPOS_DEF_CHARGE_RATE,
    MPOS_DEF_CHARGE_AMOUNT,
    MPOS_DEF_CHARGE_BASE,
    MPOS_DEF_CHARGE_TAXES,
    MPOS_DEF_CHARGE_APPORTIONED,
    MPOS_DEF_CHARGE_WAIVABLE
};

typedef struct mpos_def_replaced {
    uint32 given;
    uint8 tax_id[16];
    mpos_list by; /* uint8[16]; none: exempt */
} mpos_def_replaced;

typedef struct mpos_def_tax_map {
    uint32 given;
    mpos_def_when when;
    mpos_list replace; /* mpos_def_replaced */
    int keep;          /* what stays of an included tax's price: 0 gross, 1 net */
    bool exempt;       /* for orders without tax only */
} mpos_def_tax_map;

enum { MPOS_DEF_TAX_MAP_WHEN, MPOS_DEF_TAX_MAP_REPLACE, MPOS_DEF_TAX_MAP_KEEP, MPOS_DEF_TAX_MAP_EXEMPT };

/* From a price of `from` on up to that of the next one: an amount, a rate of what is above `from`, or both. */
typedef struct mpos_def_bracket {
    uint32 given;
    int64 from;
    int64 amount;
    int64 rate;
} mpos_def_bracket;

enum { MPOS_DEF_BRACKET_FROM, MPOS_DEF_BRACKET_AMOUNT, MPOS_DEF_BRACKET_RATE };

typedef enum mpos_def_tax_type {
    MPOS_DEF_TAX_PERCENT,
    MPOS_DEF_TAX_FIXED,
    MPOS_DEF_TAX_DIVISION,
    MPOS_DEF_TAX_BRACKET
} mpos_def_tax_type;

typedef struct mpos_def_tax {
    uint32 given;
    int type; /* mpos_def_tax_type */
    int64 rate;
    int64 amount; /* minor units per unit of quantity */
    bool included;
    bool affects_next;
    bool base_unaffected;
    mpos_list brackets; /* mpos_def_bracket, rising */
    mpos_def_when when;
} mpos_def_tax;

enum {
    MPOS_DEF_TAX_TYPE,
    MPOS_DEF_TAX_RATE,
    MPOS_DEF_TAX_AMOUNT,
    MPOS_DEF_TAX_INCLUDED,
    MPOS_DEF_TAX_AFFECTS,
    MPOS_DEF_TAX_UNAFFECTED,
    MPOS_DEF_TAX_BRACKETS,
    MPOS_DEF_TAX_WHEN
};

typedef struct mpos_def_currency {
    uint32 given;
    int64 exponent;
    int64 rate;           /* scale 9: of the tenant's currency for one of it (major units both) */
    int64 spread;         /* scale 9, below one: what is kept of the rate */
    int64 cash_increment; /* smallest coin or note that is given, minor units; 0: not given */
} mpos_def_currency;

typedef struct mpos_def_rounding {
    uint32 given;
    int mode;  /* mpos_rounding_mode */
    int level; /* mpos_rounding_level */
    int64 increment;
    int64 cash_increment;
    int inclusive; /* mpos_inclusive_round */
    int discount;  /* mpos_discount_round */
} mpos_def_rounding;

typedef struct mpos_def_outlet {
    uint32 given;
    uint8 outlet_id[16];
    mpos_def_rounding rounding;
} mpos_def_outlet;

/* What a value inside a barcode is: qty (weight in the item's unit) or price (minor units by the pattern's decimals). */
typedef struct mpos_def_pattern {
    uint32 given;
    const char *name;
    const char *pattern; /* core/barcode.h */
    int symbology;       /* mpos_symbology: any ean8 ean13 upca upce gtin14 sscc */
    int value;           /* 0 qty, 1 price */
} mpos_def_pattern;

typedef struct mpos_def_settings {
    uint32 given;
    mpos_def_rounding rounding;
    mpos_list outlets; /* mpos_def_outlet: those with a rounding of their own */
    mpos_list
        sequence;  /* int: mpos_discount_step - 1, words line_percent order_percent line_fixed order_fixed */
    int apportion; /* words largest_remainder last_line first_line */
    mpos_list barcode_patterns; /* mpos_def_pattern */
} mpos_def_settings;

enum {
    MPOS_DEF_SETTINGS_ROUNDING,
    MPOS_DEF_SETTINGS_OUTLETS,
    MPOS_DEF_SETTINGS_SEQUENCE,
    MPOS_DEF_SETTINGS_APPORTION,
    MPOS_DEF_SETTINGS_PATTERNS
};

extern const mpos_shape mpos_def_when_shape; /* the definition of a price book */
extern const mpos_shape mpos_def_promotion_shape;
extern const mpos_shape mpos_def_charge_shape;
extern const mpos_shape mpos_def_tax_map_shape;
extern const mpos_shape mpos_def_tax_shape; /* of pos.tax_definition(row) */
extern const mpos_shape mpos_def_currency_shape;
extern const mpos_shape mpos_def_settings_shape;

/* What members say together; `at` is the JSON pointer of the definition ("/definition", "" at the top). */
mpos_err
mpos_def_when_check(mpos_call *call, const char *at, const mpos_def_when *when);
mpos_err
mpos_def_promotion_check(mpos_call *call, const char *at, const mpos_def_promotion *rule);
mpos_err
mpos_def_charge_check(mpos_call *call, const char *at, const mpos_def_charge *rule);
mpos_err
mpos_def_tax_map_check(mpos_call *call, const char *at, const mpos_def_tax_map *rule);
mpos_err
mpos_def_tax_check(mpos_call *call, const char *at, const mpos_def_tax *rule);
mpos_err
mpos_def_settings_check(mpos_call *call, const char *at, const mpos_def_settings *rule);

#endif
