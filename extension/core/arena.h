/*
 * arena.h - carving arrays out of the caller's memory. Words: arena.
 *
 * Without memory (base NULL) an arena only counts, so that one function both asks for a size and uses it.
 */
#ifndef MPOS_CORE_ARENA_H
#define MPOS_CORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct mpos_arena {
    uint8_t *base; /* aligned to 8 */
    size_t capacity;
    size_t used; /* may pass capacity; then nothing was handed out any more */
} mpos_arena;

/* Memory of count elements, NULL when counting or when it does not fit. Counts are bounded by the cart's limits. */
static inline void *
mpos_arena_take(mpos_arena *arena, size_t count, size_t element_size)
{
    size_t at = arena->used;

    arena->used += (count * element_size + 7) & ~(size_t)7;
    return arena->base != NULL && arena->used <= arena->capacity ? arena->base + at : NULL;
}

#endif
