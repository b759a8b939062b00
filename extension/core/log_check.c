/* log_check.c - see log_check.h. */
#include "log_check.h"

#include <string.h>

#include "bytes.h"
#include "log_proof.h"
#include "merkle.h"

/* Root of up to 256 neighbouring subtrees of one size, of which only the last may be smaller. */
static void
root_of(const mpos_digest *digest, const uint8_t *hashes, uint32_t count, const uint8_t *last,
        uint8_t out[32])
{
    mpos_merkle_frontier frontier;

    mpos_merkle_init(&frontier);
    for (uint32_t i = 0; i < count; i++) {
        mpos_merkle_push(digest, &frontier, hashes + i * 32);
    }
    if (last != NULL) {
        mpos_merkle_push(digest, &frontier, last);
    }
    mpos_merkle_root(digest, &frontier, out);
}

/* Hashes that the partial tile of that level has; 0 when the level ends with a full tile or has none. */
static uint32_t
edge_width(uint64_t size, int level)
{
    return (uint32_t)(mpos_tile_hashes(size, level) % MPOS_TILE_WIDTH);
}

static mpos_log_fault
read_tile(mpos_log_check *check, int level, uint64_t index, uint32_t width, uint8_t out[MPOS_TILE_BYTES])
{
    check->place = (mpos_tile_id){level, index, width};
    return check->source->tile(check->source->host, &check->place, out) == MPOS_OK ? MPOS_LOG_OK
                                                                                   : MPOS_LOG_SOURCE;
}

/* Reads the edge from the leaves up and folds it into the root. */
static mpos_log_fault
check_edge(mpos_log_check *check, const uint8_t root[32])
{
    uint8_t folded[32];
    const uint8_t *last = NULL;

    for (int level = 0; level < MPOS_TILE_LEVELS; level++) {
        uint32_t width = edge_width(check->size, level);

        if (width == 0) {
            continue;
        }
        if (read_tile(check, level, mpos_tile_hashes(check->size, level) / MPOS_TILE_WIDTH, width,
                      check->edge[level]) != MPOS_LOG_OK) {
            return MPOS_LOG_SOURCE;
        }
        root_of(check->digest, check->edge[level], width, last, folded);
        last = folded;
    }
    if (last == NULL) {
        root_of(check->digest, NULL, 0, NULL, folded); /* the empty log */
    }
    return memcmp(folded, root, 32) == 0 ? MPOS_LOG_OK : MPOS_LOG_ROOT;
}

static mpos_log_fault
check_leaves(mpos_log_check *check, uint64_t index, uint32_t width, const uint8_t *hashes)
{
    check->place = (mpos_tile_id){0, index, width};
    if (check->source->leaves == NULL) {
        return MPOS_LOG_OK;
    }
    return check->source->leaves(check->source->host, &check->place, hashes) == MPOS_OK ? MPOS_LOG_OK
                                                                                        : MPOS_LOG_SOURCE;
}

static mpos_log_fault
check_below(mpos_log_check *check, int level, uint64_t index, uint32_t width, const uint8_t *hashes);

/* A full tile and all that is below it; as deep as there are levels. */
static mpos_log_fault
check_tile(mpos_log_check *check, int level, uint64_t index, const uint8_t hash[32])
{
    uint8_t *hashes = check->tiles[level], found[32];
    mpos_log_fault fault = read_tile(check, level, index, MPOS_TILE_WIDTH, hashes);

    if (fault != MPOS_LOG_OK) {
        return fault;
    }
    mpos_tile_root(check->digest, hashes, found);
    if (memcmp(found, hash, 32) != 0) {
        return MPOS_LOG_TILE;
    }
    return check_below(check, level, index, MPOS_TILE_WIDTH, hashes);
}

/* What stands below hashes that were found to be right. */
static mpos_log_fault
check_below(mpos_log_check *check, int level, uint64_t index, uint32_t width, const uint8_t *hashes)
{
    mpos_log_fault fault = MPOS_LOG_OK;

    if (level == 0) {
        return check_leaves(check, index, width, hashes);
    }
    for (uint32_t i = 0; i < width && fault == MPOS_LOG_OK; i++) {
        fault = check_tile(check, level - 1, index * MPOS_TILE_WIDTH + i, hashes + i * 32);
    }
    return fault;
}

/* Whether a partial tile is contradicted by what stands below it: full tiles, or entries. */
static bool
contradicted(mpos_log_check *check, int level, uint64_t index, uint32_t width)
{
    const uint8_t *hashes = check->edge[level];
    uint8_t found[32];

    if (level == 0) {
        return check_leaves(check, index, width, hashes) != MPOS_LOG_OK;
    }
    for (uint32_t i = 0; i < width; i++) {
        if (read_tile(check, level - 1, index * MPOS_TILE_WIDTH + i, MPOS_TILE_WIDTH,
                      check->tiles[level - 1]) == MPOS_LOG_OK) {
            mpos_tile_root(check->digest, check->tiles[level - 1], found);
            if (memcmp(found, hashes + i * 32, 32) != 0) {
                return true;
            }
        }
    }
    return false;
}

/* The root does not fit: the tile of the edge that also disagrees with what is below it is the wrong one. */
static mpos_log_fault
blame(mpos_log_check *check)
{
    for (int level = 0; level < MPOS_TILE_LEVELS; level++) {
        uint64_t index = mpos_tile_hashes(check->size, level) / MPOS_TILE_WIDTH;
        uint32_t width = edge_width(check->size, level);

        if (width > 0 && contradicted(check, level, index, width)) {
            check->place = (mpos_tile_id){level, index, width};
            return MPOS_LOG_EDGE;
        }
    }
    return MPOS_LOG_ROOT;
}

mpos_log_fault
mpos_log_check_run(mpos_log_check *check, const mpos_digest *digest, const mpos_log_source *source,
                   uint64_t size, const uint8_t root[32])
{
    mpos_log_fault fault;

    check->digest = digest;
    check->source = source;
    check->size = size;
    check->place = (mpos_tile_id){0, 0, 0};
    fault = check_edge(check, root);
    if (fault == MPOS_LOG_ROOT) {
        return blame(check);
    }
    for (int level = MPOS_TILE_LEVELS - 1; level >= 0 && fault == MPOS_LOG_OK; level--) {
        uint32_t width = edge_width(size, level);

        if (width > 0) {
            fault = check_below(check, level, mpos_tile_hashes(size, level) / MPOS_TILE_WIDTH, width,
                                check->edge[level]);
        }
    }
    return fault;
}

mpos_bundle_fault
mpos_bundle_check(const mpos_digest *digest, const uint8_t *bytes, size_t size, uint32_t entries,
                  const uint8_t *hashes, uint32_t known, uint32_t *at)
{
    size_t offset = 0;

    for (*at = 0; *at < entries; (*at)++) {
        uint8_t leaf[32];
        size_t length;

        if (size - offset < 2) {
            return MPOS_BUNDLE_SHORT;
        }
        length = mpos_get_u16(bytes + offset);
        if (size - offset - 2 < length) {
            return MPOS_BUNDLE_SHORT;
        }
        if (*at < known) {
            mpos_log_leaf(digest, bytes + offset + 2, length, leaf);
            if (memcmp(leaf, hashes + *at * 32, 32) != 0) {
                return MPOS_BUNDLE_ENTRY;
            }
        }
        offset += 2 + length;
    }
    return offset == size ? MPOS_BUNDLE_OK : MPOS_BUNDLE_LONG;
}
