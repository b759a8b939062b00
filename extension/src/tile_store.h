/*
 * tile_store.h - tiles as rows of journal.tile: reading them for roots and proofs, and adding hashes at the right edge.
 * Words: tile, tree.
 */
#ifndef MPOS_TILE_STORE_H
#define MPOS_TILE_STORE_H

#include "postgres.h"

#include "utils/uuid.h"

#include "tile.h"

/* Tiles read last, so that a proof reads each of its tiles once: two for each level, and some. */
#define MPOS_TILES_KEPT 20

typedef struct mpos_kept_tile {
    int level;
    uint64 index;
    bytea *hashes; /* NULL: free */
} mpos_kept_tile;

/* One tree to be read within one statement: memory of the context in which it was opened. */
typedef struct mpos_tree {
    pg_uuid_t journal;
    int32 epoch;
    MemoryContext memory;
    mpos_kept_tile kept[MPOS_TILES_KEPT];
    int next_kept;
    mpos_tile_source source; /* for the functions of tile.h */
} mpos_tree;

void
mpos_tree_open(mpos_tree *tree, const pg_uuid_t *journal, int32 epoch);

/* The hashes of a stored tile, at least `width` of them; NULL when it is missing or narrower. Valid as long as the tree. */
const uint8 *
mpos_tree_read(mpos_tree *tree, int level, uint64 index, uint32 width);

/*
 * Appends count hashes of 32 bytes to level 0 of a tree of old_size leaves and what follows from them to the levels above.
 * Raises JOURNAL_DAMAGED when the stored right edge is not that of old_size leaves. The sealer alone calls it.
 */
void
mpos_tree_append(const pg_uuid_t *journal, int32 epoch, int64 old_size, const uint8 *hashes, int64 count);

#endif
