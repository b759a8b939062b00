/* test_log_check.c - whole logs in tiles: intact ones of many sizes, and single damages, each found at its place. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "host.h"
#include "log_check.h"
#include "log_proof.h"
#include "merkle.h"

enum { LEAVES = 66000, LEVELS = 3, ENTRY = 8 };

/* Every hash of every tile level in one row, and the roots of all sizes. */
static uint8_t levels[LEVELS][LEAVES][32];
static uint8_t roots[LEAVES + 1][32];

static void
entry_of(uint64_t i, uint8_t out[ENTRY])
{
    mpos_put_u64(out, i);
}

static int
make_log(void **state)
{
    mpos_merkle_frontier frontier;
    uint8_t entry[ENTRY];

    (void)state;
    mpos_merkle_init(&frontier);
    mpos_merkle_root(&host_digest, &frontier, roots[0]);
    for (uint64_t i = 0; i < LEAVES; i++) {
        entry_of(i, entry);
        mpos_log_leaf(&host_digest, entry, sizeof entry, levels[0][i]);
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

/* A log as its host serves it, with at most one damage. */
typedef struct served {
    uint64_t size;
    int level; /* of the tile with a wrong hash; -1: none */
    uint64_t index;
    uint32_t at;
    bool missing;        /* the tile is not there instead */
    uint64_t wrong_leaf; /* the entry of this leaf is another; size: none */
    uint64_t next_leaf;  /* that the check should ask for */
    bool searching;      /* the root does not fit: the edge is asked for by itself */
    size_t reads;
} served;

static mpos_err
read_tile(void *host, const mpos_tile_id *id, uint8_t out[MPOS_TILE_BYTES])
{
    served *s = host;

    assert_int_equal(id->width, mpos_tile_width(s->size, id->level, id->index));
    s->reads++;
    memcpy(out, levels[id->level][id->index * MPOS_TILE_WIDTH], id->width * 32);
    if (id->level == s->level && id->index == s->index) {
        if (s->missing) {
            return MPOS_E_JOURNAL_DAMAGED;
        }
        out[s->at * 32 + 7] ^= 1;
    }
    return MPOS_OK;
}

/* Compares the leaves with the entries that the host knows. */
static mpos_err
read_leaves(void *host, const mpos_tile_id *id, const uint8_t *hashes)
{
    served *s = host;

    assert_int_equal(id->level, 0);
    for (uint32_t i = 0; i < id->width; i++) {
        uint64_t leaf = id->index * MPOS_TILE_WIDTH + i;

        if (leaf == s->wrong_leaf || memcmp(hashes + i * 32, levels[0][leaf], 32) != 0) {
            return MPOS_E_JOURNAL_DAMAGED;
        }
    }
    if (!s->searching) {
        assert_int_equal(id->index * MPOS_TILE_WIDTH, s->next_leaf);
        s->next_leaf += id->width;
    }
    return MPOS_OK;
}

static served
intact(uint64_t size)
{
    return (served){.size = size, .level = -1, .wrong_leaf = size};
}

static mpos_log_fault
check(served *s, bool with_leaves, const uint8_t root[32], mpos_tile_id *place)
{
    static mpos_log_check work;
    mpos_log_source source = {read_tile, with_leaves ? read_leaves : NULL, s};
    mpos_log_fault fault = mpos_log_check_run(&work, &host_digest, &source, s->size, root);

    *place = work.place;
    return fault;
}

static void
assert_place(const mpos_tile_id *place, int level, uint64_t index, uint32_t width)
{
    assert_int_equal(place->level, level);
    assert_int_equal(place->index, index);
    assert_int_equal(place->width, width);
}

/* Around the edges of tiles and levels. */
static const uint64_t sizes[] = {0,     1,     2,     3,     255,   256,   257,   511,   512,   513,  1000,
                                 65279, 65280, 65281, 65535, 65536, 65537, 65792, 65793, 65999, 66000};
#define SIZES (sizeof sizes / sizeof sizes[0])

static void
test_intact(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        served with = intact(sizes[i]), without = with;
        mpos_tile_id place;

        assert_int_equal(check(&with, true, roots[sizes[i]], &place), MPOS_LOG_OK);
        assert_int_equal(with.next_leaf, sizes[i]);
        assert_int_equal(check(&without, false, roots[sizes[i]], &place), MPOS_LOG_OK);
        assert_int_equal(without.reads, with.reads);
    }
}

/* The root of another size, and one that nothing explains: no tile is blamed. */
static void
test_wrong_root(void **state)
{
    (void)state;
    for (size_t i = 1; i < SIZES; i++) {
        served s = intact(sizes[i]);
        mpos_tile_id place;

        s.searching = true;
        assert_int_equal(check(&s, true, roots[sizes[i] - 1], &place), MPOS_LOG_ROOT);
    }
}

static void
test_wrong_tile(void **state)
{
    static const struct {
        uint64_t size;
        int level;
        uint64_t index;
        uint32_t at;
        mpos_log_fault fault;
    } cases[] = {
        {66000, 0, 0, 0, MPOS_LOG_TILE},     {66000, 0, 0, 255, MPOS_LOG_TILE},
        {66000, 0, 100, 17, MPOS_LOG_TILE},  {66000, 0, 256, 3, MPOS_LOG_TILE},
        {66000, 0, 257, 200, MPOS_LOG_EDGE}, {66000, 1, 0, 77, MPOS_LOG_TILE},
        {66000, 1, 1, 0, MPOS_LOG_EDGE},     {66000, 2, 0, 0, MPOS_LOG_EDGE},
        {65536, 1, 0, 255, MPOS_LOG_TILE},   {65536, 2, 0, 0, MPOS_LOG_EDGE},
        {257, 0, 1, 0, MPOS_LOG_EDGE},       {257, 1, 0, 0, MPOS_LOG_EDGE},
        {1, 0, 0, 0, MPOS_LOG_EDGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        served s = intact(cases[i].size);
        mpos_tile_id place;

        s.level = cases[i].level;
        s.index = cases[i].index;
        s.at = cases[i].at;
        s.searching = cases[i].fault == MPOS_LOG_EDGE;
        assert_int_equal(check(&s, true, roots[s.size], &place), cases[i].fault);
        assert_place(&place, s.level, s.index, mpos_tile_width(s.size, s.level, s.index));
        /* Leaves before it were right, and none of its own was handed out. */
        assert_in_range(s.next_leaf, 0, s.index << (8 * (s.level + 1)));
    }
}

/* A wrong partial tile of leaves cannot be told from a wrong root without the entries. */
static void
test_edge_without_entries(void **state)
{
    served s = intact(66000);
    mpos_tile_id place;

    (void)state;
    s.level = 0;
    s.index = 257;
    assert_int_equal(check(&s, false, roots[66000], &place), MPOS_LOG_ROOT);
}

static void
test_missing_tile(void **state)
{
    static const struct {
        int level;
        uint64_t index;
    } tiles[] = {{0, 0}, {0, 99}, {0, 257}, {1, 0}, {1, 1}, {2, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        served s = intact(66000);
        mpos_tile_id place;

        s.level = tiles[i].level;
        s.index = tiles[i].index;
        s.missing = true;
        assert_int_equal(check(&s, true, roots[66000], &place), MPOS_LOG_SOURCE);
        assert_place(&place, s.level, s.index, mpos_tile_width(s.size, s.level, s.index));
    }
}

static void
test_wrong_entry(void **state)
{
    static const uint64_t leaves[] = {0, 255, 256, 40000, 65791, 65792, 65999};

    (void)state;
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        uint64_t index = leaves[i] / MPOS_TILE_WIDTH;
        served s = intact(66000);
        mpos_tile_id place;

        s.wrong_leaf = leaves[i];
        assert_int_equal(check(&s, true, roots[66000], &place), MPOS_LOG_SOURCE);
        assert_place(&place, 0, index, mpos_tile_width(66000, 0, index));
        assert_int_equal(s.next_leaf, index * MPOS_TILE_WIDTH);
    }
}

enum { BUNDLE = 3, BUNDLE_SIZE = BUNDLE * (2 + ENTRY) };

/* The first three entries, each behind its length. */
static void
make_bundle(uint8_t out[BUNDLE_SIZE])
{
    for (uint32_t i = 0; i < BUNDLE; i++) {
        mpos_put_u16(out + i * (2 + ENTRY), ENTRY);
        entry_of(i, out + i * (2 + ENTRY) + 2);
    }
}

static mpos_bundle_fault
bundle(const uint8_t *bytes, size_t size, uint32_t entries, uint32_t known, uint32_t *at)
{
    /* A copy of the exact size: a read behind it is seen. */
    uint8_t *copy = malloc(size + (size == 0));
    mpos_bundle_fault fault;

    memcpy(copy, bytes, size);
    fault = mpos_bundle_check(&host_digest, copy, size, entries, levels[0][0], known, at);
    free(copy);
    return fault;
}

static void
test_bundle(void **state)
{
    uint8_t bytes[BUNDLE_SIZE];
    uint32_t at;

    (void)state;
    make_bundle(bytes);
    assert_int_equal(bundle(bytes, BUNDLE_SIZE, BUNDLE, BUNDLE, &at), MPOS_BUNDLE_OK);
    for (size_t size = 0; size < BUNDLE_SIZE; size++) {
        assert_int_equal(bundle(bytes, size, BUNDLE, BUNDLE, &at), MPOS_BUNDLE_SHORT);
        assert_int_equal(at, size / (2 + ENTRY));
    }
    assert_int_equal(bundle(bytes, BUNDLE_SIZE, BUNDLE - 1, BUNDLE - 1, &at), MPOS_BUNDLE_LONG);
    assert_int_equal(at, BUNDLE - 1);
}

/* Every byte of an entry counts, of those that are known; the rest is only counted. */
static void
test_bundle_entry(void **state)
{
    uint32_t at;

    (void)state;
    for (size_t i = 0; i < BUNDLE_SIZE; i++) {
        uint8_t bytes[BUNDLE_SIZE];
        uint32_t entry = (uint32_t)(i / (2 + ENTRY));

        if (i % (2 + ENTRY) < 2) {
            continue;
        }
        make_bundle(bytes);
        bytes[i] ^= 0x80;
        assert_int_equal(bundle(bytes, BUNDLE_SIZE, BUNDLE, BUNDLE, &at), MPOS_BUNDLE_ENTRY);
        assert_int_equal(at, entry);
        assert_int_equal(bundle(bytes, BUNDLE_SIZE, BUNDLE, entry, &at), MPOS_BUNDLE_OK);
    }
}

/* A length that moves the border between entries. */
static void
test_bundle_length(void **state)
{
    uint8_t bytes[BUNDLE_SIZE];
    uint32_t at;

    (void)state;
    make_bundle(bytes);
    mpos_put_u16(bytes, ENTRY + 1);
    assert_int_equal(bundle(bytes, BUNDLE_SIZE, BUNDLE, BUNDLE, &at), MPOS_BUNDLE_ENTRY);
    assert_int_equal(at, 0);
    mpos_put_u16(bytes, 65535);
    assert_int_equal(bundle(bytes, BUNDLE_SIZE, BUNDLE, 0, &at), MPOS_BUNDLE_SHORT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intact),        cmocka_unit_test(test_wrong_root),
        cmocka_unit_test(test_wrong_tile),    cmocka_unit_test(test_edge_without_entries),
        cmocka_unit_test(test_missing_tile),  cmocka_unit_test(test_wrong_entry),
        cmocka_unit_test(test_bundle),        cmocka_unit_test(test_bundle_entry),
        cmocka_unit_test(test_bundle_length),
    };

    return cmocka_run_group_tests(tests, make_log, NULL);
}
