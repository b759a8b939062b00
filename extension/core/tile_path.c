/* tile_path.c - paths of tiles: n in groups of three digits, all but the last marked with x. */
#include "tile.h"

#include <string.h>

#include "text.h"

/* Largest index whose tile may begin below 2^63 leaves. */
#define INDEX_MAX (UINT64_C(1) << 55)

/* The groups of n; the last one without the x. */
static char *
put_index(char *at, uint64_t index)
{
    uint32_t groups[7];
    size_t count = 0;

    do {
        groups[count++] = (uint32_t)(index % 1000);
        index /= 1000;
    } while (index != 0);
    while (count > 0) {
        uint32_t group = groups[--count];

        if (count > 0) {
            *at++ = 'x';
        }
        *at++ = (char)('0' + group / 100);
        *at++ = (char)('0' + group / 10 % 10);
        *at++ = (char)('0' + group % 10);
        if (count > 0) {
            *at++ = '/';
        }
    }
    return at;
}

size_t
mpos_tile_path(const mpos_tile_id *id, char out[MPOS_TILE_PATH_MAX])
{
    char *at = mpos_text_put(out, "tile/");

    at = id->level == MPOS_TILE_ENTRIES ? mpos_text_put(at, "entries")
                                        : mpos_text_put_number(at, (uint64_t)id->level);
    *at++ = '/';
    at = put_index(at, id->index);
    if (id->width < MPOS_TILE_WIDTH) {
        at = mpos_text_put_number(mpos_text_put(at, ".p/"), id->width);
    }
    *at = '\0';
    return (size_t)(at - out);
}

static bool
take_digits(const char *text, size_t size, uint64_t *number)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *number = *number * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}

/* ".p/W" or nothing. */
static mpos_err
take_width(const char *text, size_t size, uint32_t *out)
{
    uint64_t width = 0;

    if (size == 0) {
        *out = MPOS_TILE_WIDTH;
        return MPOS_OK;
    }
    if (size < 4 || size > 6 || memcmp(text, ".p/", 3) != 0 || text[3] == '0' ||
        !take_digits(text + 3, size - 3, &width) || width >= MPOS_TILE_WIDTH) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = (uint32_t)width;
    return MPOS_OK;
}

mpos_err
mpos_tile_parse_index(const char *text, size_t size, uint64_t *index, uint32_t *width)
{
    uint64_t number = 0;
    uint32_t taken = 0;
    size_t at = 0;

    /* A leading group of zeros would be a second name for the same tile. */
    if (size >= 5 && memcmp(text, "x000/", 5) == 0) {
        return MPOS_E_INVALID_VALUE;
    }
    while (size - at >= 5 && text[at] == 'x') {
        if (!take_digits(text + at + 1, 3, &number) || text[at + 4] != '/' || number > INDEX_MAX / 1000) {
            return MPOS_E_INVALID_VALUE;
        }
        at += 5;
    }
    if (size - at < 3 || !take_digits(text + at, 3, &number) || number > INDEX_MAX ||
        take_width(text + at + 3, size - at - 3, &taken) != MPOS_OK) {
        return MPOS_E_INVALID_VALUE;
    }
    *index = number;
    *width = taken;
    return MPOS_OK;
}

mpos_err
mpos_tile_parse(const char *path, size_t size, mpos_tile_id *out)
{
    static const char entries[] = "tile/entries/";
    mpos_tile_id id = {.level = MPOS_TILE_ENTRIES};
    size_t at = sizeof entries - 1;
    mpos_err err;

    if (size < at || memcmp(path, entries, at) != 0) {
        at = 7; /* "tile/L/" */
        if (size < at || memcmp(path, "tile/", 5) != 0 || path[6] != '/' || path[5] < '0' ||
            path[5] >= '0' + MPOS_TILE_LEVELS) {
            return MPOS_E_INVALID_VALUE;
        }
        id.level = path[5] - '0';
    }
    err = mpos_tile_parse_index(path + at, size - at, &id.index, &id.width);
    if (err == MPOS_OK) {
        *out = id;
    }
    return err;
}
