/* test_tile.c - roots and proofs from tiles against the tree by its leaves, over three tile levels; paths. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "merkle.h"
#include "tile.h"

enum { LEAVES = 66000, LEVELS = 3 };

/* Every hash of every tile level in one row, and the roots of all sizes. */
static uint8_t levels[LEVELS][LEAVES][32];
static uint8_t roots[LEAVES + 1][32];

static void
leaf_of(size_t i, uint8_t out[32])
{
    mpos_chunk chunk = {&i, sizeof i};

    host_digest.sha256(NULL, &chunk, 1, out);
}

static int
make_tree(void **state)
{
    mpos_merkle_frontier frontier;

    (void)state;
    mpos_merkle_init(&frontier);
    mpos_merkle_root(&host_digest, &frontier, roots[0]);
    for (size_t i = 0; i < LEAVES; i++) {
        leaf_of(i, levels[0][i]);
        mpos_merkle_push(&host_digest, &frontier, levels[0][i]);
        mpos_merkle_root(&host_digest, &frontier, roots[i + 1]);
    }
    for (int level = 1; level < LEVELS; level++) {
        for (uint64_t i = 0; i < mpos_tile_hashes(LEAVES, level); i++) {
            mpos_tile_root(&host_digest, levels[level - 1][i * MPOS_TILE_WIDTH], levels[level][i]);
        }
    }
    return 0;
}

/* What a walk may see: the tiles of a tree of `size` leaves. */
typedef struct store {
    uint64_t size;
    size_t reads;
} store;

static mpos_err
read_tile(void *host, int level, uint64_t index, uint32_t width, const uint8_t **hashes)
{
    store *s = host;

    assert_in_range(width, 1, MPOS_TILE_WIDTH);
    s->reads++;
    if (width > mpos_tile_width(s->size, level, index)) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    *hashes = levels[level][index * MPOS_TILE_WIDTH];
    return MPOS_OK;
}

/* Sizes and places around every edge: of tiles, of levels, and a few between. */
static const uint64_t places[] = {0,     1,     2,     3,     7,     8,     127,   128,   129,
                                  255,   256,   257,   511,   512,   513,   768,   1000,  4095,
                                  4096,  32767, 32768, 32769, 60000, 65279, 65280, 65281, 65535,
                                  65536, 65537, 65792, 65793, 65999, 66000};
#define PLACES (sizeof places / sizeof places[0])

static void
test_roots(void **state)
{
    uint8_t root[32];

    (void)state;
    for (uint64_t size = 0; size <= LEAVES; size += size < 2000 || size > 65000 ? 1 : 97) {
        store s = {size, 0};

        assert_int_equal(mpos_tile_tree_root(&host_digest, &(mpos_tile_source){read_tile, &s}, size, root),
                         MPOS_OK);
        assert_memory_equal(root, roots[size], 32);
    }
}

static void
test_a_larger_store_serves_every_older_size(void **state)
{
    uint8_t root[32];
    store s = {LEAVES, 0};

    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        assert_int_equal(
            mpos_tile_tree_root(&host_digest, &(mpos_tile_source){read_tile, &s}, places[i], root), MPOS_OK);
        assert_memory_equal(root, roots[places[i]], 32);
    }
}

static void
test_inclusion(void **state)
{
    uint8_t proof[MPOS_PROOF_HASHES_MAX][32];
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        for (size_t j = 0; j < PLACES; j++) {
            store s = {places[i], 0};
            mpos_err err = mpos_tile_inclusion(&host_digest, &(mpos_tile_source){read_tile, &s}, places[j],
                                               places[i], proof, &count);

            if (places[j] >= places[i]) {
                assert_int_equal(err, MPOS_E_OUT_OF_RANGE);
                continue;
            }
            assert_int_equal(err, MPOS_OK);
            assert_in_range(s.reads, 0, 40);
            assert_int_equal(mpos_merkle_check_inclusion(&host_digest, places[j], places[i],
                                                         levels[0][places[j]], (const uint8_t(*)[32])proof,
                                                         count, roots[places[i]]),
                             MPOS_OK);
        }
    }
}

static void
test_consistency(void **state)
{
    uint8_t proof[MPOS_PROOF_HASHES_MAX][32];
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        for (size_t j = 0; j < PLACES; j++) {
            store s = {places[i], 0};
            mpos_err err = mpos_tile_consistency(&host_digest, &(mpos_tile_source){read_tile, &s}, places[j],
                                                 places[i], proof, &count);

            if (places[j] == 0 || places[j] > places[i]) {
                assert_int_equal(err, MPOS_E_OUT_OF_RANGE);
                continue;
            }
            assert_int_equal(err, MPOS_OK);
            assert_int_equal(mpos_merkle_check_consistency(&host_digest, places[j], places[i],
                                                           (const uint8_t(*)[32])proof, count,
                                                           roots[places[j]], roots[places[i]]),
                             MPOS_OK);
        }
    }
}

