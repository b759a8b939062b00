/*
 * digest.h - the one door to SHA-256. The core names no library; the host supplies the function.
 * Words: digest, chunk.
 */
#ifndef MPOS_CORE_DIGEST_H
#define MPOS_CORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define MPOS_DIGEST_SIZE 32

typedef struct mpos_chunk {
    const void *data;
    size_t size;
} mpos_chunk;

/* sha256 hashes the chunks as one message. It cannot fail; a host whose library can must not return then. */
typedef struct mpos_digest {
    void (*sha256)(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_DIGEST_SIZE]);
    void *host; /* handed through, may be NULL */
} mpos_digest;

#endif
