/* test_merkle.c - the tree against published roots and proofs, and against its own definition. */
#include <string.h>

#include "host.h"
#include "merkle.h"

enum { LEAVES = 70, PROOF_MAX = 64 };

/* The eight leaves of the reference tests of Certificate Transparency, and the roots of their prefixes. */
static const char *const reference_leaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const reference_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static uint8_t leaves[LEAVES][32];

static void
leaf_hash(const uint8_t *data, size_t size, uint8_t out[32])
{
    static const uint8_t prefix = 0;
    mpos_chunk chunks[2] = {{&prefix, 1}, {data, size}};

    host_digest.sha256(NULL, chunks, 2, out);
}

static int
make_leaves(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEAVES; i++) {
        uint8_t data = (uint8_t)i;

        leaf_hash(&data, 1, leaves[i]);
    }
    return 0;
}

/* Largest power of two below n. */
static size_t
split_of(size_t n)
{
    size_t k = 1;

    while (k * 2 < n) {
        k *= 2;
    }
    return k;
}

/* Root by the recursive definition. */
static void
tree_root(const uint8_t (*from)[32], size_t n, uint8_t out[32])
{
    uint8_t left[32], right[32];

    if (n == 1) {
        memcpy(out, from[0], 32);
        return;
    }
    tree_root(from, split_of(n), left);
    tree_root(from + split_of(n), n - split_of(n), right);
    mpos_merkle_node(&host_digest, left, right, out);
}

/* Inclusion path by the recursive definition; returns its length. */
static size_t
inclusion_path(const uint8_t (*from)[32], size_t n, size_t m, uint8_t (*out)[32])
{
    size_t k = split_of(n);
    size_t count;

    if (n == 1) {
        return 0;
    }
    if (m < k) {
        count = inclusion_path(from, k, m, out);
        tree_root(from + k, n - k, out[count]);
    } else {
        count = inclusion_path(from + k, n - k, m - k, out);
        tree_root(from, k, out[count]);
    }
    return count + 1;
}

/* Consistency path; whole: the subtree is one whose root the verifier knows. */
static size_t
consistency_path(const uint8_t (*from)[32], size_t n, size_t m, int whole, uint8_t (*out)[32])
{
    size_t k = split_of(n);
    size_t count;

    if (m == n) {
        if (!whole) {
            tree_root(from, n, out[0]);
        }
        return whole ? 0 : 1;
    }
    if (m <= k) {
        count = consistency_path(from, k, m, whole, out);
        tree_root(from + k, n - k, out[count]);
    } else {
        count = consistency_path(from + k, n - k, m - k, 0, out);
        tree_root(from, k, out[count]);
    }
    return count + 1;
}

static void
test_reference_roots(void **state)
{
    mpos_merkle_frontier frontier;
    uint8_t root[32];

    (void)state;
    mpos_merkle_init(&frontier);
    for (size_t n = 0; n <= 8; n++) {
        uint8_t data[16];
        uint8_t leaf[32];

        mpos_merkle_root(&host_digest, &frontier, root);
        assert_hex(root, reference_roots[n]);
        if (n < 8) {
            host_hex(reference_leaves[n], data);
            leaf_hash(data, strlen(reference_leaves[n]) / 2, leaf);
            mpos_merkle_push(&host_digest, &frontier, leaf);
        }
    }
}

static void
test_frontier_equals_definition(void **state)
{
    mpos_merkle_frontier frontier;
    uint8_t root[32], wanted[32];

    (void)state;
    mpos_merkle_init(&frontier);
    for (size_t n = 1; n <= LEAVES; n++) {
        mpos_merkle_push(&host_digest, &frontier, leaves[n - 1]);
        mpos_merkle_root(&host_digest, &frontier, root);
        tree_root((const uint8_t(*)[32])leaves, n, wanted);
        assert_memory_equal(root, wanted, 32);
    }
}

static mpos_err
included(size_t m, size_t n, uint8_t (*proof)[32], size_t count, const uint8_t root[32])
{
    return mpos_merkle_check_inclusion(&host_digest, m, n, leaves[m % LEAVES], (const uint8_t(*)[32])proof,
                                       count, root);
}

static void
test_every_inclusion_proof(void **state)
{
    uint8_t proof[PROOF_MAX][32];
    uint8_t root[32];

    (void)state;
    for (size_t n = 1; n <= LEAVES; n++) {
        tree_root((const uint8_t(*)[32])leaves, n, root);
        for (size_t m = 0; m < n; m++) {
            size_t count = inclusion_path((const uint8_t(*)[32])leaves, n, m, proof);

            assert_int_equal(included(m, n, proof, count, root), MPOS_OK);
            assert_int_equal(included(n, n, proof, count, root), MPOS_E_JOURNAL_DAMAGED);
            assert_int_equal(included((m + 1) % n, n, proof, count, root),
                             n == 1 ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED);
            memset(proof[count], 0, 32);
            assert_int_equal(included(m, n, proof, count + 1, root), MPOS_E_JOURNAL_DAMAGED);
            if (count > 0) {
                assert_int_equal(included(m, n, proof, count - 1, root), MPOS_E_JOURNAL_DAMAGED);
                proof[count / 2][5] ^= 1;
                assert_int_equal(included(m, n, proof, count, root), MPOS_E_JOURNAL_DAMAGED);
            }
        }
    }
    assert_int_equal(included(0, 0, proof, 0, root), MPOS_E_JOURNAL_DAMAGED);
}

static mpos_err
consistent(size_t m, size_t n, uint8_t (*proof)[32], size_t count, const uint8_t a[32], const uint8_t b[32])
{
    return mpos_merkle_check_consistency(&host_digest, m, n, (const uint8_t(*)[32])proof, count, a, b);
}

static void
test_every_consistency_proof(void **state)
{
    uint8_t proof[PROOF_MAX][32];
    uint8_t old_root[32], new_root[32];

    (void)state;
    for (size_t n = 1; n <= LEAVES; n++) {
        tree_root((const uint8_t(*)[32])leaves, n, new_root);
        for (size_t m = 1; m <= n; m++) {
            size_t count = m == n ? 0 : consistency_path((const uint8_t(*)[32])leaves, n, m, 1, proof);

            tree_root((const uint8_t(*)[32])leaves, m, old_root);
            assert_int_equal(consistent(m, n, proof, count, old_root, new_root), MPOS_OK);
            assert_int_equal(consistent(0, n, proof, count, old_root, new_root), MPOS_E_JOURNAL_DAMAGED);
            assert_int_equal(consistent(n + 1, n, proof, count, old_root, new_root), MPOS_E_JOURNAL_DAMAGED);
            old_root[0] ^= 1;
            assert_int_equal(consistent(m, n, proof, count, old_root, new_root), MPOS_E_JOURNAL_DAMAGED);
            old_root[0] ^= 1;
            if (count > 0) {
                assert_int_equal(consistent(m, n, proof, count - 1, old_root, new_root),
                                 MPOS_E_JOURNAL_DAMAGED);
                proof[count - 1][31] ^= 1;
                assert_int_equal(consistent(m, n, proof, count, old_root, new_root), MPOS_E_JOURNAL_DAMAGED);
            }
            memset(proof[count], 0, 32);
            assert_int_equal(consistent(m, n, proof, count + 1, old_root, new_root), MPOS_E_JOURNAL_DAMAGED);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_roots),
        cmocka_unit_test(test_frontier_equals_definition),
        cmocka_unit_test(test_every_inclusion_proof),
        cmocka_unit_test(test_every_consistency_proof),
    };

    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
