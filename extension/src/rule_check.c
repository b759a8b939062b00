/* rule_check.c - what the members of a rule say together. */
#include "postgres.h"

#include "barcode.h"
#include "quantity.h"
#include "rule_shape.h"

static mpos_err
refuse(mpos_call *call, mpos_err err, const char *at, const char *member, const char *detail)
{
    return mpos_refuse(call, err, psprintf("%s/%s", at, member), "%s", detail);
}

/* A member that only some kinds have. */
typedef struct member_rule {
    int bit;
    const char *name;
} member_rule;

/* Of these members those of `needed` must be there and no other. */
static mpos_err
exactly(mpos_call *call, const char *at, uint32 given, uint32 needed, const member_rule *members, int count)
{
    for (int i = 0; i < count; i++) {
        uint32 bit = 1u << members[i].bit;

        if ((needed & bit) != 0 && (given & bit) == 0) {
            return refuse(call, MPOS_E_MISSING_FIELD, at, members[i].name,
                          "This field is required for that kind.");
        }
        if ((needed & bit) == 0 && (given & bit) != 0) {
            return refuse(call, MPOS_E_INVALID_VALUE, at, members[i].name,
                          "This field does not belong to that kind.");
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_def_when_check(mpos_call *call, const char *at, const mpos_def_when *when)
{
    if (MPOS_GIVEN(when, MPOS_DEF_WHEN_FROM) && MPOS_GIVEN(when, MPOS_DEF_WHEN_UNTIL) &&
        when->until <= when->from) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "until", "The end must be after the beginning.");
    }
    if (MPOS_GIVEN(when, MPOS_DEF_WHEN_START) != MPOS_GIVEN(when, MPOS_DEF_WHEN_END)) {
        return refuse(call, MPOS_E_MISSING_FIELD, at, MPOS_GIVEN(when, MPOS_DEF_WHEN_START) ? "end" : "start",
                      "A time of the day has a start and an end.");
    }
    return MPOS_OK;
}

static mpos_err
check_optional_when(mpos_call *call, const char *at, const mpos_def_when *when)
{
    return mpos_def_when_check(call, psprintf("%s/when", at), when);
}

static uint32
promotion_members(int kind)
{
    switch (kind) {
    case MPOS_DEF_PERCENT:
        return 1u << MPOS_DEF_PROMOTION_RATE;
    case MPOS_DEF_AMOUNT:
    case MPOS_DEF_AMOUNT_UNIT:
        return 1u << MPOS_DEF_PROMOTION_AMOUNT;
    case MPOS_DEF_PRICE_UNIT:
        return 1u << MPOS_DEF_PROMOTION_PRICE;
    case MPOS_DEF_BUY_GET:
        return 1u << MPOS_DEF_PROMOTION_RATE | 1u << MPOS_DEF_PROMOTION_X | 1u << MPOS_DEF_PROMOTION_Y;
    default:
        return 1u << MPOS_DEF_PROMOTION_PRICE | 1u << MPOS_DEF_PROMOTION_SLOTS;
    }
}

static mpos_err
check_scope(mpos_call *call, const char *at, const mpos_def_promotion *rule)
{
    bool order = MPOS_GIVEN(rule, MPOS_DEF_PROMOTION_SCOPE) && rule->scope == 1;

    if (rule->kind == MPOS_DEF_AMOUNT && !order) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "scope",
                      "An amount is taken off the order; one off each unit is amount_unit.");
    }
    if (order && rule->kind != MPOS_DEF_AMOUNT && rule->kind != MPOS_DEF_PERCENT) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "scope", "That kind works on lines.");
    }
    if (order && rule->targets.item_ids.count + rule->targets.category_ids.count > 0) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "targets",
                      "What is taken off the order has no targets.");
    }
    if (MPOS_GIVEN(rule, MPOS_DEF_PROMOTION_MAX_USES) && rule->kind != MPOS_DEF_BUY_GET &&
        rule->kind != MPOS_DEF_BUNDLE) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "max_uses",
                      "Only bundles and buying to get are counted.");
    }
    return MPOS_OK;
}

mpos_err
mpos_def_promotion_check(mpos_call *call, const char *at, const mpos_def_promotion *rule)
{
    static const member_rule members[] = {
        {MPOS_DEF_PROMOTION_RATE, "rate"},   {MPOS_DEF_PROMOTION_AMOUNT, "amount"},
        {MPOS_DEF_PROMOTION_PRICE, "price"}, {MPOS_DEF_PROMOTION_X, "x"},
        {MPOS_DEF_PROMOTION_Y, "y"},         {MPOS_DEF_PROMOTION_SLOTS, "slots"}};
    mpos_err err = check_optional_when(call, at, &rule->when);

    if (err == MPOS_OK) {
        err = exactly(call, at, rule->given, promotion_members(rule->kind), members, lengthof(members));
    }
    return err == MPOS_OK ? check_scope(call, at, rule) : err;
}

static mpos_err
check_charge_taxes(mpos_call *call, const char *at, const mpos_def_charge *rule)
{
    if (rule->tax_ids.count > 0 && rule->apportioned) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "tax_ids",
                      "What is apportioned is taxed as the lines are.");
    }
    if (rule->tax_ids.count > 0 && rule->base == 2) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "tax_ids", "A charge on the total has no taxes.");
    }
    return rule->base == 2 && rule->apportioned ? refuse(call, MPOS_E_INVALID_VALUE, at, "base",
                                                         "What is apportioned cannot be taken of the total.")
                                                : MPOS_OK;
}

