/*
 * catalogue_draft.h - the catalogue as it would be if it were published now. Words: draft.
 */
#ifndef MPOS_CATALOGUE_DRAFT_H
#define MPOS_CATALOGUE_DRAFT_H

#include "postgres.h"

#include "catalogue.h"

typedef mpos_err (*mpos_draft_prepare)(mpos_call *call, void *argument);
typedef mpos_err (*mpos_draft_use)(mpos_call *call, const mpos_catalogue *draft, void *argument);

/*
 * Publishes what the rows say, lets `use` price by it, and takes everything back that was written since: what `use` wrote as
 * well. Raises RULES_INVALID when the draft has mistakes. Returns what `use` does. prepare (NULL for none) may change rows first;
 * what it refuses is returned.
 */
mpos_err
mpos_catalogue_draft(mpos_call *call, mpos_draft_prepare prepare, mpos_draft_use use, void *argument);

#endif
