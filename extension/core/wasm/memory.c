/* memory.c - the three functions that the core takes from its host, for the module that has none. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* no_builtin: or the compiler would turn each loop into a call of the function it is in. */
#define PLAIN __attribute__((no_builtin))

PLAIN void *
memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    while (size-- > 0) {
        *t++ = *f++;
    }
    return to;
}

PLAIN void *
memset(void *to, int value, size_t size)
{
    uint8_t *t = to;

    while (size-- > 0) {
        *t++ = (uint8_t)value;
    }
    return to;
}

PLAIN int
memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a;
    const uint8_t *y = b;

    for (; size > 0; size--, x++, y++) {
        if (*x != *y) {
            return *x < *y ? -1 : 1;
        }
    }
    return 0;
}
