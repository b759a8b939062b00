/* verify_tree.c - see verify_tree.h. */
#include "verify_tree.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "sha.h"

/* A digest over a tile's bytes costs a seventh of its root, and tells two tiles apart as well. */
static void
print_of(const uint8_t leaves[MPOS_TILE_BYTES], uint8_t out[32])
{
    mpos_chunk chunk = {leaves, MPOS_TILE_BYTES};

    cli_digest.sha256(cli_digest.host, &chunk, 1, out);
}

/* The sealed part may end within the tile that is full now; its leaves are wanted later. */
static void
end_tile(verify_tree *tree)
{
    uint64_t index = tree->size / MPOS_TILE_WIDTH - 1;

    if (index == tree->sealed / MPOS_TILE_WIDTH) {
        memcpy(tree->sealed_leaves, tree->leaves, MPOS_TILE_BYTES);
    }
    if (index == tree->roots_room) {
        tree->roots_room = tree->roots_room == 0 ? 1024 : tree->roots_room * 2;
        tree->roots = cli_realloc(tree->roots, tree->roots_room * 32);
        tree->prints = cli_realloc(tree->prints, tree->roots_room * 32);
    }
    print_of(tree->leaves, tree->prints + index * 32);
    mpos_tile_root(&cli_digest, tree->leaves, tree->roots + index * 32);
    mpos_merkle_push(&cli_digest, &tree->full, tree->roots + index * 32);
}

void
verify_tree_push(verify_tree *tree, const uint8_t leaf[32])
{
    memcpy(tree->leaves + tree->size % MPOS_TILE_WIDTH * 32, leaf, 32);
    tree->size++;
    if (tree->size % MPOS_TILE_WIDTH == 0) {
        end_tile(tree);
    }
}

void
verify_tree_root(const verify_tree *tree, uint8_t out[32])
{
    mpos_merkle_frontier all = tree->full, part;
    uint32_t width = (uint32_t)(tree->size % MPOS_TILE_WIDTH);
    uint8_t root[32];

    mpos_merkle_init(&part);
    for (uint32_t i = 0; i < width; i++) {
        mpos_merkle_push(&cli_digest, &part, tree->leaves + i * 32);
    }
    if (width > 0) {
        mpos_merkle_root(&cli_digest, &part, root);
        mpos_merkle_push(&cli_digest, &all, root);
    }
    mpos_merkle_root(&cli_digest, &all, out);
}

const tree_claim *
verify_tree_wrong(verify_tree *tree)
{
    uint8_t root[32];
    bool known = false;

    while (tree->claim_next < tree->claim_count && tree->claims[tree->claim_next].size == tree->size) {
        const tree_claim *claim = &tree->claims[tree->claim_next++];

        if (!known) {
            verify_tree_root(tree, root);
            known = true;
        }
        if (memcmp(claim->root, root, 32) != 0) {
            return claim;
        }
    }
    return NULL;
}

void
verify_tree_claim(verify_tree *tree, uint64_t size, const uint8_t root[32], const char *source)
{
    tree_claim *claim;

    if ((tree->claim_count & (tree->claim_count - 1)) == 0) { /* a power of two, or none: full */
        size_t room = tree->claim_count == 0 ? 1 : tree->claim_count * 2;

        tree->claims = cli_realloc(tree->claims, sizeof *tree->claims * room);
    }
    claim = &tree->claims[tree->claim_count++];
    claim->size = size;
    claim->source = source;
    memcpy(claim->root, root, 32);
}

static int
by_size(const void *a, const void *b)
{
    uint64_t left = ((const tree_claim *)a)->size, right = ((const tree_claim *)b)->size;

    return (left > right) - (left < right);
}

void
verify_tree_sort(verify_tree *tree)
{
    if (tree->claim_count > 0) {
        qsort(tree->claims, tree->claim_count, sizeof *tree->claims, by_size);
    }
}

/* Hash i of a level above the leaves: the root of 256^level leaves, from the roots of the full tiles. */
static void
hash_at(const verify_tree *tree, int level, uint64_t i, uint8_t out[32])
{
    uint64_t count = UINT64_C(1) << (8 * (level - 1));
    mpos_merkle_frontier frontier;

    mpos_merkle_init(&frontier);
    for (uint64_t n = i * count; n < (i + 1) * count; n++) {
        mpos_merkle_push(&cli_digest, &frontier, tree->roots + n * 32);
    }
    mpos_merkle_root(&cli_digest, &frontier, out);
}

static bool
leaves_fit(const verify_tree *tree, uint64_t index, const uint8_t *hashes, uint32_t width)
{
    uint8_t print[32];

    if (width == MPOS_TILE_WIDTH) {
        print_of(hashes, print);
        return memcmp(print, tree->prints + index * 32, 32) == 0;
    }
    return memcmp(hashes, index < tree->size / MPOS_TILE_WIDTH ? tree->sealed_leaves : tree->leaves,
                  width * 32) == 0;
}

bool
verify_tree_tile(const verify_tree *tree, int level, uint64_t index, const uint8_t *hashes, uint32_t width)
{
    if (level < 0 || level >= MPOS_TILE_LEVELS || width != mpos_tile_width(tree->sealed, level, index) ||
        tree->sealed > tree->size) {
        return false;
    }
    if (level == 0) {
        return leaves_fit(tree, index, hashes, width);
    }
    for (uint32_t i = 0; i < width; i++) {
        uint8_t hash[32];

        hash_at(tree, level, index * MPOS_TILE_WIDTH + i, hash);
        if (memcmp(hash, hashes + i * 32, 32) != 0) {
            return false;
        }
    }
    return true;
}

void
verify_tree_dispose(verify_tree *tree)
{
    free(tree->roots);
    free(tree->prints);
    free(tree->claims);
    memset(tree, 0, sizeof *tree);
}
