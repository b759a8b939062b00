/*
 * rule_set.h - from the draft of a business's rules, as JSON, to the core's rules. Words: draft, rule, mistake, place.
 *
 * The draft is what pos.rules_draft(tenant) makes of the rows: {"currency", "exponent", "settings", "taxes", "tax_maps", "books",
 * "promotions", "charges", "currencies"}; settings is a definition, each list has {"id", "code", "name", "priority",
 * "definition"}. A place is a JSON pointer into it: "/promotions/3/definition/rate".
 */
#ifndef MPOS_RULE_SET_H
#define MPOS_RULE_SET_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "err.h"
#include "rules.h"

/* Mistakes that are told at most. */
#define MPOS_MISTAKES_MAX 100

typedef struct mpos_mistakes {
    int count;        /* of those told */
    char first[200];  /* place of the first */
    char detail[256]; /* what is wrong there */
    StringInfoData
        list; /* elements of a JSON list: {"place", "code", "detail", "kind", "id", "row"}; the last three of rules only */
} mpos_mistakes;

/*
 * Makes *out, allocated in the current context, and true; or false with every mistake that was found. An empty draft (other than
 * pos.rules_draft makes) is a mistake as well.
 */
bool
mpos_rule_set_compile(const JsonbContainer *draft, mpos_rules *out, mpos_mistakes *mistakes);

/* The form of rules (core/rules.h) as bytea in the current context. Raises TOO_MANY when it is too large for a device. */
bytea *
mpos_rule_set_form(const mpos_rules *rules);

#endif
