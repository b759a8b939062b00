/* trace_json.h - a trace (core/explain.h) as docs/openapi.yaml has it. Words: trace, step. */
#ifndef MPOS_TRACE_JSON_H
#define MPOS_TRACE_JSON_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "catalogue.h"
#include "explain.h"

/* The member "trace" of an object. The cart is the one that the entries are of; the catalogue gives names to its rules. */
void
mpos_trace_json(StringInfo out, const mpos_catalogue *catalogue, const mpos_cart *cart,
                const mpos_explain_entry *entries, size_t count);

#endif
