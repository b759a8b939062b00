/*
 * device_proof.h - what a device's key has signed about a request, as the database checks it (extension/src/device_proof.h).
 * Words: proof, request text.
 */
#ifndef AUTH_DEVICE_PROOF_H
#define AUTH_DEVICE_PROOF_H

#include <stddef.h>

#include "base/text.h"

/* A longer header is no proof. */
#define DEVICE_PROOF_MAX 512

/* Adds method, path (with its query, as it was sent) and the SHA-256 of the body in hex, joined by line ends. */
void
device_proof_request(text_buf *out, const char *method, size_t method_len, const char *path, size_t path_len,
                     const char *body, size_t body_len);

#endif
