/*
 * pointer.h - where a check is, so that a mistake is found: JSON pointers (RFC 6901) made only when one is needed; internal
 * to the core. Words: path, step, pointer.
 */
#ifndef MPOS_CORE_POINTER_H
#define MPOS_CORE_POINTER_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rules.h"

#define MPOS_PATH_STEPS_MAX 4

/* In place of an index: the step is a member, no element of a list. */
#define MPOS_NO_INDEX SIZE_MAX

typedef struct mpos_path {
    struct {
        const char *name; /* static */
        size_t index;
    } steps[MPOS_PATH_STEPS_MAX];
    size_t depth;
    char *out; /* MPOS_POINTER_SIZE bytes, or NULL */
} mpos_path;

static inline void
mpos_path_enter(mpos_path *path, const char *name, size_t index)
{
    path->steps[path->depth].name = name;
    path->steps[path->depth].index = index;
    path->depth++;
}

/* Goes back one step; returns err. */
static inline mpos_err
mpos_path_leave(mpos_path *path, mpos_err err)
{
    path->depth--;
    return err;
}

/* Writes the pointer to a member of where the path is (NULL: to that itself), or to an element of it. Returns err. */
mpos_err
mpos_path_fail(const mpos_path *path, mpos_err err, const char *member, size_t index);

#endif
