/* op.c - types and hash of a device's operations. */
#include "op.h"

#include <string.h>

typedef struct type_row {
    const char *text;
    size_t size;
} type_row;

static const type_row types[MPOS_OPTYPES] = {
#define MPOS_OP_TYPE(name, text) {text, sizeof text - 1},
#include "op_types.def"
#undef MPOS_OP_TYPE
};

void
mpos_op_hash(const mpos_digest *digest, const uint8_t prev[32], const void *bytes, size_t size,
             uint8_t out[32])
{
    mpos_chunk chunks[2] = {{prev, 32}, {bytes, size}};

    digest->sha256(digest->host, chunks, 2, out);
}

mpos_err
mpos_op_type_from_text(const char *text, size_t size, mpos_op_type *out)
{
    for (size_t i = 0; i < MPOS_OPTYPES; i++) {
        if (types[i].size == size && memcmp(types[i].text, text, size) == 0) {
            *out = (mpos_op_type)i;
            return MPOS_OK;
        }
    }
    return MPOS_E_INVALID_VALUE;
}

const char *
mpos_op_type_text(mpos_op_type type)
{
    return (size_t)type < MPOS_OPTYPES ? types[type].text : NULL;
}
