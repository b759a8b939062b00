/*
 * tile.h - the tree in tiles (C2SP tlog-tiles): which tiles a tree has, their paths, and roots and proofs from their hashes.
 * Words: tile, tile level, width, node level.
 *
 * Tile n of tile level L holds up to 256 hashes: the leaf hashes n*256 ... for L = 0, else the roots of the full tiles
 * n*256 ... of level L - 1. Hash i of tile level L is the tree's node (8 * L, i). A tile with fewer than 256 hashes is
 * partial; its hashes are a prefix of those of the full tile, so that a wider tile serves every older size too.
 */
#ifndef MPOS_CORE_TILE_H
#define MPOS_CORE_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"

#define MPOS_TILE_HEIGHT 8
#define MPOS_TILE_WIDTH 256
#define MPOS_TILE_BYTES (MPOS_TILE_WIDTH * 32)
/* Tile levels of 2^63 leaves, and the largest number of hashes in a proof. */
#define MPOS_TILE_LEVELS 8
#define MPOS_PROOF_HASHES_MAX 64
/* "tile/entries/", seven groups, ".p/255" and NUL fit. */
#define MPOS_TILE_PATH_MAX 64

/* Level of a bundle of entries, which have paths like tiles. */
#define MPOS_TILE_ENTRIES (-1)

typedef struct mpos_tile_id {
    int level;      /* 0 ... MPOS_TILE_LEVELS - 1, or MPOS_TILE_ENTRIES */
    uint64_t index; /* n */
    uint32_t width; /* 1 ... 256; 256: full */
} mpos_tile_id;

/*
 * Where hashes come from: points *hashes at the first `width` hashes of tile (level, index), valid until the next call.
 * Any error ends the walk that asked and is its result; JOURNAL_DAMAGED for a tile that is missing or narrower. A proof
 * asks for one tile several times, so a source that keeps the last few is faster.
 */
typedef struct mpos_tile_source {
    mpos_err (*read)(void *host, int level, uint64_t index, uint32_t width, const uint8_t **hashes);
    void *host;
} mpos_tile_source;

/* Hashes on a tile level of a tree with that many leaves: the number of full subtrees of 256^level leaves. */
uint64_t
mpos_tile_hashes(uint64_t size, int level);

/* Width of a tile in a tree of that size; 0 when the tree has no such tile. Entries count as level 0. */
uint32_t
mpos_tile_width(uint64_t size, int level, uint64_t index);

/* Root of a full tile: the hash that stands for it one level up. */
void
mpos_tile_root(const mpos_digest *digest, const uint8_t hashes[MPOS_TILE_BYTES], uint8_t out[32]);

/* Root of the tree of the first size leaves; SHA256("") for size 0. */
mpos_err
mpos_tile_tree_root(const mpos_digest *digest, const mpos_tile_source *source, uint64_t size,
                    uint8_t out[32]);

/*
 * The proofs of RFC 9162, sections 2.1.3 and 2.1.4, lowest level first; *count hashes. They read O(log size) tiles.
 * OUT_OF_RANGE for index >= size, old_size 0 or old_size > new_size. On error the content of proof is undefined.
 */
mpos_err
mpos_tile_inclusion(const mpos_digest *digest, const mpos_tile_source *source, uint64_t index, uint64_t size,
                    uint8_t proof[MPOS_PROOF_HASHES_MAX][32], size_t *count);
mpos_err
mpos_tile_consistency(const mpos_digest *digest, const mpos_tile_source *source, uint64_t old_size,
                      uint64_t new_size, uint8_t proof[MPOS_PROOF_HASHES_MAX][32], size_t *count);

/*
 * The path below the log's address, "tile/0/x001/x234/067.p/8" or "tile/entries/000", NUL-terminated; its length. The id
 * must be valid.
 */
size_t
mpos_tile_path(const mpos_tile_id *id, char out[MPOS_TILE_PATH_MAX]);

/* The tile of such a path, in its one canonical form; INVALID_VALUE for anything else. */
mpos_err
mpos_tile_parse(const char *path, size_t size, mpos_tile_id *out);

/* The same for what follows the level in the path: "x001/x234/067.p/8" or "067". */
mpos_err
mpos_tile_parse_index(const char *text, size_t size, uint64_t *index, uint32_t *width);

#endif
