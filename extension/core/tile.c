/*
 * tile.c - a node of the tree is recomputed from the hashes of the one tile level below it: at most 128 of them. A proof
 * asks for each subtree once, so that it costs at most 255 hashes for each tile it reads.
 */
#include "tile.h"

#include <string.h>

#include "merkle.h"

uint64_t
mpos_tile_hashes(uint64_t size, int level)
{
    return level >= MPOS_TILE_LEVELS ? 0 : size >> (MPOS_TILE_HEIGHT * level);
}

uint32_t
mpos_tile_width(uint64_t size, int level, uint64_t index)
{
    uint64_t hashes = mpos_tile_hashes(size, level == MPOS_TILE_ENTRIES ? 0 : level);

    if (index >= (hashes + MPOS_TILE_WIDTH - 1) / MPOS_TILE_WIDTH) {
        return 0;
    }
    return hashes / MPOS_TILE_WIDTH > index ? MPOS_TILE_WIDTH : (uint32_t)(hashes % MPOS_TILE_WIDTH);
}

/* Root of 2^height hashes, height at most 8. */
static void
fold(const mpos_digest *digest, const uint8_t *hashes, int height, uint8_t out[32])
{
    uint8_t nodes[MPOS_TILE_WIDTH / 2][32];
    size_t count = (size_t)1 << height;

    if (height == 0) {
        memcpy(out, hashes, 32);
        return;
    }
    for (size_t i = 0; i < count / 2; i++) {
        mpos_merkle_node(digest, hashes + 64 * i, hashes + 64 * i + 32, nodes[i]);
    }
    for (count /= 2; count > 1; count /= 2) {
        for (size_t i = 0; i < count / 2; i++) {
            mpos_merkle_node(digest, nodes[2 * i], nodes[2 * i + 1], nodes[i]);
        }
    }
    memcpy(out, nodes[0], 32);
}

void
mpos_tile_root(const mpos_digest *digest, const uint8_t hashes[MPOS_TILE_BYTES], uint8_t out[32])
{
    fold(digest, hashes, MPOS_TILE_HEIGHT, out);
}

/* What a walk over subtrees needs at every step. */
typedef struct walk {
    const mpos_digest *digest;
    const mpos_tile_source *source;
} walk;

/* Node (level, index): root of the full subtree of 2^level leaves. */
static mpos_err
node(const walk *w, int level, uint64_t index, uint8_t out[32])
{
    int tile_level = level / MPOS_TILE_HEIGHT;
    int height = level % MPOS_TILE_HEIGHT;
    uint64_t first = index << height; /* the first hash of the tile level below it */
    uint32_t start = (uint32_t)(first % MPOS_TILE_WIDTH);
    const uint8_t *hashes;
    mpos_err err = w->source->read(w->source->host, tile_level, first / MPOS_TILE_WIDTH,
                                   start + (1U << height), &hashes);

    if (err == MPOS_OK) {
        fold(w->digest, hashes + (size_t)start * 32, height, out);
    }
    return err;
}

/* Level of the largest full subtree that is smaller than size leaves; size at least 2. */
static int
split_level(uint64_t size)
{
    int level = 0;

    while ((UINT64_C(2) << level) < size) {
        level++;
    }
    return level;
}

/* Root of the leaves start ... start + size - 1, start being a multiple of the largest power of two in size. */
static mpos_err
subtree(const walk *w, uint64_t start, uint64_t size, uint8_t out[32])
{
    bool begun = false;

    /* Its full subtrees, from the right edge inwards. */
    for (int level = 0; size >> level != 0; level++) {
        uint8_t left[32];
        mpos_err err;

        if ((size >> level & 1) == 0) {
            continue;
        }
        err = node(w, level, ((start + size) >> level) - 1, begun ? left : out);
        if (err != MPOS_OK) {
            return err;
        }
        if (begun) {
            mpos_merkle_node(w->digest, left, out, out);
        }
        begun = true;
    }
    return MPOS_OK;
}

mpos_err
mpos_tile_tree_root(const mpos_digest *digest, const mpos_tile_source *source, uint64_t size, uint8_t out[32])
{
    walk w = {digest, source};

    if (size == 0) {
        digest->sha256(digest->host, NULL, 0, out);
        return MPOS_OK;
    }
    return subtree(&w, 0, size, out);
}

/* Walks go from the root down, proofs are told from the leaf up. */
static void
reverse(uint8_t (*proof)[32], size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        uint8_t kept[32];

        memcpy(kept, proof[i], 32);
        memcpy(proof[i], proof[count - 1 - i], 32);
        memcpy(proof[count - 1 - i], kept, 32);
    }
}

/* One step down from the leaves *start ... *start + *size - 1: to the half with the leaf, telling the other half's root. */
static mpos_err
descend(const walk *w, bool to_left, uint64_t *start, uint64_t *size, uint8_t sibling[32])
{
    int level = split_level(*size);
    uint64_t left = UINT64_C(1) << level;
    mpos_err err =
        to_left ? subtree(w, *start + left, *size - left, sibling) : node(w, level, *start >> level, sibling);

    *size = to_left ? left : *size - left;
    *start += to_left ? 0 : left;
    return err;
}

mpos_err
mpos_tile_inclusion(const mpos_digest *digest, const mpos_tile_source *source, uint64_t index, uint64_t size,
                    uint8_t proof[MPOS_PROOF_HASHES_MAX][32], size_t *count)
{
    walk w = {digest, source};
    uint64_t start = 0;
    size_t found = 0;

    if (index >= size || size > INT64_MAX) {
        return MPOS_E_OUT_OF_RANGE;
    }
    while (size > 1) {
        bool to_left = index - start < UINT64_C(1) << split_level(size);
        mpos_err err = descend(&w, to_left, &start, &size, proof[found]);

        if (err != MPOS_OK) {
            return err;
        }
        found++;
    }
    reverse(proof, found);
    *count = found;
    return MPOS_OK;
}

mpos_err
mpos_tile_consistency(const mpos_digest *digest, const mpos_tile_source *source, uint64_t old_size,
                      uint64_t new_size, uint8_t proof[MPOS_PROOF_HASHES_MAX][32], size_t *count)
{
    walk w = {digest, source};
    uint64_t start = 0;
    uint64_t size = new_size;
    size_t found = 0;

    if (old_size == 0 || old_size > new_size || new_size > INT64_MAX) {
        return MPOS_E_OUT_OF_RANGE;
    }
    /* Down to the subtree that ends where the old tree ended. */
    while (old_size - start < size) {
        bool to_left = old_size - start <= UINT64_C(1) << split_level(size);
        mpos_err err = descend(&w, to_left, &start, &size, proof[found]);

        if (err != MPOS_OK) {
            return err;
        }
        found++;
    }
    /* The old tree as a whole is known to who asks. */
    if (start > 0) {
        mpos_err err = subtree(&w, start, size, proof[found]);

        if (err != MPOS_OK) {
            return err;
        }
        found++;
    }
    reverse(proof, found);
    *count = found;
    return MPOS_OK;
}
