/*
 * log_check.h - checking a whole log in tiles against its checkpoint, from the root down. Words: tile, edge (the partial
 * tiles on the right side of the tree), bundle (entries of a tile of level 0), source.
 *
 * The edge is checked against the root first, then every tile against the hash that stands for it one level up. So the
 * first thing that does not fit is the thing that is wrong, and memory does not grow with the log.
 */
#ifndef MPOS_CORE_LOG_CHECK_H
#define MPOS_CORE_LOG_CHECK_H

#include "tile.h"

/* Largest bundle: 256 entries with their lengths. */
#define MPOS_BUNDLE_SIZE_MAX (MPOS_TILE_WIDTH * (2u + 65535u))

/*
 * What the host supplies. tile writes the width hashes of a tile to out; leaves is called, in ascending order, with every
 * tile of level 0 after its hashes were found to be right, and may be NULL. An error of either ends the check. When the root
 * does not fit, leaves is called once with the edge's own tile, to tell whether that is why.
 */
typedef struct mpos_log_source {
    mpos_err (*tile)(void *host, const mpos_tile_id *id, uint8_t out[MPOS_TILE_BYTES]);
    mpos_err (*leaves)(void *host, const mpos_tile_id *id, const uint8_t *hashes);
    void *host;
} mpos_log_source;

typedef enum mpos_log_fault {
    MPOS_LOG_OK = 0,
    MPOS_LOG_SOURCE, /* the source gave an error at the place */
    MPOS_LOG_ROOT, /* the edge does not have the checkpoint's root, and nothing tells which of its tiles is wrong */
    MPOS_LOG_EDGE, /* neither has it, and the partial tile at the place does not fit what is below it */
    MPOS_LOG_TILE  /* the tile at the place does not have the hash that the level above keeps of it */
} mpos_log_fault;

/* The work space of one check, 130 kB. */
typedef struct mpos_log_check {
    const mpos_digest *digest;
    const mpos_log_source *source;
    uint64_t size;
    mpos_tile_id place; /* the tile at hand; of a fault afterwards */
    uint8_t edge[MPOS_TILE_LEVELS][MPOS_TILE_BYTES];
    uint8_t tiles[MPOS_TILE_LEVELS][MPOS_TILE_BYTES];
} mpos_log_check;

/* Checks the log of size leaves (at most 2^63 - 1) with that root. check needs no preparation. */
mpos_log_fault
mpos_log_check_run(mpos_log_check *check, const mpos_digest *digest, const mpos_log_source *source,
                   uint64_t size, const uint8_t root[32]);

typedef enum mpos_bundle_fault {
    MPOS_BUNDLE_OK = 0,
    MPOS_BUNDLE_SHORT, /* it ends within an entry, or has too few */
    MPOS_BUNDLE_LONG,  /* bytes follow its last entry */
    MPOS_BUNDLE_ENTRY  /* an entry does not have the hash of its leaf */
} mpos_bundle_fault;

/*
 * Checks that a bundle is exactly `entries` entries (1 to 256) and that the first `known` of them (at most entries) have
 * the leaf hashes. *at is the number of the entry, from 0, where the fault is.
 */
mpos_bundle_fault
mpos_bundle_check(const mpos_digest *digest, const uint8_t *bytes, size_t size, uint32_t entries,
                  const uint8_t *hashes, uint32_t known, uint32_t *at);

#endif
