/* pack.c - see pack.h. */
#include "postgres.h"

#include <zstd.h>

#include "fmgr.h"

#include "pack.h"

#define LEVEL 3
/*
 * What is shorter stays as it is. One row changed by SQL has 350 bytes and would lose 120 of them in 6 µs, or twice that when many
 * backends take turns and the packer's tables have left the processor's cache.
 */
#define LEAST_SIZE 384

PG_FUNCTION_INFO_V1(mpos_unpack_sql);

/* Made at first use and kept: preparing a dictionary costs more than using it. */
static ZSTD_CCtx *packer = NULL;
static ZSTD_DCtx *unpacker = NULL;
static ZSTD_CDict *pack_dictionaries[MPOS_PACK_KINDS];
static ZSTD_DDict *unpack_dictionaries[MPOS_PACK_KINDS];

static void *
made(void *object)
{
    if (object == NULL) {
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory for packing")));
    }
    return object;
}

static const ZSTD_CDict *
pack_dictionary(int kind)
{
    if (pack_dictionaries[kind] == NULL) {
        size_t size;
        const char *bytes = mpos_pack_dictionary(kind, &size);

        pack_dictionaries[kind] = made(ZSTD_createCDict(bytes, size, LEVEL));
    }
    if (packer == NULL) {
        packer = made(ZSTD_createCCtx());
    }
    return pack_dictionaries[kind];
}

static const ZSTD_DDict *
unpack_dictionary(int kind)
{
    if (unpack_dictionaries[kind] == NULL) {
        size_t size;
        const char *bytes = mpos_pack_dictionary(kind, &size);

        unpack_dictionaries[kind] = made(ZSTD_createDDict(bytes, size));
    }
    if (unpacker == NULL) {
        unpacker = made(ZSTD_createDCtx());
    }
    return unpack_dictionaries[kind];
}

bytea *
mpos_pack(mpos_pack_kind kind, const void *bytes, size_t size)
{
    size_t room = Max(ZSTD_compressBound(size), size) + 1;
    bytea *out = palloc(VARHDRSZ + room);
    char *data = VARDATA(out);
    size_t packed = size;

    data[0] = (char)kind;
    if (size >= LEAST_SIZE) {
        const ZSTD_CDict *dictionary = pack_dictionary(kind);

        packed = ZSTD_compress_usingCDict(packer, data + 1, room - 1, bytes, size, dictionary);
    }
    if (ZSTD_isError(packed) || packed >= size) {
        data[0] = MPOS_PACK_PLAIN;
        memcpy(data + 1, bytes, size);
        packed = size;
    }
    SET_VARSIZE(out, VARHDRSZ + 1 + packed);
    return out;
}

bytea *
mpos_pack_payload(const bytea *payload)
{
    return mpos_pack(MPOS_PACK_PAYLOAD, VARDATA(payload), VARSIZE(payload) - VARHDRSZ);
}

static bytea *
unpack_plain(const char *bytes, size_t size)
{
    bytea *out = palloc(VARHDRSZ + size);

    SET_VARSIZE(out, VARHDRSZ + size);
    memcpy(VARDATA(out), bytes, size);
    return out;
}

static bytea *
unpack_frame(int kind, const char *frame, size_t frame_size)
{
    const ZSTD_DDict *dictionary = unpack_dictionary(kind);
    unsigned long long size = ZSTD_getFrameContentSize(frame, frame_size);
    bytea *out;

    if (size > MPOS_UNPACKED_MAX) { /* also unknown and error, which are the largest numbers */
        return NULL;
    }
    out = palloc(VARHDRSZ + (size_t)size);
    SET_VARSIZE(out, VARHDRSZ + (size_t)size);
    return ZSTD_decompress_usingDDict(unpacker, VARDATA(out), (size_t)size, frame, frame_size, dictionary) ==
                   size
               ? out
               : NULL;
}

bytea *
mpos_unpack(const bytea *packed)
{
    const char *data = VARDATA_ANY(packed);
    size_t size = VARSIZE_ANY_EXHDR(packed);

    if (size == 0) {
        return NULL;
    }
    if (data[0] == MPOS_PACK_PLAIN) {
        return unpack_plain(data + 1, size - 1);
    }
    return data[0] > MPOS_PACK_PLAIN && data[0] < MPOS_PACK_KINDS ? unpack_frame(data[0], data + 1, size - 1)
                                                                  : NULL;
}

/* unpack(packed bytea) returns bytea: empty when damaged, so that a check of its hash fails and nothing else does. */
Datum
mpos_unpack_sql(PG_FUNCTION_ARGS)
{
    bytea *out = mpos_unpack(PG_GETARG_BYTEA_PP(0));

    PG_RETURN_BYTEA_P(out != NULL ? out : unpack_plain("", 0));
}
