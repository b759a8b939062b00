/*
 * rule_take.h - from a rule as its row defines it (rule_shape.h, read and checked) to the core's. Everything is allocated in the
 * current context. Words: rule, definition.
 */
#ifndef MPOS_RULE_TAKE_H
#define MPOS_RULE_TAKE_H

#include "postgres.h"

#include "rule_shape.h"
#include "rules.h"

/* Index of the tax in rules->taxes, -1 when it is not there. */
int
mpos_take_tax_index(const mpos_rules *rules, const uint8 id[16]);

void
mpos_take_rounding(const mpos_def_rounding *in, mpos_rounding *out);

/* Into the rules themselves: rounding, roundings of outlets, sequence, apportioning. */
void
mpos_take_settings(const mpos_def_settings *in, mpos_rules *rules);

void
mpos_take_when(const mpos_def_when *in, mpos_when *out);

/* Ids and priorities are the row's and left alone. */
void
mpos_take_tax(const mpos_def_tax *in, mpos_rule_tax *out);

void
mpos_take_promotion(const mpos_def_promotion *in, mpos_promotion *out);

/*
 * These name taxes. With one that is not in rules->taxes they return false and the place within the definition
 * ("/tax_ids/1", "/replace/0/by/2") in place.
 */
bool
mpos_take_tax_map(const mpos_rules *rules, const mpos_def_tax_map *in, mpos_tax_map *out, char place[48]);

bool
mpos_take_charge(const mpos_rules *rules, const mpos_def_charge *in, mpos_charge_rule *out, char place[48]);

void
mpos_take_currency(const char *code, const mpos_def_currency *in, mpos_currency *out);

#endif