static void
test_a_missing_tile_is_an_error(void **state)
{
    uint8_t proof[MPOS_PROOF_HASHES_MAX][32];
    size_t count = 77;
    store s = {65535, 0};
    mpos_tile_source source = {read_tile, &s};

    (void)state;
    assert_int_equal(mpos_tile_tree_root(&host_digest, &source, 65536, proof[0]), MPOS_E_JOURNAL_DAMAGED);
    assert_int_equal(mpos_tile_inclusion(&host_digest, &source, 65535, 65537, proof, &count),
                     MPOS_E_JOURNAL_DAMAGED);
    assert_int_equal(mpos_tile_consistency(&host_digest, &source, 65534, 65537, proof, &count),
                     MPOS_E_JOURNAL_DAMAGED);
    assert_int_equal(count, 77);
}

static void
test_widths(void **state)
{
    (void)state;
    assert_int_equal(mpos_tile_width(0, 0, 0), 0);
    assert_int_equal(mpos_tile_width(1, 0, 0), 1);
    assert_int_equal(mpos_tile_width(256, 0, 0), 256);
    assert_int_equal(mpos_tile_width(256, 0, 1), 0);
    assert_int_equal(mpos_tile_width(256, 1, 0), 1);
    assert_int_equal(mpos_tile_width(70000, 0, 273), 112);
    assert_int_equal(mpos_tile_width(70000, MPOS_TILE_ENTRIES, 273), 112);
    assert_int_equal(mpos_tile_width(70000, 1, 1), 17);
    assert_int_equal(mpos_tile_width(70000, 2, 0), 1);
    assert_int_equal(mpos_tile_width(70000, 3, 0), 0);
    assert_int_equal(mpos_tile_width(UINT64_MAX, MPOS_TILE_LEVELS, 0), 0);
}

static void
test_paths(void **state)
{
    static const struct {
        mpos_tile_id id;
        const char *path;
    } cases[] = {
        {{0, 0, 256}, "tile/0/000"},
        {{0, 999, 256}, "tile/0/999"},
        {{1, 1000, 1}, "tile/1/x001/000.p/1"},
        {{2, 1234067, 112}, "tile/2/x001/x234/067.p/112"},
        {{MPOS_TILE_ENTRIES, 1234067, 255}, "tile/entries/x001/x234/067.p/255"},
        {{7, UINT64_C(1) << 55, 256}, "tile/7/x036/x028/x797/x018/x963/968"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[MPOS_TILE_PATH_MAX];
        mpos_tile_id id;

        assert_int_equal(mpos_tile_path(&cases[i].id, path), strlen(cases[i].path));
        assert_string_equal(path, cases[i].path);
        assert_int_equal(mpos_tile_parse(path, strlen(path), &id), MPOS_OK);
        assert_int_equal(id.level, cases[i].id.level);
        assert_int_equal(id.index, cases[i].id.index);
        assert_int_equal(id.width, cases[i].id.width);
    }
}

static void
test_other_paths_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/8/000",
                                      "tile/00/000",
                                      "tile/-/000",
                                      "tile/0/x000/000",
                                      "tile/0/x001",
                                      "tile/0/x001/",
                                      "tile/0/x001/x002",
                                      "tile/0/001/002",
                                      "tile/0/x01/000",
                                      "tile/0/000.p",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/1000",
                                      "tile/0/000.q/1",
                                      "tile/0/000/",
                                      "tile/0/00a",
                                      "tile/entries",
                                      "tile/entries/",
                                      "tile/entries/x1",
                                      "tile/entry/000",
                                      "tile/0/x036/x028/x797/x018/x963/969",
                                      "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                                      "Tile/0/000"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        /* at exact size, so that a read past the end is seen */
        size_t size = strlen(bad[i]);
        char *path = malloc(size + 1);
        mpos_tile_id id = {5, 5, 5};

        assert_non_null(path);
        memcpy(path + 1, bad[i], size);
        assert_int_equal(mpos_tile_parse(path + 1, size, &id), MPOS_E_INVALID_VALUE);
        assert_int_equal(id.index, 5);
        free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_a_larger_store_serves_every_older_size),
        cmocka_unit_test(test_inclusion),
        cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_a_missing_tile_is_an_error),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_other_paths_are_refused),
    };

    return cmocka_run_group_tests(tests, make_tree, NULL);
}
