/* unpack.c - see unpack.h. Everything is made at first use and kept: preparing a dictionary costs more than using it. */
#include "unpack.h"

#include <stdlib.h>
#include <zstd.h>

#include "cli.h"
#include "pack_dictionary.h"

static void *
made(void *object)
{
    if (object == NULL) {
        cli_fail("out of memory for unpacking");
    }
    return object;
}

static const ZSTD_DDict *
dictionary_of(int kind)
{
    static ZSTD_DDict *dictionaries[MPOS_PACK_KINDS];

    if (dictionaries[kind] == NULL) {
        size_t size;
        const char *bytes = mpos_pack_dictionary(kind, &size);

        dictionaries[kind] = made(ZSTD_createDDict(bytes, size));
    }
    return dictionaries[kind];
}

static const uint8_t *
unpack_frame(int kind, const uint8_t *frame, size_t frame_size, size_t *size_out)
{
    static ZSTD_DCtx *unpacker = NULL;
    static uint8_t *room = NULL;
    static size_t room_size = 0;
    unsigned long long size = ZSTD_getFrameContentSize(frame, frame_size);

    if (size > MPOS_UNPACKED_MAX) { /* also unknown and error, which are the largest numbers */
        return NULL;
    }
    if (unpacker == NULL) {
        unpacker = made(ZSTD_createDCtx());
    }
    if (size >= room_size) {
        room_size = (size_t)size * 2 + 4096;
        room = cli_realloc(room, room_size);
    }
    *size_out = (size_t)size;
    return ZSTD_decompress_usingDDict(unpacker, room, room_size, frame, frame_size, dictionary_of(kind)) ==
                   size
               ? room
               : NULL;
}

const uint8_t *
cli_unpack(const uint8_t *packed, size_t size, size_t *size_out)
{
    if (size == 0) {
        return NULL;
    }
    if (packed[0] == MPOS_PACK_PLAIN) {
        *size_out = size - 1;
        return packed + 1;
    }
    return packed[0] < MPOS_PACK_KINDS ? unpack_frame(packed[0], packed + 1, size - 1, size_out) : NULL;
}
