/*
 * log_proof.h - the proof that an entry is in a log, as one text: C2SP tlog-proof. Words: entry, index, checkpoint,
 * extra (bytes of the application; nothing authenticates them).
 */
#ifndef MPOS_CORE_LOG_PROOF_H
#define MPOS_CORE_LOG_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"

/* Sizes go to 2^63 - 1, so a path has 63 hashes at most. */
#define MPOS_LOG_PROOF_HASHES_MAX 63
/* Extra data are opaque; this is our limit for the whole text. */
#define MPOS_LOG_PROOF_SIZE_MAX (4u << 20)

typedef struct mpos_log_proof {
    uint64_t index;
    uint8_t hashes[MPOS_LOG_PROOF_HASHES_MAX][32]; /* from the leaf's sibling up */
    size_t hash_count;
    bool has_extra;
    const char *extra; /* base64, inside the text that was parsed */
    size_t extra_size;
    const char *note; /* the signed checkpoint; not looked at yet */
    size_t note_size;
} mpos_log_proof;

/* Takes a proof apart. INVALID_VALUE when it is not exactly of the form, *reason then names the line; static text. */
mpos_err
mpos_log_proof_parse(const char *text, size_t text_size, mpos_log_proof *out, const char **reason);

/* Room for what mpos_log_proof_format writes. */
#define MPOS_LOG_PROOF_TEXT_SIZE(hash_count, note_size) (23 + 6 + 20 + 1 + (hash_count)*45 + 1 + (note_size))

/* Writes a proof without extra data, no NUL, and returns its size. */
size_t
mpos_log_proof_format(uint64_t index, const uint8_t (*hashes)[32], size_t hash_count, const char *note,
                      size_t note_size, char *out);

/* RFC 9162 hash of an entry's bytes: SHA256(0x00 || bytes). */
void
mpos_log_leaf(const mpos_digest *digest, const uint8_t *bytes, size_t size, uint8_t out[32]);

#endif
