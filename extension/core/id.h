/* id.h - ids as 16 raw bytes. Words: id, ascending list. */
#ifndef MPOS_CORE_ID_H
#define MPOS_CORE_ID_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline int
mpos_id_is_zero(const uint8_t id[16])
{
    static const uint8_t zero[16];

    return memcmp(id, zero, 16) == 0;
}

static inline int
mpos_id_same(const uint8_t a[16], const uint8_t b[16])
{
    return memcmp(a, b, 16) == 0;
}

/* Whether an ascending list has the id. */
static inline int
mpos_id_listed(const uint8_t (*list)[16], size_t count, const uint8_t id[16])
{
    size_t low = 0;

    while (low < count) {
        size_t middle = low + (count - low) / 2;
        int order = memcmp(list[middle], id, 16);

        if (order == 0) {
            return 1;
        }
        low = order < 0 ? middle + 1 : low;
        count = order < 0 ? count : middle;
    }
    return 0;
}

#endif
