/* catalogue_rules.c - the rules of a published catalogue: its taxes and its rounding. */
#include "postgres.h"

#include "catalogue.h"

const mpos_rules *
mpos_catalogue_rules(const mpos_catalogue *catalogue)
{
    mpos_rules *rules = palloc(sizeof *rules);
    const mpos_catalogue_tax *from = catalogue->menu->taxes.items;
    mpos_rule_tax *taxes = palloc0(sizeof *taxes * (size_t)Max(catalogue->menu->taxes.count, 1));

    mpos_rules_init(rules, catalogue->currency, catalogue->exponent);
    rules->rounding = catalogue->rounding;
    for (int i = 0; i < catalogue->menu->taxes.count; i++) {
        memcpy(taxes[i].tax.id, from[i].id, 16);
        taxes[i].tax.flags = from[i].included ? MPOS_TAX_INCLUDED : 0;
        taxes[i].tax.value = from[i].rate;
        taxes[i].when.from = MPOS_NO_TIME;
        taxes[i].when.until = MPOS_NO_TIME;
    }
    rules->taxes = taxes;
    rules->tax_count = (uint16)catalogue->menu->taxes.count;
    return rules;
}

const char *
mpos_catalogue_rule_name(const mpos_catalogue *catalogue, const uint8 id[16])
{
    return "";
}
