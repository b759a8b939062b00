/*
 * walk.h - one walk over a structure that sizes, writes or reads its form; internal to the core. Words: walk, list.
 *
 * Each call takes the address of a member: sizing ignores it, writing puts its value behind the form, reading fills it from there.
 * So what is written is what is read. The first error sticks, and nothing happens after it.
 */
#ifndef MPOS_CORE_WALK_H
#define MPOS_CORE_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"

typedef enum mpos_walk_mode { MPOS_WALK_SIZE, MPOS_WALK_WRITE, MPOS_WALK_READ } mpos_walk_mode;

typedef struct mpos_walk {
    mpos_walk_mode mode;
    mpos_err err;
    size_t size;       /* bytes walked */
    uint8_t *out;      /* writing: has room for the whole form */
    const uint8_t *in; /* reading */
    size_t in_size;
    mpos_arena *arena; /* reading: for the lists */
} mpos_walk;

void
mpos_walk_bytes(mpos_walk *w, void *bytes, size_t size);

void
mpos_walk_u8(mpos_walk *w, uint8_t *value);

void
mpos_walk_u16(mpos_walk *w, uint16_t *value);

void
mpos_walk_u32(mpos_walk *w, uint32_t *value);

void
mpos_walk_i32(mpos_walk *w, int32_t *value);

void
mpos_walk_i64(mpos_walk *w, int64_t *value);

/* Filler; INVALID_VALUE when it is read and is not zero. */
void
mpos_walk_zero(mpos_walk *w, size_t size);

/* The eight letters that a form begins with; INVALID_VALUE when others are read. */
void
mpos_walk_magic(mpos_walk *w, const char magic[8]);

/*
 * The list to walk: the given one, or when reading a zeroed one in the arena, of count elements with at least form_size bytes each
 * in the form. NULL for an empty list and after an error. When not reading its elements must be copied before they are
 * walked: they are the caller's and only read.
 */
void *
mpos_walk_list(mpos_walk *w, const void *list, size_t count, size_t form_size, size_t element_size);

/*
 * Walks the elements of a list: those of the caller are copied first, those of the arena are filled. `walk_one` gets the
 * address of one.
 */
#define MPOS_WALK_LIST(w, type, list, count, form_size, walk_one)                                            \
    do {                                                                                                     \
        type *elements = mpos_walk_list(w, list, count, form_size, sizeof *elements);                        \
        for (size_t at = 0; (w)->err == MPOS_OK && at < (count); at++) {                                     \
            type element = elements[at];                                                                     \
            walk_one(w, &element);                                                                           \
            if ((w)->mode == MPOS_WALK_READ) {                                                               \
                elements[at] = element;                                                                      \
            }                                                                                                \
        }                                                                                                    \
        (list) = elements;                                                                                   \
    } while (0)

/* A list of plain ids. */
void
mpos_walk_ids(mpos_walk *w, const uint8_t (**ids)[16], size_t count);

/* A list of indexes. */
void
mpos_walk_indexes(mpos_walk *w, const uint16_t **indexes, size_t count);

#endif
