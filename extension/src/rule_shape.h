/*
 * rule_shape.h - the JSON forms of rules, as rows keep them and operations take them. One set of shapes for writing a row and for
 * compiling what is published, so that a row that was accepted compiles. Words: rule, when, target, definition.
 *
 * Each mpos_rule_..._shape reads a definition into the structure of that name (mpos_input_object, or as a field of kind
 * MPOS_IN_OBJECT); mpos_rule_..._check then looks at what members say together. Members that were not given are zero, and
 * MPOS_GIVEN(rule, MPOS_..._MEMBER) tells. Ids are not looked up here: whether a tax or an item is there is the question of whoever
 * has the rows.
 */
#ifndef MPOS_RULE_SHAPE_H
#define MPOS_RULE_SHAPE_H

#include "postgres.h"

#include "input.h"

#define MPOS_RULE_AMOUNT_MAX INT64CONST(999999999999)
#define MPOS_RULE_COUPONS_MAX 200  /* codes of one promotion */
#define MPOS_RULE_TARGETS_MAX 1000 /* items, and as many categories, of one promotion or slot */
#define MPOS_RULE_OUTLETS_MAX 200  /* in one condition; groups of customers too */
#define MPOS_RULE_SLOTS_MAX 8      /* of one bundle */
#define MPOS_RULE_BRACKETS_MAX 200 /* of one tax */
#define MPOS_RULE_REPLACED_MAX 64  /* taxes of one map */
#define MPOS_RULE_TAXES_MAX 8      /* of one charge, or in the place of one tax */
#define MPOS_RULE_PATTERNS_MAX 32  /* barcode patterns of a business */
#define MPOS_RULE_PRIORITY_MAX 32767
#define MPOS_RULE_GROUP_MAX 65535 /* exclusivity groups are numbers from 1 */
#define MPOS_RULE_USES_MAX 10000  /* uses in one order */

/* Words in the order of the core's numbers; ended by NULL. */
extern const char *const mpos_day_words[];   /* mon to sun: bits 0 to 6 */
extern const char *const mpos_place_words[]; /* dine_in take_away delivery */
extern const char
    *const mpos_channel_words[]; /* of orders: counter dine_in takeaway kiosk qr web delivery fridge api */

/* When a rule holds: everything that was given must. */
typedef struct mpos_rule_when {
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
} mpos_rule_when;

enum {
    MPOS_WHEN_FROM,
    MPOS_WHEN_UNTIL,
    MPOS_WHEN_DAYS,
    MPOS_WHEN_START,
    MPOS_WHEN_END,
    MPOS_WHEN_PLACES,
    MPOS_WHEN_CHANNELS,
    MPOS_WHEN_OUTLETS,
    MPOS_WHEN_CUSTOMER_GROUPS,
    MPOS_WHEN_GUESTS
};

typedef struct mpos_rule_targets {
    uint32 given;
    mpos_list item_ids; /* uint8[16]; both lists empty: everything */
    mpos_list category_ids;
} mpos_rule_targets;

typedef struct mpos_rule_slot {
    uint32 given;
    mpos_list item_ids;
    mpos_list category_ids;
    int64 qty; /* scale 6 */
} mpos_rule_slot;

typedef enum mpos_rule_promotion_kind {
    MPOS_RULE_PERCENT,     /* rate off the targets, or (scope order) off the order */
    MPOS_RULE_AMOUNT,      /* amount off the order */
    MPOS_RULE_AMOUNT_UNIT, /* amount off each unit of the targets */
    MPOS_RULE_PRICE_UNIT,  /* price for each unit of the targets */
    MPOS_RULE_BUY_GET,     /* of x + y units the y cheapest with rate off (1: free) */
    MPOS_RULE_BUNDLE       /* one price for what fills all slots */
} mpos_rule_promotion_kind;

