/*
 * fuzz_log.c - the check of a whole log. A good log of some hundred entries is made; the input says its size, which bytes
 * of its tiles are changed and which tiles are missing. It must be accepted exactly when nothing was changed.
 */
#include <string.h>

#include "bytes.h"
#include "host.h"
#include "log_check.h"
#include "log_proof.h"
#include "merkle.h"

enum { LEAVES_MAX = 700 };

typedef struct log {
    uint8_t leaves[3 * MPOS_TILE_BYTES]; /* level 0 */
    uint8_t roots[MPOS_TILE_BYTES];      /* level 1 */
    uint32_t size;
    int missing_level; /* -1: none */
    uint64_t missing_index;
} log;

static mpos_err
read_tile(void *host, const mpos_tile_id *id, uint8_t out[MPOS_TILE_BYTES])
{
    const log *l = host;

    MUST(id->level < 2 && id->index < 3 && id->width > 0 && id->width <= MPOS_TILE_WIDTH);
    MUST(id->width == mpos_tile_width(l->size, id->level, id->index));
    if (id->level == l->missing_level && id->index == l->missing_index) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    memcpy(out, (id->level == 0 ? l->leaves : l->roots) + id->index * MPOS_TILE_BYTES, id->width * 32);
    return MPOS_OK;
}

static void
make_log(log *l, uint32_t size, uint8_t root[32])
{
    mpos_merkle_frontier frontier;

    memset(l, 0, sizeof *l);
    l->size = size;
    l->missing_level = -1;
    mpos_merkle_init(&frontier);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t entry[4];

        mpos_put_u32(entry, i);
        mpos_log_leaf(&host_digest, entry, sizeof entry, l->leaves + i * 32);
        mpos_merkle_push(&host_digest, &frontier, l->leaves + i * 32);
    }
    for (uint32_t n = 0; n < size / MPOS_TILE_WIDTH; n++) {
        mpos_tile_root(&host_digest, l->leaves + n * MPOS_TILE_BYTES, l->roots + n * 32);
    }
    mpos_merkle_root(&host_digest, &frontier, root);
}

/* Three bytes: where, and what to flip. */
static void
change(log *l, const uint8_t *edit, uint8_t root[32])
{
    uint32_t leaf_bytes = l->size * 32, root_bytes = l->size / MPOS_TILE_WIDTH * 32;
    uint32_t at = (uint32_t)mpos_get_u16(edit) % (leaf_bytes + root_bytes + 32);

    *(at < leaf_bytes                ? l->leaves + at
      : at < leaf_bytes + root_bytes ? l->roots + (at - leaf_bytes)
                                     : root + (at - leaf_bytes - root_bytes)) ^= edit[2];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static log l, whole;
    static mpos_log_check check;
    mpos_log_source source = {read_tile, NULL, &l};
    uint8_t root[32], whole_root[32];
    bool same;

    if (size < 4) {
        return 0;
    }
    make_log(&whole, mpos_get_u16(data) % (LEAVES_MAX + 1), whole_root);
    l = whole;
    memcpy(root, whole_root, sizeof root);
    for (size_t i = 4; i + 3 <= size; i += 3) {
        change(&l, data + i, root);
    }
    /* Two edits can undo each other. */
    same = memcmp(l.leaves, whole.leaves, sizeof l.leaves) == 0 &&
           memcmp(l.roots, whole.roots, sizeof l.roots) == 0 && memcmp(root, whole_root, sizeof root) == 0;
    /* The root of a single leaf is the leaf: both may have been changed alike. */
    same = same || (l.size == 1 && memcmp(l.leaves, root, sizeof root) == 0);
    if (data[2] < 2 && data[3] < 3 && mpos_tile_width(l.size, data[2], data[3]) > 0) {
        l.missing_level = data[2];
        l.missing_index = data[3];
        same = false;
    }
    MUST((mpos_log_check_run(&check, &host_digest, &source, l.size, root) == MPOS_LOG_OK) == same);
    return 0;
}
