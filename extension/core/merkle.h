/*
 * merkle.h - the RFC 9162 tree over leaf hashes: root by walking the leaves, and the two proof checks.
 * Words: leaf, node, root, frontier, inclusion, consistency.
 */
#ifndef MPOS_CORE_MERKLE_H
#define MPOS_CORE_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"

#define MPOS_MERKLE_LEVELS_MAX 64

/* The roots of the full subtrees of the leaves so far, largest first; one for each bit set in size. */
typedef struct mpos_merkle_frontier {
    uint64_t size;
    uint8_t nodes[MPOS_MERKLE_LEVELS_MAX][32];
} mpos_merkle_frontier;

/* SHA256(0x01 || left || right) */
void
mpos_merkle_node(const mpos_digest *digest, const uint8_t left[32], const uint8_t right[32], uint8_t out[32]);

void
mpos_merkle_init(mpos_merkle_frontier *frontier);

/* Appends a leaf hash (SHA256(0x00 || data)). */
void
mpos_merkle_push(const mpos_digest *digest, mpos_merkle_frontier *frontier, const uint8_t leaf[32]);

/* Root of the leaves so far; SHA256("") for none. */
void
mpos_merkle_root(const mpos_digest *digest, const mpos_merkle_frontier *frontier, uint8_t out[32]);

/* MPOS_OK when the proof (count hashes of 32 bytes) shows that leaf is at index of the tree; else
 * JOURNAL_DAMAGED. */
mpos_err
mpos_merkle_check_inclusion(const mpos_digest *digest, uint64_t index, uint64_t size, const uint8_t leaf[32],
                            const uint8_t (*proof)[32], size_t count, const uint8_t root[32]);

/*
 * MPOS_OK when the proof shows that the tree of new_size leaves begins with the tree of old_size leaves;
 * JOURNAL_DAMAGED otherwise, also for old_size 0, about which nothing can be shown.
 */
mpos_err
mpos_merkle_check_consistency(const mpos_digest *digest, uint64_t old_size, uint64_t new_size,
                              const uint8_t (*proof)[32], size_t count, const uint8_t old_root[32],
                              const uint8_t new_root[32]);

#endif
