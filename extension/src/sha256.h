/*
 * sha256.h - SHA-256 and HMAC of the host (OpenSSL), one fetched digest per backend; also core's digest door.
 */
#ifndef MPOS_SHA256_H
#define MPOS_SHA256_H

#include "postgres.h"

#include "digest.h"

#define MPOS_SHA256_LEN MPOS_DIGEST_SIZE

/* The digest door of the core. */
extern const mpos_digest mpos_host_digest;

/* One-shot digest of up to two pieces (b may be NULL). Raises ERROR when the library fails. */
void
mpos_sha256(const void *a, size_t a_len, const void *b, size_t b_len, uint8 out[MPOS_SHA256_LEN]);

/* Incremental form; one digest at a time per backend. */
void
mpos_sha256_begin(void);
void
mpos_sha256_add(const void *bytes, size_t len);
void
mpos_sha256_end(uint8 out[MPOS_SHA256_LEN]);

/* HMAC-SHA256. Raises ERROR when the library fails. */
void
mpos_hmac_sha256(const uint8 *key, size_t key_len, const void *bytes, size_t len, uint8 out[MPOS_SHA256_LEN]);

/* Equal, in time that does not depend on the content. */
bool
mpos_equal_secret(const uint8 *a, const uint8 *b, size_t len);

#endif