mpos_err
mpos_def_charge_check(mpos_call *call, const char *at, const mpos_def_charge *rule)
{
    static const member_rule members[] = {{MPOS_DEF_CHARGE_RATE, "rate"}, {MPOS_DEF_CHARGE_AMOUNT, "amount"}};
    bool percent = rule->kind == MPOS_DEF_CHARGE_PERCENT;
    mpos_err err = check_optional_when(call, at, &rule->when);

    if (err == MPOS_OK) {
        err = exactly(call, at, rule->given, 1u << (percent ? MPOS_DEF_CHARGE_RATE : MPOS_DEF_CHARGE_AMOUNT),
                      members, lengthof(members));
    }
    if (err == MPOS_OK && !percent && MPOS_GIVEN(rule, MPOS_DEF_CHARGE_BASE)) {
        err = refuse(call, MPOS_E_INVALID_VALUE, at, "base", "Only a percentage is taken of something.");
    }
    return err == MPOS_OK ? check_charge_taxes(call, at, rule) : err;
}

mpos_err
mpos_def_tax_map_check(mpos_call *call, const char *at, const mpos_def_tax_map *rule)
{
    const mpos_def_replaced *replaced = rule->replace.items;

    for (int i = 0; i < rule->replace.count; i++) {
        for (int j = 0; j < i; j++) {
            if (memcmp(replaced[i].tax_id, replaced[j].tax_id, 16) == 0) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/replace/%d/tax_id", at, i),
                                   "This tax has been replaced already.");
            }
        }
    }
    return check_optional_when(call, at, &rule->when);
}

static mpos_err
check_brackets(mpos_call *call, const char *at, const mpos_list *list)
{
    const mpos_def_bracket *brackets = list->items;

    for (int i = 0; i < list->count; i++) {
        const mpos_def_bracket *one = &brackets[i];

        if (i > 0 && one->from <= one[-1].from) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/brackets/%d/from", at, i),
                               "Brackets begin higher and higher.");
        }
        if (!MPOS_GIVEN(one, MPOS_DEF_BRACKET_AMOUNT) && !MPOS_GIVEN(one, MPOS_DEF_BRACKET_RATE)) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/brackets/%d", at, i),
                               "A bracket has an amount, a rate or both.");
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_def_tax_check(mpos_call *call, const char *at, const mpos_def_tax *rule)
{
    static const member_rule members[] = {
        {MPOS_DEF_TAX_RATE, "rate"}, {MPOS_DEF_TAX_AMOUNT, "amount"}, {MPOS_DEF_TAX_BRACKETS, "brackets"}};
    int needed = rule->type == MPOS_DEF_TAX_FIXED     ? MPOS_DEF_TAX_AMOUNT
                 : rule->type == MPOS_DEF_TAX_BRACKET ? MPOS_DEF_TAX_BRACKETS
                                                      : MPOS_DEF_TAX_RATE;
    mpos_err err = exactly(call, at, rule->given, 1u << needed, members, lengthof(members));

    if (err == MPOS_OK && rule->type == MPOS_DEF_TAX_DIVISION && rule->rate >= MPOS_RATE_ONE) {
        err = refuse(call, MPOS_E_OUT_OF_RANGE, at, "rate", "A tax by division is less than the price.");
    }
    if (err == MPOS_OK && rule->type == MPOS_DEF_TAX_BRACKET && (rule->included || rule->affects_next)) {
        err = refuse(call, MPOS_E_INVALID_VALUE, at, rule->included ? "included" : "affects_next",
                     "A tax by brackets is added and affects no other.");
    }
    if (err == MPOS_OK) {
        err = check_brackets(call, at, &rule->brackets);
    }
    return err == MPOS_OK ? check_optional_when(call, at, &rule->when) : err;
}

/* The pattern is judged before the code is, whatever that is. */
static mpos_err
check_patterns(mpos_call *call, const char *at, const mpos_list *list)
{
    const mpos_def_pattern *patterns = list->items;

    for (int i = 0; i < list->count; i++) {
        mpos_embedded embedded;

        if (mpos_barcode_match(patterns[i].pattern, strlen(patterns[i].pattern),
                               (mpos_symbology)patterns[i].symbology, "0", 1, &embedded) != MPOS_OK) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/barcode_patterns/%d/pattern", at, i),
                               "A pattern is digits, points and one group of N and D in braces.");
        }
    }
    return MPOS_OK;
}

static mpos_err
check_sequence(mpos_call *call, const char *at, const mpos_def_settings *rule)
{
    const int *steps = rule->sequence.items;
    unsigned seen = 0;

    for (int i = 0; i < rule->sequence.count; i++) {
        seen |= 1u << steps[i];
    }
    return MPOS_GIVEN(rule, MPOS_DEF_SETTINGS_SEQUENCE) && seen != 15u
               ? refuse(call, MPOS_E_INVALID_VALUE, at, "sequence", "Every kind of discount has its place.")
               : MPOS_OK;
}

mpos_err
mpos_def_settings_check(mpos_call *call, const char *at, const mpos_def_settings *rule)
{
    const mpos_def_outlet *outlets = rule->outlets.items;

    for (int i = 0; i < rule->outlets.count; i++) {
        for (int j = 0; j < i; j++) {
            if (memcmp(outlets[i].outlet_id, outlets[j].outlet_id, 16) == 0) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/outlets/%d/outlet_id", at, i),
                                   "This outlet has a rounding already.");
            }
        }
    }
    return check_sequence(call, at, rule) == MPOS_OK ? check_patterns(call, at, &rule->barcode_patterns)
                                                     : MPOS_E_INVALID_VALUE;
}
