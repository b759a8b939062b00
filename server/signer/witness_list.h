/*
 * witness_list.h - the file of witnesses: one a line, "vkey URL"; empty lines and lines that begin with # say nothing. The
 * vkey's type is 4, a cosigner of C2SP tlog-cosignature.
 */
#ifndef SIGNER_WITNESS_LIST_H
#define SIGNER_WITNESS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "note.h"
#include "signer/settings.h"

#define WITNESSES_MAX 16

/* Why a witness does not cosign; each is logged at most every ten minutes. */
typedef enum witness_reason {
    WITNESS_AWAY,
    WITNESS_UNKNOWN_LOG,
    WITNESS_KEY,
    WITNESS_SIGNATURE,
    WITNESS_OTHER,
    WITNESS_REASONS
} witness_reason;

typedef struct witness {
    char *vkey; /* its parts are what key points into */
    char *name;
    char *url; /* of add-checkpoint */
    mpos_note_key key;
    uint64_t wait_ms; /* while it does not answer */
    uint64_t again_ms;
    uint64_t told_ms[WITNESS_REASONS]; /* when each reason was logged last, 0 for never */
    struct witness_refusal *refused;   /* logs it refused, not asked for again for a while */
    size_t refused_count;
} witness;

/* False with one line in error for a file that cannot be read or has a line that is no witness. */
bool
witness_list_load(const char *path, witness witnesses[WITNESSES_MAX], size_t *count,
                  char error[SETTINGS_ERROR_SIZE]);

#endif
