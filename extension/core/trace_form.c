/* trace_form.c - the form of a trace; see explain.h. */
#include <string.h>

#include "bytes.h"
#include "explain.h"

static uint8_t *
put_entry(const mpos_explain_entry *e, uint8_t *at)
{
    mpos_put_u16(at, e->line);
    at[2] = e->step;
    at[3] = e->unit;
    mpos_put_u16(at + 4, e->index);
    mpos_put_u16(at + 6, 0);
    memcpy(at + 8, e->rule, 16);
    mpos_put_u64(at + 24, (uint64_t)e->value);
    mpos_put_u64(at + 32, (uint64_t)e->base);
    mpos_put_u64(at + 40, (uint64_t)e->amount);
    mpos_put_u64(at + 48, (uint64_t)e->remainder);
    return at + MPOS_TRACE_ENTRY_SIZE;
}

mpos_err
mpos_trace_form_encode(const mpos_explain_entry *entries, size_t count, uint8_t *out, size_t capacity,
                       size_t *size_out)
{
    uint8_t *at = out + MPOS_TRACE_HEADER_SIZE;

    if (capacity < MPOS_TRACE_HEADER_SIZE ||
        count > (capacity - MPOS_TRACE_HEADER_SIZE) / MPOS_TRACE_ENTRY_SIZE) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    memcpy(out, "MPOSWHY1", 8);
    mpos_put_u32(out + 8, (uint32_t)count);
    mpos_put_u32(out + 12, 0);
    for (size_t i = 0; i < count; i++) {
        at = put_entry(&entries[i], at);
    }
    *size_out = (size_t)(at - out);
    return MPOS_OK;
}

static int
read_entry(const uint8_t *at, mpos_explain_entry *out)
{
    out->line = mpos_get_u16(at);
    out->step = at[2];
    out->unit = at[3];
    out->index = mpos_get_u16(at + 4);
    memcpy(out->rule, at + 8, 16);
    out->value = (int64_t)mpos_get_u64(at + 24);
    out->base = (int64_t)mpos_get_u64(at + 32);
    out->amount = (int64_t)mpos_get_u64(at + 40);
    out->remainder = (int64_t)mpos_get_u64(at + 48);
    return out->step >= MPOS_WHY_PRICE && out->step <= MPOS_WHY_TOTAL && out->unit <= MPOS_UNIT_COUNT &&
           mpos_get_u16(at + 6) == 0;
}

mpos_err
mpos_trace_form_decode(const uint8_t *form, size_t size, mpos_explain_entry *entries, size_t capacity,
                       size_t *count)
{
    size_t n;

    if (size < MPOS_TRACE_HEADER_SIZE || memcmp(form, "MPOSWHY1", 8) != 0 || mpos_get_u32(form + 12) != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    n = mpos_get_u32(form + 8);
    if ((size - MPOS_TRACE_HEADER_SIZE) % MPOS_TRACE_ENTRY_SIZE != 0 ||
        (size - MPOS_TRACE_HEADER_SIZE) / MPOS_TRACE_ENTRY_SIZE != n) {
        return MPOS_E_INVALID_VALUE;
    }
    if (n > capacity) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    for (size_t i = 0; i < n; i++) {
        if (!read_entry(form + MPOS_TRACE_HEADER_SIZE + i * MPOS_TRACE_ENTRY_SIZE, &entries[i])) {
            return MPOS_E_INVALID_VALUE;
        }
    }
    *count = n;
    return MPOS_OK;
}
