/*
 * capture_plan.h - a capture trigger's arguments, resolved against its table and kept per backend.
 */
#ifndef MPOS_CAPTURE_PLAN_H
#define MPOS_CAPTURE_PLAN_H

#include "postgres.h"

#include "utils/rel.h"
#include "utils/reltrigger.h"

#include "canon.h"
#include "row_digest.h"
#include "value.h"

typedef struct mpos_capture_column {
    int attribute; /* 0-based; -1: the table has no such column */
    const char *name;
    const char *member; /* "\"name\":" */
    int16 len;
    bool by_value;
    mpos_value_type type;
} mpos_capture_column;

typedef struct mpos_capture_plan {
    const char *entity;
    const char *topic; /* interned; NULL: audit only */
    int tenant;        /* attribute, 0-based */
    int outlet;        /* attribute, -1: the tenant's journal */
    mpos_capture_column version;
    int key_count;
    mpos_capture_column *key;
    int place_count; /* tenant, outlet and key: what decides journal and id */
    mpos_capture_column *place;
    int feed_count;
    mpos_capture_column *feed; /* sorted by name */
    int image_count;
    mpos_capture_column *image; /* all columns, sorted by name */
    mpos_digest_plan *digest;
} mpos_capture_plan;

/*
 * The plan of a trigger; valid until the table's definition changes, at least for the running trigger call.
 */
const mpos_capture_plan *
mpos_capture_plan_get(Relation relation, const Trigger *trigger);

/* The capture trigger of an open table; NULL when it has none. Points into the relation. */
const Trigger *
mpos_capture_trigger(Relation relation);

/* The fills (row_digest.h) of the table whose row type that is; NULL when it has none. Palloc'd. */
const char *
mpos_capture_fills(Oid row_type);

/* Registers the cache invalidation; called once from _PG_init. */
void
mpos_capture_plan_init(void);

#endif
