/* host.h - what every fuzz program has: SHA-256, Ed25519, and stopping when something that must hold does not. */
#ifndef MPOS_FUZZ_HOST_H
#define MPOS_FUZZ_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "note.h"

extern const mpos_digest host_digest;
extern const mpos_note_verifier host_verifier;

/* Not assert: it must stay in every build. libFuzzer keeps the input when it traps. */
#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            __builtin_trap();                                                                                \
        }                                                                                                    \
    } while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
