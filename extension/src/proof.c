/* proof.c - SQL functions over the stored trees: roots and RFC 9162 proofs. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "seal.h"
#include "sha256.h"
#include "sqlstate.h"
#include "tile_store.h"

PG_FUNCTION_INFO_V1(mpos_tree_root);
PG_FUNCTION_INFO_V1(mpos_inclusion_proof);
PG_FUNCTION_INFO_V1(mpos_consistency_proof);

/* Opens the tree of the first two arguments; raises unless it is built as far as size. */
static void
open_tree(FunctionCallInfo fcinfo, int64 size, mpos_tree *tree)
{
    pg_uuid_t *journal = PG_GETARG_UUID_P(0);
    int32 epoch = PG_GETARG_INT32(1);

    if (size < 0 || size > mpos_sealed_size(journal, epoch)) {
        mpos_raise(MPOS_E_OUT_OF_RANGE, NULL, "the tree has not that size yet");
    }
    mpos_tree_open(tree, journal, epoch);
}

static void
check(mpos_err err)
{
    if (err != MPOS_OK) {
        mpos_raise(err, NULL, NULL);
    }
}

static bytea *
hash_value(const uint8 hash[32])
{
    bytea *out = palloc(VARHDRSZ + 32);

    SET_VARSIZE(out, VARHDRSZ + 32);
    memcpy(VARDATA(out), hash, 32);
    return out;
}

static Datum
proof_value(uint8 proof[][32], size_t count)
{
    Datum values[MPOS_PROOF_HASHES_MAX];

    for (size_t i = 0; i < count; i++) {
        values[i] = PointerGetDatum(hash_value(proof[i]));
    }
    return PointerGetDatum(construct_array(values, (int)count, BYTEAOID, -1, false, TYPALIGN_INT));
}

/* tree_root(journal uuid, epoch integer, size bigint) returns bytea */
Datum
mpos_tree_root(PG_FUNCTION_ARGS)
{
    int64 size = PG_GETARG_INT64(2);
    uint8 root[32];
    mpos_tree tree;

    open_tree(fcinfo, size, &tree);
    check(mpos_tile_tree_root(&mpos_host_digest, &tree.source, (uint64)size, root));
    PG_RETURN_BYTEA_P(hash_value(root));
}

/* inclusion_proof(journal uuid, epoch integer, seq bigint, size bigint) returns bytea[] */
Datum
mpos_inclusion_proof(PG_FUNCTION_ARGS)
{
    int64 seq = PG_GETARG_INT64(2);
    int64 size = PG_GETARG_INT64(3);
    uint8 proof[MPOS_PROOF_HASHES_MAX][32];
    size_t count = 0;
    mpos_tree tree;

    open_tree(fcinfo, size, &tree);
    check(mpos_tile_inclusion(&mpos_host_digest, &tree.source, (uint64)seq, (uint64)size, proof, &count));
    PG_RETURN_DATUM(proof_value(proof, count));
}

/* consistency_proof(journal uuid, epoch integer, old_size bigint, new_size bigint) returns bytea[] */
Datum
mpos_consistency_proof(PG_FUNCTION_ARGS)
{
    int64 old_size = PG_GETARG_INT64(2);
    int64 new_size = PG_GETARG_INT64(3);
    uint8 proof[MPOS_PROOF_HASHES_MAX][32];
    size_t count = 0;
    mpos_tree tree;

    open_tree(fcinfo, new_size, &tree);
    check(mpos_tile_consistency(&mpos_host_digest, &tree.source, (uint64)old_size, (uint64)new_size, proof,
                                &count));
    PG_RETURN_DATUM(proof_value(proof, count));
}
