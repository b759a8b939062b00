/* walk.c - see walk.h. */
#include "walk.h"

#include <string.h>

#include "bytes.h"

/* Whether size more bytes can be walked; they are counted. *at is where they are, NULL when sizing. */
static int
step(mpos_walk *w, size_t size, size_t *at)
{
    if (w->err == MPOS_OK && w->mode == MPOS_WALK_READ && size > w->in_size - w->size) {
        w->err = MPOS_E_INVALID_VALUE;
    }
    if (w->err != MPOS_OK || size == 0) {
        return 0;
    }
    *at = w->size;
    w->size += size;
    return w->mode != MPOS_WALK_SIZE;
}

void
mpos_walk_bytes(mpos_walk *w, void *bytes, size_t size)
{
    size_t at;

    if (!step(w, size, &at)) {
        return;
    }
    if (w->mode == MPOS_WALK_WRITE) {
        memcpy(w->out + at, bytes, size);
    } else {
        memcpy(bytes, w->in + at, size);
    }
}

void
mpos_walk_u8(mpos_walk *w, uint8_t *value)
{
    mpos_walk_bytes(w, value, 1);
}

void
mpos_walk_u16(mpos_walk *w, uint16_t *value)
{
    size_t at;

    if (!step(w, 2, &at)) {
        return;
    }
    if (w->mode == MPOS_WALK_WRITE) {
        mpos_put_u16(w->out + at, *value);
    } else {
        *value = mpos_get_u16(w->in + at);
    }
}

void
mpos_walk_u32(mpos_walk *w, uint32_t *value)
{
    size_t at;

    if (!step(w, 4, &at)) {
        return;
    }
    if (w->mode == MPOS_WALK_WRITE) {
        mpos_put_u32(w->out + at, *value);
    } else {
        *value = mpos_get_u32(w->in + at);
    }
}

void
mpos_walk_i32(mpos_walk *w, int32_t *value)
{
    uint32_t bits = (uint32_t)*value;

    mpos_walk_u32(w, &bits);
    *value = (int32_t)bits;
}

void
mpos_walk_i64(mpos_walk *w, int64_t *value)
{
    size_t at;

    if (!step(w, 8, &at)) {
        return;
    }
    if (w->mode == MPOS_WALK_WRITE) {
        mpos_put_u64(w->out + at, (uint64_t)*value);
    } else {
        *value = (int64_t)mpos_get_u64(w->in + at);
    }
}

void
mpos_walk_zero(mpos_walk *w, size_t size)
{
    size_t at;

    if (!step(w, size, &at)) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (w->mode == MPOS_WALK_WRITE) {
            w->out[at + i] = 0;
        } else if (w->in[at + i] != 0) {
            w->err = MPOS_E_INVALID_VALUE;
        }
    }
}

void
mpos_walk_magic(mpos_walk *w, const char magic[8])
{
    uint8_t bytes[8];

    memcpy(bytes, magic, 8);
    mpos_walk_bytes(w, bytes, 8);
    if (w->err == MPOS_OK && memcmp(bytes, magic, 8) != 0) {
        w->err = MPOS_E_INVALID_VALUE;
    }
}

void *
mpos_walk_list(mpos_walk *w, const void *list, size_t count, size_t form_size, size_t element_size)
{
    void *memory;

    if (w->err != MPOS_OK || count == 0) {
        return NULL;
    }
    if (w->mode != MPOS_WALK_READ) {
        return (void *)(uintptr_t)list; /* not written to: see the header */
    }
    if (count > (w->in_size - w->size) / form_size) {
        w->err = MPOS_E_INVALID_VALUE;
        return NULL;
    }
    memory = mpos_arena_take(w->arena, count, element_size);
    if (memory == NULL) {
        w->err = MPOS_E_BUFFER_TOO_SMALL;
        return NULL;
    }
    return memset(memory, 0, count * element_size);
}

void
mpos_walk_ids(mpos_walk *w, const uint8_t (**ids)[16], size_t count)
{
    uint8_t(*list)[16] = mpos_walk_list(w, *ids, count, 16, sizeof *list);

    mpos_walk_bytes(w, list, list != NULL ? count * sizeof *list : 0);
    if (w->mode == MPOS_WALK_READ) {
        *ids = (const uint8_t(*)[16])list;
    }
}

void
mpos_walk_indexes(mpos_walk *w, const uint16_t **indexes, size_t count)
{
    uint16_t *list = mpos_walk_list(w, *indexes, count, 2, sizeof *list);

    for (size_t i = 0; w->err == MPOS_OK && i < count; i++) {
        uint16_t index = list[i];

        mpos_walk_u16(w, &index);
        if (w->mode == MPOS_WALK_READ) {
            list[i] = index;
        }
    }
    if (w->mode == MPOS_WALK_READ) {
        *indexes = list;
    }
}
