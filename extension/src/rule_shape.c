/* rule_shape.c - the members of rules, by table. */
#include "postgres.h"

#include "quantity.h"
#include "rule_shape.h"

#define AMOUNT_MAX MPOS_DEF_AMOUNT_MAX
#define COUPON_USES_MAX INT64CONST(1000000000)
#define FIELD(type, member, kind, ...)                                                                       \
    {                                                                                                        \
#member, kind, 0, offsetof(type, member), __VA_ARGS__                                                \
    }
#define NEEDED(type, member, kind, ...)                                                                      \
    {                                                                                                        \
#member, kind, MPOS_IN_REQUIRED, offsetof(type, member), __VA_ARGS__                                 \
    }
#define RULE_SHAPE(name)                                                                                     \
    const mpos_shape mpos_def_##name##_shape = {name##_fields, lengthof(name##_fields),                      \
                                                sizeof(mpos_def_##name)}

const char *const mpos_day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
const char *const mpos_place_words[] = {"dine_in", "take_away", "delivery", NULL};
const char *const mpos_channel_words[] = {"counter", "dine_in",  "takeaway", "kiosk", "qr",
                                          "web",     "delivery", "fridge",   "api",   NULL};

static const char *const promotion_words[] = {"percent", "amount", "amount_unit", "price_unit",
                                              "buy_get", "bundle", NULL};
static const char *const scope_words[] = {"line", "order", NULL};
static const char *const charge_words[] = {"percent", "fixed", "per_guest", NULL};
static const char *const base_words[] = {"left", "gross", "total", NULL};
static const char *const keep_words[] = {"gross", "net", NULL};
static const char *const tax_words[] = {"percent", "fixed", "division", "bracket", NULL};
static const char *const mode_words[] = {"half_up", "half_even", "half_down", "up",
                                         "down",    "ceiling",   "floor",     NULL};
static const char *const level_words[] = {"unit", "line", "rate", "order", "line_tax", "combination", NULL};
static const char *const inclusive_words[] = {"tax", "net", NULL};
static const char *const discount_round_words[] = {"amount", "price", NULL};
static const char *const step_words[] = {"line_percent", "order_percent", "line_fixed", "order_fixed", NULL};
static const char *const apportion_words[] = {"largest_remainder", "last_line", "first_line", NULL};
static const char *const symbology_words[] = {"any", "ean8", "ean13", "upca", "upce", "gtin14", "sscc", NULL};
static const char *const value_words[] = {"qty", "price", NULL};

static const mpos_field when_fields[] = {
    FIELD(mpos_def_when, from, MPOS_IN_LOCAL),
    FIELD(mpos_def_when, until, MPOS_IN_LOCAL),
    FIELD(mpos_def_when, days, MPOS_IN_WORDS, 1, 7, mpos_day_words),
    FIELD(mpos_def_when, start, MPOS_IN_CLOCK),
    FIELD(mpos_def_when, end, MPOS_IN_CLOCK),
    FIELD(mpos_def_when, places, MPOS_IN_WORDS, 1, 3, mpos_place_words),
    FIELD(mpos_def_when, channels, MPOS_IN_WORDS, 1, lengthof(mpos_channel_words) - 1, mpos_channel_words),
    FIELD(mpos_def_when, outlet_ids, MPOS_IN_UUIDS, 1, MPOS_DEF_OUTLETS_MAX),
    FIELD(mpos_def_when, customer_group_ids, MPOS_IN_UUIDS, 1, MPOS_DEF_OUTLETS_MAX),
    FIELD(mpos_def_when, guests_min, MPOS_IN_INT, 1, 1000),
};
RULE_SHAPE(when);

static const mpos_field targets_fields[] = {
    FIELD(mpos_def_targets, item_ids, MPOS_IN_UUIDS, 0, MPOS_DEF_TARGETS_MAX),
    FIELD(mpos_def_targets, category_ids, MPOS_IN_UUIDS, 0, MPOS_DEF_TARGETS_MAX),
};
static RULE_SHAPE(targets);

static const mpos_field slot_fields[] = {
    FIELD(mpos_def_slot, item_ids, MPOS_IN_UUIDS, 0, MPOS_DEF_TARGETS_MAX),
    FIELD(mpos_def_slot, category_ids, MPOS_IN_UUIDS, 0, MPOS_DEF_TARGETS_MAX),
    NEEDED(mpos_def_slot, qty, MPOS_IN_QTY, 1, MPOS_QTY_MAX),
};
static RULE_SHAPE(slot);

/* In the order of MPOS_PROMOTION_... */
static const mpos_field promotion_fields[] = {
    FIELD(mpos_def_promotion, when, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_when_shape),
    FIELD(mpos_def_promotion, targets, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_targets_shape),
    FIELD(mpos_def_promotion, min_qty, MPOS_IN_QTY, 1, MPOS_QTY_MAX),
    FIELD(mpos_def_promotion, min_amount, MPOS_IN_INT, 1, AMOUNT_MAX),
    FIELD(mpos_def_promotion, coupons, MPOS_IN_TEXTS, 0, MPOS_DEF_COUPONS_MAX),
    NEEDED(mpos_def_promotion, kind, MPOS_IN_WORD, 0, 0, promotion_words),
    FIELD(mpos_def_promotion, scope, MPOS_IN_WORD, 0, 0, scope_words),
    FIELD(mpos_def_promotion, rate, MPOS_IN_RATE, 1, MPOS_RATE_ONE),
    FIELD(mpos_def_promotion, amount, MPOS_IN_INT, 1, AMOUNT_MAX),
    FIELD(mpos_def_promotion, price, MPOS_IN_INT, 0, AMOUNT_MAX),
    FIELD(mpos_def_promotion, x, MPOS_IN_INT, 1, 1000),
    FIELD(mpos_def_promotion, y, MPOS_IN_INT, 1, 1000),
    FIELD(mpos_def_promotion, slots, MPOS_IN_OBJECTS, 1, MPOS_DEF_SLOTS_MAX, NULL, &mpos_def_slot_shape),
    FIELD(mpos_def_promotion, max_amount, MPOS_IN_INT, 1, AMOUNT_MAX),
    FIELD(mpos_def_promotion, max_uses, MPOS_IN_INT, 1, MPOS_DEF_USES_MAX),
    FIELD(mpos_def_promotion, group, MPOS_IN_INT, 1, MPOS_DEF_GROUP_MAX),
    FIELD(mpos_def_promotion, stackable, MPOS_IN_BOOL),
    FIELD(mpos_def_promotion, coupon_uses, MPOS_IN_INT, 1, COUPON_USES_MAX),
    FIELD(mpos_def_promotion, coupon_uses_per_customer, MPOS_IN_INT, 1, COUPON_USES_MAX),
};
RULE_SHAPE(promotion);

static const mpos_field charge_fields[] = {
    FIELD(mpos_def_charge, when, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_when_shape),
    NEEDED(mpos_def_charge, kind, MPOS_IN_WORD, 0, 0, charge_words),
    FIELD(mpos_def_charge, rate, MPOS_IN_RATE, 1, MPOS_RATE_MAX),
    FIELD(mpos_def_charge, amount, MPOS_IN_INT, 1, AMOUNT_MAX),
    FIELD(mpos_def_charge, base, MPOS_IN_WORD, 0, 0, base_words),
    FIELD(mpos_def_charge, tax_ids, MPOS_IN_UUIDS, 0, MPOS_DEF_TAXES_MAX),
    FIELD(mpos_def_charge, apportioned, MPOS_IN_BOOL),
    FIELD(mpos_def_charge, waivable, MPOS_IN_BOOL),
};
RULE_SHAPE(charge);

static const mpos_field replaced_fields[] = {
    NEEDED(mpos_def_replaced, tax_id, MPOS_IN_UUID),
    NEEDED(mpos_def_replaced, by, MPOS_IN_UUIDS, 0, MPOS_DEF_TAXES_MAX),
};
static RULE_SHAPE(replaced);

static const mpos_field tax_map_fields[] = {
    FIELD(mpos_def_tax_map, when, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_when_shape),
    NEEDED(mpos_def_tax_map, replace, MPOS_IN_OBJECTS, 1, MPOS_DEF_REPLACED_MAX, NULL,
           &mpos_def_replaced_shape),
    NEEDED(mpos_def_tax_map, keep, MPOS_IN_WORD, 0, 0, keep_words),
    FIELD(mpos_def_tax_map, exempt, MPOS_IN_BOOL),
};
RULE_SHAPE(tax_map);

static const mpos_field bracket_fields[] = {
    NEEDED(mpos_def_bracket, from, MPOS_IN_INT, 0, AMOUNT_MAX),
    FIELD(mpos_def_bracket, amount, MPOS_IN_INT, 0, AMOUNT_MAX),
    FIELD(mpos_def_bracket, rate, MPOS_IN_RATE, 0, MPOS_RATE_MAX),
};
static RULE_SHAPE(bracket);

static const mpos_field tax_fields[] = {
    NEEDED(mpos_def_tax, type, MPOS_IN_WORD, 0, 0, tax_words),
    FIELD(mpos_def_tax, rate, MPOS_IN_RATE, 0, MPOS_RATE_MAX),
    FIELD(mpos_def_tax, amount, MPOS_IN_INT, 0, AMOUNT_MAX),
    NEEDED(mpos_def_tax, included, MPOS_IN_BOOL),
    FIELD(mpos_def_tax, affects_next, MPOS_IN_BOOL),
    FIELD(mpos_def_tax, base_unaffected, MPOS_IN_BOOL),
    FIELD(mpos_def_tax, brackets, MPOS_IN_OBJECTS, 1, MPOS_DEF_BRACKETS_MAX, NULL, &mpos_def_bracket_shape),
    FIELD(mpos_def_tax, when, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_when_shape),
};
RULE_SHAPE(tax);

static const mpos_field currency_fields[] = {
    NEEDED(mpos_def_currency, exponent, MPOS_IN_INT, 0, 4),
    NEEDED(mpos_def_currency, rate, MPOS_IN_DECIMAL, 1, INT64CONST(999999999999999999)),
    FIELD(mpos_def_currency, spread, MPOS_IN_DECIMAL, 0, MPOS_RATE_ONE - 1),
    FIELD(mpos_def_currency, cash_increment, MPOS_IN_INT, 1, 1000000000),
};
RULE_SHAPE(currency);

static const mpos_field rounding_fields[] = {
    NEEDED(mpos_def_rounding, mode, MPOS_IN_WORD, 0, 0, mode_words),
    NEEDED(mpos_def_rounding, level, MPOS_IN_WORD, 0, 0, level_words),
    NEEDED(mpos_def_rounding, increment, MPOS_IN_INT, 1, AMOUNT_MAX),
    NEEDED(mpos_def_rounding, cash_increment, MPOS_IN_INT, 1, AMOUNT_MAX),
    NEEDED(mpos_def_rounding, inclusive, MPOS_IN_WORD, 0, 0, inclusive_words),
    FIELD(mpos_def_rounding, discount, MPOS_IN_WORD, 0, 0, discount_round_words),
};
static RULE_SHAPE(rounding);

static const mpos_field outlet_fields[] = {
    NEEDED(mpos_def_outlet, outlet_id, MPOS_IN_UUID),
    NEEDED(mpos_def_outlet, rounding, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_rounding_shape),
};
static RULE_SHAPE(outlet);

static const mpos_field pattern_fields[] = {
    NEEDED(mpos_def_pattern, name, MPOS_IN_TEXT, 1, 64),
    NEEDED(mpos_def_pattern, pattern, MPOS_IN_TEXT, 1, 48),
    FIELD(mpos_def_pattern, symbology, MPOS_IN_WORD, 0, 0, symbology_words),
    NEEDED(mpos_def_pattern, value, MPOS_IN_WORD, 0, 0, value_words),
};
static RULE_SHAPE(pattern);

static const mpos_field settings_fields[] = {
    NEEDED(mpos_def_settings, rounding, MPOS_IN_OBJECT, 0, 0, NULL, &mpos_def_rounding_shape),
    FIELD(mpos_def_settings, outlets, MPOS_IN_OBJECTS, 0, MPOS_DEF_OUTLETS_MAX, NULL, &mpos_def_outlet_shape),
    FIELD(mpos_def_settings, sequence, MPOS_IN_WORDS, 1, 8, step_words),
    FIELD(mpos_def_settings, apportion, MPOS_IN_WORD, 0, 0, apportion_words),
    FIELD(mpos_def_settings, barcode_patterns, MPOS_IN_OBJECTS, 0, MPOS_DEF_PATTERNS_MAX, NULL,
          &mpos_def_pattern_shape),
};
RULE_SHAPE(settings);
