/* fuzz_tile.c - paths of tiles and bundles of entries. */
#include <string.h>

#include "host.h"
#include "log_check.h"

static void
fuzz_path(const char *path, size_t size)
{
    mpos_tile_id id;
    char written[MPOS_TILE_PATH_MAX];

    if (mpos_tile_parse(path, size, &id) == MPOS_OK) {
        MUST(mpos_tile_path(&id, written) == size && memcmp(written, path, size) == 0);
    }
}

/* The first byte says how many entries, the second how many leaves are known; the rest is the bundle. */
static void
fuzz_bundle(const uint8_t *data, size_t size)
{
    static const uint8_t hashes[MPOS_TILE_BYTES];
    uint32_t entries = (uint32_t)data[0] + 1, known = data[1] <= data[0] ? data[1] : data[0], at;
    mpos_bundle_fault fault =
        mpos_bundle_check(&host_digest, data + 2, size - 2, entries, hashes, known, &at);

    MUST(at <= entries);
    MUST(known == 0 || fault != MPOS_BUNDLE_OK); /* no entry has the hash zero */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_path((const char *)data, size);
    if (size >= 2) {
        fuzz_bundle(data, size);
    }
    return 0;
}
