/* signature.h - libsodium and OpenSSL behind the core's check of signatures. */
#ifndef MPOS_CLI_SIGNATURE_H
#define MPOS_CLI_SIGNATURE_H

#include "note.h"

extern const mpos_note_verifier cli_verifier;

/* Whether the bytes of a key are one of its type: of ECDSA on one of the curves that the specification allows. */
bool
cli_key_usable(const mpos_note_key *key);

#endif
