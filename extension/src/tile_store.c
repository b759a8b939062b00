/* tile_store.c - see tile_store.h. Only the last tile of a level is ever rewritten; a full one is final. */
#include "postgres.h"

#include "access/htup_details.h"

#include "heap.h"
#include "sha256.h"
#include "sqlstate.h"
#include "tile_store.h"

enum { TILE_JOURNAL, TILE_EPOCH, TILE_LEVEL, TILE_N, TILE_WIDTH, TILE_HASHES, TILE_COLUMNS };

static mpos_table tile_table = {"journal", "tile", "tile_pkey"};

static void
fill_keys(Datum keys[4], const pg_uuid_t *journal, int32 epoch, int level, uint64 index)
{
    keys[TILE_JOURNAL] = UUIDPGetDatum(journal);
    keys[TILE_EPOCH] = Int32GetDatum(epoch);
    keys[TILE_LEVEL] = Int32GetDatum(level);
    keys[TILE_N] = Int64GetDatum((int64)index);
}

/* The hashes of a row, or NULL when the row contradicts itself. */
static bytea *
hashes_of(Relation relation, HeapTuple row)
{
    bool is_null;
    int32 width = DatumGetInt32(mpos_row_get(relation, row, TILE_WIDTH + 1, &is_null));
    bytea *hashes = DatumGetByteaP(mpos_row_get(relation, row, TILE_HASHES + 1, &is_null));

    return width >= 1 && width <= MPOS_TILE_WIDTH && VARSIZE(hashes) - VARHDRSZ == (Size)width * 32 ? hashes
                                                                                                    : NULL;
}

static mpos_err
read_source(void *host, int level, uint64_t index, uint32_t width, const uint8_t **hashes)
{
    *hashes = mpos_tree_read(host, level, index, width);
    return *hashes != NULL ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
}

void
mpos_tree_open(mpos_tree *tree, const pg_uuid_t *journal, int32 epoch)
{
    memset(tree, 0, sizeof *tree);
    tree->journal = *journal;
    tree->epoch = epoch;
    tree->memory = CurrentMemoryContext;
    tree->source.read = read_source;
    tree->source.host = tree;
}

static bytea *
fetch(const mpos_tree *tree, int level, uint64 index)
{
    Relation relation = mpos_table_open(&tile_table, AccessShareLock);
    MemoryContext old = MemoryContextSwitchTo(tree->memory);
    Datum keys[4];
    HeapTuple row;
    bytea *hashes = NULL;

    fill_keys(keys, &tree->journal, tree->epoch, level, index);
    row = mpos_table_get(&tile_table, relation, keys, NULL);
    if (row != NULL) {
        hashes = hashes_of(relation, row);
    }
    MemoryContextSwitchTo(old);
    mpos_table_close(relation);
    return hashes;
}

const uint8 *
mpos_tree_read(mpos_tree *tree, int level, uint64 index, uint32 width)
{
    mpos_kept_tile *tile = NULL;

    for (int i = 0; i < MPOS_TILES_KEPT && tile == NULL; i++) {
        if (tree->kept[i].hashes != NULL && tree->kept[i].level == level && tree->kept[i].index == index) {
            tile = &tree->kept[i];
        }
    }
    if (tile == NULL) {
        tile = &tree->kept[tree->next_kept++ % MPOS_TILES_KEPT];
        tile->level = level;
        tile->index = index;
        tile->hashes = fetch(tree, level, index);
    }
    return tile->hashes != NULL && VARSIZE(tile->hashes) - VARHDRSZ >= (Size)width * 32
               ? (const uint8 *)VARDATA(tile->hashes)
               : NULL;
}

/* One tile being filled at the right edge of a level. */
typedef struct edge {
    Relation relation;
    const pg_uuid_t *journal;
    int32 epoch;
    int level;
    uint64 index;
    HeapTuple row; /* stored version, NULL for a new tile */
    bytea *hashes; /* room for 256 */
    uint32 width;
} edge;

/* Takes up the last tile of a level with `total` hashes, or the next one when that is full. One sealer: no lock. */
static void
open_edge(edge *e, uint64 total)
{
    Datum keys[4];
    bytea *stored;

    e->index = total / MPOS_TILE_WIDTH;
    e->width = (uint32)(total % MPOS_TILE_WIDTH);
    fill_keys(keys, e->journal, e->epoch, e->level, e->index);
    e->row = mpos_table_get(&tile_table, e->relation, keys, NULL);
    if (e->row == NULL ? e->width > 0 : e->width == 0) {
        mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, "the tree's right edge is not where it was left");
    }
    if (e->row != NULL) {
        stored = hashes_of(e->relation, e->row);
        if (stored == NULL || VARSIZE(stored) - VARHDRSZ != (Size)e->width * 32) {
            mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, "a tile of the tree's right edge has another width");
        }
        memcpy(VARDATA(e->hashes), VARDATA(stored), (size_t)e->width * 32);
    }
}

static void
store_edge(edge *e)
{
    Datum values[TILE_COLUMNS];
    bool nulls[TILE_COLUMNS] = {false};
    bool replaces[TILE_COLUMNS] = {[TILE_WIDTH] = true, [TILE_HASHES] = true};

    SET_VARSIZE(e->hashes, VARHDRSZ + (Size)e->width * 32);
    fill_keys(values, e->journal, e->epoch, e->level, e->index);
    values[TILE_WIDTH] = Int32GetDatum((int32)e->width);
    values[TILE_HASHES] = PointerGetDatum(e->hashes);
    if (e->row != NULL) {
        mpos_table_update(e->relation, e->row, values, nulls, replaces);
    } else {
        mpos_table_insert(e->relation, values, nulls);
    }
}

/* Appends to one level; the roots of tiles that became full go to *roots. Returns their number. */
static int64
append_level(edge *e, uint64 total, const uint8 *hashes, int64 count, uint8 *roots)
{
    int64 full = 0;

    while (count > 0) {
        uint32 taken;

        open_edge(e, total);
        taken = (uint32)Min((int64)(MPOS_TILE_WIDTH - e->width), count);
        memcpy(VARDATA(e->hashes) + (size_t)e->width * 32, hashes, (size_t)taken * 32);
        e->width += taken;
        store_edge(e);
        if (e->width == MPOS_TILE_WIDTH) {
            mpos_tile_root(&mpos_host_digest, (const uint8 *)VARDATA(e->hashes), roots + full++ * 32);
        }
        hashes += (size_t)taken * 32;
        count -= taken;
        total += taken;
    }
    return full;
}

void
mpos_tree_append(const pg_uuid_t *journal, int32 epoch, int64 old_size, const uint8 *hashes, int64 count)
{
    edge e = {.relation = mpos_table_open(&tile_table, RowExclusiveLock), .journal = journal, .epoch = epoch};
    uint8 *roots = palloc((Size)(count / MPOS_TILE_WIDTH + 1) * 32);

    e.hashes = palloc(VARHDRSZ + MPOS_TILE_BYTES);
    /* The roots are never more than the hashes that they stand for, so a level may be read from where it is written. */
    for (e.level = 0; e.level < MPOS_TILE_LEVELS && count > 0; e.level++) {
        count = append_level(&e, mpos_tile_hashes((uint64)old_size, e.level), hashes, count, roots);
        hashes = roots;
    }
    pfree(e.hashes);
    pfree(roots);
    mpos_table_close(e.relation);
}
