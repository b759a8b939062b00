/* etag.c - see etag.h. Half of the hash is enough to tell two answers apart. */
#include "postgres.h"

#include "utils/builtins.h"

#include "etag.h"
#include "sha256.h"

void
mpos_etag_of_body(mpos_call *call)
{
    uint8 hash[MPOS_SHA256_LEN];

    mpos_sha256(call->body.data, (size_t)call->body.len, NULL, 0, hash);
    call->etag[hex_encode((const char *)hash, sizeof hash / 2, call->etag)] = '\0';
}
