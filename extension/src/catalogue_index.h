/*
 * catalogue_index.h - items by id: open addressing, at most half full. Words: index, slot.
 */
#ifndef MPOS_CATALOGUE_INDEX_H
#define MPOS_CATALOGUE_INDEX_H

#include "catalogue.h"

typedef struct mpos_catalogue_index {
    uint32 mask;
    const mpos_catalogue_item *slots[FLEXIBLE_ARRAY_MEMBER];
} mpos_catalogue_index;

/* Allocated in the current context; the items must outlive it. */
mpos_catalogue_index *
mpos_catalogue_index_build(const mpos_catalogue_item *items, int count);

#endif
