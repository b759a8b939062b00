/*
 * epoch.h - the audit section of the entry of kind 5 that opens an epoch: how the epoch before ended, as the database knew
 * it, and why a new one begins. Words: epoch, reason.
 *
 * Canonical JSON with sorted keys; from_note is absent when the old epoch had no checkpoint:
 *     {"from_epoch":0,"from_leaf":"<43>","from_note":"<43>","from_size":12,"op":"epoch_open","reason":"restore"}
 */
#ifndef MPOS_CORE_EPOCH_H
#define MPOS_CORE_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MPOS_EPOCH_TEXT_MAX 256

typedef enum mpos_epoch_reason {
    MPOS_EPOCH_RESTORE,   /* another cluster wrote the epoch before */
    MPOS_EPOCH_PROMOTION, /* the same cluster on another timeline: promotion, point-in-time recovery */
    MPOS_EPOCH_ASKED      /* the signer knew the epoch before with other entries */
} mpos_epoch_reason;

typedef struct mpos_epoch_open {
    uint32_t from_epoch;
    uint64_t from_size;
    uint8_t from_leaf[32]; /* of the last entry; the genesis value when from_size is 0 */
    bool has_note;
    uint8_t
        from_note[32]; /* SHA-256 of the last note of the old epoch; the new epoch's genesis contains it */
    mpos_epoch_reason reason;
} mpos_epoch_open;

/* Writes the text and a NUL; its length. */
size_t
mpos_epoch_open_encode(const mpos_epoch_open *open, char out[MPOS_EPOCH_TEXT_MAX]);

/* Reads exactly what encode writes; INVALID_VALUE for anything else. */
mpos_err
mpos_epoch_open_decode(const char *text, size_t size, mpos_epoch_open *out);

#endif
