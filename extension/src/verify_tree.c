/* verify_tree.c - the entries that were walked against stored tiles and signed checkpoints. */
#include "postgres.h"

#include "utils/memutils.h"

#include "seal.h"
#include "sha256.h"
#include "statement.h"
#include "verify.h"

/* Tiles are read once in the order of their leaves, so only those of the last leaf are kept. */
static void
open_tile(mpos_verification *run, int64 index)
{
    MemoryContext old;

    if (run->tree_memory == NULL) {
        run->tree_memory = AllocSetContextCreate(run->memory, "mpos verified tiles", ALLOCSET_DEFAULT_SIZES);
    }
    MemoryContextReset(run->tree_memory);
    old = MemoryContextSwitchTo(run->tree_memory);
    run->sealed = mpos_sealed_size(&run->identity.journal, run->epoch);
    mpos_tree_open(&run->tree, &run->identity.journal, run->epoch);
    MemoryContextSwitchTo(old);
    run->tile_index = index;
    run->tile_bad = false;
}

static void
report_tile(mpos_verification *run, int64 seq, int level, int64 index)
{
    run->tile_bad = true;
    mpos_finding(run, run->epoch, seq, "tile",
                 "tile " INT64_FORMAT " of level %d does not hold what the entries say", index, level);
}

/* A full tile is one hash of the tile above, and may be the one that fills it. */
static void
check_parents(mpos_verification *run, int64 seq)
{
    uint64 index = (uint64)run->tile_index;
    const uint8 *hashes = mpos_tree_read(&run->tree, 0, index, MPOS_TILE_WIDTH);

    for (int level = 1; level < MPOS_TILE_LEVELS && hashes != NULL; level++) {
        uint32 at = (uint32)(index % MPOS_TILE_WIDTH);
        uint8 root[32];

        mpos_tile_root(&mpos_host_digest, hashes, root);
        index /= MPOS_TILE_WIDTH;
        hashes = mpos_tree_read(&run->tree, level, index, at + 1);
        if (hashes == NULL || memcmp(hashes + at * 32, root, sizeof root) != 0) {
            report_tile(run, seq, level, (int64)index);
            return;
        }
        if (at + 1 < MPOS_TILE_WIDTH) {
            return;
        }
    }
}

void
mpos_verify_leaf(mpos_verification *run, int64 seq, const uint8 leaf[MPOS_LEAF_SIZE])
{
    int64 index = seq / MPOS_TILE_WIDTH;
    uint32 at = (uint32)(seq % MPOS_TILE_WIDTH);
    const uint8 *hashes;

    if (run->muted) {
        return;
    }
    /* In slices the sealer may have gone on since the tile was read. */
    if (index != run->tile_index || (seq >= run->sealed && run->sliced)) {
        open_tile(run, index);
    }
    if (seq >= run->sealed || run->tile_bad) {
        return;
    }
    hashes = mpos_tree_read(&run->tree, 0, (uint64)index, at + 1);
    if (hashes == NULL || memcmp(hashes + at * 32, leaf, MPOS_LEAF_SIZE) != 0) {
        report_tile(run, seq, 0, index);
    } else if (at + 1 == MPOS_TILE_WIDTH) {
        check_parents(run, seq);
    }
}

static void
check_root(mpos_verification *run, mpos_tree *tree, int64 size, const bytea *stored)
{
    uint8 root[32];

    if (mpos_tile_tree_root(&mpos_host_digest, &tree->source, (uint64)size, root) != MPOS_OK ||
        VARSIZE_ANY_EXHDR(stored) != sizeof root || memcmp(VARDATA_ANY(stored), root, sizeof root) != 0) {
        mpos_finding(run, run->epoch, size - 1, "root",
                     "the checkpoint of " INT64_FORMAT " entries has another root", size);
    }
}

void
mpos_verify_roots(mpos_verification *run)
{
    static mpos_statement passed = {
        "SELECT size, root FROM journal.checkpoint WHERE journal_id = $1 AND epoch = $2 "
        "AND size > $3 AND size <= $4 ORDER BY size",
        NULL};
    mpos_args args = {0};
    mpos_tree tree;
    MemoryContext memory;
    MemoryContext old;
    uint64 count;

    if (run->muted || run->expected <= run->rooted) {
        return;
    }
    memory = AllocSetContextCreate(CurrentMemoryContext, "mpos verified roots", ALLOCSET_DEFAULT_SIZES);
    old = MemoryContextSwitchTo(memory);
    mpos_tree_open(&tree, &run->identity.journal, run->epoch);
    mpos_arg_uuid(&args, run->identity.journal.data);
    mpos_arg_int(&args, run->epoch);
    mpos_arg_big(&args, run->rooted);
    mpos_arg_big(&args, run->expected);
    count = mpos_statement_run(&passed, &args);
    for (uint64 i = 0; i < count; i++) {
        check_root(run, &tree, mpos_cell_big(i, 1), mpos_cell_bytes(i, 2));
    }
    MemoryContextSwitchTo(old);
    MemoryContextDelete(memory);
    run->rooted = run->expected;
}

void
mpos_verify_tail(mpos_verification *run)
{
    static mpos_statement most = {
        "SELECT greatest((SELECT max(size) FROM journal.checkpoint WHERE journal_id = $1 "
        "AND epoch = $2), (SELECT size FROM journal.sealed WHERE journal_id = $1 AND epoch = $2))",
        NULL};
    mpos_args args = {0};
    int64 size;

    mpos_arg_uuid(&args, run->identity.journal.data);
    mpos_arg_int(&args, run->epoch);
    (void)mpos_statement_run(&most, &args);
    size = mpos_cell_big(0, 1);
    if (size > run->expected) {
        mpos_finding(run, run->epoch, run->expected, "tail",
                     "the tree has had " INT64_FORMAT " entries, " INT64_FORMAT " are there", size,
                     run->expected);
    }
}
