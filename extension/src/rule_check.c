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
mpos_rule_when_check(mpos_call *call, const char *at, const mpos_rule_when *when)
{
    if (MPOS_GIVEN(when, MPOS_WHEN_FROM) && MPOS_GIVEN(when, MPOS_WHEN_UNTIL) && when->until <= when->from) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "until", "The end must be after the beginning.");
    }
    if (MPOS_GIVEN(when, MPOS_WHEN_START) != MPOS_GIVEN(when, MPOS_WHEN_END)) {
        return refuse(call, MPOS_E_MISSING_FIELD, at, MPOS_GIVEN(when, MPOS_WHEN_START) ? "end" : "start",
                      "A time of the day has a start and an end.");
    }
    return MPOS_OK;
}

static mpos_err
check_optional_when(mpos_call *call, const char *at, const mpos_rule_when *when)
{
    return mpos_rule_when_check(call, psprintf("%s/when", at), when);
}

static uint32
promotion_members(int kind)
{
    switch (kind) {
    case MPOS_RULE_PERCENT:
        return 1u << MPOS_PROMOTION_RATE;
    case MPOS_RULE_AMOUNT:
    case MPOS_RULE_AMOUNT_UNIT:
        return 1u << MPOS_PROMOTION_AMOUNT;
    case MPOS_RULE_PRICE_UNIT:
        return 1u << MPOS_PROMOTION_PRICE;
    case MPOS_RULE_BUY_GET:
        return 1u << MPOS_PROMOTION_RATE | 1u << MPOS_PROMOTION_X | 1u << MPOS_PROMOTION_Y;
    default:
        return 1u << MPOS_PROMOTION_PRICE | 1u << MPOS_PROMOTION_SLOTS;
    }
}

static mpos_err
check_scope(mpos_call *call, const char *at, const mpos_rule_promotion *rule)
{
    bool order = MPOS_GIVEN(rule, MPOS_PROMOTION_SCOPE) && rule->scope == 1;

    if (rule->kind == MPOS_RULE_AMOUNT && !order) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "scope",
                      "An amount is taken off the order; one off each unit is amount_unit.");
    }
    if (order && rule->kind != MPOS_RULE_AMOUNT && rule->kind != MPOS_RULE_PERCENT) {
        return refuse(call, MPOS_E_INVALID_VALUE, at, "scope", "That kind works on lines.");
    }
    return MPOS_OK;
}

mpos_err
mpos_rule_promotion_check(mpos_call *call, const char *at, const mpos_rule_promotion *rule)
{
    static const member_rule members[] = {{MPOS_PROMOTION_RATE, "rate"},   {MPOS_PROMOTION_AMOUNT, "amount"},
                                          {MPOS_PROMOTION_PRICE, "price"}, {MPOS_PROMOTION_X, "x"},
                                          {MPOS_PROMOTION_Y, "y"},         {MPOS_PROMOTION_SLOTS, "slots"}};
    mpos_err err = check_optional_when(call, at, &rule->when);

    if (err == MPOS_OK) {
        err = exactly(call, at, rule->given, promotion_members(rule->kind), members, lengthof(members));
    }
    return err == MPOS_OK ? check_scope(call, at, rule) : err;
}

static mpos_err
check_charge_taxes(mpos_call *call, const char *at, const mpos_rule_charge *rule)
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
mpos_rule_charge_check(mpos_call *call, const char *at, const mpos_rule_charge *rule)
{
    static const member_rule members[] = {{MPOS_CHARGE_RATE, "rate"}, {MPOS_CHARGE_AMOUNT, "amount"}};
    bool percent = rule->kind == MPOS_RULE_CHARGE_PERCENT;
    mpos_err err = check_optional_when(call, at, &rule->when);

    if (err == MPOS_OK) {
        err = exactly(call, at, rule->given, 1u << (percent ? MPOS_CHARGE_RATE : MPOS_CHARGE_AMOUNT), members,
                      lengthof(members));
    }
    if (err == MPOS_OK && !percent && MPOS_GIVEN(rule, MPOS_CHARGE_BASE)) {
        err = refuse(call, MPOS_E_INVALID_VALUE, at, "base", "Only a percentage is taken of something.");
    }
    return err == MPOS_OK ? check_charge_taxes(call, at, rule) : err;
}

mpos_err
mpos_rule_tax_map_check(mpos_call *call, const char *at, const mpos_rule_tax_map *rule)
{
    const mpos_rule_replaced *replaced = rule->replace.items;

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
    const mpos_rule_bracket *brackets = list->items;

    for (int i = 0; i < list->count; i++) {
        const mpos_rule_bracket *one = &brackets[i];

        if (i > 0 && one->from <= one[-1].from) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/brackets/%d/from", at, i),
                               "Brackets begin higher and higher.");
        }
        if (MPOS_GIVEN(one, MPOS_BRACKET_AMOUNT) == MPOS_GIVEN(one, MPOS_BRACKET_RATE)) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/brackets/%d", at, i),
                               "A bracket has an amount or a rate.");
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_rule_tax_check(mpos_call *call, const char *at, const mpos_rule_tax *rule)
{
    static const member_rule members[] = {
        {MPOS_TAX_IN_RATE, "rate"}, {MPOS_TAX_IN_AMOUNT, "amount"}, {MPOS_TAX_IN_BRACKETS, "brackets"}};
    int needed = rule->type == MPOS_RULE_TAX_FIXED     ? MPOS_TAX_IN_AMOUNT
                 : rule->type == MPOS_RULE_TAX_BRACKET ? MPOS_TAX_IN_BRACKETS
                                                       : MPOS_TAX_IN_RATE;
    mpos_err err = exactly(call, at, rule->given, 1u << needed, members, lengthof(members));

    if (err == MPOS_OK && rule->type == MPOS_RULE_TAX_DIVISION && rule->rate >= MPOS_RATE_ONE) {
        err = refuse(call, MPOS_E_OUT_OF_RANGE, at, "rate", "A tax by division is less than the price.");
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
    const mpos_rule_pattern *patterns = list->items;

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

mpos_err
mpos_rule_settings_check(mpos_call *call, const char *at, const mpos_rule_settings *rule)
{
    const mpos_rule_outlet *outlets = rule->outlets.items;

    for (int i = 0; i < rule->outlets.count; i++) {
        for (int j = 0; j < i; j++) {
            if (memcmp(outlets[i].outlet_id, outlets[j].outlet_id, 16) == 0) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/outlets/%d/outlet_id", at, i),
                                   "This outlet has a rounding already.");
            }
        }
    }
    return check_patterns(call, at, &rule->barcode_patterns);
}
