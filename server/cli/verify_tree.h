/*
 * verify_tree.h - the tree that a walk over the entries builds, against the tiles and checkpoints that are stored. Words:
 * tile, root, checkpoint, sealed (how far stored tiles go).
 */
#ifndef MPOS_CLI_VERIFY_TREE_H
#define MPOS_CLI_VERIFY_TREE_H

#include <stdbool.h>

#include "merkle.h"
#include "tile.h"

/* A root that somebody stored or signed for a size. */
typedef struct tree_claim {
    uint64_t size;
    uint8_t root[32];
    const char *source; /* who claims it, for the finding; static text */
} tree_claim;

/* The tree of one epoch. Zeroed, it is empty. */
typedef struct verify_tree {
    uint64_t size;
    uint8_t leaves[MPOS_TILE_BYTES]; /* of the tile at hand */
    mpos_merkle_frontier full;       /* over the roots of the full tiles */
    uint8_t *roots;                  /* of the full tiles: the hashes of level 1 */
    uint8_t *prints;                 /* of the full tiles: digests of their leaves as they are stored */
    size_t roots_room;               /* of roots and prints, in hashes */
    uint64_t sealed;                 /* stored tiles end here */
    uint8_t sealed_leaves[MPOS_TILE_BYTES]; /* of the tile that is cut there */
    tree_claim *claims;                     /* sorted by size */
    size_t claim_count;
    size_t claim_next;
} verify_tree;

/* Appends a leaf. Claims about the size so reached are asked for with verify_tree_wrong. */
void
verify_tree_push(verify_tree *tree, const uint8_t leaf[32]);

/* Root of the leaves so far. */
void
verify_tree_root(const verify_tree *tree, uint8_t out[32]);

/* The next claim about the size reached that is not the root there, NULL when there is none (any more). */
const tree_claim *
verify_tree_wrong(verify_tree *tree);

/* Adds a claim; all are added before the first leaf. */
void
verify_tree_claim(verify_tree *tree, uint64_t size, const uint8_t root[32], const char *source);
void
verify_tree_sort(verify_tree *tree);

/* Whether a stored tile of the first `sealed` leaves has the hashes that were computed; after the last leaf. */
bool
verify_tree_tile(const verify_tree *tree, int level, uint64_t index, const uint8_t *hashes, uint32_t width);

void
verify_tree_dispose(verify_tree *tree);

#endif
