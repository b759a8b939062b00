/* signature.h - libsodium and OpenSSL behind the core's check of signatures. */
#ifndef MPOS_CLI_SIGNATURE_H
#define MPOS_CLI_SIGNATURE_H

#include "note.h"

extern const mpos_note_verifier cli_verifier;

#endif
