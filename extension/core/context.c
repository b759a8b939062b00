/* context.c - encoding and decoding of the request context. */
#include "context.h"

#include <stddef.h>
#include <string.h>

#include "bytes.h"
#include "text.h"

static const uint8_t magic[4] = {'M', 'C', 'X', '1'};

typedef struct scope_row {
    uint64_t bit;
    const char *text;
} scope_row;

static const scope_row scopes[] = {
#define MPOS_SCOPE(name, bit, text) {MPOS_SCOPE_##name, text},
#include "scopes.def"
#undef MPOS_SCOPE
};

void
mpos_context_encode(const mpos_context *context, uint8_t out[MPOS_CONTEXT_SIGNED_SIZE])
{
    memcpy(out, magic, sizeof magic);
    mpos_put_u32(out + 4, context->key_id);
    memcpy(out + 8, context->tenant, 16);
    memcpy(out + 24, context->outlet, 16);
    memcpy(out + 40, context->actor, 16);
    memcpy(out + 56, context->device, 16);
    memcpy(out + 72, context->session, 16);
    mpos_put_u32(out + 88, context->rights_version);
    mpos_put_u32(out + 92, 0);
    mpos_put_u64(out + 96, context->scopes);
    mpos_put_u64(out + 104, (uint64_t)context->expires_us);
    memcpy(out + 112, context->request, 16);
    memcpy(out + 128, context->idempotency, 32);
}

mpos_err
mpos_context_decode(const uint8_t in[MPOS_CONTEXT_SIGNED_SIZE], mpos_context *out)
{
    if (memcmp(in, magic, sizeof magic) != 0 || mpos_get_u32(in + 92) != 0) {
        return MPOS_E_CONTEXT_INVALID;
    }
    out->key_id = mpos_get_u32(in + 4);
    memcpy(out->tenant, in + 8, 16);
    memcpy(out->outlet, in + 24, 16);
    memcpy(out->actor, in + 40, 16);
    memcpy(out->device, in + 56, 16);
    memcpy(out->session, in + 72, 16);
    out->rights_version = mpos_get_u32(in + 88);
    out->scopes = mpos_get_u64(in + 96);
    out->expires_us = (int64_t)mpos_get_u64(in + 104);
    memcpy(out->request, in + 112, 16);
    memcpy(out->idempotency, in + 128, 32);
    return MPOS_OK;
}

uint32_t
mpos_context_key_id(const uint8_t in[MPOS_CONTEXT_SIGNED_SIZE])
{
    return mpos_get_u32(in + 4);
}

uint64_t
mpos_scope_from_text(const char *text)
{
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (mpos_text_same(scopes[i].text, text)) {
            return scopes[i].bit;
        }
    }
    return 0;
}

uint64_t
mpos_scopes_all(void)
{
    uint64_t all = 0;

    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        all |= scopes[i].bit;
    }
    return all & ~(uint64_t)MPOS_SCOPE_AUTH;
}

const char *
mpos_scope_text(uint64_t bit)
{
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (scopes[i].bit == bit) {
            return scopes[i].text;
        }
    }
    return NULL;
}
