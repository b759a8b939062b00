/* flush_group.h - inside of flush: what one call changed on one journal, and its parts. Words: group, part. */
#ifndef MPOS_FLUSH_GROUP_H
#define MPOS_FLUSH_GROUP_H

#include "postgres.h"

#include "pending.h"

/* One entry to be: its payload, also packed, and what the header says of it. */
typedef struct part {
    bytea *payload;
    bytea *packed;
    uint8 payload_hash[32];
    uint16 flags;
} part;

/* The changes of one call (or of SQL outside calls) on one journal. */
typedef struct group {
    mpos_note *note;
    const mpos_sole *sole; /* not NULL: one change, one entry */
    pg_uuid_t tenant;
    pg_uuid_t outlet;
    pg_uuid_t journal;
    const pg_uuid_t
        *next; /* the next journal that the same transaction writes, NULL when this is the only one */
    int order; /* of appearance; keeps calls of one transaction in their order */
    bool carries_input;
    int change_count;
    mpos_change **changes;
    int part_count;
    int part_capacity;
    part *parts;
} group;

/* Makes payloads and hashes of all its parts; journal and next must be known. JOURNAL_LIMIT when there are too many. */
void
mpos_group_make_parts(group *g);

#endif
