/* sha256.h - SHA-256 of the module itself, behind the core's digest door: a module without imports has no other host. */
#ifndef MPOS_WASM_SHA256_H
#define MPOS_WASM_SHA256_H

#include "digest.h"

extern const mpos_digest wasm_digest;

#endif
