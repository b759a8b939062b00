/* fuzz_proof.c - a log proof: what is accepted without extra data is what would be written, and proves little. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "log_proof.h"
#include "merkle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mpos_log_proof proof;
    const char *reason = NULL;
    uint8_t leaf[32];

    if (mpos_log_proof_parse((const char *)data, size, &proof, &reason) != MPOS_OK) {
        MUST(reason != NULL);
        return 0;
    }
    MUST(proof.note >= (const char *)data && proof.note + proof.note_size == (const char *)data + size);
    if (!proof.has_extra) {
        char *written = malloc(MPOS_LOG_PROOF_TEXT_SIZE(proof.hash_count, proof.note_size));

        MUST(mpos_log_proof_format(proof.index, (const uint8_t(*)[32])proof.hashes, proof.hash_count,
                                   proof.note, proof.note_size, written) == size);
        MUST(memcmp(written, data, size) == 0);
        free(written);
    }
    mpos_log_leaf(&host_digest, data, size, leaf);
    /* The proof does not contain its own hash. */
    MUST(mpos_merkle_check_inclusion(&host_digest, proof.index, INT64_MAX, leaf,
                                     (const uint8_t(*)[32])proof.hashes, proof.hash_count, leaf) != MPOS_OK);
    return 0;
}
