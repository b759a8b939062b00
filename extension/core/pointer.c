/* pointer.c - see pointer.h. */
#include "pointer.h"

#include "text.h"

/* The longest: "/promotions/65535/slots/65535/targets/categories/65535" and a terminator. */
_Static_assert(MPOS_POINTER_SIZE >= 64, "every pointer fits");

static char *
put_step(char *at, const char *name, size_t index)
{
    *at++ = '/';
    at = mpos_text_put(at, name);
    if (index != MPOS_NO_INDEX) {
        *at++ = '/';
        at = mpos_text_put_number(at, index);
    }
    return at;
}

mpos_err
mpos_path_fail(const mpos_path *path, mpos_err err, const char *member, size_t index)
{
    char *at = path->out;

    if (at == NULL) {
        return err;
    }
    for (size_t i = 0; i < path->depth; i++) {
        at = put_step(at, path->steps[i].name, path->steps[i].index);
    }
    if (member != NULL) {
        at = put_step(at, member, index);
    }
    *at = '\0';
    return err;
}