typedef struct mpos_rule_promotion {
    uint32 given;
    mpos_rule_when when;
    mpos_rule_targets targets;
    int64 min_qty;     /* scale 6, of the targets */
    int64 min_amount;  /* of the targets */
    mpos_list coupons; /* const char *, as entered; one of them is needed. None: no coupon needed */
    int kind;          /* mpos_rule_promotion_kind */
    int scope;         /* 0 line, 1 order */
    int64 rate;        /* scale 9 */
    int64 amount;
    int64 price;
    int64 x;
    int64 y;
    mpos_list slots;  /* mpos_rule_slot */
    int64 max_amount; /* in one order */
    int64 max_uses;   /* in one order */
    int64 group;      /* of a group only the first that applies, by priority; 0 none */
    bool stackable;   /* with other promotions; true unless given */
} mpos_rule_promotion;

enum {
    MPOS_PROMOTION_WHEN,
    MPOS_PROMOTION_TARGETS,
    MPOS_PROMOTION_MIN_QTY,
    MPOS_PROMOTION_MIN_AMOUNT,
    MPOS_PROMOTION_COUPONS,
    MPOS_PROMOTION_KIND,
    MPOS_PROMOTION_SCOPE,
    MPOS_PROMOTION_RATE,
    MPOS_PROMOTION_AMOUNT,
    MPOS_PROMOTION_PRICE,
    MPOS_PROMOTION_X,
    MPOS_PROMOTION_Y,
    MPOS_PROMOTION_SLOTS,
    MPOS_PROMOTION_MAX_AMOUNT,
    MPOS_PROMOTION_MAX_USES,
    MPOS_PROMOTION_GROUP,
    MPOS_PROMOTION_STACKABLE
};

typedef enum mpos_rule_charge_kind {
    MPOS_RULE_CHARGE_PERCENT,
    MPOS_RULE_CHARGE_FIXED,
    MPOS_RULE_CHARGE_PER_GUEST
} mpos_rule_charge_kind;

typedef struct mpos_rule_charge {
    uint32 given;
    mpos_rule_when when;
    int kind;          /* mpos_rule_charge_kind */
    int64 rate;        /* of a percentage */
    int64 amount;      /* of the others */
    int base;          /* of a percentage: mpos_charge_base, words left gross total */
    mpos_list tax_ids; /* uint8[16] */
    bool apportioned;  /* over the lines, taxed as they are, instead of a line of its own */
} mpos_rule_charge;

enum {
    MPOS_CHARGE_WHEN,
    MPOS_CHARGE_KIND,
    MPOS_CHARGE_RATE,
    MPOS_CHARGE_AMOUNT,
    MPOS_CHARGE_BASE,
    MPOS_CHARGE_TAXES,
    MPOS_CHARGE_APPORTIONED
};

typedef struct mpos_rule_replaced {
    uint32 given;
    uint8 tax_id[16];
    mpos_list by; /* uint8[16]; none: exempt */
} mpos_rule_replaced;

typedef struct mpos_rule_tax_map {
    uint32 given;
    mpos_rule_when when;
    mpos_list replace; /* mpos_rule_replaced */
    int keep;          /* what stays of an included tax's price: 0 gross, 1 net */
} mpos_rule_tax_map;

enum { MPOS_TAX_MAP_WHEN, MPOS_TAX_MAP_REPLACE, MPOS_TAX_MAP_KEEP };

/* From a price of `from` on up to that of the next one: an amount, or a rate of the price. */
typedef struct mpos_rule_bracket {
    uint32 given;
    int64 from;
    int64 amount;
    int64 rate;
} mpos_rule_bracket;

enum { MPOS_BRACKET_FROM, MPOS_BRACKET_AMOUNT, MPOS_BRACKET_RATE };

typedef enum mpos_rule_tax_type {
    MPOS_RULE_TAX_PERCENT,
    MPOS_RULE_TAX_FIXED,
    MPOS_RULE_TAX_DIVISION,
    MPOS_RULE_TAX_BRACKET
} mpos_rule_tax_type;

