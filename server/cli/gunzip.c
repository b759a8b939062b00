/* gunzip.c - see gunzip.h. */
#include "gunzip.h"

#include <zlib.h>

/* windowBits of zlib: the largest window, and 16 for the gzip format and nothing else. */
enum { GZIP_WINDOW = 15 + 16 };

bool
gunzip_looks_like(const uint8_t *bytes, size_t size)
{
    return size > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == Z_DEFLATED;
}

bool
gunzip_whole(const uint8_t *bytes, size_t size, uint8_t *out, size_t size_max, size_t *size_out)
{
    z_stream stream = {
        .next_in = (Bytef *)bytes, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)size_max};
    bool whole;

    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK) {
        return false;
    }
    whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
    *size_out = stream.total_out;
    inflateEnd(&stream);
    return whole;
}
