/* merkle.c - tree rules of RFC 9162, section 2.1. */
#include "merkle.h"

#include <string.h>

void
mpos_merkle_node(const mpos_digest *digest, const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
    static const uint8_t node_prefix = 1;
    mpos_chunk chunks[3] = {{&node_prefix, 1}, {left, 32}, {right, 32}};
    uint8_t node[32]; /* out may be left or right */

    digest->sha256(digest->host, chunks, 3, node);
    memcpy(out, node, 32);
}

/* Number of full subtrees that size leaves make: its bits that are set. */
static size_t
subtrees(uint64_t size)
{
    size_t count = 0;

    for (; size != 0; size &= size - 1) {
        count++;
    }
    return count;
}

void
mpos_merkle_init(mpos_merkle_frontier *frontier)
{
    memset(frontier, 0, sizeof *frontier);
}

void
mpos_merkle_push(const mpos_digest *digest, mpos_merkle_frontier *frontier, const uint8_t leaf[32])
{
    size_t count = subtrees(frontier->size);
    uint8_t node[32];

    memcpy(node, leaf, 32);
    for (uint64_t full = frontier->size; full & 1; full >>= 1) {
        mpos_merkle_node(digest, frontier->nodes[--count], node, node);
    }
    memcpy(frontier->nodes[count], node, 32);
    frontier->size++;
}

void
mpos_merkle_root(const mpos_digest *digest, const mpos_merkle_frontier *frontier, uint8_t out[32])
{
    size_t count = subtrees(frontier->size);

    if (count == 0) {
        digest->sha256(digest->host, NULL, 0, out);
        return;
    }
    memcpy(out, frontier->nodes[count - 1], 32);
    for (size_t i = count - 1; i > 0; i--) {
        mpos_merkle_node(digest, frontier->nodes[i - 1], out, out);
    }
}

/* Where a proof stands: fn is the node's index, sn the last index, both on the level reached. */
typedef struct position {
    uint64_t fn;
    uint64_t sn;
} position;

/* Climbs one level, and further while the node is a right edge without a sibling of its own. */
static void
climb_right(position *at)
{
    while ((at->fn & 1) == 0 && at->fn != 0) {
        at->fn >>= 1;
        at->sn >>= 1;
    }
    at->fn >>= 1;
    at->sn >>= 1;
}

static void
climb_left(position *at)
{
    at->fn >>= 1;
    at->sn >>= 1;
}

mpos_err
mpos_merkle_check_inclusion(const mpos_digest *digest, uint64_t index, uint64_t size, const uint8_t leaf[32],
                            const uint8_t (*proof)[32], size_t count, const uint8_t root[32])
{
    position at = {index, size - 1};
    uint8_t r[32];

    if (index >= size) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    memcpy(r, leaf, 32);
    for (size_t i = 0; i < count; i++) {
        if (at.sn == 0) {
            return MPOS_E_JOURNAL_DAMAGED;
        }
        if ((at.fn & 1) != 0 || at.fn == at.sn) {
            mpos_merkle_node(digest, proof[i], r, r);
            climb_right(&at);
        } else {
            mpos_merkle_node(digest, r, proof[i], r);
            climb_left(&at);
        }
    }
    return at.sn == 0 && memcmp(r, root, 32) == 0 ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
}

/* Walks the proof from a common subtree; fr and sr end as the roots it implies for the old and the new tree. */
static mpos_err
walk_consistency(const mpos_digest *digest, position at, const uint8_t (*proof)[32], size_t count,
                 uint8_t fr[32], uint8_t sr[32])
{
    for (size_t i = 0; i < count; i++) {
        if (at.sn == 0) {
            return MPOS_E_JOURNAL_DAMAGED;
        }
        if ((at.fn & 1) != 0 || at.fn == at.sn) {
            mpos_merkle_node(digest, proof[i], fr, fr);
            mpos_merkle_node(digest, proof[i], sr, sr);
            climb_right(&at);
        } else {
            mpos_merkle_node(digest, sr, proof[i], sr);
            climb_left(&at);
        }
    }
    return at.sn == 0 ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
}

mpos_err
mpos_merkle_check_consistency(const mpos_digest *digest, uint64_t old_size, uint64_t new_size,
                              const uint8_t (*proof)[32], size_t count, const uint8_t old_root[32],
                              const uint8_t new_root[32])
{
    position at = {old_size - 1, new_size - 1};
    int whole = (old_size & (old_size - 1)) == 0; /* the old tree is one full subtree of the new one */
    uint8_t fr[32];
    uint8_t sr[32];

    if (old_size == 0 || old_size > new_size) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    if (old_size == new_size) {
        return count == 0 && memcmp(old_root, new_root, 32) == 0 ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
    }
    if (!whole && count == 0) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    while ((at.fn & 1) != 0) {
        climb_left(&at);
    }
    memcpy(fr, whole ? old_root : proof[0], 32);
    memcpy(sr, fr, 32);
    if (walk_consistency(digest, at, whole ? proof : proof + 1, whole ? count : count - 1, fr, sr) !=
        MPOS_OK) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    return memcmp(fr, old_root, 32) == 0 && memcmp(sr, new_root, 32) == 0 ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
}