typedef struct mpos_rule_tax {
    uint32 given;
    int type; /* mpos_rule_tax_type */
    int64 rate;
    int64 amount; /* minor units per unit of quantity */
    bool included;
    bool affects_next;
    bool base_unaffected;
    mpos_list brackets; /* mpos_rule_bracket, rising */
    mpos_rule_when when;
} mpos_rule_tax;

enum {
    MPOS_TAX_IN_TYPE,
    MPOS_TAX_IN_RATE,
    MPOS_TAX_IN_AMOUNT,
    MPOS_TAX_IN_INCLUDED,
    MPOS_TAX_IN_AFFECTS,
    MPOS_TAX_IN_UNAFFECTED,
    MPOS_TAX_IN_BRACKETS,
    MPOS_TAX_IN_WHEN
};

typedef struct mpos_rule_currency {
    uint32 given;
    int64 exponent;
    int64 rate;   /* scale 9: of the tenant's currency for one of it (major units both) */
    int64 spread; /* scale 9, below one: what is kept of the rate */
} mpos_rule_currency;

typedef struct mpos_rule_rounding {
    uint32 given;
    int mode;  /* mpos_rounding_mode */
    int level; /* mpos_rounding_level */
    int64 increment;
    int64 cash_increment;
    int inclusive; /* mpos_inclusive_round */
} mpos_rule_rounding;

typedef struct mpos_rule_outlet {
    uint32 given;
    uint8 outlet_id[16];
    mpos_rule_rounding rounding;
} mpos_rule_outlet;

/* What a value inside a barcode is: qty (weight in the item's unit) or price (minor units by the pattern's decimals). */
typedef struct mpos_rule_pattern {
    uint32 given;
    const char *name;
    const char *pattern; /* core/barcode.h */
    int symbology;       /* mpos_symbology: any ean8 ean13 upca upce gtin14 sscc */
    int value;           /* 0 qty, 1 price */
} mpos_rule_pattern;

typedef struct mpos_rule_settings {
    uint32 given;
    mpos_rule_rounding rounding;
    mpos_list outlets; /* mpos_rule_outlet: those with a rounding of their own */
    mpos_list
        sequence;  /* int: mpos_discount_step - 1, words line_percent order_percent line_fixed order_fixed */
    int apportion; /* words largest_remainder last_line first_line */
    mpos_list barcode_patterns; /* mpos_rule_pattern */
} mpos_rule_settings;

enum {
    MPOS_SETTINGS_ROUNDING,
    MPOS_SETTINGS_OUTLETS,
    MPOS_SETTINGS_SEQUENCE,
    MPOS_SETTINGS_APPORTION,
    MPOS_SETTINGS_PATTERNS
};

extern const mpos_shape mpos_rule_when_shape; /* the definition of a price book */
extern const mpos_shape mpos_rule_promotion_shape;
extern const mpos_shape mpos_rule_charge_shape;
extern const mpos_shape mpos_rule_tax_map_shape;
extern const mpos_shape mpos_rule_tax_shape; /* of pos.tax_definition(row) */
extern const mpos_shape mpos_rule_currency_shape;
extern const mpos_shape mpos_rule_settings_shape;

/* What members say together; `at` is the JSON pointer of the definition ("/definition", "" at the top). */
mpos_err
mpos_rule_when_check(mpos_call *call, const char *at, const mpos_rule_when *when);
mpos_err
mpos_rule_promotion_check(mpos_call *call, const char *at, const mpos_rule_promotion *rule);
mpos_err
mpos_rule_charge_check(mpos_call *call, const char *at, const mpos_rule_charge *rule);
mpos_err
mpos_rule_tax_map_check(mpos_call *call, const char *at, const mpos_rule_tax_map *rule);
mpos_err
mpos_rule_tax_check(mpos_call *call, const char *at, const mpos_rule_tax *rule);
mpos_err
mpos_rule_settings_check(mpos_call *call, const char *at, const mpos_rule_settings *rule);

#endif
