/* rules.c - see rules.h. */
#include "rules.h"

#include "id.h"

void
mpos_rules_init(mpos_rules *rules, const char currency[3], uint8_t exponent)
{
    static const uint8_t steps[] = {MPOS_STEP_LINE_PERCENT, MPOS_STEP_ORDER_PERCENT, MPOS_STEP_LINE_FIXED,
                                    MPOS_STEP_ORDER_FIXED};

    memset(rules, 0, sizeof *rules);
    memcpy(rules->currency, currency, 3);
    rules->exponent = exponent;
    rules->rounding = (mpos_rounding){
        .mode = MPOS_ROUND_HALF_UP, .level = MPOS_LEVEL_LINE, .increment = 1, .cash_increment = 1};
    memcpy(rules->sequence, steps, sizeof steps);
    rules->sequence_count = sizeof steps;
}

const mpos_rounding *
mpos_rules_rounding(const mpos_rules *rules, const uint8_t outlet[16])
{
    for (size_t i = 0; i < rules->rounding_count; i++) {
        if (mpos_id_same(rules->roundings[i].outlet, outlet)) {
            return &rules->roundings[i].rounding;
        }
    }
    return &rules->rounding;
}
