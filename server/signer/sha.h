/* sha.h - libsodium behind the core's digest. */
#ifndef SIGNER_SHA_H
#define SIGNER_SHA_H

#include "digest.h"

extern const mpos_digest signer_digest;

#endif
